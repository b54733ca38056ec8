//go:build !race

package main

import (
	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// peopleErrands are about users, invitations and groups.
var peopleErrands = []errand{
	{"change a role", "owner", func(r *reader) {
		r.user("Zoë Vandenberghe").choose("Role in the organization", "Administrator").follow("Change role").
			says("The role was changed.")
		require.Equal(r, "administrator", eval[string](r, `document.querySelector("select[name=role]").value`))
	}},
	{"deactivate a user and reactivate them", "administrator", func(r *reader) {
		r.user("Luca Bianchi").follow("Deactivate").says("Deactivated")
		r.follow("Reactivate").says("The user was reactivated.").hides("Deactivated")
	}},
	{"invite many, of whom one is refused", "administrator", func(r *reader) {
		r.northwind().follow("Users").follow("Invite users").fill("Addresses", "one@partner.example, two@partner.example, candidate1@partner.example").
			follow("Invite").says("Invited: 2. Not invited: 1.")
		require.Equal(r, "candidate1@partner.example "+tenancy.CodeInvitationPending.Sentence(), r.row("candidate1@partner.example"))
		r.follow("See who is invited").says("one@partner.example")
		r.open("/mails").says("To two@partner.example").follow("Follow the link").says("Northwind Traders", "Standard User")
	}},
	{"import from a domain", "owner", func(r *reader) {
		r.northwind().follow("Users").follow("Import users").follow("See its users: northwind.example").press("Ingrid Solheim").
			follow("Import those who are chosen").says("Imported: 1. Not imported: 0.")
		require.Contains(r, r.row("ingrid@northwind.example"), "Imported")
		r.follow("Imported").says("Ingrid Solheim", "Role in the organization Standard User")
	}},
	{"remove somebody who owns an account", "owner", func(r *reader) {
		r.user("Jonas Lindqvist").follow("Remove from the organization").says("What happens", "They keep their sign-in", "Accounts that they own: 1")
		require.False(r, eval[bool](r, `[...document.querySelectorAll("button")].some((e) => e.innerText === "Remove user")`), "before an heir is chosen")
		r.pick("Priya Raman").says("All of their accounts pass to Priya Raman: 1.").follow("Remove user").
			says("The user was removed from the organization.").hides("Jonas Lindqvist")
		r.northwind().follow("Accounts").follow("Staging").says("Owner Priya Raman")
	}},
	{"delete a person", "owner", func(r *reader) {
		r.user("Hugo Martin").follow("Delete for good").says("This cannot be undone.").follow("Delete for good").
			says("The user was deleted for good.")
		r.fill("Name or address", "hugo.martin").follow("Search").says("Nobody was found.")
	}},
	{"exempt somebody from single sign-on", "owner", func(r *reader) {
		r.user("Amara Okafor").follow("Exempt this user").says("Single sign-on is not required of this user any more.")
		r.follow("End the exemption").says("This user is not exempt from single sign-on any more.")
	}},
	{"dismiss a request and revoke an invitation", "administrator", func(r *reader) {
		r.northwind().follow("Users").follow("Asked to join").says("temp.worker@northwind.example", "new.joiner@northwind.example").
			follow("Dismiss").says("The request was dismissed.")
		require.Equal(r, 1, eval[int](r, `document.querySelectorAll("main tbody tr").length`))
		r.northwind().follow("Users").follow("Invited")
		before := eval[int](r, `document.querySelectorAll("main tbody tr").length`)
		r.follow("Revoke").says("The invitation was revoked")
		require.Equal(r, before-1, eval[int](r, `document.querySelectorAll("main tbody tr").length`))
	}},
	{"make a group, fill it, give it roles and delete it", "administrator", func(r *reader) {
		r.northwind().follow("Groups").follow("Create a group").fill("Name of the group", "Night shift").follow("Create group").
			says("Night shift", "Nobody is in the group.")
		r.follow("Add members").fill("Name or address", "Uma").follow("Search").press("Uma Krishnan").follow("Add to the group").
			says("The members were added to the group.", "One member.", "Uma Krishnan")
		r.follow("Accounts").follow("Give roles on an account").follow("Choose: Marketing site").press("Developer").follow("Give these roles").
			says("The group's roles on the account were changed.")
		require.Contains(r, r.row("Marketing site"), "Developer")
		r.user("Uma Krishnan").says("By the group Night shift: Developer")
		r.follow("Night shift").follow("Delete the group").says("Its member loses the roles").follow("Delete the group").
			says("The group was deleted.").hides("Night shift")
		r.user("Uma Krishnan").hides("Night shift", "Developer")
	}},
}
