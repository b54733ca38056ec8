package console_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/console"
)

// A page on which something dangerous is confirmed says what happens to how much. If that is
// not so any more the form does nothing, and the page is shown anew.
func TestConfirmedIsWhatThePageSaid(t *testing.T) {
	s := newSite(t, console.Options{})
	owner, ctx := s.As(s.acme.Owner), t.Context()
	leaves := s.Join(s.acme.Owner, s.acme.Organization, "Leaves", "leaves@acme.example", tenancy.StandardUser)
	goes := s.Join(s.acme.Owner, s.acme.Organization, "Goes", "goes@acme.example", tenancy.StandardUser)
	s.own(leaves, 1)
	s.own(goes, 1)
	group, err := owner.CreateGroup(ctx, s.acme.Organization, tenancy.NewGroup{Name: "On call"})
	require.NoError(t, err)
	claim, err := owner.AddDomain(ctx, s.acme.Organization, "claimed.example")
	require.NoError(t, err)
	account := s.own(s.acme.Administrator, 1)[0]
	removal, deletion := s.in("users", leaves.String(), "removal"), s.in("users", goes.String(), "deletion")
	for _, step := range []struct {
		name, page, action, says string
		change                   func()
		after                    string
	}{
		{"the accounts leave", removal + "?heir=release", removal, "All of their accounts leave the organization with them: \u20681\u2069.",
			func() { s.own(leaves, 1) }, "All of their accounts leave the organization with them: \u20682\u2069."},
		{"the accounts pass to another", deletion + "?heir=" + s.acme.Administrator.String(), deletion, "All of their accounts pass to",
			func() { s.own(goes, 1) }, "Accounts that they own: \u20682\u2069"},
		{"the account is closed", s.in("accounts", account.String(), "closing"), "", "A closed account cannot be opened again.",
			func() {
				_, err := owner.CreateSubaccount(ctx, account, tenancy.NewSubaccount{Name: "Just made"})
				require.NoError(t, err)
			}, "Its subaccount is closed with it."},
		{"the group is deleted", s.in("groups", group.ID.String(), "deletion"), "", "Nobody is in it, so nobody loses a role.",
			func() {
				_, err := owner.AddToGroup(ctx, group.ID, []tenancy.UserID{s.acme.Member})
				require.NoError(t, err)
			}, "Its member loses the roles that the group gives, at once."},
		{"the domain is removed", s.in("domains", claim.ID.String(), "removal"), "", "Only the claim ends.",
			func() {
				s.Names.Publish(claim.RecordName, claim.RecordValue)
				_, err := owner.VerifyDomain(ctx, claim.ID)
				require.NoError(t, err)
			}, "Another organization that proves it can have it."},
	} {
		t.Run(step.name, func(t *testing.T) {
			s := s.within(t)
			reader, action := s.as(s.acme.Owner), step.action
			if action == "" {
				action = step.page
			}
			page := reader.get(step.page)
			page.says(step.says)
			step.change()
			var refused seen
			s.Unchanged(func() { refused = reader.post(page, action, nil) })
			require.Equal(t, http.StatusConflict, refused.Status)
			refused.says("What this page said has changed since it was opened.")
			refused.says(step.after)
			refused.wellMade()
			require.Equal(t, http.StatusSeeOther, reader.post(refused, action, nil).Status)
			require.Equal(t, http.StatusSeeOther, reader.post(refused, action, nil).Status, "a second click")
		})
	}
}
