//go:build !race

package main

import (
	"github.com/stretchr/testify/require"
)

// staff is whom to act as for the host's own staff.
const staff = "staff"

// staffErrands are those of the host's own staff, after everybody else's.
var staffErrands = []errand{
	{"suspend an organization and reactivate it", staff, func(r *reader) {
		r.open("/staff/").follow("Duarte Consulting").follow("Suspend organization").says("What happens").
			fill("Reference", "ticket-77").follow("Suspend organization").says("The organization was suspended.", "Suspended")
		r.as("invitee").open("/console/").follow("Duarte Consulting").says("This organization is suspended.")
		r.as(staff).open("/staff/").follow("Duarte Consulting").follow("Reactivate organization").fill("Reference", "ticket-77").
			follow("Reactivate organization").says("The organization was reactivated.").hides("Suspended")
	}},
	{"set limits", staff, func(r *reader) {
		r.open("/staff/").follow("Northwind Traders").follow("Set limits").fill("Groups", "40").fill("Reference, if there is one", "ticket-78").
			follow("Set limits").says("The limits were set.")
		require.Regexp(r, `^Groups \d+ 40$`, r.row("Groups "))
		r.follow("Set limits").fill("Groups", "many").follow("Set limits")
		require.Equal(r, "many", eval[string](r, `document.querySelector("input[name=groups][aria-invalid]").value`))
	}},
	{"change entitlements", staff, func(r *reader) {
		r.open("/staff/").follow("Northwind Traders").follow("Import entitlement").press("May import users").follow("Save").
			says("The import entitlement was set.", "Import of users Not agreed")
		r.follow("Import entitlement").press("May import users").fill("Reference", "ticket-79").follow("Save").says("Agreed, reference ticket-79")
		r.open("/staff/").follow("Duarte Consulting").follow("HIPAA entitlement").press("May designate accounts").
			fill("Reference of the addendum", "baa-3000").set("Executed on", "2026-01-31").follow("Save").
			says("The HIPAA entitlement was set.", "Agreed with the addendum baa-3000")
	}},
	{"find a person, and see what they see", staff, func(r *reader) {
		r.open("/staff/").fill("Address of a person", "priya.raman@northwind.example").follow("Find person").says("Priya Raman").
			follow("What they see").says("Your organizations").follow("Northwind Traders").says("Your role: Standard User")
		r.follow("Your profile").enable().fill("Name", "Somebody else").follow("Change name").says("nothing can be changed here")
		r.open("/staff/").fill("Address of a person", "priya.raman@northwind.example").follow("Find person").says("Priya Raman").hides("Somebody else")
	}},
	{"deactivate a person and reactivate them", staff, func(r *reader) {
		r.open("/staff/").fill("Address of a person", "omar.haddad@northwind.example").follow("Find person").follow("Deactivate user").
			says("The user was deactivated by the staff")
		r.follow("Reactivate user").says("The user is no longer deactivated by the staff.")
	}},
	{"change the address of a person", staff, func(r *reader) {
		r.open("/staff/").fill("Address of a person", "emre.demir@northwind.example").follow("Find person").follow("Change address").
			fill("New address", "emre@northwind.example").press("It was proven that the address is theirs").follow("Change address").
			says("The user has another address.", "emre@northwind.example")
	}},
	{"delete a person for good", staff, func(r *reader) {
		r.open("/staff/").fill("Address of a person", "ursula.weber@northwind.example").follow("Find person").follow("Delete user").
			says("What happens").follow("Delete user").says("The user was deleted", "Name erased")
	}},
	{"replace an Owner, and bring them back", staff, func(r *reader) {
		for _, next := range []struct{ email, name string }{
			{"tomas.oliveira@northwind.example", "Tomás Oliveira"}, {"rosa.vega@northwind.example", "Rosa Vega"},
		} {
			r.open("/staff/").fill("Address of a person", next.email).follow("Find person").follow("Make Owner").says("What happens").
				fill("Reference of the decision", "ticket-80").follow("Replace the Owner").
				says("The organization has another Owner.", "Owner "+next.name)
		}
	}},
	{"restore a deleted organization", staff, func(r *reader) {
		r.open("/staff/").follow("Deleted").follow("Elsewhere").follow("Restore organization").says("What happens").follow("Restore organization").
			says("The organization was restored", "Owner Eve Sommer")
		r.as("outsider").open("/console/").follow("Elsewhere").follow("Accounts").says("Main", "Clients")
	}},
	{"remove the claim to a domain", staff, func(r *reader) {
		r.open("/staff/").follow("Northwind Traders").follow("Domains").follow("nordwind.example").follow("Remove the claim").
			says("The claim to the domain was removed.").hides("nordwind.example")
	}},
	{"check what is stored, after all of this", staff, func(r *reader) {
		r.open("/staff/").follow("Status").press("Compare with the logs too").follow("Check now").says("Everything fits together.")
	}},
}
