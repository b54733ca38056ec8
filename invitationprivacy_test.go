package tenancy_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	scenes "github.com/add4b1c6/tenancy/internal/scene"
)

// insiders is a covered scene with people of every kind on acme.com, and two who manage
// the members of an account of the organization, but not its users.
type insiders struct {
	*covered
	sub    tenancy.AccountID // a subaccount of the Owner's account
	gus    tenancy.UserID    // outside the organization, Administrator of the Owner's account
	stan   tenancy.UserID    // a Standard User, Administrator of the Owner's account
	people []string          // addresses of members and others, and one of nobody
}

func newInsiders(t *testing.T, policy tenancy.SignUpPolicy) *insiders {
	s := &insiders{covered: newCovered(t, tenancy.PolicyAutomatic)}
	s.people = []string{"nobody@acme.com", "member@acme.com", "helper@acme.com", "both@acme.com", "out@acme.com"}
	child, err := s.owner.CreateSubaccount(t.Context(), s.ana.Account.ID, tenancy.NewSubaccount{Name: "sub"})
	require.NoError(t, err)
	s.sub = child.ID
	_, err = s.enter("member@acme.com", tenancy.Secret{})
	require.NoError(t, err)
	both, err := s.enter("both@acme.com", tenancy.Secret{})
	require.NoError(t, err)
	s.assign(s.ana.User.ID, s.ana.Account.ID, both.User.ID, tenancy.Support)
	helper := s.guest(s.ana.User.ID, s.ana.Account.ID, "helper", tenancy.Support)
	require.NoError(t, errOf(s.host.ChangeEmail(t.Context(), helper, tenancy.Proven("helper@acme.com"))))
	s.gus = s.guest(s.ana.User.ID, s.ana.Account.ID, "gus", tenancy.AccountAdministrator)
	s.stan = s.join(s.ana, "stan", tenancy.StandardUser)
	s.assign(s.ana.User.ID, s.ana.Account.ID, s.stan, tenancy.AccountAdministrator)
	s.outsider("out")
	s.set(policy)
	return s
}

// alike wants that a call asks the store the same whichever of the addresses it is made
// with. It returns the errors.
func (s *insiders) alike(call func(dir *tenancy.Directory, email string) error, messages ...any) (errs []error) {
	s.Helper()
	var first [][]lookup
	for i, email := range s.people {
		steps, err := lookups(s.scene, func(dir *tenancy.Directory) error { return call(dir, email) })
		if i == 0 {
			first = steps
		}
		require.Equal(s, first, steps, append([]any{email}, messages...)...)
		errs = append(errs, err)
	}
	require.NotEmpty(s, first)
	return errs
}

// lookup is a lookup of a step, without its key.
type lookup struct {
	index tenancy.Index
	limit int
	count bool
}

// lookups returns what a call asks the store, step by step, and its error.
func lookups(s *scene, call func(*tenancy.Directory) error) (steps [][]lookup, err error) {
	s.Helper()
	tapped := &scenes.Tapped{Store: s.store, Call: func(call scenes.Call) error {
		if call.Method == "Read" {
			var step []lookup
			for _, l := range call.Lookups {
				step = append(step, lookup{l.Index, l.Limit, l.Count})
			}
			steps = append(steps, step)
		}
		return nil
	}}
	dir, err := tenancy.New(tapped, &tenancy.Options{Now: s.clock.Now})
	require.NoError(s, err)
	err = call(dir)
	return steps, err
}

func toAccount(email string) tenancy.NewAccountInvitation {
	return tenancy.NewAccountInvitation{Email: email, Roles: tenancy.Roles(tenancy.Developer)}
}

