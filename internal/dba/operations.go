package dba

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/internal/scene"
	"github.com/add4b1c6/tenancy/internal/tables"
	"github.com/add4b1c6/tenancy/storetest"
)

// Company is an organization with what operations take away: a member and
// another user who have roles, domains, connections, and an organization to merge.
type Company struct {
	*scene.Scene
	ctx        context.Context
	ana        tenancy.SignedUp
	ben        tenancy.UserID // a member, with roles on Ana's account
	domain     tenancy.DomainID
	connection tenancy.ConnectionID
	candidate  tenancy.OrganizationID
	groups     [2]tenancy.GroupID // both with Ben and roles on Ana's account
	services   [3]tenancy.UserID  // service accounts, each with a key
	directory  scene.Directory
}

// Found founds a Company over a store, with something of everything there is.
func Found(t testing.TB, store tenancy.Store) *Company {
	t.Helper()
	c := &Company{Scene: scene.New(t, store, tenancy.Options{InvitationsPerDay: -1}), ctx: t.Context()}
	c.ana = c.Scene.Found("ana")
	owner, org := c.As(c.ana.User.ID), c.ana.Organization.ID
	c.ben = c.Guest(c.ana.User.ID, c.ana.Account.ID, "ben", tenancy.Support)
	c.joins(t, owner, org)
	require.NoError(t, c.As(c.ben).Leave(c.ctx, org)) // so that there is a former member
	c.joins(t, owner, org)
	_, err := owner.AssignRoles(c.ctx, c.ana.Account.ID, c.ben, tenancy.Assignment{Roles: tenancy.Roles(tenancy.Support)})
	require.NoError(t, err)
	c.Guest(c.ana.User.ID, c.ana.Account.ID, "gus", tenancy.Support)
	c.Prove(c.ana.User.ID, org, "ana.example.com")
	c.directory = c.Directory(c.ana.User.ID, org, "ana.example.com")
	claim, err := owner.AddDomain(c.ctx, org, "other.example.com")
	require.NoError(t, err)
	c.domain = claim.ID
	for i := range c.groups {
		group, err := owner.CreateGroup(c.ctx, org, tenancy.NewGroup{Name: "Group"})
		require.NoError(t, err)
		c.groups[i] = group.ID
		_, err = owner.AddToGroup(c.ctx, group.ID, []tenancy.UserID{c.ben})
		require.NoError(t, err)
		_, err = owner.AssignGroupRoles(c.ctx, group.ID, c.ana.Account.ID, tenancy.Roles(tenancy.Support))
		require.NoError(t, err)
	}
	for i := range c.services {
		service, err := owner.CreateServiceAccount(c.ctx, org, tenancy.NewServiceAccount{Name: "Service"})
		require.NoError(t, err)
		c.services[i] = service.ID
		_, err = owner.CreateKey(c.ctx, service.ID, tenancy.NewKey{Name: "Key"})
		require.NoError(t, err)
	}
	connection, err := owner.AddConnection(c.ctx, org, "Provider")
	require.NoError(t, err)
	c.connection = connection.ID
	_, err = c.Host.VerifyPhone(c.ctx, c.ana.Account.ID, "+15550100")
	require.NoError(t, err)
	second, err := owner.CreateOrganization(c.ctx, tenancy.NewOrganization{Name: "Second", AllStay: true})
	require.NoError(t, err)
	c.candidate = second.ID
	_, err = owner.InviteUser(c.ctx, org, tenancy.NewInvitation{Email: "cy@ana.example.com"})
	require.NoError(t, err)
	_, err = c.Host.RequestInvitation(c.ctx, tenancy.Proven("dee@ana.example.com"))
	require.NoError(t, err)
	return c
}

// joins lets Ben join the organization.
func (c *Company) joins(t testing.TB, owner *tenancy.Session, org tenancy.OrganizationID) {
	t.Helper()
	sent, err := owner.InviteUser(c.ctx, org, tenancy.NewInvitation{Email: scene.Address("ben")})
	require.NoError(t, err)
	_, err = c.As(c.ben).AcceptInvitation(c.ctx, tenancy.Acceptance{Secret: sent.Secret})
	require.NoError(t, err)
}

// Operation is one that takes rows away or changes what they say.
type Operation struct {
	Name string
	Do   func() error
}

