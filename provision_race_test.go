package tenancy_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// turn is a store whose first Update waits until the other one of a race has come too, and
// then for its turn. So both operations have begun before one decides.
type turn struct {
	tenancy.Store
	came   *sync.WaitGroup
	before <-chan struct{} // closed when the one before has committed or was refused; nil: there is none
	once   sync.Once
	over   chan struct{}
}

func (t *turn) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	t.once.Do(func() {
		t.came.Done()
		t.came.Wait()
		if t.before != nil {
			<-t.before
		}
	})
	err := t.Store.Update(ctx, fn)
	select {
	case <-t.over:
	default:
		close(t.over)
	}
	return err
}

// contest is a scene in which two operations meet.
type contest struct {
	*provisioned
	secret tenancy.Secret // of the directory of the scene
	other  tenancy.Secret // of another directory
	ids    [2]tenancy.DirectoryID
}

func newContest(t *testing.T) *contest {
	s := &contest{provisioned: &provisioned{covered: newCovered(t, tenancy.PolicyAutomatic)}}
	for i, secret := range []*tenancy.Secret{&s.secret, &s.other} {
		added, err := s.owner.AddDirectory(s.ctx(), s.org, "Okta")
		require.NoError(t, err)
		s.ids[i], *secret = added.ID, added.Secret
	}
	s.directory, s.idp = s.ids[0], s.dir.AsDirectory(s.secret)
	return s
}

// meet runs two operations at once, of which the one with the given number has its turn
// first. It returns what they answer.
func (s *contest) meet(first int, operations [2]func(*tenancy.Directory) error) (errs [2]error) {
	s.Helper()
	var came, done sync.WaitGroup
	came.Add(2)
	turns := [2]*turn{}
	for i := range turns {
		turns[i] = &turn{Store: s.store, came: &came, over: make(chan struct{})}
	}
	turns[1-first].before = turns[first].over
	for i, operation := range operations {
		dir, err := tenancy.New(turns[i], &tenancy.Options{Now: s.clock.Now})
		require.NoError(s, err)
		done.Go(func() { errs[i] = operation(dir) })
	}
	done.Wait()
	s.sound()
	return errs
}

// loner is somebody with an address on acme.com who is in no organization, and whom the
// organization has invited.
func (s *contest) loner(name string) (tenancy.UserID, tenancy.Secret) {
	s.Helper()
	up := s.outsider(name)
	require.NoError(s, s.as(up.User.ID).DeleteOrganization(s.ctx(), up.Organization.ID, tenancy.OrganizationDeletion{}))
	s.set(tenancy.PolicyAutomatic)
	sent, err := s.owner.InviteUser(s.ctx(), s.org, tenancy.NewInvitation{Email: name + "@acme.com"})
	require.NoError(s, err)
	return up.User.ID, sent.Secret
}

// accepts has a user accept an invitation, with what it brings along.
func (s *contest) accepts(user tenancy.UserID, secret tenancy.Secret) func(*tenancy.Directory) error {
	s.Helper()
	offer, err := s.as(user).Invitation(s.ctx(), secret)
	require.NoError(s, err)
	in := tenancy.Acceptance{Secret: secret}
	if offer.Terms != nil {
		in.Terms = offer.Terms.Token
	}
	return func(dir *tenancy.Directory) error {
		return errOf(dir.As(user).AcceptInvitation(s.ctx(), in))
	}
}

// provisions has a directory provision an address.
func (s *contest) provisions(secret tenancy.Secret, address string) func(*tenancy.Directory) error {
	return func(dir *tenancy.Directory) error {
		return errOf(dir.AsDirectory(secret).Provision(s.ctx(), tenancy.NewProvisioned{UserName: address}))
	}
}

// keeps wants that a directory's identity of an address is linked to a member. It returns
// the user.
func (s *contest) keeps(address string) tenancy.UserID {
	s.Helper()
	is, err := s.idp.ProvisionedByUserName(s.ctx(), address)
	require.NoError(s, err)
	user := s.linkedTo(is.ID)
	require.False(s, user.IsZero())
	_, _, err = s.owner.Member(s.ctx(), s.org, user)
	require.NoError(s, err)
	holder, err := s.host.UserByEmail(s.ctx(), address)
	require.NoError(s, err)
	require.Equal(s, holder.ID, user)
	return user
}

