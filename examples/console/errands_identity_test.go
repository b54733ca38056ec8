//go:build !race

package main

import (
	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// identityErrands are about programs, domains, single sign-on and directories.
var identityErrands = []errand{
	{"make a service account and a key, and revoke it", "owner", func(r *reader) {
		r.northwind().follow("Service accounts").follow("New service account").fill("Name", "Backup").follow("Create service account").
			says("The service account was created.", "It has no key yet")
		r.fill("Name of the key", "Night server").follow("Create key").says("Copy the new key", "Authorization: Bearer")
		secret := r.secret("Key")
		r.again().says("Its secret was shown once, and cannot be shown again.").hides(secret, "Authorization: Bearer")
		require.Contains(r, r.row("Night server"), "Active")
		r.follow("Revoke Night server").follow("Revoke key").says("The key was revoked, and is refused from now on.")
		require.Contains(r, r.row("Night server"), "Revoked")
		r.follow("Delete service account").follow("Delete service account").says("The service account was deleted").hides("Backup")
	}},
	{"verify a domain, and remove it", "owner", func(r *reader) {
		r.northwind().follow("Domains").fill("Domain", "Northwind-New.example").follow("Add domain").says("The domain was added.", "northwind-new.example")
		r.follow("Verify now").says(tenancy.CodeProofMissing.Sentence())
		r.open("/dns").follow("Publish the record of northwind-new.example")
		r.northwind().follow("Domains").follow("northwind-new.example").follow("Verify now").
			says("The record was found. The domain is verified.").hides("This domain does nothing yet.")
		r.follow("Remove domain").says("Members with an address on it stay members").follow("Remove domain").
			says("The domain was removed.").hides("northwind-new.example")
	}},
	{"change the sign-up policy", "administrator", func(r *reader) {
		r.northwind().follow("Sign-up policy").press("Automatically").follow("Change policy").says("The sign-up policy was changed.")
		require.Equal(r, "automatic", eval[string](r, `document.querySelector("input[name=policy]:checked").value`))
		r.press("By invitation").follow("Change policy").says("The sign-up policy was changed.")
	}},
	{"add a connection for single sign-on, and remove it", "owner", func(r *reader) {
		r.northwind().follow("Single sign-on").follow("Connections").fill("Name", "Corporate login").follow("Add connection").says("The connection was added.")
		require.Contains(r, r.row("Corporate login"), "Not tested")
		r.follow("Remove Corporate login").follow("Remove connection").says("The connection was removed.").hides("Corporate login")
	}},
	{"require single sign-on on a domain, and stop", "owner", func(r *reader) {
		r.northwind().follow("Single sign-on").follow("Require northwind-labs.example").press("Okta").follow("Require single sign-on").
			says("Single sign-on is required on this domain from now on.")
		r.northwind().follow("Single sign-on")
		require.Contains(r, r.row("northwind-labs.example"), "Sign in through Okta")
		r.follow("Change or stop northwind-labs.example").follow("Stop requiring single sign-on").
			says("Single sign-on is no longer required on this domain.")
		r.northwind().follow("Single sign-on")
		require.Contains(r, r.row("northwind-labs.example"), "Sign in as they like")
	}},
	{"add a directory, renew its secret and remove it", "owner", func(r *reader) {
		r.northwind().follow("Directories").fill("Name", "Staff list").follow("Add directory").says("This is the only time that the secret is shown.")
		first := r.secret("Secret")
		r.again().says("Its secret was shown once, and cannot be shown again.").hides(first)
		r.follow("Staff list").says("The identity provider has added nobody yet.").hides(first)
		r.follow("Renew secret").says("This is the only time that the secret is shown.")
		second := r.secret("Secret")
		require.NotEqual(r, first, second)
		r.follow("I have entered it").follow("Staff list").hides(second).follow("Remove directory").says("Its secrets end at once").
			follow("Remove directory").says("The directory was removed.").hides("Staff list")
	}},
	{"see what a directory keeps", "owner", func(r *reader) {
		r.northwind().follow("Directories").follow("Okta").says("asta.lund@northwind.example", "Linked")
	}},
}