// Operations are those that the page names, in an order in which a Company can do all
// of them.
func (c *Company) Operations() []Operation {
	owner, org := c.As(c.ana.User.ID), c.ana.Organization.ID
	return []Operation{
		{"Relay", func() error {
			_, err := c.Host.Relay(c.ctx, func(context.Context, tenancy.Event) error { return nil })
			return err
		}},
		{"RevokeGroupRoles", func() error { return owner.RevokeGroupRoles(c.ctx, c.groups[0], c.ana.Account.ID) }},
		{"RemoveFromGroup", func() error {
			_, err := owner.RemoveFromGroup(c.ctx, c.groups[0], []tenancy.UserID{c.ben})
			return err
		}},
		{"DeleteGroup", func() error { return owner.DeleteGroup(c.ctx, c.groups[1]) }},
		{"UpdateProvisionedGroup", func() error {
			_, err := c.directory.UpdateProvisionedGroup(c.ctx, c.directory.Group,
				tenancy.ProvisionedGroupUpdate{Remove: []tenancy.ProvisionedID{c.directory.Linked}})
			return err
		}},
		{"Deprovision", func() error { return c.directory.Deprovision(c.ctx, c.directory.Pending, 0) }},
		{"DeleteProvisionedGroup", func() error {
			return c.directory.DeleteProvisionedGroup(c.ctx, c.directory.Group, 0)
		}},
		{"RemoveDirectory", func() error {
			_, err := owner.RemoveDirectory(c.ctx, c.directory.ID, tenancy.DirectoryRemoval{LiftHolds: true})
			return err
		}},
		{"RevokeRoles", func() error { return owner.RevokeRoles(c.ctx, c.ana.Account.ID, c.ben) }},
		{"RemoveUser", func() error { // of a person and of a service account
			return owner.Atomically(c.ctx, func(ctx context.Context, s *tenancy.Session) error {
				err := s.RemoveUser(ctx, org, c.services[0], tenancy.Removal{})
				return cmp.Or(err, s.RemoveUser(ctx, org, c.ben, tenancy.Removal{}))
			})
		}},
		{"DeleteUser", func() error {
			return c.Staff.Atomically(c.ctx, func(ctx context.Context, s *tenancy.Platform) error {
				for _, user := range []tenancy.UserID{c.services[1], c.ben, c.directory.User} {
					if err := s.DeleteUser(ctx, user, tenancy.UserDeletion{}); err != nil {
						return err
					}
				}
				return nil
			})
		}},
		{"RemoveDomain", func() error { return owner.RemoveDomain(c.ctx, c.domain) }},
		{"RemoveConnection", func() error { return owner.RemoveConnection(c.ctx, c.connection) }},
		{"MergeOrganizations", func() error {
			_, err := owner.MergeOrganizations(c.ctx, org, c.candidate)
			return err
		}},
		{"DeleteOrganization", func() error {
			return owner.DeleteOrganization(c.ctx, org,
				tenancy.OrganizationDeletion{})
		}},
		{"CloseAccount", func() error {
			_, err := owner.CloseAccount(c.ctx, c.ana.Account.ID)
			return err
		}},
		{"DeleteUser of the Owner", func() error {
			return c.Staff.DeleteUser(c.ctx, c.ana.User.ID,
				tenancy.UserDeletion{})
		}},
		{"Purge", func() error {
			c.Clock.Advance(91 * 24 * time.Hour)
			_, err := c.Host.Purge(c.ctx)
			return err
		}},
	}
}

// prepare does what has to come before an operation.
func (c *Company) prepare(t testing.TB, name string) {
	switch name {
	case "DeleteOrganization":
		require.NoError(t, c.As(c.ana.User.ID).DeleteOrganization(c.ctx, c.candidate,
			tenancy.OrganizationDeletion{}))
	case "Purge": // what is personal, so that only operation IDs become due
		c.Clock.Advance(60 * 24 * time.Hour)
		_, err := c.Host.Purge(c.ctx)
		require.NoError(t, err)
	}
}

// do does the operation of a name.
func (c *Company) do(t testing.TB, name string) error {
	all := c.Operations()
	i := slices.IndexFunc(all, func(o Operation) bool { return o.Name == name })
	require.GreaterOrEqual(t, i, 0, name)
	return all[i].Do()
}

// Host is a database with tables of a host's own that refer to those of this module.
type Host struct {
	Open   func(t *testing.T) (tenancy.Store, func(sql string) error) // an empty database that enforces foreign keys, and a way to change it
	Column func(tables.Type) string                                   // the type of a column
}

