package tenancy_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// cast is a scene with people around an account. Cleo owns it; it is work, in Ana's organization.
type cast struct {
	*scene
	ana  tenancy.SignedUp // Owner of the organization, owner of its account main
	eve  tenancy.SignedUp // a stranger, with an organization and an account
	org  tenancy.OrganizationID
	main tenancy.AccountID
	work tenancy.AccountID

	owner   tenancy.UserID // Ana
	admin   tenancy.UserID // Ben, Administrator of the organization
	cleo    tenancy.UserID // Standard User, owner of work
	dan     tenancy.UserID // Standard User, no roles
	manager tenancy.UserID // Ida, an independent user, Administrator of work
	gil     tenancy.UserID // an independent user, Support on work
	other   tenancy.UserID // Eve

	tampered bool // the store was written to past the library
}

func newCast(t *testing.T) *cast {
	t.Helper()
	c := &cast{scene: newScene(t)}
	c.ana, c.eve = c.found("ana"), c.found("eve")
	c.org, c.main, c.owner, c.other = c.ana.Organization.ID, c.ana.Account.ID, c.ana.User.ID, c.eve.User.ID
	c.admin, c.cleo = c.join(c.ana, "ben", tenancy.Administrator), c.join(c.ana, "cleo", tenancy.StandardUser)
	c.dan = c.join(c.ana, "dan", tenancy.StandardUser)
	c.work = c.account(c.cleo, c.org, "Work")
	c.manager = c.guest(c.cleo, c.work, "ida", tenancy.AccountAdministrator)
	c.gil = c.guest(c.cleo, c.work, "gil", tenancy.Support)
	t.Cleanup(c.sound)
	return c
}

// sound requires that every invariant holds and that the log explains the records.
func (c *cast) sound() {
	c.Helper()
	if !c.tampered {
		c.set.Sound()
	}
}

// emptyCast returns a scene with nobody in it.
func emptyCast(t *testing.T, options tenancy.Options) *cast {
	t.Helper()
	c := &cast{scene: newScene(t, options)}
	t.Cleanup(c.sound)
	return c
}

func (c *cast) as(user tenancy.UserID) *tenancy.Session { return c.dir.As(user) }

// account creates an account that a user owns.
func (c *cast) account(user tenancy.UserID, org tenancy.OrganizationID, name string) tenancy.AccountID {
	c.Helper()
	account, err := c.dir.As(user).CreateAccount(c.ctx(), org, tenancy.NewAccount{Name: name})
	require.NoError(c, err)
	return account.ID
}

// subaccount creates a subaccount.
func (c *cast) subaccount(user tenancy.UserID, parent tenancy.AccountID, name string) tenancy.AccountID {
	c.Helper()
	account, err := c.dir.As(user).CreateSubaccount(c.ctx(), parent, tenancy.NewSubaccount{Name: name})
	require.NoError(c, err)
	return account.ID
}

// assign sets a user's roles on an account.
func (c *cast) assign(by tenancy.UserID, account tenancy.AccountID, user tenancy.UserID, roles ...tenancy.AccountRole) {
	c.Helper()
	_, err := c.dir.As(by).AssignRoles(c.ctx(), account, user, tenancy.Assignment{Roles: tenancy.Roles(roles...)})
	require.NoError(c, err)
}

// accountAs returns an account as a user sees it.
func (c *cast) accountAs(user tenancy.UserID, account tenancy.AccountID) tenancy.Account {
	c.Helper()
	seen, err := c.dir.As(user).Account(c.ctx(), account)
	require.NoError(c, err)
	return seen
}

// stored returns a record from the store, and whether it exists.
func stored[R tenancy.Record](s *scene, index tenancy.Index, key tenancy.Key) (found R, ok bool) {
	s.Helper()
	require.NoError(s, s.store.View(context.Background(), func(ctx context.Context, tx tenancy.ReadTx) error {
		answers, err := tx.Read(ctx, tenancy.Lookup{Index: index, Key: key})
		if err == nil {
			found, ok = answers[0].Record.(R)
		}
		return err
	}))
	return found, ok
}

// roles returns the roles that are assigned to a user on an account.
func (c *cast) roles(account tenancy.AccountID, user tenancy.UserID) tenancy.RoleSet {
	c.Helper()
	grant, _ := stored[tenancy.GrantRecord](c.scene, tenancy.IndexGrants, tenancy.Key{In: account, ID: user})
	return grant.Roles
}

// designate designates an account as subject to HIPAA.
func (c *cast) designate(account tenancy.AccountID) {
	c.Helper()
	require.NoError(
		c,
		errOf(
			c.staff.SetHIPAAEntitlement(c.ctx(), c.org,
				tenancy.HIPAAEntitlement{On: true, Reference: "BAA-1", Executed: c.clock.Now()}),
		),
	)
	require.NoError(c, second(c.as(c.owner).EnableHIPAA(c.ctx(), account)))
}

// said returns the events that a call appends to a stream.
func (c *cast) said(stream tenancy.Stream, call func()) []tenancy.EventData {
	c.Helper()
	read := func() (events []tenancy.EventRecord) {
		require.NoError(c, c.store.View(context.Background(), func(ctx context.Context, tx tenancy.ReadTx) (err error) {
			events, err = tx.Events(ctx, stream, 1, 1<<30)
			return err
		}))
		return events
	}
	before := len(read())
	call()
	return dataOf(c, read()[before:])
}

// independent gives an existing user a role on Eve's account.
func (c *cast) independent(user tenancy.UserID) {
	c.Helper()
	seen, _, err := c.host.User(c.ctx(), user)
	require.NoError(c, err)
	sent, err := c.as(c.other).
		InviteToAccount(c.ctx(), c.eve.Account.ID, tenancy.NewAccountInvitation{Email: seen.Email.Reveal(), Roles: tenancy.Roles(tenancy.Developer)})
	require.NoError(c, err)
	require.NoError(c, second(c.as(user).AcceptInvitation(c.ctx(), tenancy.Acceptance{Secret: sent.Secret})))
}

// secondOrganization lets Ana create another organization; her accounts stay where they are.
func (c *cast) secondOrganization() tenancy.OrganizationID {
	c.Helper()
	require.NoError(c, second(c.host.VerifyPhone(c.ctx(), c.main, "+4930123456")))
	founded, err := c.as(c.owner).CreateOrganization(c.ctx(), tenancy.NewOrganization{Name: "Second", AllStay: true})
	require.NoError(c, err)
	return founded.Organization.ID
}

// second returns the error of a call, without its result.
func second[T any](_ T, err error) error { return err }
