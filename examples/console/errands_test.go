package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// staff is whom to act as for the host's own staff.
const staff = "staff"

// errands are what people come for, with the clicks that it takes.
var errands = []struct {
	name, actor string
	do          func(r *reader)
}{
	{"change a role", "owner", func(r *reader) {
		r.northwind().follow("Users").follow("Zoë Vandenberghe").choose("Role in the organization", "Administrator").follow("Change role").
			says("The role was changed.")
		require.Equal(r, "administrator", eval[string](r, `document.querySelector("select[name=role]").value`))
	}},
	{"deactivate a user and reactivate them", "administrator", func(r *reader) {
		r.northwind().follow("Users").follow("Luca Bianchi").follow("Deactivate").says("Deactivated")
		r.follow("Reactivate").says("The user was reactivated.").hides("Deactivated")
	}},
	{"find a user among many", "administrator", func(r *reader) {
		r.northwind().follow("Users").fill("Name or address", "zain")
		r.await(`document.querySelectorAll("#results tbody tr").length === 1`).says("Zainab Bello").follow("Zainab Bello").
			says("zainab.bello@northwind.example")
	}},
	{"invite many, of whom one is refused", "administrator", func(r *reader) {
		r.northwind().follow("Users").follow("Invite users").fill("Addresses", "one@partner.example, two@partner.example, candidate1@partner.example").
			follow("Invite").says("Invited: 2. Not invited: 1.", tenancy.CodeInvitationPending.Sentence())
		r.open("/mails").says("To two@partner.example")
	}},
	{"remove a user", "owner", func(r *reader) {
		r.northwind().follow("Users").follow("Uma Krishnan").follow("Remove from the organization").says("What happens", "They keep their sign-in").
			follow("Remove user").hides("Uma Krishnan")
	}},
	{"suspend an organization as staff", staff, func(r *reader) {
		r.open("/staff/").follow("Duarte Consulting").follow("Suspend organization").says("What happens").
			fill("Reference", "ticket-77").follow("Suspend organization").says("Suspended")
		r.follow("Reactivate organization").fill("Reference", "ticket-77").follow("Reactivate organization").hides("Suspended")
	}},
	{"see what a user sees, as staff", staff, func(r *reader) {
		r.open("/staff/").fill("Address of a person", "mei-ling.chen@northwind.example").follow("Find person").says("Mei-Ling Chen").
			follow("What they see").says("Your organizations")
	}},
	{"make a group and fill it", "administrator", func(r *reader) {
		r.northwind().follow("Groups").follow("Create a group").fill("Name of the group", "Night shift").follow("Create group").
			says("Night shift", "Nobody is in the group.")
		r.follow("Add members").says("Add")
	}},
	{"look at an account, suspend it and reactivate it", "administrator", func(r *reader) {
		r.northwind().follow("Accounts").follow("Marketing site").follow("Suspend").says("Your own people have suspended this account.")
		r.follow("Reactivate").hides("Your own people have suspended this account.")
	}},
	{"create an account", "owner", func(r *reader) {
		r.northwind().follow("Accounts").follow("Create an account").fill("Name of the account", "Analytics").follow("Create account").
			says("Analytics")
	}},
	{"designate what HIPAA lacks", "owner", func(r *reader) {
		r.northwind().follow("HIPAA").says("Clinic South")
	}},
	{"make a key for a program", "owner", func(r *reader) {
		r.northwind().follow("Service accounts").follow("Deployment").says("Runner")
		r.fill("Name of the key", "Second runner").follow("Create key").says("Copy the new key", "Authorization: Bearer")
		r.follow("I have copied it").says("Second runner").hides("Bearer")
	}},
	{"verify a domain", "owner", func(r *reader) {
		r.northwind().follow("Domains").follow("northwind-shop.example").follow("Verify now").says(tenancy.CodeProofMissing.Sentence())
		r.open("/dns").follow("Publish the record of northwind-shop.example")
		r.northwind().follow("Domains").follow("northwind-shop.example").follow("Verify now").says("Verified").hides("This domain does nothing yet.")
	}},
	{"change the sign-up policy", "administrator", func(r *reader) {
		r.northwind().follow("Sign-up policy").follow("Change policy").says("Sign-up policy")
	}},
	{"see who signs in through what", "owner", func(r *reader) {
		r.northwind().follow("Single sign-on").says("northwind.example", "Okta")
	}},
	{"see what a directory keeps", "owner", func(r *reader) {
		r.northwind().follow("Directories").follow("Okta").says("asta.lund@northwind.example", "Linked")
	}},
	{"see what a merge would do", "owner", func(r *reader) {
		r.northwind().follow("Merge").follow("See what would happen Northwind Labs").says("Northwind Labs", "Adaeze Obi")
	}},
	{"look something up in the log", "owner", func(r *reader) {
		r.northwind().follow("Log").says("Log")
	}},
	{"rename the organization", "owner", func(r *reader) {
		r.northwind().follow("Settings").fill("Name of the organization", "Northwind Trading").follow("Rename").
			says("The organization has a new name.")
		require.Equal(r, "Northwind Trading", eval[string](r, `document.querySelector("header .where").innerText`))
		r.fill("Name of the organization", "Northwind Traders").follow("Rename")
	}},
	{"see the accounts one reaches", "member", func(r *reader) {
		r.northwind().says("Your role: Standard User", "Production", "Marketing site")
		require.False(r, eval[bool](r, `[...document.querySelectorAll("nav a")].some((a) => a.innerText === "Users")`))
	}},
	{"leave the organization", "member", func(r *reader) {
		r.northwind()
		r.open(eval[string](r, "location.pathname") + "/leave").says("What happens").follow("Leave the organization").
			says("You do not belong to an organization yet.")
	}},
	{"answer an invitation", "invitee", func(r *reader) {
		r.open("/console/").follow("See the invitation").says("Join Northwind Traders", "What accepting changes")
		r.follow("Decline").says("You have declined the invitation.")
	}},
	{"give an account to the organization that asks for it", "invitee", func(r *reader) {
		r.open("/console/").follow("See the request").says("Elsewhere")
	}},
	{"create an organization", "outsider", func(r *reader) {
		r.open("/console/").follow("Create an organization").fill("Name", "Elsewhere Two").follow("Create organization").says(tenancy.CodePhoneNeeded.Sentence())
	}},
}

// Each errand is done as its reader does it, with clicks.
func TestErrands(t *testing.T) {
	site := serve(t)
	for _, e := range errands {
		t.Run(e.name, func(t *testing.T) { e.do(read(t, site, e.actor)) })
	}
}

// Everything works without JavaScript.
func TestErrandsWithoutScripts(t *testing.T) {
	site := serve(t)
	for _, e := range errands {
		if e.name == "find a user among many" {
			continue
		}
		t.Run(e.name, func(t *testing.T) {
			r := read(t, site, e.actor)
			require.NoError(t, r.Scripts(false))
			e.do(r)
		})
	}
	t.Run("find a user among many", func(t *testing.T) {
		r := read(t, site, "administrator")
		require.NoError(t, r.Scripts(false))
		r.northwind().follow("Users").fill("Name or address", "zain").follow("Search").says("Zainab Bello").hides("Rosa Vega")
	})
}