// identities returns the columns of the primary key of every table.
func identities() map[string][]tables.Column {
	all := map[string][]tables.Column{
		"tenancy_events": tables.EventColumns[:2], "tenancy_outbox": tables.EventColumns[:2],
		"tenancy_event_subjects": tables.SubjectColumns,
		"tenancy_schema":         {{Name: "version", Type: tables.Int}},
	}
	for _, table := range tables.All() {
		all[table.Name] = table.Identity
	}
	return all
}

// refer creates a table of the host's that refers to one of ours.
func (h Host) refer(t *testing.T, exec func(string) error, table string) {
	t.Helper()
	var columns []string
	key := identities()[table]
	for _, c := range key {
		columns = append(columns, c.Name+" "+h.Column(c.Type))
	}
	names := tables.Names(key)
	require.NoError(t, exec("CREATE TABLE of_"+table+" ("+strings.Join(columns,
		", ")+", PRIMARY KEY ("+names+"), FOREIGN KEY ("+names+") REFERENCES "+table+" ("+names+"))"))
}

// fill has the host refer to every row there is.
func fill(exec func(string) error, table string) error {
	names := tables.Names(identities()[table])
	return exec("INSERT INTO of_" + table + " SELECT " + names + " FROM " + table +
		" WHERE true ON CONFLICT DO NOTHING")
}

// TestForeignKeys holds a store to what the page says of the host's foreign keys: to
// tables whose rows stay, no operation fails; to the others, those fail that the page
// names, and nothing is changed.
func (h Host) TestForeignKeys(t *testing.T) {
	section := Read(t).Section("What is in the database")
	stays, goes := []string{}, []string{}
	for _, row := range section.Table("table") {
		switch name := Quoted(row[0])[0]; row[3] {
		case "stay":
			stays = append(stays, name)
		case "go":
			goes = append(goes, name)
		default:
			require.Fail(t, "neither stay nor go", row[3])
		}
	}
	all := identities()
	require.Len(t, all, len(stays)+len(goes))
	for _, name := range append(slices.Clone(stays), goes...) {
		require.Contains(t, all, name)
	}
	t.Run("rows that stay", func(t *testing.T) {
		store, exec := h.Open(t)
		for _, table := range stays {
			h.refer(t, exec, table)
		}
		c := Found(t, store)
		for _, o := range c.Operations() {
			for _, table := range stays {
				require.NoError(t, fill(exec, table), table)
			}
			require.NoError(t, o.Do(), o.Name)
		}
		c.Sound()
	})
	var named []string
	for _, row := range section.Table("a foreign key to") {
		table := Quoted(row[0])[0]
		named = append(named, table)
		for _, name := range Quoted(row[1]) {
			t.Run(table+" and "+name, func(t *testing.T) {
				store, exec := h.Open(t)
				c := Found(t, store)
				c.prepare(t, name)
				h.refer(t, exec, table)
				require.NoError(t, fill(exec, table))
				before := storetest.Everything(t, store)
				err := c.do(t, name)
				require.Error(t, err)
				require.Empty(t, tenancy.CodeOf(err), "it is the database's error")
				require.Equal(t, before, storetest.Everything(t, store))
				c.Sound()
				require.NoError(t, exec("DROP TABLE of_"+table))
				require.NoError(t, c.do(t, name), "without the foreign key")
				c.Sound()
			})
		}
	}
	// A lease is there only while a relay works, so no host can refer to one for long.
	require.ElementsMatch(t, goes, append(named, "tenancy_leases"))
}

// TestColumns holds the page to the tables: it names all of them, and all columns that
// no field has.
func TestColumns(t *testing.T) {
	section := Read(t).Section("What is in the database")
	_, after, _ := strings.Cut(section.text, "Columns that end in")
	sentence, _, _ := strings.Cut(after, ".")
	named := Quoted(sentence)
	require.Equal(t, "_key", named[0])
	found := map[string]bool{}
	for _, table := range tables.All() {
		for i, c := range table.Columns {
			key := strings.HasSuffix(c.Name, "_key") || slices.Contains(named, c.Name)
			require.Equal(t, i >= table.Fields, key, "%s.%s", table.Name, c.Name)
			found[c.Name] = found[c.Name] || key
		}
	}
	for _, name := range named[1:] {
		require.True(t, found[name], name)
	}
}
