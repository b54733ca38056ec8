package tenancy_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// ends relays what is pending, and gives whose sessions must end because of it: the last
// answer for each user.
func (s *scene) ends() map[tenancy.UserID]tenancy.ConnectionID {
	s.Helper()
	found := map[tenancy.UserID]tenancy.ConnectionID{}
	_, err := s.host.Relay(s.ctx(), func(ctx context.Context, e tenancy.Event) error {
		for end, err := range tenancy.SessionsToEnd(ctx, s.host, e) {
			if err != nil {
				return err
			}
			found[end.User] = end.Except
		}
		return nil
	})
	require.NoError(s, err)
	return found
}

func TestSessionEnds(t *testing.T) {
	t.Parallel()
	user, required, other := tenancy.UserID{15: 1}, tenancy.ConnectionID{15: 2}, tenancy.ConnectionID{15: 3}
	for _, through := range []tenancy.ConnectionID{{}, required, other} {
		require.True(t, tenancy.SessionEnd{User: user}.Ends(through), "USR-13 USR-14 all of them")
		require.Equal(t, through != required, tenancy.SessionEnd{User: user, Except: required}.Ends(through),
			"SSO-2 those that did not come through the connection")
	}
}

func TestSessionsToEnd(t *testing.T) {
	type ends = map[tenancy.UserID]tenancy.ConnectionID
	t.Run("SSO-2 once it is enforced, members come through it, and an Owner as they like", func(t *testing.T) {
		s := newGuarded(t)
		require.Equal(t, ends{s.admin: s.connection, s.user: s.connection}, s.ends())
		require.Empty(t, s.ends(), "nothing has happened since")
	})
	for name, do := range map[string]func(*guarded) (ends, error){
		"USR-13 all of somebody who was deactivated": func(s *guarded) (ends, error) {
			return ends{s.user: {}}, errOf(s.owner.DeactivateUser(s.ctx(), s.user))
		},
		"USR-14 all of somebody who was deleted": func(s *guarded) (ends, error) {
			return ends{s.user: {}}, s.owner.DeleteUser(s.ctx(), s.user, tenancy.UserDeletion{})
		},
		"INV-12 the former Owner's, whom the event of their new role names": func(s *guarded) (ends, error) {
			_, err := s.owner.TransferOwnership(s.ctx(), s.org, tenancy.NewOwner{User: s.admin})
			return ends{s.ana.User.ID: s.connection}, err
		},
		"SSO-3 those of somebody who is exempt no more": func(s *guarded) (ends, error) {
			s.exempt(s.user)
			require.Empty(s, s.ends())
			_, err := s.owner.SetSSOExemption(s.ctx(), s.org, s.user, tenancy.SSONotExempt)
			return ends{s.user: s.connection}, err
		},
		"SSO-2 those of somebody whose address is on the domain now": func(s *guarded) (ends, error) {
			away, err := s.enter("away@elsewhere.org", s.invite(s.ana, "away@elsewhere.org"))
			require.NoError(s, err)
			require.Empty(s, s.ends())
			_, err = s.host.ChangeEmail(s.ctx(), away.User.ID, tenancy.Proven("away@acme.com"))
			return ends{away.User.ID: s.connection}, err
		},
		"SSO-2 those of somebody who joins with an address on the domain": func(s *guarded) (ends, error) {
			joined, err := s.enter("new@acme.com", tenancy.Secret{})
			return ends{joined.User.ID: s.connection}, err
		},
		"SSO-2 nobody's when it is enforced no more": func(s *guarded) (ends, error) {
			_, err := s.owner.StopEnforcingSSO(s.ctx(), s.acme.ID)
			return ends{}, err
		},
		"SSO-2 nobody's for what has to do with no sign-in": func(s *guarded) (ends, error) {
			_, err := s.owner.RenameOrganization(s.ctx(), s.org, "Another")
			return ends{}, err
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newGuarded(t)
			s.ends()
			want, err := do(s)
			require.NoError(t, err)
			require.Equal(t, want, s.ends())
		})
	}
	t.Run("MRG-2 those of people whom a merge brings under the requirement", func(t *testing.T) {
		s := newGuarded(t)
		rival, err := s.enter("rival@elsewhere.org", tenancy.Secret{})
		require.NoError(t, err)
		mate := s.join(rival, "mate", tenancy.StandardUser)
		_, err = s.host.ChangeEmail(t.Context(), mate, tenancy.Proven("mate@acme.com"))
		require.NoError(t, err)
		_, err = s.host.ChangeEmail(t.Context(), rival.User.ID, tenancy.Proven("rival@acme.com"))
		require.NoError(t, err)
		s.ends()
		secret := s.invite(s.ana, "rival@acme.com")
		offer, err := s.dir.As(rival.User.ID).Invitation(t.Context(), secret)
		require.NoError(t, err)
		require.NoError(t, errOf(s.dir.As(rival.User.ID).AcceptInvitation(t.Context(),
			tenancy.Acceptance{Secret: secret, Terms: offer.Terms.Token})))
		require.Equal(t, s.connection, s.ends()[mate])
	})
	t.Run("GEN-5 it ends with the error of an operation", func(t *testing.T) {
		s := newGuarded(t)
		outsider := &tenancy.Platform{Session: s.dir.As(s.user)}
		for _, e := range []tenancy.Event{
			{Data: tenancy.MemberJoined{Organization: s.org, User: s.user}},
			{Data: tenancy.OrganizationMerged{Into: s.org}},
			{Data: tenancy.SSOEnforced{}, Stream: tenancy.Stream{Organization: s.org}},
		} {
			times := 0
			for end, err := range tenancy.SessionsToEnd(t.Context(), outsider, e) {
				times++
				require.Zero(t, end)
				refused(t, err, tenancy.CodeNotAllowed)
			}
			require.Equal(t, 1, times)
		}
	})
	t.Run("GEN-5 who is gone meanwhile ends nothing", func(t *testing.T) {
		s := newGuarded(t)
		for _, data := range []tenancy.EventData{
			tenancy.MemberJoined{User: tenancy.UserID{1}}, tenancy.OrganizationMerged{Into: tenancy.OrganizationID{1}},
		} {
			for range tenancy.SessionsToEnd(t.Context(), s.host, tenancy.Event{Data: data}) {
				require.Fail(t, "nothing is there")
			}
		}
	})
	t.Run("EVT-5 a reader may stop in the middle, and a failing store ends it", func(t *testing.T) {
		s := newGuarded(t)
		e := tenancy.Event{Data: tenancy.OrganizationMerged{Into: s.org}}
		for range tenancy.SessionsToEnd(t.Context(), s.host, e) {
			break
		}
		broken := errors.New("broken")
		dir, err := tenancy.New(failing(s.store, 1, broken), nil)
		require.NoError(t, err)
		for _, err := range tenancy.SessionsToEnd(t.Context(), dir.System(), e) {
			require.ErrorIs(t, err, broken)
		}
	})
}