// TestClosedDomainTellsNothing: an account's Administrator who does not manage the
// organization's users does not learn, by inviting, who is a member of it.
func TestClosedDomainTellsNothing(t *testing.T) {
	t.Run("USR-1 closed: inviting any address on the domain is refused alike", func(t *testing.T) {
		s := newInsiders(t, tenancy.PolicyClosed)
		for _, inviter := range []tenancy.UserID{s.gus, s.stan} {
			for _, account := range []tenancy.AccountID{s.ana.Account.ID, s.sub} { // ACC-3
				s.unchanged(func() {
					errs := s.alike(func(dir *tenancy.Directory, email string) error {
						return errOf(dir.As(inviter).InviteToAccount(t.Context(), account, toAccount(email)))
					})
					for _, err := range errs {
						refused(t, err, tenancy.CodeSignUpClosed)
						require.Equal(t, errs[0], err)
					}
				})
			}
		}
		_, err := s.as(s.gus).InviteToAccount(t.Context(), s.sub, toAccount("ben@elsewhere.example.com"))
		require.NoError(t, err, "another domain is open")
	})
	t.Run("USR-1 closed: whoever manages the organization's users invites who is inside as ever", func(t *testing.T) {
		s := newInsiders(t, tenancy.PolicyClosed)
		const closed = tenancy.CodeSignUpClosed
		adam := s.join(s.ana, "adam", tenancy.Administrator)
		for _, by := range []*tenancy.Session{s.owner, s.as(adam)} {
			for i, code := range []tenancy.Code{closed, "", "", "", closed} {
				sent, err := by.InviteToAccount(t.Context(), s.ana.Account.ID, toAccount(s.people[i]))
				require.Equal(t, code, tenancy.CodeOf(err), s.people[i])
				if err == nil {
					require.NoError(t, by.RevokeInvitation(t.Context(), sent.ID))
				}
			}
			_, err := by.InviteToAccount(t.Context(), s.sub, toAccount("helper@acme.com"))
			refused(t, err, closed) // no role on this account
		}
	})
	t.Run("USR-1 closed: resending is refused alike, and the list shows the same states", func(t *testing.T) {
		s := newInsiders(t, tenancy.PolicyAutomatic)
		sent := map[string]tenancy.SentInvitation{}
		for _, email := range s.people {
			invitation, err := s.as(s.gus).InviteToAccount(t.Context(), s.ana.Account.ID, toAccount(email))
			require.NoError(t, err)
			sent[email] = invitation
		}
		s.set(tenancy.PolicyClosed)
		for _, later := range []time.Duration{0, 8 * day} { // pending, and expired
			s.clock.Advance(later)
			s.unchanged(func() {
				errs := s.alike(func(dir *tenancy.Directory, email string) error {
					return errOf(dir.As(s.gus).ResendInvitation(t.Context(), sent[email].ID))
				})
				for _, err := range errs {
					refused(t, err, tenancy.CodeSignUpClosed)
				}
			})
			states := map[tenancy.State]int{}
			for _, i := range items(t, s.as(s.gus).AccountInvitations(t.Context(), s.ana.Account.ID, tenancy.InvitationQuery{})) {
				if i.Inviter == s.gus {
					states[i.State]++
				}
			}
			require.Len(t, states, 1)
		}
	})
	t.Run("USR-1 closed: what was sent before a member still accepts, and the Owner resends", func(t *testing.T) {
		s := newInsiders(t, tenancy.PolicyAutomatic)
		sent, err := s.as(s.gus).InviteToAccount(t.Context(), s.ana.Account.ID, toAccount("member@acme.com"))
		require.NoError(t, err)
		again, err := s.as(s.gus).InviteToAccount(t.Context(), s.ana.Account.ID, toAccount("both@acme.com"))
		require.NoError(t, err)
		s.set(tenancy.PolicyClosed)
		member, err := s.host.UserByEmail(t.Context(), "member@acme.com")
		require.NoError(t, err)
		_, err = s.as(member.ID).AcceptInvitation(t.Context(), tenancy.Acceptance{Secret: sent.Secret})
		require.NoError(t, err)
		_, err = s.owner.ResendInvitation(t.Context(), again.ID)
		require.NoError(t, err)
	})
	t.Run("USR-1 closed: a member who comes to have an invited address is told that they are one", func(t *testing.T) {
		s := newInsiders(t, tenancy.PolicyAutomatic)
		sent, err := s.owner.InviteUser(t.Context(), s.org, tenancy.NewInvitation{Email: "later@acme.com"})
		require.NoError(t, err)
		s.set(tenancy.PolicyClosed)
		require.NoError(t, errOf(s.host.ChangeEmail(t.Context(), s.stan, tenancy.Proven("later@acme.com"))))
		_, err = s.as(s.stan).AcceptInvitation(t.Context(), tenancy.Acceptance{Secret: sent.Secret})
		refused(t, err, tenancy.CodeMember)
	})
}

