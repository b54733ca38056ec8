package tenancy_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	scenes "github.com/add4b1c6/tenancy/internal/scene"
)

// offers lists what a user is invited to.
func (c *customer) offers(user tenancy.UserID) []tenancy.ListedOffer {
	c.Helper()
	return items(c, c.as(user).InvitationsTo(c.ctx(), user, tenancy.OfferQuery{}))
}

// take accepts by ID.
func (c *customer) take(user tenancy.UserID, invitation tenancy.InvitationID) error {
	return errOf(c.as(user).AcceptInvitation(c.ctx(), tenancy.Acceptance{Invitation: invitation}))
}

// enter signs up an address with an invitation's ID.
func (c *customer) enter(email string, invitation tenancy.InvitationID) (tenancy.SignedUp, error) {
	return c.host.SignUp(c.ctx(),
		tenancy.NewSignUp{Email: tenancy.Proven(email), Name: "New", Invitation: invitation})
}

func TestInvitationsTo(t *testing.T) {
	t.Run("USR-19 what is pending for one's address, as Invitation shows it", func(t *testing.T) {
		c := newCustomer(t)
		lea := c.loner("lea")
		sent := []tenancy.SentInvitation{
			c.invite(c.ana, c.org, strings.ToUpper(address("lea"))),
			c.inviteTo(c.ana, c.main, address("lea"), tenancy.Support),
			c.invite(c.other.User.ID, c.other.Organization.ID, address("lea")),
		}
		c.invite(c.ana, c.org, address("liz"))
		revoked := c.inviteTo(c.other.User.ID, c.other.Account.ID, address("lea"), tenancy.Support)
		require.NoError(t, c.as(c.other.User.ID).RevokeInvitation(c.ctx(), revoked.ID))
		var want, got []tenancy.Offer
		for _, s := range sent {
			offer, err := c.as(lea).Invitation(c.ctx(), s.Secret)
			require.NoError(t, err)
			require.NotNil(t, offer.Terms)
			want = append(want, offer)
		}
		for _, offer := range c.offers(lea) {
			got = append(got, offer.Offer)
		}
		require.ElementsMatch(t, want, got)
		c.clock.Advance(sent[0].Expires.Sub(c.clock.Now()))
		require.Empty(t, c.offers(lea), "what expired is not pending")
	})
	t.Run("USR-19 GEN-9 pages", func(t *testing.T) {
		c := newCustomer(t, tenancy.Options{InvitationsPerDay: -1})
		lea, liz := c.loner("lea"), c.loner("liz")
		var want, got []tenancy.InvitationID
		for n := range 45 {
			account, err := c.as(c.ana).CreateAccount(c.ctx(), c.org, tenancy.NewAccount{Name: "A"})
			require.NoError(t, err)
			sent := c.inviteTo(c.ana, account.ID, address("lea"), tenancy.Support)
			if n%3 == 0 {
				require.NoError(t, c.as(c.ana).RevokeInvitation(c.ctx(), sent.ID))
				continue
			}
			want = append(want, sent.ID)
		}
		c.inviteTo(c.ana, c.main, address("liz"), tenancy.Support)
		var after tenancy.Cursor
		for {
			page, next, err := tenancy.Collect(c.as(lea).InvitationsTo(c.ctx(), lea, tenancy.OfferQuery{After: after}), 7)
			require.NoError(t, err)
			for _, offer := range page {
				got = append(got, offer.ID)
			}
			if after = next; after == "" {
				break
			}
		}
		slices.SortFunc(want, func(a, b tenancy.InvitationID) int { return bytes.Compare(a[:], b[:]) })
		require.Equal(t, want, got)
		foreign := c.offers(liz)[0].Cursor()
		refused(t, failure(c.as(lea).InvitationsTo(c.ctx(), lea, tenancy.OfferQuery{After: foreign})), tenancy.CodeCursor)
	})
	t.Run("USR-19 the user alone", func(t *testing.T) {
		c := newCustomer(t)
		c.invite(c.ana, c.org, address("olga"))
		ask := func(s *tenancy.Session, user tenancy.UserID) error {
			return failure(s.InvitationsTo(c.ctx(), user, tenancy.OfferQuery{}))
		}
		for _, s := range []*tenancy.Session{c.as(c.ana), c.as(c.adam)} {
			refused(t, ask(s, c.stan), tenancy.CodeNotFound) // whom they see
			refused(t, ask(s, c.other.User.ID), tenancy.CodeNotFound)
		}
		refused(t, ask(c.host.Session, c.other.User.ID), tenancy.CodeNotAllowed)
		refused(t, ask(c.staff.Session, c.other.User.ID), tenancy.CodeNotAllowed)
		refused(t, ask(c.as(c.ana), tenancy.UserID{}), tenancy.CodeID)
		require.NoError(t, ask(c.as(c.other.User.ID), c.other.User.ID))
	})
	t.Run("USR-19 the Owner of an organization that would merge: five steps at most", func(t *testing.T) {
		s := newCovered(t, tenancy.PolicyInvitationOnly)
		s.join(s.bea, "ben", tenancy.StandardUser)
		_, err := s.owner.InviteUser(t.Context(), s.org, tenancy.NewInvitation{Email: address("bea")})
		require.NoError(t, err)
		s.set(tenancy.PolicyClosed)
		counted := scenes.NewCounting(s.store)
		dir, err := tenancy.New(counted, &tenancy.Options{Now: s.clock.Now})
		require.NoError(t, err)
		bea := s.bea.User.ID
		offers := items(t, dir.As(bea).InvitationsTo(t.Context(), bea, tenancy.OfferQuery{}))
		require.Len(t, offers, 1)
		require.LessOrEqual(t, len(counted.Steps), 5)
		require.Equal(t, tenancy.CodeOwnerOffDomain, offers[0].Refusal)
		require.Len(t, offers[0].Terms.Merged, 1)
		_, err = s.as(bea).AcceptInvitation(t.Context(),
			tenancy.Acceptance{Invitation: offers[0].ID, Terms: offers[0].Terms.Token})
		refused(t, err, tenancy.CodeOwnerOffDomain)
	})
}

