package console_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/console"
)

// The Owner of two organizations sees what merging them would do, and merges them once
// (MRG-11, MRG-14).
func TestOrganizationsAreMerged(t *testing.T) {
	s := newSite(t, console.Options{})
	owner, second := s.as(s.acme.Owner), s.second()
	extra := s.Join(s.acme.Owner, second, `Zoë <i>"Ink"</i>`, "zoe@elsewhere.example", tenancy.Administrator)
	path := s.in("merge", second.String())
	require.Contains(t, owner.get(s.in("merge")).links(), path)
	page := owner.get(path)
	page.wellMade()
	page.says(`Zoë <i>"Ink"</i>`)
	page.says("AdministratorStandard User")
	require.NotContains(t, page.text(), "Not met")

	owner.submit(page, path, nil).says("The organization was merged into this one.")
	_, member, err := s.Host.Member(t.Context(), s.acme.Organization, extra)
	require.NoError(t, err)
	require.Equal(t, tenancy.StandardUser, member.Role)
	require.Equal(t, http.StatusSeeOther, owner.post(page, path, nil).Status)
	require.Equal(t, http.StatusNotFound, owner.send(http.MethodGet, path, "").Status, "it is merged")
}

// The button merges what its page has shown: if something has happened in the other
// organization meanwhile, nothing is merged, and the page shows what merging does now.
func TestMergeIsOfWhatWasShown(t *testing.T) {
	s := newSite(t, console.Options{})
	owner, second := s.as(s.acme.Owner), s.second()
	path := s.in("merge", second.String())
	page := owner.get(path)
	s.Join(s.acme.Owner, second, "Late", "late@elsewhere.example", tenancy.StandardUser)
	again := owner.post(page, path, nil)
	require.Equal(t, http.StatusConflict, again.Status)
	again.says("The other organization has changed since this page was opened.")
	again.says("late@elsewhere.example")
	owner.submit(again, path, nil).says("The organization was merged into this one.")
}

// What a merge needs is listed, with what is not met; then there is no button (MRG-1).
func TestMergeSaysWhatIsMissing(t *testing.T) {
	s := newSite(t, console.Options{})
	owner, second := s.as(s.acme.Owner), s.second()
	s.Prove(s.acme.Owner, second, "second.example")
	require.NoError(t, s.As(s.acme.Owner).RemoveDomain(t.Context(), s.acme.Domain))
	path := s.in("merge", second.String())
	page := owner.get(path)
	page.says("This organization has a verified domain. Not met")
	page.says("The other organization has no verified domain. Not met")
	page.says("Neither organization is suspended. Met")
	require.NotContains(t, page.actions(), path)
	head, err := s.As(s.acme.Owner).LogHead(t.Context(), tenancy.Stream{Organization: second})
	require.NoError(t, err)
	form := owner.blank() + fmt.Sprintf("&plan=%d-%x", head.Sequence, head.Hash)
	owner.send(http.MethodPost, path, form).refuses(tenancy.CodeNoLiveDomain)
}

// Whoever is not the Owner of both merges nothing: an Administrator is not offered it, and
// another customer's organization is answered as one that is made up (MRG-11).
func TestMergeIsForTheOwnerOfBoth(t *testing.T) {
	s := newSite(t, console.Options{})
	other, second := s.Company("other"), s.second()
	admin := s.as(s.acme.Administrator)
	require.NotContains(t, admin.get(s.in("merge")).links(), s.in("merge", second.String()))
	require.Equal(t, http.StatusNotFound, admin.send(http.MethodGet, s.in("merge", second.String()), "").Status)
	owner := s.as(s.acme.Owner)
	none := owner.send(http.MethodGet, s.in("merge", madeUp), "")
	for _, id := range []tenancy.OrganizationID{other.Organization, s.acme.Organization} {
		theirs := owner.send(http.MethodGet, s.in("merge", id.String()), "")
		require.Equal(t, http.StatusNotFound, theirs.Status)
		require.Equal(t, none.Body, theirs.Body)
	}
	s.as(s.acme.Member).send(http.MethodGet, s.in("merge"), "").refuses(tenancy.CodeNotAllowed)
}

// An invited Owner sees before they accept what becomes of their organizations (MRG-11). Who
// is not invited finds nothing.
func TestInvitedOwnerSeesTheMerge(t *testing.T) {
	s := newSite(t, console.Options{})
	guest := s.FoundAt("candidate", "candidate@cand.example")
	s.Join(guest.User.ID, guest.Organization.ID, "Helper", "helper@elsewhere.example", tenancy.StandardUser)
	s.Prove(s.acme.Owner, s.acme.Organization, "cand.example")
	sent, err := s.As(s.acme.Owner).InviteUser(t.Context(), s.acme.Organization,
		tenancy.NewInvitation{Email: "candidate@cand.example"})
	require.NoError(t, err)
	path := prefix + "/invitations/" + sent.ID.String()
	reader := s.as(guest.User.ID)
	invitation := reader.get(path)
	require.Contains(t, invitation.links(), path+"/merge")
	invitation.says("Accept and merge")
	invitation.says("Accepting cannot be undone")
	page := reader.get(path + "/merge")
	page.wellMade()
	page.says("Helper")
	page.says("candidate main")
	require.Empty(t, page.actions())
	require.Equal(t, http.StatusNotFound, s.as(s.acme.Member).send(http.MethodGet, path+"/merge", "").Status)
}