// TestProvisionRaces lets two operations meet, each once before the other (GEN-3).
func TestProvisionRaces(t *testing.T) {
	t.Parallel()
	for name, race := range map[string]func(s *contest, first int){
		"PRV-3 Provision and AcceptInvitation": func(s *contest, first int) {
			dan, secret := s.loner("dan")
			errs := s.meet(first, [2]func(*tenancy.Directory) error{s.provisions(s.secret, "dan@acme.com"), s.accepts(dan, secret)})
			require.Equal(s, [2]error{}, errs)
			require.Equal(s, dan, s.keeps("dan@acme.com"))
		},
		"PRV-3 Provision and SignUp": func(s *contest, first int) {
			var up tenancy.SignedUp
			errs := s.meet(first, [2]func(*tenancy.Directory) error{
				s.provisions(s.secret, "ben@acme.com"),
				func(dir *tenancy.Directory) (err error) {
					up, err = dir.System().SignUp(s.ctx(), tenancy.NewSignUp{Email: tenancy.Proven("ben@acme.com"), Name: "Ben"})
					return err
				},
			})
			require.Equal(s, [2]error{}, errs)
			require.Equal(s, []tenancy.SignUpResult{tenancy.SignUpClaimed, tenancy.SignUpJoined}[first], up.Result)
			require.Equal(s, up.User.ID, s.keeps("ben@acme.com"))
			require.NoError(s, errOf(s.as(up.User.ID).Organization(s.ctx(), s.org)))
		},
		"PRV-2 two directories": func(s *contest, first int) {
			errs := s.meet(first, [2]func(*tenancy.Directory) error{
				s.provisions(s.secret, "ben@acme.com"), s.provisions(s.other, "ben@acme.com"),
			})
			require.NoError(s, errs[first])
			refused(s, errs[1-first], tenancy.CodeIdentityTaken)
		},
		"PRV-7 Deprovision and linking": func(s *contest, first int) {
			dan, secret := s.loner("dan")
			id := s.provision("dan@acme.com").ID
			errs := s.meet(first, [2]func(*tenancy.Directory) error{
				func(dir *tenancy.Directory) error { return dir.AsDirectory(s.secret).Deprovision(s.ctx(), id, 0) },
				s.accepts(dan, secret),
			})
			require.Equal(s, [2]error{}, errs)
			seen, _, err := s.owner.Member(s.ctx(), s.org, dan)
			require.NoError(s, err)
			require.Equal(s, tenancy.Inactivity{Directory: first == 1}, *seen.Inactive)
			refused(s, errOf(s.idp.Provisioned(s.ctx(), id)), tenancy.CodeNotFound)
		},
		"PRV-7 RemoveDirectory and Provision": func(s *contest, first int) {
			errs := s.meet(first, [2]func(*tenancy.Directory) error{
				func(dir *tenancy.Directory) error {
					return errOf(dir.As(s.ana.User.ID).RemoveDirectory(s.ctx(), s.directory, tenancy.DirectoryRemoval{}))
				},
				s.provisions(s.secret, "ben@acme.com"),
			})
			require.NoError(s, errs[0])
			_, err := s.host.UserByEmail(s.ctx(), "ben@acme.com")
			if first == 0 {
				refused(s, errs[1], tenancy.CodeActor)
				refused(s, err, tenancy.CodeNotFound)
			} else {
				require.NoError(s, errs[1])
				require.NoError(s, err)
			}
		},
		"PRV-8 MergeOrganizations and Provision": func(s *contest, first int) {
			require.NoError(s, errOf(s.staff.VerifyPhone(s.ctx(), s.ana.Account.ID, "+15005550006")))
			s.moves(s.ana.User.ID, "ana@acme.com")
			candidate, err := s.owner.CreateOrganization(s.ctx(), tenancy.NewOrganization{Name: "Second", AllStay: true})
			require.NoError(s, err)
			s.set(tenancy.PolicyClosed)
			sent, err := s.owner.InviteUser(s.ctx(), candidate.ID, tenancy.NewInvitation{Email: "cat@acme.com"})
			require.NoError(s, err)
			cat, err := s.enter("cat@acme.com", sent.Secret)
			require.NoError(s, err)
			s.set(tenancy.PolicyAutomatic)
			errs := s.meet(first, [2]func(*tenancy.Directory) error{
				func(dir *tenancy.Directory) error {
					return errOf(dir.As(s.ana.User.ID).MergeOrganizations(s.ctx(), s.org, candidate.ID))
				},
				s.provisions(s.secret, "cat@acme.com"),
			})
			require.Equal(s, [2]error{}, errs)
			require.Equal(s, cat.User.ID, s.keeps("cat@acme.com"))
		},
		"PRV-1 RotateDirectorySecret and Provision": func(s *contest, first int) {
			var rotated tenancy.DirectoryWithSecret
			errs := s.meet(first, [2]func(*tenancy.Directory) error{
				func(dir *tenancy.Directory) (err error) {
					rotated, err = dir.As(s.ana.User.ID).RotateDirectorySecret(s.ctx(), s.directory,
						tenancy.DirectoryRotation{PreviousFor: new(time.Duration(0))})
					return err
				},
				s.provisions(s.secret, "ben@acme.com"),
			})
			require.NoError(s, errs[0])
			s.idp = s.dir.AsDirectory(rotated.Secret)
			if first == 0 {
				refused(s, errs[1], tenancy.CodeActor)
				s.provision("ben@acme.com")
			} else {
				require.NoError(s, errs[1])
				s.keeps("ben@acme.com")
			}
		},
	} {
		for first := range 2 {
			t.Run(name+[]string{", the first wins", ", the second wins"}[first], func(t *testing.T) {
				t.Parallel()
				race(newContest(t), first)
			})
		}
	}
}