func TestInvitationsByTheirID(t *testing.T) {
	t.Run("USR-19 the invitee accepts and declines by ID", func(t *testing.T) {
		c := newCustomer(t)
		lea := c.loner("lea")
		joins, declined := c.invite(c.ana, c.org, address("lea")), c.inviteTo(c.ana, c.main, address("lea"), tenancy.Support)
		require.NoError(t, c.as(lea).DeclineInvitation(c.ctx(), tenancy.Declination{Invitation: declined.ID}))
		require.NoError(t, c.take(lea, joins.ID))
		require.Equal(t, tenancy.StateDeclined, c.state(declined.ID))
		require.Equal(t, tenancy.StateAccepted, c.state(joins.ID))
		c.unchanged(func() {
			refused(t, c.take(lea, joins.ID), tenancy.CodeSettled)
			refused(t, c.take(lea, declined.ID), tenancy.CodeSettled)
			refused(t, c.as(lea).DeclineInvitation(c.ctx(), tenancy.Declination{Invitation: joins.ID}), tenancy.CodeSettled)
		})
	})
	t.Run("USR-19 SEC-15 to anybody else an ID opens nothing", func(t *testing.T) {
		c := newCustomer(t)
		lea, liz := c.loner("lea"), c.loner("liz")
		sent := c.invite(c.ana, c.org, address("lea"))
		asked, err := c.as(c.other.User.ID).AddAccount(c.ctx(), c.other.Organization.ID, c.main)
		require.NoError(t, err)
		require.NotContains(t, []tenancy.UserID{lea, liz}, c.ana)
		// error texts name the ID asked for, and are the same but for that
		blank := func(err error) tenancy.Error {
			e := *err.(*tenancy.Error)
			e.Subject = ""
			return e
		}
		c.unchanged(func() {
			for name, s := range map[string]*tenancy.Session{
				"another user": c.as(liz), "the inviter": c.as(c.ana), "an Administrator": c.as(c.adam),
				"a stranger": c.as(c.other.User.ID), "System": c.host.Session,
			} {
				for _, id := range []tenancy.InvitationID{sent.ID, asked.ID} { // the request is for an account of Ana's
					none := tenancy.InvitationID{15: 1}
					_, err := s.AcceptInvitation(c.ctx(), tenancy.Acceptance{Invitation: id})
					refused(t, err, tenancy.CodeNotFound)
					_, absent := s.AcceptInvitation(c.ctx(), tenancy.Acceptance{Invitation: none})
					require.Equal(t, blank(absent), blank(err), name)
					err = s.DeclineInvitation(c.ctx(), tenancy.Declination{Invitation: id})
					refused(t, err, tenancy.CodeNotFound)
					absent = s.DeclineInvitation(c.ctx(), tenancy.Declination{Invitation: none})
					require.Equal(t, blank(absent), blank(err), name)
				}
			}
			refused(t, c.staff.DeclineInvitation(c.ctx(), tenancy.Declination{Invitation: sent.ID}), tenancy.CodeNotAllowed)
			refused(t, errOf(c.staff.AcceptInvitation(c.ctx(), tenancy.Acceptance{Invitation: sent.ID})), tenancy.CodeNotFound)
		})
	})
	t.Run("USR-19 a secret and an ID together, or neither", func(t *testing.T) {
		c := newCustomer(t)
		lea := c.loner("lea")
		sent := c.invite(c.ana, c.org, address("lea"))
		c.unchanged(func() {
			_, err := c.as(lea).AcceptInvitation(c.ctx(), tenancy.Acceptance{Secret: sent.Secret, Invitation: sent.ID})
			refused(t, err, tenancy.CodeInput)
			refused(t, c.as(lea).DeclineInvitation(c.ctx(), tenancy.Declination{Secret: sent.Secret, Invitation: sent.ID}),
				tenancy.CodeInput)
			_, err = c.host.SignUp(c.ctx(), tenancy.NewSignUp{
				Email: tenancy.Proven("nia@example.com"), Name: "Nia", Secret: sent.Secret, Invitation: sent.ID,
			})
			refused(t, err, tenancy.CodeInput)
			refused(t, errOf(c.as(lea).AcceptInvitation(c.ctx(), tenancy.Acceptance{})), tenancy.CodeNotFound)
			refused(t, c.as(lea).DeclineInvitation(c.ctx(), tenancy.Declination{}), tenancy.CodeNotFound)
		})
	})
	t.Run("USR-19 an address that changed between", func(t *testing.T) {
		c := newCustomer(t)
		lea, liz := c.loner("lea"), c.loner("liz")
		sent := c.invite(c.ana, c.org, address("lea"))
		require.Len(t, c.offers(lea), 1)
		_, err := c.host.ChangeEmail(c.ctx(), lea, tenancy.Proven("lea@new.example.com"))
		require.NoError(t, err)
		require.Empty(t, c.offers(lea))
		refused(t, c.take(lea, sent.ID), tenancy.CodeNotFound)
		refused(t, c.as(lea).DeclineInvitation(c.ctx(), tenancy.Declination{Invitation: sent.ID}), tenancy.CodeNotFound)
		_, err = c.host.ChangeEmail(c.ctx(), liz, tenancy.Proven(address("lea")))
		require.NoError(t, err)
		require.Len(t, c.offers(liz), 1)
		require.NoError(t, c.take(liz, sent.ID))
	})
	t.Run("USR-19 ORG-11 an expired one can be declined until its address is gone, and is never accepted", func(t *testing.T) {
		c := newCustomer(t)
		lea := c.loner("lea")
		sent, again := c.invite(c.ana, c.org, address("lea")), c.inviteTo(c.ana, c.main, address("lea"), tenancy.Support)
		c.clock.Advance(8 * oneDay)
		refused(t, c.take(lea, sent.ID), tenancy.CodeExpired)
		require.NoError(t, c.as(lea).DeclineInvitation(c.ctx(), tenancy.Declination{Invitation: sent.ID}))
		c.clock.Advance(30 * oneDay)
		for _, id := range []tenancy.InvitationID{sent.ID, again.ID} {
			refused(t, c.take(lea, id), tenancy.CodeNotFound)
			refused(t, c.as(lea).DeclineInvitation(c.ctx(), tenancy.Declination{Invitation: id}), tenancy.CodeNotFound)
		}
	})
}