// TestAddressTellsNothing: GEN-5, USR-4 an operation that takes an address asks the store
// the same whether the address is a user's, a member's or nobody's.
func TestAddressTellsNothing(t *testing.T) {
	for _, policy := range []tenancy.SignUpPolicy{
		tenancy.PolicyInvitationOnly, tenancy.PolicyAutomatic, tenancy.PolicyClosed,
	} {
		t.Run("GEN-5 while the policy is "+string(policy), func(t *testing.T) {
			s := newInsiders(t, tenancy.PolicyAutomatic)
			developer := s.guest(s.ana.User.ID, s.ana.Account.ID, "dev", tenancy.Developer)
			sent := map[string]tenancy.InvitationID{}
			for _, email := range s.people {
				to, err := s.owner.InviteToAccount(t.Context(), s.sub, toAccount(email))
				require.NoError(t, err)
				sent[email] = to.ID
			}
			s.set(policy)
			for _, p := range []func(*tenancy.Directory) *tenancy.Platform{
				func(dir *tenancy.Directory) *tenancy.Platform { return dir.System() },
				func(dir *tenancy.Directory) *tenancy.Platform { return dir.Operator("staff-1") },
			} {
				s.alike(func(dir *tenancy.Directory, email string) error {
					return errOf(p(dir).RequestInvitation(t.Context(), tenancy.Proven(email)))
				}, "RequestInvitation")
			}
			for i, by := range []tenancy.UserID{s.ana.User.ID, s.gus, s.stan, developer, s.bea.User.ID} {
				s.alike(func(dir *tenancy.Directory, email string) error {
					return errOf(dir.As(by).InviteUser(t.Context(), s.org, tenancy.NewInvitation{Email: email}))
				}, "InviteUser", i)
				s.alike(func(dir *tenancy.Directory, email string) error {
					return errOf(dir.As(by).InviteToAccount(t.Context(), s.ana.Account.ID, toAccount(email)))
				}, "InviteToAccount", i)
				s.alike(func(dir *tenancy.Directory, email string) error {
					return errOf(dir.As(by).ResendInvitation(t.Context(), sent[email]))
				}, "ResendInvitation", i)
			}
		})
	}
	t.Run("GEN-5 resending an invitation to the organization", func(t *testing.T) {
		s := newInsiders(t, tenancy.PolicyAutomatic)
		sent := map[string]tenancy.InvitationID{}
		for i, was := range s.people {
			s.people[i] = fmt.Sprintf("p%d@elsewhere.example.com", i)
			invitation, err := s.owner.InviteUser(t.Context(), s.org, tenancy.NewInvitation{Email: s.people[i]})
			require.NoError(t, err)
			sent[s.people[i]] = invitation.ID
			if i > 0 { // the first one stays nobody's
				user, err := s.host.UserByEmail(t.Context(), was)
				require.NoError(t, err)
				require.NoError(t, errOf(s.host.ChangeEmail(t.Context(), user.ID, tenancy.Proven(s.people[i]))))
			}
		}
		errs := s.alike(func(dir *tenancy.Directory, email string) error {
			return errOf(dir.As(s.ana.User.ID).ResendInvitation(t.Context(), sent[email]))
		})
		for i, code := range []tenancy.Code{"", tenancy.CodeMember, "", tenancy.CodeMember, ""} {
			require.Equal(t, code, tenancy.CodeOf(errs[i]), s.people[i])
		}
	})
}

