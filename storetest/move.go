package storetest

import (
	"context"
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// moveCases test MoveAll. MRG-4, MRG-5, MRG-7, MRG-13, ORG-10 and INV-10 build on it.
func moveCases() []testCase {
	return []testCase{
		{"MoveAll/into another organization", func(c trial) { c.moveAll(tenancy.Move{Into: orgID(2)}) }},
		{"MoveAll/to nobody", func(c trial) { c.moveAll(tenancy.Move{}) }},
		{"MoveAll/to nobody, of a suspended organization", func(c trial) { c.moveAll(tenancy.Move{Suspend: true}) }},
		{"MoveAll/of what is derived, into another organization", func(c trial) { c.moveTies(orgID(2)) }},
		{"MoveAll/of what is derived, to nobody", func(c trial) { c.moveTies(tenancy.OrganizationID{}) }},
		{"MoveAll/of groups, into another organization", func(c trial) { c.moveGroups(orgID(2)) }},
		{"MoveAll/of groups, to nobody", func(c trial) { c.moveGroups(tenancy.OrganizationID{}) }},
		{"MoveAll/of groups that a directory keeps, into another organization", func(c trial) { c.moveDirectoryGroups(orgID(2)) }},
		{"MoveAll/of groups that a directory keeps, to nobody", func(c trial) { c.moveDirectoryGroups(tenancy.OrganizationID{}) }},
		{"MoveAll/the end of a group", trial.endGroup},
		{"MoveAll/the end of a group that a directory keeps", trial.endDirectoryGroup},
		{"MoveAll/between other writes", trial.moveBetween},
		{"MoveAll/again and again", trial.moveOn},
		{"MoveAll/of nothing", trial.moveNothing},
		{"MoveAll/of service accounts, into another organization", func(c trial) { c.moveServiceAccounts(orgID(2)) }},
		{"MoveAll/of service accounts, to nobody", func(c trial) { c.moveServiceAccounts(tenancy.OrganizationID{}) }},
	}
}

// organizationOf returns an organization with members and accounts of all kinds, whose
// IDs begin at a number.
func organizationOf(org tenancy.OrganizationID, first int) []tenancy.Record {
	account := func(n int, a tenancy.AccountRecord) tenancy.AccountRecord {
		a.ID, a.Owner, a.Organization, a.Created = accountID(first+n), userID(first), org, instant(n)
		a.Personal = tenancy.AccountPersonal{
			Name:    tenancy.NewPersonal(text(n)),
			Pricing: tenancy.NewPersonal("p"),
			Phone:   tenancy.NewPersonal("+4930123456"),
		}
		return a
	}
	return []tenancy.Record{
		tenancy.OrganizationRecord{ID: org, Owner: userID(first), State: tenancy.StateActive},
		tenancy.MembershipRecord{Organization: org, User: userID(first), Role: tenancy.Owner, Exempt: true,
			Since: 1},
		tenancy.MembershipRecord{Organization: org, User: userID(first + 1), Role: tenancy.Administrator,
			Since: 2},
		tenancy.MembershipRecord{Organization: org, User: userID(first + 2), Role: tenancy.StandardUser,
			Exempt: true, Since: 3},
		tenancy.MembershipRecord{Organization: org, User: userID(first + 3), Role: tenancy.StandardUser, Since: 4},
		tenancy.UserRecord{ID: userID(first), Personal: tenancy.UserPersonal{Address: address(first)}},
		tenancy.UserRecord{ID: userID(first + 1), Managed: true, Created: 8,
			Personal: tenancy.UserPersonal{Address: address(first + 1)}},
		tenancy.UserRecord{ID: userID(first + 2), Managed: true, InactiveOperator: true},
		tenancy.FormerMemberRecord{Organization: org, User: userID(first + 4), LeftAt: 5,
			Personal: tenancy.FormerMemberPersonal{Email: address(first), Name: tenancy.NewPersonal(text(first))}},
		tenancy.FormerMemberRecord{Organization: org, User: userID(90), LeftAt: instant(first)},
		account(0, tenancy.AccountRecord{Plan: tenancy.PlanFull, Billing: tenancy.BillingInvoiced,
			Designated: 5, DesignatedBy: actor(8)}),
		account(1, tenancy.AccountRecord{Parent: accountID(first), Designated: 5}),
		account(2, tenancy.AccountRecord{Parent: accountID(first), Closed: 6}),
		account(3, tenancy.AccountRecord{SuspendedCustomer: true}),
		account(4, tenancy.AccountRecord{SuspendedPlatform: true, SuspendedCustomer: true}),
		account(5, tenancy.AccountRecord{Closed: 7, SuspendedPlatform: true}),
		account(6, tenancy.AccountRecord{Parent: accountID(first + 5), Closed: 7}),
		tenancy.GrantRecord{Account: accountID(first), User: userID(first),
			Roles: tenancy.Roles(tenancy.AccountOwner)},
		tenancy.GrantRecord{Account: accountID(first + 5), User: userID(first + 3),
			Roles: tenancy.Roles(tenancy.Support)},
		tenancy.InvitationRecord{ID: id(first), Kind: tenancy.InvitationToOrganization, Organization: org,
			State:    tenancy.StatePending,
			Personal: tenancy.InvitationPersonal{Address: address(first)}},
		tenancy.ConnectionRecord{ID: id(first), Organization: org},
		tenancy.WordRecord{Organization: org, User: userID(first + 1),
			Personal: tenancy.WordPersonal{Word: tenancy.NewPersonal(text(first))}},
		tenancy.WordRecord{Organization: org, User: userID(first + 2),
			Personal: tenancy.WordPersonal{Word: tenancy.NewPersonal(text(first))}},
	}
}

// groupsOf returns two groups of an organization, whose users and accounts begin at a
// number: with members, of whom one is in both, and with roles on its accounts.
func groupsOf(org tenancy.OrganizationID, first int) []tenancy.Record {
	return []tenancy.Record{
		tenancy.GroupRecord{ID: id(first), Organization: org, Created: 3, Members: 2,
			Personal: tenancy.GroupPersonal{Name: tenancy.NewPersonal(text(first)), ExternalID: address(first)}},
		tenancy.GroupRecord{ID: id(first + 1), Organization: org, Members: 1},
		tenancy.GroupMemberRecord{Group: id(first), User: userID(first + 1)},
		tenancy.GroupMemberRecord{Group: id(first), User: userID(first + 2)},
		tenancy.GroupMemberRecord{Group: id(first + 1), User: userID(first + 1)},
		tenancy.AccountRecord{ID: accountID(first), Owner: userID(first), Organization: org, Groups: 2},
		tenancy.AccountRecord{ID: accountID(first + 1), Owner: userID(first), Organization: org, Groups: 1},
		tenancy.GroupRolesRecord{Account: accountID(first), Group: id(first), Roles: tenancy.Roles(tenancy.Support)},
		tenancy.GroupRolesRecord{Account: accountID(first), Group: id(first + 1),
			Roles: tenancy.Roles(tenancy.Developer)},
		tenancy.GroupRolesRecord{Account: accountID(first + 1), Group: id(first),
			Roles: tenancy.Roles(tenancy.AccountAdministrator)},
	}
}

// moveGroups checks what a move does to groups (MRG-6, ORG-10).
func (c trial) moveGroups(into tenancy.OrganizationID) {
	m := newModel()
	first := append(organizationOf(orgID(1), 60), groupsOf(orgID(1), 60)...)
	c.both(m, putting(append(append(first, neighbours()...), groupsOf(orgID(2), 20)...)...))
	c.both(m, func(ctx context.Context, tx tenancy.Tx) error {
		return tx.MoveAll(ctx, tenancy.Move{From: orgID(1), Into: into, At: 77})
	})
	for _, was := range groupsOf(orgID(1), 60) {
		switch was := was.(type) {
		case tenancy.GroupRecord:
			if was.Organization = into; into.IsZero() {
				require.Nil(c, c.get(was))
			} else {
				require.Equal(c, was, c.get(was))
			}
		case tenancy.AccountRecord:
			if was.Organization = into; into.IsZero() {
				was.Groups = 0
			}
			require.Equal(c, was, c.get(was))
		default:
			if into.IsZero() {
				require.Nil(c, c.get(was), "what a group gave stays")
			} else {
				require.Equal(c, was, c.get(was))
			}
		}
	}
	for _, other := range groupsOf(orgID(2), 20) {
		require.Equal(c, other, c.get(other), "another organization's group is moved")
	}
	c.holds(m)
}

// endGroup ends one group among others, in a transaction that also writes to it.
func (c trial) endGroup() {
	m := newModel()
	c.both(m, putting(append(groupsOf(orgID(1), 60), groupsOf(orgID(2), 20)...)...))
	early := tenancy.GroupMemberRecord{Group: id(60), User: userID(90)}
	late := tenancy.GroupMemberRecord{Group: id(61), User: userID(90)}
	c.both(m, func(ctx context.Context, tx tenancy.Tx) error {
		return inTurn(ctx, tx, []writing{
			putting(early),
			func(ctx context.Context, tx tenancy.Tx) error { return tx.MoveAll(ctx, tenancy.Move{Group: id(60)}) },
			putting(late),
		})
	})
	require.Nil(c, c.get(early))
	require.Equal(c, late, c.get(late))
	require.Equal(c, 1, c.get(tenancy.AccountRecord{ID: accountID(60)}).(tenancy.AccountRecord).Groups)
	require.Equal(c, 0, c.get(tenancy.AccountRecord{ID: accountID(61)}).(tenancy.AccountRecord).Groups)
	require.NotNil(c, c.get(tenancy.GroupRecord{ID: id(60)}), "the record of the group is not the move's")
	c.holds(m)
	c.both(m, func(ctx context.Context, tx tenancy.Tx) error {
		return tx.MoveAll(ctx, tenancy.Move{Group: id(99)}) // there is none
	})
	c.holds(m)
}

// directoryOf returns an organization's directory, which has made two groups, with the
// identities that it put in them. The IDs of the directory, of its identities and of its
// groups begin at a number. Identities that are linked are of users whose IDs begin there,
// and who are in the groups. Another one is pending, and one is removed.
func directoryOf(org tenancy.OrganizationID, first int) []tenancy.Record {
	says := func(n int) tenancy.ProvisionedPersonal {
		return tenancy.ProvisionedPersonal{UserName: address(n), Address: address(n),
			ExternalID: tenancy.NewPersonal(text(n)), Display: tenancy.NewPersonal(text(n))}
	}
	return []tenancy.Record{
		tenancy.DirectoryRecord{ID: id(first), Organization: org, Identities: 3, Groups: 2,
			Personal: tenancy.DirectoryPersonal{Name: tenancy.NewPersonal(text(first)), Secret: [32]byte{byte(first)}}},
		tenancy.ProvisionedRecord{ID: id(first), Directory: id(first), Organization: org, User: userID(first + 1),
			Version: 1, Personal: says(first)},
		tenancy.ProvisionedRecord{ID: id(first + 1), Directory: id(first), Organization: org,
			User: userID(first + 2), Inactive: true, Version: 3, Personal: says(first + 1)},
		tenancy.ProvisionedRecord{ID: id(first + 2), Directory: id(first), Organization: org, Version: 1,
			Personal: says(first + 2)},
		tenancy.ProvisionedRecord{ID: id(first + 3), Directory: id(first), Organization: org,
			User: userID(first + 3), Version: 2, Removed: 9, Personal: says(first + 3)},
		tenancy.GroupRecord{ID: id(first), Organization: org, Directory: id(first), Version: 4, Changed: 5,
			Members: 2, Identities: 3,
			Personal: tenancy.GroupPersonal{Name: tenancy.NewPersonal(text(first)), ExternalID: address(first)}},
		tenancy.GroupRecord{ID: id(first + 1), Organization: org, Directory: id(first), Version: 1, Identities: 1,
			Personal: tenancy.GroupPersonal{Name: tenancy.NewPersonal(text(first))}},
		tenancy.GroupMemberRecord{Group: id(first), User: userID(first + 1)},
		tenancy.GroupMemberRecord{Group: id(first), User: userID(first + 2)},
		tenancy.ProvisionedMemberRecord{Group: id(first), Identity: id(first)},
		tenancy.ProvisionedMemberRecord{Group: id(first), Identity: id(first + 1)},
		tenancy.ProvisionedMemberRecord{Group: id(first), Identity: id(first + 2)},
		tenancy.ProvisionedMemberRecord{Group: id(first + 1), Identity: id(first + 2)},
	}
}

// moveDirectoryGroups checks what a move does to the groups that a directory keeps, and that
// it does nothing to the directory and its identities (PRV-8).
func (c trial) moveDirectoryGroups(into tenancy.OrganizationID) {
	m := newModel()
	mine, others := directoryOf(orgID(1), 60), directoryOf(orgID(2), 20)
	c.both(m, putting(slices.Concat(organizationOf(orgID(1), 60), mine, neighbours(), others)...))
	c.both(m, func(ctx context.Context, tx tenancy.Tx) error {
		return tx.MoveAll(ctx, tenancy.Move{From: orgID(1), Into: into, At: 77})
	})
	for _, was := range mine {
		var want tenancy.Record
		switch was := was.(type) {
		case tenancy.DirectoryRecord, tenancy.ProvisionedRecord:
			want = was
		case tenancy.GroupRecord:
			if was.Organization = into; !into.IsZero() {
				want = was
			}
		default:
			if !into.IsZero() {
				want = was
			}
		}
		require.Equal(c, want, c.get(was), "%T", was)
	}
	for _, other := range others {
		require.Equal(c, other, c.get(other), "what is another organization's is changed")
	}
	c.holds(m)
}

// endDirectoryGroup ends one group of a directory's, in a transaction that also puts
// identities in its groups.
func (c trial) endDirectoryGroup() {
	m := newModel()
	all := append(directoryOf(orgID(1), 60), directoryOf(orgID(2), 20)...)
	c.both(m, putting(all...))
	early := tenancy.ProvisionedMemberRecord{Group: id(60), Identity: id(90)}
	late := tenancy.ProvisionedMemberRecord{Group: id(61), Identity: id(90)}
	c.both(m, func(ctx context.Context, tx tenancy.Tx) error {
		return inTurn(ctx, tx, []writing{
			putting(early),
			func(ctx context.Context, tx tenancy.Tx) error { return tx.MoveAll(ctx, tenancy.Move{Group: id(60)}) },
			putting(late),
		})
	})
	require.Nil(c, c.get(early))
	require.Equal(c, late, c.get(late))
	for _, was := range all {
		member, isMember := was.(tenancy.ProvisionedMemberRecord)
		user, isUser := was.(tenancy.GroupMemberRecord)
		if isMember && member.Group == id(60) || isUser && user.Group == id(60) {
			require.Nil(c, c.get(was), "what was in the group stays")
		} else {
			require.Equal(c, was, c.get(was))
		}
	}
	c.holds(m)
}

// ties returns what says who is independent to organizations 1, 2 and 3, whose first
// numbers are given: each has members and accounts in the two others, and outside of all.
func ties(first ...int) (records []tenancy.Record) {
	for i, mine := range first {
		org := orgID(i + 1)
		for j, theirs := range first {
			if i == j {
				continue
			}
			records = append(records,
				tenancy.IndependentUserRecord{Organization: org, User: userID(theirs + 1), Account: accountID(mine)},
				independentWord(org, userID(theirs+1), theirs),
				tenancy.IndependentAccountRecord{Organization: org, Account: accountID(theirs + 1),
					Parent: accountID(theirs), User: userID(mine + 2)})
		}
		records = append(records,
			tenancy.IndependentUserRecord{Organization: org, User: userID(90), Account: accountID(mine + 3)},
			independentWord(org, userID(90), 90),
			tenancy.IndependentAccountRecord{Organization: org, Account: accountID(70), User: userID(mine + 2)})
	}
	return records
}

func independentWord(org tenancy.OrganizationID, user tenancy.UserID, n int) tenancy.Record {
	return tenancy.WordRecord{Organization: org, User: user, Independent: true,
		Personal: tenancy.WordPersonal{Word: tenancy.NewPersonal(text(n))}}
}

// neighbours returns what no move of organization 1 changes: two other organizations,
// one of which is owned by a member of the first, and what belongs to no organization.
func neighbours() []tenancy.Record {
	records := append(organizationOf(orgID(2), 20), organizationOf(orgID(3), 40)...)
	return append(records,
		tenancy.MembershipRecord{Organization: orgID(3), User: userID(60), Role: tenancy.Owner, Exempt: true,
			Since: 9},
		tenancy.AccountRecord{ID: accountID(70), Owner: userID(70)},
		tenancy.AccountRecord{ID: accountID(71), Owner: userID(70), Parent: accountID(70)},
	)
}

// moveAll checks the effect of a move record by record.
func (c trial) moveAll(how tenancy.Move) {
	into := how.Into
	how.From, how.At = orgID(1), 77
	first, others := organizationOf(orgID(1), 60), neighbours()
	c.put(first...)
	c.put(others...)
	m := newModel()
	_ = m.Put(c.Context(), append(first, others...)...)
	move := func(ctx context.Context, tx tenancy.Tx) error {
		return tx.MoveAll(ctx, how)
	}
	c.update(move)
	for _, other := range others {
		if both, ok := other.(tenancy.FormerMemberRecord); ok && both.Organization == into && both.User == userID(90) {
			continue
		}
		require.Equal(c, other, c.get(other), "what is not the organization's is moved")
	}
	for _, was := range first {
		switch was := was.(type) {
		case tenancy.MembershipRecord:
			require.Nil(c, c.get(was), "a membership stays")
			moved := tenancy.MembershipRecord{Organization: into, User: was.User, Role: tenancy.StandardUser,
				Since: 77}
			if into.IsZero() {
				require.Nil(c, c.get(moved), "a membership of nothing")
			} else {
				require.Equal(c, moved, c.get(moved))
			}
		case tenancy.FormerMemberRecord:
			if into.IsZero() {
				require.Equal(c, was, c.get(was), "a former member does not stay")
				continue
			}
			require.Nil(c, c.get(was), "a former member stays")
			was.Organization = into
			if was.User == userID(90) { // of both
				was.LeftAt = max(was.LeftAt, instant(20))
			}
			require.Equal(c, was, c.get(was))
		case tenancy.AccountRecord:
			was.Organization = into
			if how.Suspend && was.Parent.IsZero() && was.Closed == 0 {
				was.SuspendedPlatform = true // ORG-15
			}
			require.Equal(c, was, c.get(was))
		case tenancy.UserRecord:
			was.Managed = was.Managed && !into.IsZero()
			require.Equal(c, was, c.get(was))
		case tenancy.WordRecord:
			require.Nil(c, c.get(was), "a word stays")
			if was.Organization = into; !into.IsZero() {
				require.Equal(c, was, c.get(was))
			}
		default:
			require.Equal(c, was, c.get(was), "what does not move is moved")
		}
	}
	require.NoError(c, move(c.Context(), m))
	c.holds(m) // in all indexes
}

// moveTies checks what a move does to what says who is independent. In a merge, those who
// belong together no longer are.
func (c trial) moveTies(into tenancy.OrganizationID) {
	m, all := newModel(), ties(60, 20, 40)
	c.both(m, putting(append(append(organizationOf(orgID(1), 60), neighbours()...), all...)...))
	c.both(m, func(ctx context.Context, tx tenancy.Tx) error {
		return tx.MoveAll(ctx, tenancy.Move{From: orgID(1), Into: into, At: 77})
	})
	c.holds(m)
	kept, moved := 0, 0
	for _, was := range all {
		now := movedInto(was, tenancy.Move{From: orgID(1), Into: into})
		switch {
		case now == was && c.get(was) != nil:
			kept++
		case now != was && c.get(was) != nil:
			require.Fail(c, "it stays")
		case now != was && !into.IsZero() && c.get(now) != nil:
			moved++
		}
	}
	want := [2]int{18, 0} // of 27, nine are of the first organization
	if !into.IsZero() {
		want = [2]int{15, 6} // three of the second are joined with the first, and three of the first with the second
	}
	require.Equal(c, want, [2]int{kept, moved})
}

// moveBetween writes before and after a move in the same transaction. The move applies
// to what exists when it is called.
func (c trial) moveBetween() {
	m := newModel()
	c.both(m, putting(append(organizationOf(orgID(1), 60), neighbours()...)...))
	early := tenancy.MembershipRecord{Organization: orgID(1), User: userID(80), Role: tenancy.Administrator}
	late := tenancy.MembershipRecord{Organization: orgID(1), User: userID(81), Role: tenancy.Owner}
	earlyAccount, lateAccount := tenancy.AccountRecord{ID: accountID(80), Owner: userID(80),
		Organization: orgID(1)}, tenancy.AccountRecord{ID: accountID(81), Owner: userID(81), Organization: orgID(1)}
	taken := tenancy.AccountRecord{ID: accountID(60), Owner: userID(60), Organization: orgID(3)}
	c.both(m, func(ctx context.Context, tx tenancy.Tx) error {
		return inTurn(ctx, tx, []writing{
			putting(early, earlyAccount),
			deleting(tenancy.MembershipRecord{Organization: orgID(1), User: userID(62)}),
			putting(taken),
			func(ctx context.Context, tx tenancy.Tx) error {
				return tx.MoveAll(ctx, tenancy.Move{From: orgID(1), Into: orgID(2), At: 78})
			},
			putting(late, lateAccount),
			putting(tenancy.MembershipRecord{Organization: orgID(2), User: userID(60),
				Role: tenancy.Administrator, Since: 79}),
			deleting(tenancy.MembershipRecord{Organization: orgID(2), User: userID(61)}),
		})
	})
	require.Equal(c, tenancy.MembershipRecord{Organization: orgID(2), User: userID(80), Role: tenancy.StandardUser, Since: 78},
		c.get(tenancy.MembershipRecord{Organization: orgID(2), User: userID(80)}))
	require.Equal(c, late, c.get(late), "what was put after the move is moved")
	require.Equal(c, lateAccount, c.get(lateAccount), "what was put after the move is moved")
	require.Equal(c, taken, c.get(taken))
	c.holds(m)
}

// moveOn merges a chain of organizations in one transaction (MRG-12), and moves what
// the last one has to none in another.
func (c trial) moveOn() {
	m := newModel()
	c.both(m, putting(append(organizationOf(orgID(1), 10), organizationOf(orgID(2), 30)...)...))
	c.both(m, func(ctx context.Context, tx tenancy.Tx) error {
		if err := tx.MoveAll(ctx, tenancy.Move{From: orgID(1), Into: orgID(2), At: 8}); err != nil {
			return err
		}
		return tx.MoveAll(ctx, tenancy.Move{From: orgID(2), Into: orgID(3), At: 9})
	})
	c.holds(m)
	for range 2 {
		c.both(m, func(ctx context.Context, tx tenancy.Tx) error {
			return tx.MoveAll(ctx, tenancy.Move{From: orgID(3)})
		})
		c.holds(m)
	}
}

// moveNothing moves an organization that has neither members nor accounts.
func (c trial) moveNothing() {
	m := newModel()
	c.both(m, putting(neighbours()...))
	for _, into := range []tenancy.OrganizationID{orgID(2), {}} {
		c.both(m, func(ctx context.Context, tx tenancy.Tx) error {
			return tx.MoveAll(ctx, tenancy.Move{From: orgID(9), Into: into, At: 1})
		})
		c.holds(m)
	}
}

// moveServiceAccounts moves two organizations that have service accounts. Those of one that
// moves to nobody are deleted, with their keys and their roles (USR-20).
func (c trial) moveServiceAccounts(into tenancy.OrganizationID) {
	m := newModel()
	serviceAccount := func(n int, org tenancy.OrganizationID) []tenancy.Record {
		key := func(k int) tenancy.Record {
			return tenancy.KeyRecord{ID: keyID(10*n + k), User: userID(n), Expires: tenancy.Instant(k),
				Personal: tenancy.KeyPersonal{Name: tenancy.NewPersonal(text(n)), Secret: [32]byte{byte(n), byte(k)}}}
		}
		return []tenancy.Record{
			tenancy.UserRecord{ID: userID(n), ServiceAccount: true, InactiveOrganization: n%2 == 1, Created: 3, Keys: 2,
				Personal: tenancy.UserPersonal{Name: tenancy.NewPersonal(text(n))}},
			tenancy.MembershipRecord{Organization: org, User: userID(n), Role: tenancy.Administrator, Since: 2},
			tenancy.GrantRecord{Account: accountID(60), User: userID(n), Roles: tenancy.Roles(tenancy.Support)},
			tenancy.GrantRecord{Account: accountID(n), User: userID(n), Roles: tenancy.Roles(tenancy.Developer)},
			key(1), key(2),
		}
	}
	person := tenancy.UserRecord{ID: userID(60), Keys: 1,
		Personal: tenancy.UserPersonal{Email: address(1), Address: address(1), Name: tenancy.NewPersonal(text(1))}}
	records := append(organizationOf(orgID(1), 60), neighbours()...)
	for n := range 4 {
		records = append(records, serviceAccount(100+n, orgID(1+n/2))...)
	}
	c.both(m, putting(append(records, person, tenancy.KeyRecord{ID: keyID(9), User: userID(60)})...))
	c.both(m, func(ctx context.Context, tx tenancy.Tx) error {
		return tx.MoveAll(ctx, tenancy.Move{From: orgID(1), Into: into, At: 77})
	})
	c.holds(m)
	for n := range 4 {
		was := serviceAccount(100+n, orgID(1+n/2))
		ended := into.IsZero() && n < 2
		user := was[0].(tenancy.UserRecord)
		if ended {
			user.Deleted, user.Keys, user.Personal = true, 0, tenancy.UserPersonal{}
		}
		require.Equal(c, user, c.get(user))
		for _, its := range was[2:] {
			if ended {
				require.Nil(c, c.get(its), "what a deleted service account has is still there")
			} else {
				require.Equal(c, its, c.get(its))
			}
		}
	}
	require.Equal(c, person, c.get(person), "a person is deleted")
}