func TestSignUpByInvitationID(t *testing.T) {
	t.Run("USR-19 SignUp takes an ID, and lists what is still pending", func(t *testing.T) {
		c := newCustomer(t)
		joins, other := c.invite(c.ana, c.org, "nia@example.com"), c.invite(c.other.User.ID, c.other.Organization.ID, "nia@example.com")
		to := c.inviteTo(c.ana, c.main, "NIA@example.com", tenancy.Support)
		signed, err := c.enter("nia@example.com", joins.ID)
		require.NoError(t, err)
		require.Equal(t, tenancy.SignUpAccepted, signed.Result)
		require.Equal(t, c.org, signed.Organization.ID)
		require.ElementsMatch(t, []tenancy.Invitation{other.Invitation, to.Invitation}, signed.Invitations)
		require.NoError(t, c.take(signed.User.ID, to.ID))
		offers := c.offers(signed.User.ID)
		require.Len(t, offers, 1)
		require.Equal(t, tenancy.CodeManagedElsewhere, offers[0].Refusal)
		refused(t, c.take(signed.User.ID, other.ID), tenancy.CodeManagedElsewhere)
	})
	t.Run("USR-19 whoever founds an organization is told what waits for them", func(t *testing.T) {
		c := newCustomer(t)
		sent := c.invite(c.ana, c.org, "nia@example.com")
		signed, err := c.enter("nia@example.com", tenancy.InvitationID{})
		require.NoError(t, err)
		require.Equal(t, tenancy.SignUpFounded, signed.Result)
		require.Equal(t, []tenancy.Invitation{sent.Invitation}, signed.Invitations)
		nobody, err := c.enter("nick@example.com", tenancy.InvitationID{})
		require.NoError(t, err)
		require.Nil(t, nobody.Invitations)
	})
	t.Run("USR-19 what the domain's organization settles is not listed", func(t *testing.T) {
		s := newCovered(t, tenancy.PolicyAutomatic)
		s.invite(s.ana, "new@acme.com")
		s.invite(s.bea, "new@acme.com")
		signed, err := s.enter("new@acme.com", tenancy.Secret{})
		require.NoError(t, err)
		require.Equal(t, tenancy.SignUpJoined, signed.Result)
		require.Len(t, signed.Invitations, 1)
		require.Equal(t, s.bea.Organization.ID, signed.Invitations[0].Organization)
	})
	t.Run("USR-1 USR-19 any other ID refuses the sign-up as a whole", func(t *testing.T) {
		c := newCustomer(t)
		theirs, mine := c.invite(c.ana, c.org, "liz@example.com"), c.invite(c.ana, c.org, "nia@example.com")
		settled := c.inviteTo(c.ana, c.main, "nia@example.com", tenancy.Support)
		require.NoError(t, c.as(c.ana).RevokeInvitation(c.ctx(), settled.ID))
		asked, err := c.as(c.other.User.ID).AddAccount(c.ctx(), c.other.Organization.ID, c.main)
		require.NoError(t, err)
		c.unchanged(func() {
			for name, id := range map[string]tenancy.InvitationID{
				"another address's": theirs.ID, "settled": settled.ID, "an account request": asked.ID, "nobody's": {15: 1},
			} {
				_, err := c.enter("nia@example.com", id)
				refused(t, err, tenancy.CodeSecretRefused)
				require.NotEmpty(t, name)
			}
		})
		c.clock.Advance(8 * oneDay)
		_, err = c.enter("nia@example.com", mine.ID)
		refused(t, err, tenancy.CodeSecretRefused)
	})
}

