package tenancy_test

import (
	"cmp"
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	scenes "github.com/add4b1c6/tenancy/internal/scene"
)

// backAndForth moves a cast's clock back and forth, and does something at each time, so
// that the log's times are in another order than its numbers.
func backAndForth(c *cast) {
	c.Helper()
	for n := range 130 {
		c.clock.Advance([]time.Duration{time.Hour, -30 * time.Minute, 0, 2 * time.Hour, -time.Hour}[n%5])
		switch n % 4 {
		case 0:
			c.rename(c.dan, text(n))
		case 1:
			c.assign(c.admin, c.work, c.dan, tenancy.Developer)
		case 2:
			require.NoError(c, c.as(c.owner).RevokeRoles(c.ctx(), c.work, c.dan))
		default:
			_, err := c.staff.Correlate("x").RenameOrganization(c.ctx(), c.org, text(n))
			require.Error(c, err)
			_, err = c.as(c.admin).RenameOrganization(c.ctx(), c.org, text(n))
			require.NoError(c, err)
		}
	}
}

func text(n int) string { return "name " + time.Duration(n).String() }

func TestEventQueries(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	backAndForth(c)
	stream := organizationStream(c.org)
	all := logged(t, c.host.Events(t.Context(), stream, tenancy.EventQuery{}))
	middle := all[len(all)/2].Time.Time()
	admin, system := tenancy.Actor{User: c.admin}, tenancy.Actor{}
	for name, q := range map[string]tenancy.EventQuery{
		"all":                {},
		"since":              {Since: middle},
		"just after":         {Since: middle.Add(1)},
		"until":              {Until: middle},
		"between":            {Since: middle.Add(-3 * time.Hour), Until: middle.Add(time.Nanosecond)},
		"never":              {Since: middle, Until: middle.Add(-time.Hour)},
		"actor":              {Actor: &admin},
		"System":             {Actor: &system},
		"type":               {Types: []string{"OrganizationRenamed"}},
		"types":              {Types: []string{"RolesAssigned", "OrganizationRenamed", "RolesAssigned", "MemberJoined", "UserUpdated"}},
		"subject":            {Subject: c.dan.String()},
		"an account":         {Subject: c.work.String()},
		"nothing's subject":  {Subject: tenancy.InvitationID{1}.String()},
		"subject and time":   {Subject: c.dan.String(), Since: middle},
		"actor and types":    {Actor: &admin, Types: []string{"RolesAssigned"}},
		"all of them":        {Subject: c.dan.String(), Actor: &admin, Types: []string{"RolesAssigned", "UserUpdated"}, Until: middle},
		"from a number":      {From: 40},
		"from, with filters": {From: 40, Actor: &admin},
		"little passes":      {Actor: &admin, Types: []string{"AccountClosed"}},
	} {
		for _, backwards := range []bool{false, true} {
			t.Run("EVT-7 "+name, func(t *testing.T) {
				q.Backwards, q.After = backwards, ""
				want := expected(all, q)
				require.Equal(t, want, logged(t, c.as(c.owner).Events(t.Context(), stream, q)))
				var read []tenancy.Event // in pages, whose cursors hold
				for next := tenancy.Cursor(""); ; {
					q.After = next
					page, after, err := tenancy.Collect(c.as(c.owner).Events(t.Context(), stream, q), 7)
					require.NoError(t, err)
					for _, e := range page {
						read = append(read, e.Event)
					}
					if next = after; next == "" {
						break
					}
				}
				require.Equal(t, want, read)
			})
		}
	}
	t.Run("EVT-7 malformed queries are refused", func(t *testing.T) {
		for code, queries := range map[tenancy.Code][]tenancy.EventQuery{
			tenancy.CodeInput: {{Types: []string{"NoSuchEvent"}}, {Types: []string{""}}},
			tenancy.CodeID:    {{Subject: "x"}, {Subject: tenancy.UserID{}.String()}},
		} {
			for _, q := range queries {
				refused(t, failure(c.as(c.owner).Events(t.Context(), stream, q)), code)
			}
		}
	})
}

// expected selects the events of a query out of all.
func expected(all []tenancy.Event, q tenancy.EventQuery) (want []tenancy.Event) {
	for _, e := range all {
		at := e.Time.Time()
		subjects := tenancy.Subjects(e)
		if !q.Since.IsZero() && at.Before(q.Since) || !q.Until.IsZero() && !at.Before(q.Until) ||
			q.Actor != nil && e.Actor != *q.Actor ||
			len(q.Types) > 0 && !slices.Contains(q.Types, tenancy.EventType(e.Data)) ||
			q.Subject != "" && !slices.Contains(subjects, q.Subject) ||
			q.From > 0 && (e.Sequence < q.From && !q.Backwards || e.Sequence > q.From && q.Backwards) {
			continue
		}
		want = append(want, e)
	}
	if !q.Since.IsZero() || !q.Until.IsZero() || q.Actor != nil || len(q.Types) > 0 || q.Subject != "" {
		slices.SortStableFunc(want, func(a, b tenancy.Event) int { return cmp.Compare(a.Time, b.Time) })
	}
	if q.Backwards {
		slices.Reverse(want)
	}
	return want
}

