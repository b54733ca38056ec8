package storetest

import (
	"iter"
	"slices"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/add4b1c6/tenancy"
)

// offering is what people do about the invitations that they are shown (USR-19): what a
// list says of one is what accepting it answers then, whatever the state.
func (m *machine) offering() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"accept what is listed": m.acceptListed, "accept what is listed 2": m.acceptListed,
		"sign up with what is listed": m.signUpListed, "sign up with what is listed 2": m.signUpListed,
		"an invitation by its ID": func(rt *rapid.T) {
			id := m.invitation(rt)
			i, _ := lookUp[tenancy.InvitationRecord](m, tenancy.IndexInvitations, id)
			s := m.session(rt, m.userOf(i.Personal.Address.Reveal()), i.Inviter.User)
			m.did(rt, "InvitationByID", func() error { return second(s.InvitationByID(m.ctx, id)) })
			if m.coin(rt, "decline?") {
				m.did(rt, "DeclineInvitation",
					func() error { return s.DeclineInvitation(m.ctx, tenancy.Declination{Invitation: id}) })
			}
		},
	}
}

// elsewhere are the codes that an operation is refused with before it decides.
var elsewhere = []tenancy.Code{
	tenancy.CodeActor, tenancy.CodeAlreadyDone, tenancy.CodeOperationTaken, tenancy.CodeBusy,
	tenancy.CodeAmbiguous, tenancy.CodeInTransaction,
}

// acceptListed has a user accept one of the invitations that they are shown.
func (m *machine) acceptListed(rt *rapid.T) {
	user := m.userOf(m.sent(rt).address)
	s := m.session(rt, user)
	var offers []tenancy.ListedOffer
	m.did(rt, "InvitationsTo", func() (err error) {
		offers, err = gathered(s.InvitationsTo(m.ctx, user, tenancy.OfferQuery{}))
		return err
	})
	if len(offers) == 0 {
		return
	}
	offer := choose(m, rt, "offer", offers)
	m.did(rt, "AcceptInvitation", func() error {
		_, err := s.AcceptInvitation(m.ctx, tenancy.Acceptance{Invitation: offer.ID, Terms: offer.Terms.Token})
		if code := tenancy.CodeOf(err); !slices.Contains(elsewhere, code) {
			require.Equal(rt, offer.Refusal, code, "USR-19 the list says what accepting answers")
		}
		return err
	})
}

// signUpListed has a person sign up with one of the invitations that System is shown.
func (m *machine) signUpListed(rt *rapid.T) {
	address, p := m.sent(rt).address, m.platform(rt)
	var offers []tenancy.ListedOffer
	m.did(rt, "InvitationsToAddress", func() (err error) {
		offers, err = gathered(p.InvitationsToAddress(m.ctx, tenancy.Proven(address), tenancy.OfferQuery{}))
		return err
	})
	if len(offers) == 0 {
		return
	}
	offer := choose(m, rt, "offer", offers)
	m.did(rt, "InvitationByID", func() error {
		listed, err := p.InvitationByID(m.ctx, offer.ID)
		if err == nil && offer.Refusal == "" {
			require.Empty(rt, listed.Refusal, "USR-19 what keeps nobody from accepting stands in no list")
		}
		if err == nil && listed.Refusal != "" {
			require.Contains(rt, []tenancy.Code{listed.Refusal, tenancy.CodeSecretRefused}, offer.Refusal)
		}
		return err
	})
	in := tenancy.NewSignUp{Email: tenancy.Proven(address), Name: "Listed", Invitation: offer.ID}
	m.did(rt, "SignUp", func() error {
		err := m.signUp(p, in)
		want := offer.Refusal
		if want != "" && want != tenancy.CodeMemberLimit {
			want = tenancy.CodeSecretRefused
		}
		if code := tenancy.CodeOf(err); !slices.Contains(elsewhere, code) {
			require.Equal(rt, want, code, "USR-19 the list says whether signing up accepts")
		}
		return err
	})
}

// manyAtOnce asks for many decisions at once. They are what asking for each gives
// (GEN-21).
func (m *machine) manyAtOnce(
	rt *rapid.T, s *tenancy.Session, user tenancy.UserID, permission tenancy.Permission, account tenancy.AccountID,
) {
	accounts := []tenancy.AccountID{account, m.account(rt), m.account(rt)}
	m.did(rt, "CanMany", func() error {
		answers, err := s.CanMany(m.ctx, user, permission, accounts)
		for i, answer := range answers {
			decision, err := s.Can(m.ctx, user, permission, accounts[i])
			require.Equal(rt, tenancy.CodeOf(err), tenancy.CodeOf(answer.Err))
			require.Equal(rt, decision, answer.Decision)
			if answer.Err != nil {
				m.reached.refused("CanMany", tenancy.CodeOf(answer.Err))
			}
		}
		return err
	})
	m.did(rt, "Permissions", func() error {
		decisions, err := s.Permissions(m.ctx, user, account)
		for permission, decision := range decisions {
			one, err := s.Can(m.ctx, user, permission, account)
			require.NoError(rt, err)
			require.Equal(rt, one, decision, string(permission))
		}
		return err
	})
}

// everyInOrganization asks for all decisions in an organization at once. They are what
// asking for each gives (GEN-21).
func (m *machine) everyInOrganization(
	rt *rapid.T, s *tenancy.Session, user tenancy.UserID, org tenancy.OrganizationID,
) {
	m.did(rt, "OrganizationPermissions", func() error {
		decisions, err := s.OrganizationPermissions(m.ctx, user, org)
		for permission, decision := range decisions {
			one, err := s.CanInOrganization(m.ctx, user, permission, org)
			require.NoError(rt, err)
			require.Equal(rt, one, decision, string(permission))
		}
		return err
	})
}

// gathered reads a whole list.
func gathered[T any](list iter.Seq2[T, error]) (all []T, err error) {
	for item, err := range list {
		if err != nil {
			return nil, err
		}
		all = append(all, item)
	}
	return all, nil
}