func TestInvitationsToAddress(t *testing.T) {
	t.Run("USR-19 System alone, for a proven address that nobody has", func(t *testing.T) {
		c := newCustomer(t)
		sent := c.invite(c.ana, c.org, "nia@example.com")
		ask := func(p *tenancy.Platform, email tenancy.ProvenEmail) ([]tenancy.ListedOffer, error) {
			page, _, err := tenancy.Collect(p.InvitationsToAddress(c.ctx(), email, tenancy.OfferQuery{}), 10)
			return page, err
		}
		offers, err := ask(c.host, tenancy.Proven("Nia@EXAMPLE.com"))
		require.NoError(t, err)
		shown, err := c.host.Invitation(c.ctx(), sent.Secret)
		require.NoError(t, err)
		require.Len(t, offers, 1)
		require.Equal(t, shown, offers[0].Offer)
		require.Nil(t, offers[0].Terms)
		_, err = ask(c.staff, tenancy.Proven("nia@example.com"))
		refused(t, err, tenancy.CodeNotAllowed)
		_, err = ask(&tenancy.Platform{Session: c.as(c.ana)}, tenancy.Proven("nia@example.com"))
		refused(t, err, tenancy.CodeNotAllowed)
		for _, unproven := range []tenancy.ProvenEmail{{}, tenancy.Proven("nia"), tenancy.Proven("nia@example.com@x.com")} {
			_, err = ask(c.host, unproven)
			refused(t, err, tenancy.CodeEmail)
		}
		_, err = c.enter("nia@example.com", offers[0].ID)
		require.NoError(t, err)
		_, err = ask(c.host, tenancy.Proven("nia@example.com"))
		refused(t, err, tenancy.CodeEmailTaken)
		liz, err := ask(c.host, tenancy.Proven("liz@example.com"))
		require.NoError(t, err)
		require.Empty(t, liz)
	})
	t.Run("USR-19 what signing up would run into", func(t *testing.T) {
		s := newCovered(t, tenancy.PolicyInvitationOnly)
		s.invite(s.ana, "new@acme.com")
		s.invite(s.bea, "new@acme.com")
		refusals := func() []tenancy.Code { // of the domain's organization, and of another
			codes := make([]tenancy.Code, 2)
			for _, offer := range items(t, s.host.InvitationsToAddress(t.Context(), tenancy.Proven("new@acme.com"), tenancy.OfferQuery{})) {
				if offer.Organization == s.org {
					codes[0] = offer.Refusal
				} else {
					codes[1] = offer.Refusal
				}
			}
			return codes
		}
		require.Equal(t, []tenancy.Code{"", tenancy.CodeSecretRefused}, refusals(), "the domain's organization decides")
		require.NoError(t, errOf(s.staff.SetLimits(t.Context(), s.org, &tenancy.Limits{Members: 1})))
		require.Equal(t, []tenancy.Code{tenancy.CodeMemberLimit, tenancy.CodeSecretRefused}, refusals())
		s.set(tenancy.PolicyClosed)
		require.Equal(t, []tenancy.Code{tenancy.CodeSignUpClosed, ""}, refusals())
	})
}

