package tenancy

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestInvitationState(t *testing.T) {
	const expires = Instant(1000)
	for _, row := range []struct {
		state State
		now   Instant
		want  State
	}{
		{StatePending, expires - 1, StatePending},
		{StatePending, expires, StateExpired}, // section 3: now ≥ expires
		{StatePending, expires + 1, StateExpired},
		{StateAccepted, expires, StateAccepted},
		{StateDeclined, expires + 1, StateDeclined},
		{StateRevoked, expires + 1, StateRevoked},
	} {
		require.Equal(t, row.want, InvitationRecord{State: row.state, Expires: expires}.stateAt(row.now))
	}
}

// TestFirstIDAt: USR-10 the invitations of a day are found by their IDs alone.
func TestFirstIDAt(t *testing.T) {
	d, err := New(unusedStore{}, nil)
	require.NoError(t, err)
	for _, now := range []time.Time{time.Unix(0, 0), time.Unix(1, 999_999),
		time.Date(2026, 1, 1, 0, 0, 0, 999_999_000, time.UTC)} {
		at := instantOf(now)
		drawn := (&tape{dir: d, now: at}).id()
		first, after := firstIDAt(at), firstIDAt(at.add(time.Millisecond))
		require.Negative(t, slices.Compare(first[:], drawn[:]))
		require.Positive(t, slices.Compare(after[:], drawn[:]))
	}
	require.Zero(t, firstIDAt(-1))
}

type unusedStore struct{ Store }

// invitationDecision returns the changes that a decision of an operation works on.
func invitationDecision(t *testing.T, row *operationRow, actor Actor, records ...Record) *changes {
	d, err := New(unusedStore{}, nil)
	require.NoError(t, err)
	w := newWorld(nil)
	w.fill()
	for _, record := range records {
		w.know(record)
	}
	return &changes{dir: d, actor: actor, row: row, now: 1000, world: w, tape: &tape{dir: d, now: 1000}}
}

func TestAccountRequestIsNoInvitation(t *testing.T) {
	ana := Actor{User: UserID{9}}
	request := InvitationRecord{ID: InvitationID{3}, Kind: InvitationOfAccount,
		Organization: OrganizationID{1}, Account: AccountID{2}, State: StatePending, Expires: 2000}
	st := standing{organization: &OrganizationRecord{ID: request.Organization, State: StateActive},
		rank: rankOf(MembershipRecord{Organization: request.Organization, User: ana.User, Role: Administrator})}
	to := target{kind: request.Kind, standing: st}
	c := invitationDecision(t, opResendInvitation, ana, request)
	_, err := decideResendInvitation(resendInvitationFacts{&request, sending{target: to}}, c)
	require.Equal(t, CodeInput, err, "USR-10 it is never resent")
	require.Empty(t, c.said)
	c = invitationDecision(t, opRevokeInvitation, ana, request)
	require.NoError(t, decideRevokeInvitation(revokeInvitationFacts{&request, to}, c),
		"USR-10 whoever could ask revokes it")
	require.Equal(t, []saying{{[]Stream{streamOfOrganization(request.Organization)},
		InvitationRevoked{request.ID, c.now}}}, c.said)
	to.rank.Role = StandardUser
	c = invitationDecision(t, opRevokeInvitation, ana, request)
	require.Equal(t, CodeNotFound, decideRevokeInvitation(revokeInvitationFacts{&request, to}, c), "GEN-5")
}
