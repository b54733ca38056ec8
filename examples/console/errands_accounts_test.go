//go:build !race

package main

import (
	"strings"
	"time"

	"github.com/stretchr/testify/require"
)

// accountErrands are about accounts.
var accountErrands = []errand{
	{"create an account, suspend it and reactivate it", "owner", func(r *reader) {
		r.northwind().follow("Accounts").follow("Create an account").fill("Name of the account", "Analytics").follow("Create account").
			says("The account was created.", "Analytics", "Owner You")
		r.follow("Suspend").says("The account was suspended.", "Your own people have suspended this account.")
		r.follow("Reactivate").says("The account was reactivated").hides("Your own people have suspended this account.")
	}},
	{"make a subaccount", "owner", func(r *reader) {
		r.northwind().follow("Accounts").follow("Analytics").follow("Subaccounts").fill("Name of the subaccount", "Reports").
			follow("Create subaccount").says("The subaccount was created.", "Reports", "A subaccount.")
		r.follow("Analytics").follow("Subaccounts")
		require.Contains(r, r.row("Reports"), "Active")
	}},
	{"invite to an account", "owner", func(r *reader) {
		r.northwind().follow("Accounts").follow("Analytics").follow("Invitations").fill("Address", "freelance@partner.example").
			press("Developer").follow("Send invitation").says("The invitation was sent.")
		require.Contains(r, r.row("freelance@partner.example"), "Developer")
		r.open("/mails").says("To freelance@partner.example")
	}},
	{"give temporary roles on an account", "owner", func(r *reader) {
		r.northwind().follow("Accounts").follow("Analytics").follow("Access").follow("Give roles to a member").pick("Elena Petrova").
			pressIn("Temporary roles", "Support").set("End, in UTC", time.Now().UTC().AddDate(0, 0, 7).Format("2006-01-02T15:04")).
			follow("Assign until then").says("The roles on the account were changed.")
		require.Contains(r, r.row("Elena Petrova"), "Temporary, assigned on this account: Support")
		r.follow("Elena Petrova").follow("Take the roles away").follow("Take the roles away").
			says("The roles on the account were taken away.").hides("Elena Petrova")
	}},
	{"give an account to another owner", "owner", func(r *reader) {
		r.northwind().follow("Accounts").follow("Analytics").follow("Change the owner").pick("Priya Raman").
			says("You stay as Administrator of the account.").follow("Make them the owner").
			says("The account has a new owner.", "Owner Priya Raman")
	}},
	{"close an account", "owner", func(r *reader) {
		r.northwind().follow("Accounts").follow("Analytics").follow("Close").says("Its subaccount is closed with it.").follow("Close for good").
			says("The account was closed.", "This account was closed for good")
		require.False(r, eval[bool](r, `[...document.querySelectorAll("main button, main a")].some((e) => e.innerText === "Rename")`))
	}},
	{"designate what HIPAA lacks, and download the report", "owner", func(r *reader) {
		r.northwind().follow("HIPAA")
		require.Contains(r, r.row("Clinic South"), "Gap")
		r.follow("Designate Clinic South").says("The account is now designated as subject to HIPAA.")
		require.NotContains(r, r.row("Clinic South"), "Gap")
		file := r.download("Download as CSV")
		require.True(r, strings.HasPrefix(file, "account,name,main_account,state,designated,designated_by,gap\n"))
		require.Regexp(r, `(?m)^AC[0-9a-f]{32},Clinic South,AC[0-9a-f]{32},active,2.*,$`, file)
	}},
	{"see the accounts one reaches", "member", func(r *reader) {
		r.northwind().says("Your role: Standard User", "Production", "Marketing site")
		require.False(r, eval[bool](r, `[...document.querySelectorAll("nav a")].some((a) => a.innerText === "Users")`))
	}},
	{"give an account to the organization that asks for it", "invitee", func(r *reader) {
		r.open("/console/").follow("See the request").says("Give Clients to Elsewhere", "You cannot take it back.").follow("Give the account").
			says("The account belongs to the organization now.")
		r.as("outsider").open("/console/").follow("Elsewhere").follow("Accounts").follow("Clients").says("Owner You")
	}},
}