// TestRefusals changes the state under pending invitations. The organization's lists tell
// what lies on its own side, the invitee's what accepting answers.
func TestRefusals(t *testing.T) {
	// listed is what the organization's people are told, in every list.
	listed := func(c *customer, sent tenancy.SentInvitation) tenancy.Code {
		c.Helper()
		var codes []tenancy.Code
		for _, i := range items(c, c.as(c.ana).Invitations(c.ctx(), c.org, tenancy.InvitationQuery{})) {
			if i.ID == sent.ID {
				codes = append(codes, i.Refusal)
			}
		}
		if !sent.Account.IsZero() {
			for _, i := range items(c, c.as(c.ana).AccountInvitations(c.ctx(), sent.Account, tenancy.InvitationQuery{})) {
				if i.ID == sent.ID {
					codes = append(codes, i.Refusal)
				}
			}
		} else {
			for _, u := range items(c, c.as(c.ana).Users(c.ctx(), c.org, tenancy.UserQuery{Kind: tenancy.KindPending})) {
				if u.Invitation == sent.ID {
					codes = append(codes, u.Refusal)
				}
			}
		}
		one, err := c.as(c.ana).InvitationByID(c.ctx(), sent.ID)
		require.NoError(c, err)
		require.Len(c, codes, 2)
		require.Equal(c, codes[0], codes[1])
		require.Equal(c, codes[0], one.Refusal)
		return codes[0]
	}
	// answered is what the invitee is told, and what accepting answers then.
	answered := func(c *customer, user tenancy.UserID, sent tenancy.SentInvitation) tenancy.Code {
		c.Helper()
		for _, offer := range c.offers(user) {
			if offer.ID != sent.ID {
				continue
			}
			shown, err := c.as(user).Invitation(c.ctx(), sent.Secret)
			require.NoError(c, err)
			byID, err := c.as(user).InvitationByID(c.ctx(), sent.ID)
			require.NoError(c, err)
			require.Equal(c, offer.Offer, shown)
			require.Equal(c, offer.Offer, byID)
			in := tenancy.Acceptance{Invitation: sent.ID, Terms: offer.Terms.Token}
			require.Equal(c, offer.Refusal, tenancy.CodeOf(errOf(c.as(user).AcceptInvitation(c.ctx(), in))))
			return offer.Refusal
		}
		c.Fatal("it is not listed")
		return ""
	}
	for name, test := range map[string]struct {
		change  func(c *customer)
		account bool // the invitation is to the account
		org     tenancy.Code
		invitee tenancy.Code
	}{
		"nothing":                          {change: func(*customer) {}},
		"nothing, to an account":           {change: func(*customer) {}, account: true},
		"the inviter is a Standard User":   {demoted, false, tenancy.CodeInviter, tenancy.CodeInviter},
		"the same, to an account":          {demoted, true, tenancy.CodeInviter, tenancy.CodeInviter},
		"the organization is full":         {full, false, tenancy.CodeMemberLimit, tenancy.CodeMemberLimit},
		"full, to an account":              {full, true, "", ""},
		"the invitee is managed elsewhere": {taken, false, "", tenancy.CodeManagedElsewhere},
		"elsewhere, to an account":         {taken, true, "", ""},
	} {
		t.Run("USR-19 "+name, func(t *testing.T) {
			c := newCustomer(t)
			lea := c.loner("lea")
			send := func(email string) tenancy.SentInvitation {
				if test.account {
					return c.inviteTo(c.adam, c.main, email, tenancy.Support)
				}
				return c.invite(c.adam, c.org, email)
			}
			sent, nobody := send(address("lea")), send("nobody@example.com")
			test.change(c)
			require.Equal(t, test.org, listed(c, sent))
			require.Equal(t, test.org, listed(c, nobody), "USR-4 as if the address were nobody's")
			require.Equal(t, test.invitee, answered(c, lea, sent))
		})
	}
	t.Run("USR-19 a closed domain", func(t *testing.T) {
		c := newCustomer(t)
		lea := c.loner("lea")
		c.prove(c.ana, c.org, "lea.example.com")
		sent, to := c.invite(c.adam, c.org, address("lea")), c.inviteTo(c.adam, c.main, address("lea"), tenancy.Support)
		require.NoError(t, errOf(c.as(c.ana).SetSignUpPolicy(c.ctx(), c.org,
			tenancy.SignUpPolicyChange{Policy: tenancy.PolicyClosed})))
		for _, i := range []tenancy.SentInvitation{sent, to} {
			require.Equal(t, tenancy.CodeSignUpClosed, listed(c, i))
			require.Equal(t, tenancy.CodeSignUpClosed, answered(c, lea, i))
		}
	})
	t.Run("USR-19 a member on a closed domain is told otherwise than their organization", func(t *testing.T) {
		c := newCustomer(t)
		c.prove(c.ana, c.org, "stan.example.com")
		to := c.inviteTo(c.adam, c.main, address("stan"), tenancy.Support)
		require.NoError(t, errOf(c.as(c.ana).SetSignUpPolicy(c.ctx(), c.org,
			tenancy.SignUpPolicyChange{Policy: tenancy.PolicyClosed})))
		require.Equal(t, tenancy.CodeSignUpClosed, listed(c, to), "as if the address were nobody's")
		require.Empty(t, answered(c, c.stan, to), "members are given roles as ever")
	})
	t.Run("USR-19 what is settled or has expired has no code", func(t *testing.T) {
		c := newCustomer(t)
		sent, old := c.invite(c.adam, c.org, "nia@example.com"), c.invite(c.adam, c.org, "nick@example.com")
		require.NoError(t, c.as(c.ana).RevokeInvitation(c.ctx(), sent.ID))
		demoted(c)
		c.clock.Advance(8 * oneDay)
		for _, i := range items(t, c.as(c.ana).Invitations(c.ctx(), c.org, tenancy.InvitationQuery{})) {
			require.Empty(t, i.Refusal)
		}
		one, err := c.as(c.ana).InvitationByID(c.ctx(), old.ID)
		require.NoError(t, err)
		require.Equal(t, tenancy.StateExpired, one.State)
		require.Empty(t, one.Refusal)
	})
}