// TestSecretTellsNothing: GEN-5 where a secret opens nothing to the actor, an operation
// asks the store the same, and answers the same, as where there is no such secret.
func TestSecretTellsNothing(t *testing.T) {
	operations := map[string]func(*tenancy.Session, tenancy.Secret) error{
		"Invitation": func(s *tenancy.Session, secret tenancy.Secret) error {
			return errOf(s.Invitation(t.Context(), secret))
		},
		"AcceptInvitation": func(s *tenancy.Session, secret tenancy.Secret) error {
			return errOf(s.AcceptInvitation(t.Context(), tenancy.Acceptance{Secret: secret}))
		},
		"DeclineInvitation": func(s *tenancy.Session, secret tenancy.Secret) error {
			return s.DeclineInvitation(t.Context(), tenancy.Declination{Secret: secret})
		},
	}
	c := newCustomer(t)
	lea, liz := c.loner("lea"), c.loner("liz")
	revoked := c.inviteTo(c.ana, c.main, address("lea"), tenancy.Support)
	require.NoError(t, c.as(c.ana).RevokeInvitation(c.ctx(), revoked.ID))
	secrets := []tenancy.Secret{
		tenancy.ParseSecret("none"), {}, revoked.Secret,
		c.invite(c.ana, c.org, address("lea")).Secret,
		c.inviteTo(c.ana, c.main, address("lea"), tenancy.Support).Secret,
		c.invite(c.ana, c.org, "nobody@example.com").Secret,
	}
	actors := map[string]func(*tenancy.Directory) *tenancy.Session{
		"the invitee":   func(dir *tenancy.Directory) *tenancy.Session { return dir.As(lea) },
		"a stranger":    func(dir *tenancy.Directory) *tenancy.Session { return dir.As(liz) },
		"the inviter":   func(dir *tenancy.Directory) *tenancy.Session { return dir.As(c.ana) },
		"a member":      func(dir *tenancy.Directory) *tenancy.Session { return dir.As(c.stan) },
		"another Owner": func(dir *tenancy.Directory) *tenancy.Session { return dir.As(c.other.User.ID) },
		"an Operator":   func(dir *tenancy.Directory) *tenancy.Session { return dir.Operator("staff-1").Session },
		"System":        func(dir *tenancy.Directory) *tenancy.Session { return dir.System().Session },
	}
	// opens reports whether the operation with a secret is anything to the actor, while
	// invitations are retained.
	opens := func(operation, actor string) bool {
		switch operation {
		case "Invitation":
			return actor == "the invitee" || actor == "System"
		case "AcceptInvitation":
			return actor == "the invitee"
		}
		return actor != "an Operator"
	}
	alike := func(operation, actor string) {
		t.Helper()
		var first [][]lookup
		var answer error
		for i, secret := range secrets {
			steps, err := lookups(c.scene, func(dir *tenancy.Directory) error {
				return operations[operation](actors[actor](dir), secret)
			})
			require.Error(t, err)
			if i == 0 {
				first, answer = steps, err
			}
			require.Equal(t, answer, err, "%s by %s, secret %d", operation, actor, i)
			require.Equal(t, first, steps, "%s by %s, secret %d", operation, actor, i)
		}
	}
	t.Run("GEN-5 an invitation that is not the actor's", func(t *testing.T) {
		for operation := range operations {
			for actor := range actors {
				if !opens(operation, actor) {
					c.unchanged(func() { alike(operation, actor) })
				}
			}
		}
	})
	t.Run("GEN-5 ORG-11 an invitation that is no longer retained", func(t *testing.T) {
		c.clock.Advance(37 * oneDay)
		for operation := range operations {
			for actor := range actors {
				c.unchanged(func() { alike(operation, actor) })
			}
		}
	})
}

