package tenancy

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestCountsNeedReads checks that an operation which has not read what its counts follow
// from is a mistake that shows, and counts nothing wrong (INV-15).
func TestCountsNeedReads(t *testing.T) {
	o, user := OrganizationRecord{ID: OrganizationID{1}, Seats: 1}, UserRecord{ID: UserID{2}}
	member := MembershipRecord{Organization: o.ID, User: user.ID}
	memberships := Lookup(membershipsOf(user.ID, OrganizationID{}))
	memberships.Limit = everything
	for name, row := range map[string]struct {
		event EventData
		read  []Record
		knows bool // the user's memberships
		fault string
	}{
		"a join without the user": {
			MemberJoined{Organization: o.ID, User: user.ID}, []Record{o}, false,
			"counts the seat of a user who was not read"},
		"a join without the organization": {
			MemberJoined{Organization: o.ID, User: user.ID}, []Record{user}, false,
			"changes a record that is not there, or was not read"},
		"a hold without the memberships": {
			UserDeactivated{User: user.ID}, []Record{o, user}, false,
			"counts the seats of a user whose memberships were not read"},
		"a hold": {UserDeactivated{User: user.ID}, []Record{o, user, member}, true, ""},
	} {
		t.Run("INV-15 "+name, func(t *testing.T) {
			r := &reads{known: map[Lookup]Answer{}}
			if row.knows {
				r.known[memberships] = Answer{}
			}
			w := newWorld(r)
			w.fill()
			for _, record := range row.read {
				w.know(record)
			}
			row.event.apply(w)
			require.Equal(t, row.fault, w.fault)
			if row.fault == "" {
				require.Zero(t, get(w, organizationByID(o.ID)).Seats)
			}
		})
	}
}

// INV-13: what is written over was read, or counts as absent, and what is derived from it
// stays.
func TestPutWantsToHaveRead(t *testing.T) {
	grant := GrantRecord{Account: AccountID{1}, User: UserID{2}, Roles: Roles(Developer)}
	put := func(r *reads, before ...Record) string {
		w := newWorld(r)
		for _, record := range before {
			w.create(record)
		}
		w.put(grant)
		return w.fault
	}
	nothing := func() *reads { return &reads{known: map[Lookup]Answer{}} }
	read := nothing()
	read.known[Lookup(grantOn(grant.Account, grant.User))] = Answer{}
	if put(nothing()) == "" {
		t.Error("a record that was not read was written over")
	}
	for name, fault := range map[string]string{
		"read":           put(read),
		"in a replay":    put(nil),
		"of new account": put(nothing(), AccountRecord{ID: grant.Account}),
		"of new user":    put(nothing(), UserRecord{ID: grant.User}),
	} {
		if fault != "" {
			t.Error(name, fault)
		}
	}
}

// TestReplayManaged applies what happened in one organization after what happened later in
// another, as a replay may (INV-13, INV-5): the user's record says that they are managed.
func TestReplayManaged(t *testing.T) {
	w := newWorld(nil)
	user, first, second := UserID{1}, OrganizationID{2}, OrganizationID{3}
	for _, e := range []EventData{
		UserCreated{User: user, Created: 1}, OrganizationCreated{Organization: first, Created: 1},
		OrganizationCreated{Organization: second, Created: 1},
		MemberJoined{Organization: second, User: user, Role: Administrator, Since: 9},
		MemberJoined{Organization: first, User: user, Role: StandardUser, Since: 1},
		OrganizationRoleChanged{Organization: first, User: user, Role: Owner},
		MemberLeft{Organization: first, User: user},
	} {
		e.apply(w)
		require.Empty(t, w.fault)
	}
	require.True(t, get(w, userByID(user)).Managed)
}
