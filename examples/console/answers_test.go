//go:build !race

package main

import (
	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// answers lead to pages to which no link leads: they answer a form, or are refusals.
var answers = []errand{
	{"a field of a form is refused", "owner", func(r *reader) {
		r.northwind().follow("Settings").fill("Name of the organization", " ").follow("Rename").says(tenancy.CodeName.Sentence())
	}},
	{"a list to choose from is refused", "owner", func(r *reader) {
		r.northwind().follow("Groups").follow("Newcomers").follow("Add members").follow("Add to the group")
		require.Equal(r, "true", eval[string](r, `document.querySelector("fieldset").getAttribute("aria-invalid")`))
	}},
	{"choices of roles are refused", "owner", func(r *reader) {
		r.northwind().follow("Accounts").follow("Marketing site").follow("Invitations").fill("Address", "x@partner.example").
			follow("Send invitation").says("Choose at least one role.")
	}},
	{"an end in the past is refused", "owner", func(r *reader) {
		r.northwind().follow("Accounts").follow("Marketing site").follow("Access").follow("عمر حداد").pressIn("Temporary roles", "Developer").
			set("End, in UTC", "2020-01-01T00:00").follow("Assign until then")
		require.True(r, eval[bool](r, `document.querySelector("[aria-invalid=true]") !== null`))
	}},
	{"an ID is refused", "owner", func(r *reader) {
		r.northwind().follow("Accounts").follow("Add an existing account").fill("ID of the account", "AC12").follow("Ask for the account").
			says(tenancy.CodeID.Sentence())
	}},
	{"a button is refused", "owner", func(r *reader) {
		r.northwind().follow("Domains").follow("northwind-shop.example").follow("Verify now").says(tenancy.CodeProofMissing.Sentence())
	}},
	{"a domain is refused", "owner", func(r *reader) {
		r.northwind().follow("Domains").fill("Domain", "no domain").follow("Add domain").says(tenancy.CodeDomainName.Sentence())
	}},
	{"the result of inviting", "owner", func(r *reader) {
		r.northwind().follow("Users").follow("Invite users").fill("Addresses", "new@partner.example, candidate2@partner.example, nothing").
			follow("Invite").says("Invited: 1. Not invited: 2.")
	}},
	{"the result of importing", "owner", func(r *reader) {
		r.northwind().follow("Users").follow("Import users").fill("Addresses", "pavel@northwind.example, nobody@northwind.example").
			follow("Import").says("Imported: 1. Not imported: 1.")
	}},
	{"a new key", "owner", func(r *reader) {
		r.northwind().follow("Service accounts").follow("Deployment").fill("Name of the key", "Answer").follow("Create key").says("Copy the new key")
	}},
	{"a directory's secret", "owner", func(r *reader) {
		r.northwind().follow("Directories").fill("Name", "Answer").follow("Add directory").says("This is the only time that the secret is shown.")
	}},
	{"a directory's new secret", "owner", func(r *reader) {
		r.northwind().follow("Directories").follow("Okta").follow("Renew secret").says("The secret before holds until")
	}},
	{"what was done", "owner", func(r *reader) {
		r.northwind().follow("Sign-up policy").follow("Change policy").says("The sign-up policy was changed.")
	}},
	{"a log that does not fit", "owner", func(r *reader) {
		r.northwind().follow("Log").follow("Verify the log").fill("Number that you kept", "1").
			fill("Hash that you kept", "0000000000000000000000000000000000000000000000000000000000000000").follow("Verify").says("Something does not fit.")
	}},
	{"a log that was verified", "owner", func(r *reader) {
		r.northwind().follow("Log").follow("Verify the log").follow("Verify").says("Verified up to event")
	}},
	{"the filter of the log is refused", "owner", func(r *reader) {
		r.northwind().follow("Log").fill("Who acted (name, address or ID)", "nobody").follow("Show").says("Nobody in the organization has this name or address.")
	}},
	{"nothing is found", "owner", func(r *reader) {
		r.open("/console/organizations/OR00000000000000000000000000000001").missing()
	}},
	{"a new organization is refused", "owner", func(r *reader) {
		r.open("/console/organizations/new").fill("Name", " ").follow("Create organization").says(tenancy.CodeName.Sentence())
	}},
	{"a typed name is refused", "outsider", func(r *reader) {
		r.open("/console/").follow("Elsewhere").follow("Settings").follow("Delete organization").
			fill("Type the organization's name: Elsewhere", "Somewhere").follow("Delete organization")
		require.True(r, eval[bool](r, `document.querySelector("[aria-invalid=true]") !== null`))
	}},
	{"one's own name is refused", "member", func(r *reader) {
		r.open("/console/").follow("Your profile").fill("Name", " ").follow("Change name").says(tenancy.CodeName.Sentence())
	}},
	{"a page is not for everybody", "member", func(r *reader) {
		r.northwind().open(r.path() + "/log").says(tenancy.CodeNotAllowed.Sentence())
	}},
	{"staff find no person", staff, func(r *reader) {
		r.open("/staff/").fill("Address of a person", "nobody@nowhere.example").follow("Find person")
		require.Equal(r, "true", eval[string](r, `document.querySelector("input[name=email]").getAttribute("aria-invalid")`))
	}},
	{"staff find nothing with an ID", staff, func(r *reader) {
		r.open("/staff/").fill("ID of an organization, a user, an account, a group or a domain", "OR1").follow("Open").says("There is nothing with this ID.")
	}},
	{"staff are refused a reference", staff, func(r *reader) {
		r.open("/staff/").follow("Northwind Traders").follow("Suspend organization").fill("Reference", " ").follow("Suspend organization").
			says(tenancy.CodeReference.Sentence())
	}},
	{"staff are refused a limit", staff, func(r *reader) {
		r.open("/staff/").follow("Northwind Traders").follow("Set limits").fill("Keys of a service account", "many").follow("Set limits")
		require.True(r, eval[bool](r, `document.querySelector("[aria-invalid=true]") !== null`))
	}},
	{"staff are refused an Owner", staff, func(r *reader) {
		r.open("/staff/").follow("Northwind Traders").follow("Replace the Owner").fill("ID of the new Owner", "US1").
			fill("Reference of the decision", "ticket-1").follow("Replace the Owner").says(tenancy.CodeID.Sentence())
	}},
	{"staff are refused an addendum", staff, func(r *reader) {
		r.open("/staff/").follow("Duarte Consulting").follow("HIPAA entitlement").press("May designate accounts").follow("Save")
		require.True(r, eval[bool](r, `document.querySelector("[aria-invalid=true], [role=alert]") !== null`))
	}},
	{"staff are refused an address", staff, func(r *reader) {
		r.open("/staff/").fill("Address of a person", "emre.demir@northwind.example").follow("Find person").follow("Change address").
			fill("New address", "rosa.vega@northwind.example").press("It was proven that the address is theirs").follow("Change address").
			says(tenancy.CodeEmailTaken.Sentence())
	}},
	{"staff are refused an heir", staff, func(r *reader) {
		r.open("/staff/").fill("Address of a person", "jonas.lindqvist@northwind.example").follow("Find person").follow("Delete user").
			fill("ID of the user who gets their accounts", "US1").follow("Delete user")
		require.True(r, eval[bool](r, `document.querySelector("[aria-invalid=true], [role=alert]") !== null`))
	}},
	{"staff change nothing in what a user sees", staff, func(r *reader) {
		r.open("/staff/").fill("Address of a person", "priya.raman@northwind.example").follow("Find person").follow("What they see").
			follow("Your profile").enable().fill("Name", "Somebody else").follow("Change name").says("nothing can be changed here")
	}},
	{"staff deactivate a person", staff, func(r *reader) {
		r.open("/staff/").fill("Address of a person", "omar.haddad@northwind.example").follow("Find person").follow("Deactivate user").
			says("The user was deactivated by the staff")
	}},
	{"staff delete a person", staff, func(r *reader) {
		r.open("/staff/").fill("Address of a person", "ursula.weber@northwind.example").follow("Find person").follow("Delete user").
			follow("Delete user").says("The user was deleted")
	}},
	{"staff suspend an organization", staff, func(r *reader) {
		r.open("/staff/").follow("Duarte Consulting").follow("Suspend organization").fill("Reference", "ticket-1").follow("Suspend organization").
			says("The organization was suspended.")
	}},
	{"what is stored fits together", staff, func(r *reader) {
		r.open("/staff/").follow("Status").press("Compare with the logs too").follow("Check now").says("Everything fits together.")
	}},
	{"a suspended organization", "invitee", func(r *reader) {
		r.open("/console/").follow("Duarte Consulting").says("This organization is suspended.")
	}},
	{"a deleted organization", staff, func(r *reader) {
		r.as("outsider").open("/console/").follow("Elsewhere").follow("Settings").follow("Delete organization").
			fill("Type the organization's name: Elsewhere", "Elsewhere").follow("Delete organization").says("The organization was deleted.")
		r.as(staff).open("/staff/").follow("Deleted").follow("Elsewhere").follow("Restore organization").says("What happens")
	}},
}

// enable enables the buttons of what a user sees, which have to be disabled, as somebody
// could who means to change something nevertheless.
func (r *reader) enable() *reader {
	r.Helper()
	require.True(r, eval[bool](r, `[...document.querySelectorAll("main button:not([data-copy])")].every((b) => b.matches(":disabled"))`))
	eval[bool](r, `[...document.querySelectorAll("fieldset:disabled")].forEach((f) => { f.disabled = false; }) === undefined`)
	return r
}

// missing requires that the page was not found, which the browser reports.
func (r *reader) missing() *reader {
	r.Helper()
	messages := r.Messages()
	require.Len(r, messages, 1)
	require.Contains(r, messages[0], "status of 404")
	return r
}
