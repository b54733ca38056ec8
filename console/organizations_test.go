package console_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/console"
)

// A person founds an organization, and says which of their accounts stay where they are
// (ORG-3, ORG-4). A member whom an organization manages is not offered it (ORG-5).
func TestOrganizationIsFounded(t *testing.T) {
	s := newSite(t, console.Options{})
	path := prefix + "/organizations/new"
	require.NotContains(t, s.as(s.acme.Member).get(prefix+"/").links(), path)
	require.NotContains(t, s.as(s.acme.Member).get(path).actions(), path)
	owner := s.as(s.acme.Owner)
	// What is needed first is said instead of the form (ORG-2).
	first := owner.get(path)
	first.says(tenancy.CodePhoneNeeded.Sentence())
	require.NotContains(t, first.actions(), path)
	_, err := s.Host.VerifyPhone(t.Context(), s.acme.Account, "+15555550100")
	require.NoError(t, err)
	other := s.own(s.acme.Owner, 1)[0]
	page := owner.get(path)
	page.wellMade()
	refused := owner.post(page, path, map[string]string{"name": "", "stay": "chosen", "account": other.String()})
	refused.refuses(tenancy.CodeName)
	require.Equal(t, other.String(), refused.form(path).Get("account"))

	form := page.form(path)
	form.Set("name", "Second")
	form.Set("stay", "chosen")
	form.Set("account", s.acme.Account.String())
	made := owner.send(http.MethodPost, path, form.Encode())
	require.Equal(t, http.StatusSeeOther, made.Status)
	owner.get(made.Header.Get("Location")).says("The organization was created.")
	again := owner.send(http.MethodPost, path, form.Encode()).Header.Get("Location")
	require.Equal(t, strings.Replace(made.Header.Get("Location"), "done=created", "done=before", 1), again)
	form.Set("operation", s.operationOfBlock(s.acme.Owner).String())
	owner.send(http.MethodPost, path, form.Encode()) // what another block did made no organization
	stayed, err := s.Host.Account(t.Context(), s.acme.Account)
	require.NoError(t, err)
	require.Equal(t, s.acme.Organization, *stayed.Organization)
	came, err := s.Host.Account(t.Context(), other)
	require.NoError(t, err)
	require.NotEqual(t, s.acme.Organization, *came.Organization)
}

// The owner of an account that an organization asks for sees what happens, and gives it
// (ACC-4). Nobody else finds the request.
func TestAccountIsGiven(t *testing.T) {
	s := newSite(t, console.Options{})
	zoe := s.Found("zoe")
	asked, err := s.As(s.acme.Owner).AddAccount(t.Context(), s.acme.Organization, zoe.Account.ID)
	require.NoError(t, err)
	reader := s.as(zoe.User.ID)
	path := prefix + "/account-requests/" + asked.ID.String()
	require.Contains(t, reader.get(prefix+"/").links(), path)
	page := reader.get(path)
	page.wellMade()
	made := s.as(s.acme.Owner).send(http.MethodGet, prefix+"/account-requests/"+tenancy.InvitationID{15: 1}.String(), "")
	require.Equal(t, made.Body, s.as(s.acme.Owner).send(http.MethodGet, path, "").Body)
	reader.submit(page, path, nil).says("The account belongs to the organization now.")
	account, err := s.Host.Account(t.Context(), zoe.Account.ID)
	require.NoError(t, err)
	require.Equal(t, s.acme.Owner, account.Owner)
	require.Equal(t, http.StatusSeeOther, reader.post(page, path, nil).Status)
}

// A person changes their own name, and deletes themself if they are in no organization and own
// no account (USR-14, GEN-15).
func TestPersonDeletesThemself(t *testing.T) {
	s := newSite(t, console.Options{})
	member := s.as(s.acme.Member)
	require.NotContains(t, member.get(prefix+"/profile").links(), prefix+"/profile/deletion")
	path := prefix + "/profile/deletion"
	require.NotContains(t, member.get(path).actions(), path)

	guest := s.as(s.acme.Guest)
	profile := guest.get(prefix + "/profile")
	guest.submit(profile, prefix+"/profile/name", map[string]string{"name": hostile[1]}).says("Your name was changed.")
	guest.get(prefix + "/").says(hostile[1])
	guest.post(profile, prefix+"/profile/name", map[string]string{"name": ""}).refuses(tenancy.CodeName)
	guest.post(guest.get(path), path, nil).says("You are deleted")
	user, _, err := s.Host.User(t.Context(), s.acme.Guest)
	require.NoError(t, err)
	require.Equal(t, tenancy.StateDeleted, user.State)
}