// TestEventNames looks at the names beside events (EVT-8, USR-21, GEN-5, SEC-33).
func TestEventNames(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	stream := organizationStream(c.org)
	c.prove(c.owner, c.org, "ana.example.com")
	sent, err := c.as(c.owner).InviteUser(t.Context(), c.org, tenancy.NewInvitation{Email: "zoe@zoe.example.com"})
	require.NoError(t, err)
	require.NoError(t, c.as(c.dan).Leave(t.Context(), c.org))
	c.rename(c.dan, "Dan Now")
	called := func(session *tenancy.Session, id string) (named tenancy.Named) {
		for _, e := range items(t, session.Events(t.Context(), stream, tenancy.EventQuery{Subject: id})) {
			named = e.NameOf(id)
		}
		return named
	}
	owner := c.as(c.owner)
	for id, name := range map[string]string{
		c.owner.String(): "ana", c.org.String(): "ana Inc", c.admin.String(): "ben", c.work.String(): "Work",
		c.gil.String(): "gil", // independent, and seen as such
		c.dan.String(): "dan", // as they were
	} {
		require.Equal(t, name, called(owner, id).Name.Reveal(), id)
	}
	require.Equal(t, "Dan Now", called(c.host.Session, c.dan.String()).Name.Reveal())
	require.Equal(t, "zoe@zoe.example.com", called(owner, sent.ID.String()).Email.Reveal())
	require.NoError(t, c.as(c.gil).Relinquish(t.Context(), c.work))
	require.Equal(t, tenancy.Named{ID: c.gil.String()}, called(owner, c.gil.String()), "not seen any more")
	require.NoError(t, c.as(c.dan).DeleteUser(t.Context(), c.dan, tenancy.UserDeletion{}))
	require.Equal(t, tenancy.Named{ID: c.dan.String()}, called(owner, c.dan.String()), "erased")
	c.clock.Advance(60 * 24 * time.Hour)
	require.Equal(t, tenancy.Named{ID: sent.ID.String(), Gone: true}, called(owner, sent.ID.String()), "kept no longer (ORG-11)")
	require.NoError(t, second(c.host.Purge(t.Context())))
	for _, e := range items(t, c.as(c.eve.User.ID).Events(t.Context(), organizationStream(c.eve.Organization.ID), tenancy.EventQuery{})) {
		for _, n := range e.Names {
			require.Contains(t, n.Name.Reveal(), "eve")
		}
	}
}

// TestEventNamesInOneTrip counts the calls to the store (EVT-8).
func TestEventNamesInOneTrip(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	for _, by := range []tenancy.UserID{c.admin, c.owner} {
		c.assign(by, c.work, c.dan, tenancy.Developer)
	}
	calls := 0
	dir, err := tenancy.New(&scenes.Tapped{Store: c.store, Call: func(scenes.Call) error {
		calls++
		return nil
	}}, &tenancy.Options{Now: c.clock.Now})
	require.NoError(t, err)
	query := tenancy.EventQuery{Subject: c.dan.String()}
	require.NotEmpty(t, items(t, dir.As(c.owner).Events(context.Background(), organizationStream(c.org), query)))
	require.LessOrEqual(t, calls, 4, "the actor, the page with what else was asked, and the names")
}

// TestEventNamesOfBusyUsers reads a log that names somebody who has roles on many accounts
// (EVT-8): it asks for no more than if they had one.
func TestEventNamesOfBusyUsers(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	c.tampered = true // no event tells of these
	stream := organizationStream(c.org)
	counting := scenes.NewCounting(c.store)
	dir, err := tenancy.New(counting, &tenancy.Options{Now: c.clock.Now})
	require.NoError(t, err)
	read := func() (names []string) {
		query := tenancy.EventQuery{Subject: c.gil.String()}
		for _, e := range items(t, dir.As(c.owner).Events(t.Context(), stream, query)) {
			names = append(names, e.NameOf(c.gil.String()).Name.Reveal())
		}
		return names
	}
	require.Contains(t, read(), "gil")
	steps := slices.Clone(counting.Steps)
	for n := range 250 {
		account := tenancy.AccountID{0, 1, byte(n)}
		c.put(tenancy.AccountRecord{ID: account, Organization: c.org},
			tenancy.GrantRecord{Account: account, User: c.gil, Roles: tenancy.Roles(tenancy.Support)},
			tenancy.IndependentUserRecord{Organization: c.org, User: c.gil, Account: account})
	}
	require.Contains(t, read(), "gil")
	require.Equal(t, steps, counting.Steps)
	require.NotContains(t, counting.Listed, tenancy.IndexGrantsOf)
}

// TestEventsFarTimes wants what is before and after all events of times beyond what an
// Instant holds.
func TestEventsFarTimes(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	far, early := time.Unix(1<<62, 0), time.Unix(-1<<62, 0)
	for name, tt := range map[string]struct {
		query tenancy.EventQuery
		want  int
	}{
		"EVT-7 until far in the future":  {tenancy.EventQuery{Until: far}, 1},
		"EVT-7 since far in the future":  {tenancy.EventQuery{Since: far}, 0},
		"EVT-7 until far in the past":    {tenancy.EventQuery{Until: early}, 0},
		"EVT-7 since far in the past":    {tenancy.EventQuery{Since: early}, 1},
		"EVT-7 until just before 1970":   {tenancy.EventQuery{Until: time.Unix(0, -1)}, 0},
		"EVT-7 since the year 300000 AD": {tenancy.EventQuery{Since: time.Date(300000, 1, 1, 0, 0, 0, 0, time.UTC)}, 0},
	} {
		found, _, err := tenancy.Collect(c.as(c.owner).Events(c.ctx(), tenancy.Stream{Organization: c.org}, tt.query), 1)
		require.NoError(t, err, name)
		require.Len(t, found, tt.want, name)
	}
}