func demoted(c *customer) {
	c.Helper()
	require.NoError(c, errOf(c.as(c.ana).SetOrganizationRole(c.ctx(), c.org, c.adam, tenancy.StandardUser)))
}

func full(c *customer) {
	c.Helper()
	require.NoError(c, errOf(c.staff.SetLimits(c.ctx(), c.org, &tenancy.Limits{Members: 3})))
}

// taken makes Lea a member of the other organization.
func taken(c *customer) {
	c.Helper()
	sent := c.invite(c.other.User.ID, c.other.Organization.ID, address("lea"))
	user, err := c.host.UserByEmail(c.ctx(), address("lea"))
	require.NoError(c, err)
	require.NoError(c, c.take(user.ID, sent.ID))
}

func TestInvitationByID(t *testing.T) {
	c := newCustomer(t)
	lea := c.loner("lea")
	sent, to := c.invite(c.ana, c.org, address("lea")), c.inviteTo(c.ana, c.main, address("lea"), tenancy.Support)
	asked, err := c.as(c.other.User.ID).AddAccount(c.ctx(), c.other.Organization.ID, c.main)
	require.NoError(t, err)
	t.Run("GEN-21 those who see it in a list, without the Terms", func(t *testing.T) {
		for _, s := range []*tenancy.Session{c.as(c.ana), c.as(c.adam), c.host.Session, c.staff.Session} {
			for _, want := range []tenancy.SentInvitation{sent, to} {
				got, err := s.InvitationByID(c.ctx(), want.ID)
				require.NoError(t, err)
				require.Equal(t, want.Invitation, got.Invitation)
				require.Nil(t, got.Terms)
				require.NotEqual(t, got.OrganizationName.IsZero(), got.AccountName.IsZero())
			}
		}
	})
	t.Run("GEN-21 GEN-5 nobody else, and no account request", func(t *testing.T) {
		for _, s := range []*tenancy.Session{c.as(c.stan), c.as(c.other.User.ID)} {
			for _, id := range []tenancy.InvitationID{sent.ID, to.ID, asked.ID, {15: 1}} {
				_, err := s.InvitationByID(c.ctx(), id)
				refused(t, err, tenancy.CodeNotFound)
			}
		}
		for _, s := range []*tenancy.Session{c.as(c.ana), c.host.Session, c.staff.Session} {
			_, err := s.InvitationByID(c.ctx(), asked.ID)
			refused(t, err, tenancy.CodeNotFound)
		}
	})
	t.Run("ORG-11 GEN-21 the invitee for as long as it is kept, the others without its address", func(t *testing.T) {
		require.NoError(t, c.as(lea).DeclineInvitation(c.ctx(), tenancy.Declination{Invitation: sent.ID}))
		got, err := c.as(lea).InvitationByID(c.ctx(), sent.ID)
		require.NoError(t, err)
		require.Equal(t, tenancy.StateDeclined, got.State)
		require.Nil(t, got.Terms)
		c.clock.Advance(31 * oneDay)
		_, err = c.as(lea).InvitationByID(c.ctx(), sent.ID)
		refused(t, err, tenancy.CodeNotFound)
		got, err = c.as(c.ana).InvitationByID(c.ctx(), sent.ID)
		require.NoError(t, err)
		require.Zero(t, got.Email)
	})
	t.Run("INV-14 an ended organization's name is shown for 30 days", func(t *testing.T) {
		kept := c.invite(c.other.User.ID, c.other.Organization.ID, "nia@example.com")
		require.NoError(t, c.as(c.other.User.ID).DeleteOrganization(c.ctx(), c.other.Organization.ID, tenancy.OrganizationDeletion{}))
		got, err := c.staff.InvitationByID(c.ctx(), kept.ID)
		require.NoError(t, err)
		require.NotZero(t, got.OrganizationName)
		c.clock.Advance(30 * oneDay)
		got, err = c.staff.InvitationByID(c.ctx(), kept.ID)
		require.NoError(t, err)
		require.Zero(t, got.OrganizationName)
	})
}
