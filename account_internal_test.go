package tenancy

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// deciding returns what a decision has in its hand: who acts, and the records.
func deciding(row *operationRow, actor Actor, records ...Record) *changes {
	w := newWorld(nil)
	w.fill()
	for _, record := range records {
		w.know(record)
	}
	table, _ := newPermissionTable(RoleOptions{})
	dir := &Directory{options: options{table: table, organizationRules: builtInRules}}
	return &changes{dir: dir, actor: actor, row: row, now: 1000, world: w, tape: &tape{dir: dir}}
}

// TestSuspensionTable has every state of an account and its parent, and every kind of
// actor who changes it (ACC-5).
func TestSuspensionTable(t *testing.T) {
	user, staff, system := Actor{User: UserID{1}}, Actor{Operator: "staff"}, Actor{}
	for i := range 1 << 6 {
		bit := func(n int) bool { return i>>n&1 == 1 }
		suspend, customer, platform, parentCustomer, parentPlatform, isSub := bit(0), bit(1), bit(2), bit(3), bit(
			4), bit(5)
		if !isSub && (parentCustomer || parentPlatform) {
			continue
		}
		for _, actor := range []Actor{user, staff, system} {
			t.Run(fmt.Sprintf("ACC-5 %06b %s", i, actor), func(t *testing.T) {
				a := AccountRecord{
					ID:                AccountID{1},
					Owner:             user.User,
					SuspendedCustomer: customer,
					SuspendedPlatform: platform,
				}
				st := accountStanding{account: &a, grant: &GrantRecord{Account: a.ID, User: user.User, Roles: Roles(AccountAdministrator)}}
				if isSub {
					a.Parent = AccountID{2}
					st.parent = &AccountRecord{
						ID:                a.Parent,
						Owner:             user.User,
						SuspendedCustomer: parentCustomer,
						SuspendedPlatform: parentPlatform,
					}
				}
				op, decide := opReactivateAccount, decideReactivateAccount
				if suspend {
					op, decide = opSuspendAccount, decideSuspendAccount
				}
				c := deciding(op, actor, a)
				got, err := decide(suspensionFacts{st}, c)

				own := platform
				if actor == user {
					own = customer
				}
				if changes := own != suspend; changes && actor == user && (parentCustomer || parentPlatform) {
					require.Equal(t, CodeParentSuspended, err)
					require.Empty(t, c.said)
					return
				}
				require.NoError(t, err)
				require.Len(t, c.said, map[bool]int{true: 1}[own != suspend], "GEN-6")
				if actor == user {
					customer = suspend
				} else {
					platform = suspend
				}
				require.Equal(t, Suspension{customer, platform, parentCustomer || parentPlatform}, *got.Suspended)
				require.Equal(t, customer || platform || parentCustomer || parentPlatform, got.State == StateSuspended)
			})
		}
	}
}

// TestAccountEvents holds events to how they change records (INV-13).
func TestAccountEvents(t *testing.T) {
	a := AccountRecord{
		ID:           AccountID{1},
		Owner:        UserID{1},
		Organization: OrganizationID{1},
		Created:      5,
		Personal:     AccountPersonal{Name: NewPersonal("n")},
	}
	with := func(change func(*AccountRecord)) AccountRecord {
		b := a
		change(&b)
		return b
	}
	by := Actor{User: UserID{1}}
	for _, row := range []struct {
		event EventData
		want  Record
	}{
		{AccountCreated{AccountID{2}, UserID{1}, OrganizationID{1}, AccountID{1}, true, by, 7},
			AccountRecord{ID: AccountID{2}, Owner: UserID{1}, Organization: OrganizationID{1}, Parent: AccountID{1}, Designated: 7, DesignatedBy: by, Created: 7}},
		{AccountCreated{AccountID{2}, UserID{1}, OrganizationID{}, AccountID{}, false, by, 7}, AccountRecord{ID: AccountID{2}, Owner: UserID{1}, Plan: PlanTrial, Billing: BillingOwn, Created: 7}},
		{AccountRenamed{a.ID}, a},
		{AccountSuspended{a.ID, false}, with(func(a *AccountRecord) { a.SuspendedCustomer = true })},
		{AccountSuspended{a.ID, true}, with(func(a *AccountRecord) { a.SuspendedPlatform = true })},
		{AccountReactivated{a.ID, true}, a},
		{AccountClosed{a.ID, 9}, with(func(a *AccountRecord) { a.Closed = 9 })},
		{AccountManaged{a.ID, OrganizationID{2}}, with(func(a *AccountRecord) { a.Organization = OrganizationID{2} })},
		{AccountReleased{a.ID}, with(func(a *AccountRecord) { a.Organization = OrganizationID{} })},
		{AccountTransferred{a.ID, UserID{2}}, with(func(a *AccountRecord) { a.Owner = UserID{2} })},
		{PhoneVerified{a.ID}, a},
		{AccountUpgraded{a.ID}, with(func(a *AccountRecord) { a.Plan = PlanFull })},
		{AccountInvoiced{a.ID}, with(func(a *AccountRecord) { a.Plan, a.Billing = PlanFull, BillingInvoiced })},
		{PricingSet{a.ID}, a},
		{RolesAssigned{a.ID, UserID{1}, Roles(Support)}, GrantRecord{Account: a.ID, User: UserID{1}, Roles: Roles(Support)}},
	} {
		t.Run("INV-13 "+EventType(row.event), func(t *testing.T) {
			w := deciding(opRenameAccount, by, a).world
			row.event.apply(w)
			at := identity(row.want)
			require.Equal(t, row.want, w.slots[at].now)
		})
	}
	t.Run("INV-13 RolesRevoked", func(t *testing.T) {
		g := GrantRecord{Account: a.ID, User: UserID{1}, Roles: Roles(Support)}
		w := deciding(opRenameAccount, by, g).world
		RolesRevoked{a.ID, UserID{1}}.apply(w)
		require.Nil(t, get(w, grantOn(a.ID, UserID{1})))
	})
}