// TestInvitationSteps holds operations to the number of steps in which they read, heads
// of streams included.
func TestInvitationSteps(t *testing.T) {
	c := newCustomer(t)
	counted := scenes.NewCounting(c.store)
	dir, err := tenancy.New(counted, &tenancy.Options{Now: c.clock.Now, InvitationsPerDay: -1})
	require.NoError(t, err)
	ana, lea := dir.As(c.ana), dir.As(c.loner("lea"))
	in, to := tenancy.NewInvitation{Email: address("lea")},
		tenancy.NewAccountInvitation{Email: address("lea"), Roles: tenancy.Roles(tenancy.Support)}
	steps := func(op string, want int, call func() error) {
		t.Helper()
		require.NoError(t, call(), op)
		require.LessOrEqual(t, len(counted.Steps), want, "%s: lookups of each step: %v", op, counted.Steps)
	}
	var sent, given tenancy.SentInvitation
	steps("InviteUser", 2, func() (err error) { sent, err = ana.InviteUser(c.ctx(), c.org, in); return err })
	steps("ResendInvitation", 3, func() (err error) {
		sent, err = ana.ResendInvitation(c.ctx(), sent.ID)
		return err
	})
	steps("Invitation", 2, func() error { _, err := lea.Invitation(c.ctx(), sent.Secret); return err })
	steps("AcceptInvitation", 2, func() error {
		_, err := lea.AcceptInvitation(c.ctx(), tenancy.Acceptance{Secret: sent.Secret})
		return err
	})
	// That an account belongs to an organization is known a step later than the account.
	steps("InviteToAccount", 2, func() (err error) {
		given, err = ana.InviteToAccount(c.ctx(), c.main, to)
		return err
	})
	steps("ResendInvitation", 3, func() (err error) {
		given, err = ana.ResendInvitation(c.ctx(), given.ID)
		return err
	})
	steps("Invitation", 3, func() error { _, err := lea.Invitation(c.ctx(), given.Secret); return err })
	of := c.loner("liz")
	c.invite(c.ana, c.org, address("liz"))
	c.inviteTo(c.ana, c.main, address("liz"), tenancy.Support)
	steps("InvitationsTo", 4, func() error { return failure(dir.As(of).InvitationsTo(c.ctx(), of, tenancy.OfferQuery{})) })
	steps("InvitationByID", 3, func() error { return errOf(ana.InvitationByID(c.ctx(), given.ID)) })
	steps("InvitationsToAddress", 4, func() error {
		return failure(dir.System().InvitationsToAddress(c.ctx(), tenancy.Proven("new@example.com"), tenancy.OfferQuery{}))
	})
	steps("AcceptInvitation", 3, func() error {
		_, err := lea.AcceptInvitation(c.ctx(), tenancy.Acceptance{Secret: given.Secret})
		return err
	})
	steps("InviteToAccount", 2, func() (err error) {
		given, err = ana.InviteToAccount(c.ctx(), c.main, to)
		return err
	})
	steps("DeclineInvitation", 3, func() error { return lea.DeclineInvitation(c.ctx(), tenancy.Declination{Secret: given.Secret}) })
	steps("InviteToAccount", 2, func() (err error) {
		given, err = ana.InviteToAccount(c.ctx(), c.main, to)
		return err
	})
	steps("RevokeInvitation", 3, func() error { return ana.RevokeInvitation(c.ctx(), given.ID) })
	steps("Invitations", 3, func() error {
		return failure(ana.Invitations(c.ctx(), c.org,
			tenancy.InvitationQuery{}))
	})
	steps("AccountInvitations", 2, func() error {
		return failure(ana.AccountInvitations(c.ctx(), c.main,
			tenancy.InvitationQuery{}))
	})
}