// Terms that changed are refused with the new ones, which are asked for again (USR-6, USR-8).
func TestTermsAreAskedForAgain(t *testing.T) {
	s := newSite(t, console.Options{})
	ana, err := s.Host.SignUp(t.Context(), tenancy.NewSignUp{Email: tenancy.Proven("ana@ana.example"), Name: "Ana", Account: "First"})
	require.NoError(t, err)
	sent, err := s.As(s.acme.Owner).InviteUser(t.Context(), s.acme.Organization, tenancy.NewInvitation{Email: "ana@ana.example"})
	require.NoError(t, err)
	reader := s.as(ana.User.ID)
	path := prefix + "/invitations/" + sent.ID.String()
	page := reader.get(path)
	page.wellMade()
	page.says("What accepting changes")
	before := page.form(path + "/acceptance").Get("terms")
	require.NotEmpty(t, before)
	again := reader.post(page, path+"/acceptance", map[string]string{"terms": "other"})
	require.Equal(t, tenancy.CodeTermsChanged.Status(), again.Status)
	again.says(tenancy.CodeTermsChanged.Sentence())
	require.Equal(t, before, again.form(path+"/acceptance").Get("terms"))
	reader.submit(again, path+"/acceptance", nil).says("You have accepted the invitation.")
	require.Equal(t, http.StatusSeeOther, reader.post(again, path+"/acceptance", nil).Status)
	_, _, err = s.member(ana.User.ID)
	require.NoError(t, err)

	// Whoever the invitation is not for finds nothing, as with a made-up one (GEN-5).
	other := s.as(s.acme.Guest)
	made := other.send(http.MethodGet, prefix+"/invitations/"+tenancy.InvitationID{15: 1}.String(), "")
	require.Equal(t, made.Body, other.send(http.MethodGet, path, "").Body)
}

// Why an invitation cannot be accepted is said instead of the button, and it can be declined
// (USR-7, USR-19).
func TestInvitationThatCannotBeAccepted(t *testing.T) {
	s := newSite(t, console.Options{})
	other := s.Company("other")
	sent, err := s.As(other.Owner).InviteUser(t.Context(), other.Organization, tenancy.NewInvitation{Email: "member@acme.example"})
	require.NoError(t, err)
	reader := s.as(s.acme.Member)
	path := prefix + "/invitations/" + sent.ID.String()
	require.Contains(t, reader.get(prefix+"/").links(), path)
	page := reader.get(path)
	page.says(tenancy.CodeManagedElsewhere.Sentence())
	require.NotContains(t, page.actions(), path+"/acceptance")
	reader.submit(page, path+"/declination", nil).says("You have declined the invitation.")
	answered := reader.get(path)
	answered.wellMade()
	answered.says("This invitation was declined.")
	require.Equal(t, "Invitation", textIn(answered.named("h1")[0]))
	require.NotContains(t, answered.text(), "You are invited")
}

// An account is not offered to be given where that is known to be refused, or was just
// refused: the organization that has it, or the one that asks, is suspended (ACC-4, ORG-15).
func TestAccountThatCannotBeGiven(t *testing.T) {
	s := newSite(t, console.Options{})
	other := s.Company("other")
	asked, err := s.As(s.acme.Owner).AddAccount(t.Context(), s.acme.Organization, other.Account)
	require.NoError(t, err)
	reader, path := s.as(other.Owner), prefix+"/account-requests/"+asked.ID.String()
	require.Contains(t, reader.get(path).actions(), path)
	_, err = s.Staff.SuspendOrganization(t.Context(), s.acme.Organization, "ticket-7")
	require.NoError(t, err)
	refused := reader.post(reader.get(path), path, nil)
	refused.refuses(tenancy.CodeOrganizationSuspended)
	require.NotContains(t, refused.actions(), path)
	require.Contains(t, refused.links(), path)
	_, err = s.Staff.SuspendOrganization(t.Context(), other.Organization, "ticket-7")
	require.NoError(t, err)
	page := reader.get(path)
	page.says(tenancy.CodeOrganizationSuspended.Sentence())
	require.NotContains(t, page.actions(), path)
}

// operationOfBlock is the ID of a block of somebody's that has created nothing.
func (s *site) operationOfBlock(by tenancy.UserID) tenancy.OperationID {
	id, name := tenancy.NewOperationID(), "Renamed"
	require.NoError(s, s.As(by).Once(id).Atomically(s.Context(), func(ctx context.Context, in *tenancy.Session) error {
		_, err := in.UpdateUser(ctx, by, tenancy.UserUpdate{Name: &name})
		return err
	}))
	return id
}

// Nobody is led to a page that there is not for them: who has an organization already creates
// accounts in it.
func TestOwnerWithoutAnAccountIsLedNowhere(t *testing.T) {
	s := newSite(t, console.Options{})
	_, err := s.As(s.acme.Owner).TransferAccount(t.Context(), s.acme.Account, s.acme.Member)
	require.NoError(t, err)
	owner := s.as(s.acme.Owner)
	page := owner.get(prefix + "/organizations/new")
	page.says("You own no account yet.")
	require.NotContains(t, page.links(), prefix+"/accounts/new")
	removed := s.Join(s.acme.Owner, s.acme.Organization, "Removed", "removed@acme.example", tenancy.StandardUser)
	require.NoError(t, s.As(s.acme.Owner).RemoveUser(t.Context(), s.acme.Organization, removed, tenancy.Removal{}))
	require.Contains(t, s.as(removed).get(prefix+"/organizations/new").links(), prefix+"/accounts/new")
}
