//go:build !race

package main

import (
	"strings"

	"github.com/stretchr/testify/require"
)

// organizationErrands are about an organization as a whole. They come after those about
// what is in it, since they merge it, hand it over and delete another one.
var organizationErrands = []errand{
	{"look something up in the log", "owner", func(r *reader) {
		r.northwind().follow("Log").choose("What", "HIPAA").follow("Show").hides("was invited")
		require.Equal(r, "hipaa", eval[string](r, `document.querySelector("#kind").value`))
		number := eval[string](r, `document.querySelector("main td a.number").lastChild.textContent`)
		r.follow("Details of event "+number).says("Event "+number, "What it holds", "Hash before")
		r.follow("Events about it").says("Show everything")
	}},
	{"export the log and verify it", "owner", func(r *reader) {
		r.northwind().follow("Log").choose("What", "Single sign-on").follow("Show")
		shown := eval[int](r, `document.querySelectorAll("main tbody tr").length`)
		require.Equal(r, shown, strings.Count(strings.TrimSpace(r.download("CSV")), "\n"), "a line for each event after that of the names")
		require.NotContains(r, r.download("NDJSON"), "@")
		r.northwind().follow("Log").follow("Verify the log").follow("Verify").says("Verified up to event")
		r.northwind().follow("Log").follow("Verify the log").fill("Number that you kept", "1").fill("Hash that you kept", strings.Repeat("0", 64)).
			follow("Verify").says("Something does not fit.")
	}},
	{"rename the organization", "owner", func(r *reader) {
		r.northwind().follow("Settings").fill("Name of the organization", "Northwind Trading").follow("Rename").
			says("The organization has a new name.")
		require.Equal(r, "Northwind Trading", eval[string](r, `document.querySelector("header .where").innerText`))
		r.fill("Name of the organization", "Northwind Traders").follow("Rename")
	}},
	{"decide whom the organization invites", "administrator", func(r *reader) {
		r.northwind().follow("Settings").press("Only addresses on your verified domains").follow("Save").says("Whom the organization invites was changed.")
		r.northwind().follow("Users").follow("Invite users").says("The organization invites only addresses on its own domains.")
		r.northwind().follow("Settings").press("Anybody").follow("Save").says("Whom the organization invites was changed.")
	}},
	{"merge an organization", "owner", func(r *reader) {
		r.northwind().follow("Merge").follow("See what would happen Northwind Labs").says("Merge Northwind Labs", "This cannot be undone.")
		require.Contains(r, r.row("Adaeze Obi"), "Standard User Standard User")
		require.Contains(r, r.row("Prototype"), "Another organization manages it.")
		r.follow("Merge organizations").says("The organization was merged into this one.")
		r.user("Adaeze Obi").says("Role in the organization Standard User")
		r.northwind().follow("Accounts").follow("Prototype").says("Owner You")
		r.open("/console/").hides("Northwind Labs")
	}},
	{"hand the organization over, and back", "owner", func(r *reader) {
		r.northwind().follow("Settings").follow("Change Owner").pick("Tomás Oliveira").says("Make Tomás Oliveira the Owner").follow("Make them the Owner").
			says("The organization has a new Owner.")
		r.northwind().says("Your role: Administrator")
		r.as("administrator").northwind().says("Your role: Owner").follow("Settings").follow("Change Owner").pick("Rosa Vega").
			follow("Make them the Owner").says("The organization has a new Owner.")
		r.as("owner").northwind().says("Your role: Owner")
	}},
	{"answer an invitation", "invitee", func(r *reader) {
		r.open("/console/").follow("See the invitation").says("Join Northwind Traders", "What accepting changes")
		r.follow("Decline").says("You have declined the invitation.")
	}},
	{"create an organization, and delete it", "outsider", func(r *reader) {
		r.open("/console/").follow("Create an organization").says("No account that you own is active and has a verified phone number.")
		r.as("owner").open("/console/").follow("Create an organization").fill("Name", "Northwind Works").press("They stay where they are").
			follow("Create organization").says("The organization was created. You are its Owner.", "Northwind Works")
		r.follow("Settings").follow("Delete organization").choose("Organization that gets your accounts", "Northwind Traders").
			fill("Type the organization's name: Northwind Works", "Northwind Works").follow("Delete organization").says("The organization was deleted.")
	}},
	{"delete one's only organization", "outsider", func(r *reader) {
		r.open("/console/").follow("Elsewhere").follow("Settings").follow("Delete organization").says("What happens").
			fill("Type the organization's name: Elsewhere", "Somewhere").follow("Delete organization")
		require.Equal(r, "true", eval[string](r, `document.querySelector("input[name=name]").getAttribute("aria-invalid")`))
		r.fill("Type the organization's name: Elsewhere", "Elsewhere").follow("Delete organization").
			says("The organization was deleted.", "You do not belong to an organization yet.")
	}},
	{"leave the organization", "member", func(r *reader) {
		r.northwind().follow("Settings").follow("Leave organization").says("What happens").follow("Leave the organization").
			says("You do not belong to an organization yet.")
	}},
}
