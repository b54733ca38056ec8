package tenancy

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Account is an account or subaccount as the actor may see it (GEN-5).
type Account struct {
	ID           AccountID
	Name         Personal
	Owner        UserID
	Organization OrganizationID // zero: unmanaged
	Parent       AccountID      // zero: a main account
	State        State          // StateActive, StateSuspended, StateClosed; a subaccount of a suspended account counts as suspended (ACC-5)
	Suspended    Suspension     // by whom; nobody where State is not StateSuspended
	Plan         Plan           // of a subaccount: its parent's, which holds for it
	Billing      Billing        // the same
	HIPAA        time.Time      // since when it is designated; zero: it is not
	// Private is what the account's Owner, Administrators and Billing Managers see, who manages it through its organization, and Operators and
	// System; nil for anybody else. Of a subaccount it is its parent's, for whoever may see that.
	Private *AccountPrivate
	Created time.Time
	Closed  time.Time // zero: not
}

// Suspension says which suspensions stand: an account is active when none does (ACC-5).
type Suspension struct {
	Customer bool // by the account's or its organization's people
	Platform bool // by an Operator or System
	Parent   bool // the main account is suspended, by whomever
}

// AccountPrivate is what not everybody with a role on an account may see.
type AccountPrivate struct {
	Pricing Personal // the pricing model; empty: the default one
	Phone   Personal // the verified number, E.164; empty: none
}

// NewAccount is what an account is made of.
type NewAccount struct {
	Name  string
	Owner UserID // zero: whoever makes it
}

// NewSubaccount is what a subaccount is made of.
type NewSubaccount struct{ Name string }

// AccountQuery says which accounts of an organization. The zero value is all of them.
type AccountQuery struct {
	Kind   Kind      // Managed, Independent or Pending; empty: any
	State  State     // StateActive, StateSuspended or StateClosed, as Account.State has it; empty: any
	Parent AccountID // only this account's subaccounts; zero: any
	After  Cursor    // of an item of the same query; empty: from the start
}

// ReachQuery says which part of AccountsOf and Access. The zero value is all of it.
type ReachQuery struct{ After Cursor }

// OrganizationAccount is an account as an organization has it in its list: its own, a member's elsewhere, or one it asks for.
type OrganizationAccount struct {
	Kind      Kind
	ID        AccountID
	Name      Personal        // empty: pending, of which no more than the ID is to be seen
	Account   *Account        // managed; else nil
	OwnerName Personal        // managed
	Members   []AccountRoles  // independent: which members have which roles on it
	Request   *AccountRequest // pending; else nil
	listed
}

// AccountRoles says which roles a member has on an account, those on its parent included.
type AccountRoles struct {
	User  UserID
	Name  Personal
	Roles RoleSet
}

// Grant says which roles a user has on an account by what is assigned there, its parent's aside.
type Grant struct {
	Account AccountID
	User    UserID
	Roles   RoleSet
}

// Reach says how a user reaches an account.
type Reach struct {
	Account     AccountID
	AccountName Personal
	State       State // of the account, as Account.State has it; empty: not to be seen
	User        UserID
	Name        Personal
	Email       Personal
	Roles       RoleSet // what the user has there: Direct and FromParent together (ACC-3)
	Direct      RoleSet // assigned on the account; empty: none
	FromParent  RoleSet // assigned on its main account; empty: none
	Manages     bool    // in AccountsOf: they manage it through its organization, which is no role on it
	listed
}

// CreateAccount makes an account: active, on trial, paying by itself, with default pricing, not HIPAA designated, and with no grant but its
// owner's (ACC-1, BIL-1, HIP-5).
//
// In an organization any member may, and owns it; its Owner and Administrators may name another active member as owner. With a zero org the
// account is unmanaged: for a user who is in no organization, for themself.
//
// Errors: CodeName; CodeInput: another owner of an unmanaged account; CodeNotFound; CodeNotAllowed, CodeMerged; CodeManaged: an unmanaged account by who is
// in an organization; CodeNotMember and CodeInactive: the owner named; CodeAccountLimit.
func (s *Session) CreateAccount(ctx context.Context, org OrganizationID, account NewAccount) (Account, error) {
	var f form
	name, owner := f.name(account.Name), cmp.Or(account.Owner, s.actor.User)
	if org.IsZero() {
		f.that(owner == s.actor.User, CodeInput)
		return update(ctx, s, call{opCreateAccount, "", f.err}, (*reads).unmanaged,
			func(memberships []MembershipRecord, c *changes) (Account, error) {
				return decideUnmanagedAccount(memberships, name, c)
			})
	}
	return update(ctx, s, call{opCreateAccount, org.String(), f.err},
		func(r *reads) founding { return r.founding(org, owner) },
		func(f founding, c *changes) (Account, error) { return decideAccount(f, owner, name, c) })
}

// CreateSubaccount makes a subaccount of a main account, with its owner, its organization and its HIPAA designation (ACC-2, HIP-4, INV-4).
// The account's Owner and Administrators, and the Owner and Administrators of its organization.
//
// Errors: CodeID, CodeName; CodeNotFound; CodeNotAllowed; CodeClosed; CodeSubaccount: the parent is one itself; CodeSuspended;
// CodeSubaccountLimit.
func (s *Session) CreateSubaccount(ctx context.Context, parent AccountID, account NewSubaccount) (Account, error) {
	var f form
	f.id(parent)
	name := f.name(account.Name)
	return update(ctx, s, call{opCreateSubaccount, parent.String(), f.err},
		func(r *reads) dividing { return r.dividing(parent) },
		func(d dividing, c *changes) (Account, error) { return decideSubaccount(d, name, c) })
}

// Account gives an account, a closed one too. Whoever has a role on it, its parent's included, the Owner and Administrators of its
// organization, Operators and System (GEN-5).
//
// Errors: CodeID; CodeNotFound.
func (s *Session) Account(ctx context.Context, account AccountID) (Account, error) {
	var f form
	f.id(account)
	return look(ctx, s, call{opAccount, account.String(), f.err},
		func(r *reads) accountStanding { return r.accountStanding(account) },
		func(st accountStanding, c *changes) (Account, error) {
			if !c.actor.sees(st) {
				return Account{}, CodeNotFound
			}
			return c.shown(st), nil
		})
}

// Accounts lists an organization's accounts (ACC-9): the managed ones, subaccounts and closed ones too; then the independent ones, which are not
// closed and on which a member has a role; then the pending ones, which it asks for (ACC-4). Each kind is in the order of its IDs. Owner and
// Administrators, Operators and System.
//
// Of an independent account they see the name, and which member has which role; of a pending one the ID. What the Owner reaches through other
// organizations of theirs nobody else of this one sees (GEN-5). A query with State or Parent asks for managed accounts alone. To list
// independent accounts reads what all members have roles on.
//
// Errors: CodeID; CodeInput: no such Kind or State of accounts; CodeCursor; CodeNotFound; CodeNotAllowed.
func (s *Session) Accounts(ctx context.Context, org OrganizationID, query AccountQuery) iter.Seq2[OrganizationAccount, error] {
	l := listOf("Accounts", org.String(), string(query.Kind), string(query.State), query.Parent.String())
	return pages(l, query.After, func(from place, malformed error) (page[OrganizationAccount], error) {
		f := form{malformed}
		f.id(org)
		f.that(query.Kind == "" || slices.Contains(accountSections, query.Kind), CodeInput)
		f.that(slices.Contains([]State{"", StateActive, StateSuspended, StateClosed}, query.State), CodeInput)
		f.that(int(from.section) < len(accountSections), CodeCursor)
		from = query.begin(from)
		return look(ctx, s, call{opAccounts, org.String(), f.err},
			func(r *reads) accountsPage { return r.accountsPage(org, from) },
			func(p accountsPage, c *changes) (page[OrganizationAccount], error) {
				return decideAccounts(p, accountsList{query, l, from}, c)
			})
	})
}

// AccountsOf lists the accounts that are not closed and that a user reaches, and how (ACC-9): first those they have a role on, by ID, then
// those they only manage, by organization and ID. The user, Operators and System, and Owner and Administrators of an organization about whom they
// see: of a member the organization's accounts, and name and roles of others, but for what an Owner reaches through their other organizations; of
// an independent user the organization's accounts alone (GEN-5). Inactive users keep their roles, and are asked about like anybody.
//
// Errors: CodeID; CodeCursor; CodeNotFound.
func (s *Session) AccountsOf(ctx context.Context, user UserID, query ReachQuery) iter.Seq2[Reach, error] {
	l := listOf("AccountsOf", user.String())
	return pages(l, query.After, func(from place, malformed error) (page[Reach], error) {
		f := form{malformed}
		f.id(user)
		f.that(from.section <= manageSection, CodeCursor)
		return look(ctx, s, call{opAccountsOf, user.String(), f.err},
			func(r *reads) reachesOf { return r.reachesOf(user, from) },
			func(p reachesOf, c *changes) (page[Reach], error) { return decideAccountsOf(p, l, from, c) })
	})
}

// Access lists who has a role on an account, by ID, with which, and whether it was assigned there or on its parent (ACC-9). Managing it through
// the organization is no role. Inactive users keep theirs, and are listed. Whoever may manage the account's members, Operators and System.
//
// Errors: CodeID; CodeCursor; CodeNotFound; CodeNotAllowed.
func (s *Session) Access(ctx context.Context, account AccountID, query ReachQuery) iter.Seq2[Reach, error] {
	l := listOf("Access", account.String())
	return pages(l, query.After, func(from place, malformed error) (page[Reach], error) {
		f := form{malformed}
		f.id(account)
		f.that(from.section == 0, CodeCursor)
		return look(ctx, s, call{opAccess, account.String(), f.err},
			func(r *reads) accessPage { return r.accessPage(account, from) },
			func(p accessPage, c *changes) (page[Reach], error) { return decideAccess(p, l, c) })
	})
}

// RenameAccount gives an account another name, which need not be unique (ACC-5). The account's Owner and Administrators, the Owner and
// Administrators of its organization, Operators and System. Setting the name it has changes nothing (GEN-6).
//
// Errors: CodeID, CodeName; CodeNotFound; CodeNotAllowed; CodeClosed.
func (s *Session) RenameAccount(ctx context.Context, account AccountID, name string) (Account, error) {
	var f form
	f.id(account)
	name = f.name(name)
	return s.toAccount(ctx, opRenameAccount, account, f, func(st accountStanding, c *changes) (Account, error) {
		return decideRenameAccount(st, name, c)
	})
}

// SuspendAccount suspends an account, and so its subaccounts (ACC-5). The account's Owner and Administrators and the Owner and Administrators of
// its organization make the customer's suspension, Operators and System the platform's. Where it stands already nothing changes (GEN-6).
//
// Errors: CodeID; CodeNotFound; CodeNotAllowed; CodeClosed; CodeParentSuspended: of a subaccount meanwhile only the platform may.
func (s *Session) SuspendAccount(ctx context.Context, account AccountID) (Account, error) {
	var f form
	f.id(account)
	return s.toAccount(ctx, opSuspendAccount, account, f, decideSuspend)
}

// ReactivateAccount lifts the customer's or the platform's suspension of an account: whose it is stands with SuspendAccount. The account is
// active when neither stands, and, a subaccount, its parent is active (ACC-5). Where none of one's own stands nothing changes (GEN-6).
//
// Errors: CodeID; CodeNotFound; CodeNotAllowed; CodeClosed; CodeParentSuspended: of a subaccount meanwhile only the platform may.
func (s *Session) ReactivateAccount(ctx context.Context, account AccountID) (Account, error) {
	var f form
	f.id(account)
	return s.toAccount(ctx, opReactivateAccount, account, f, decideReactivate)
}

// CloseAccount closes an account for good, suspended or not, with its subaccounts: every grant on them but the owner's ends, and pending
// invitations to them are revoked. A closed account takes no operation and stays in its organization's list (ACC-5, INV-10). The account's
// Owner, the Owner and Administrators of its organization, and of an unmanaged account an Operator.
//
// Errors: CodeID; CodeNotFound; CodeNotAllowed; CodeClosed: it is already; CodeParentSuspended: of a subaccount meanwhile only the platform may.
func (s *Session) CloseAccount(ctx context.Context, account AccountID) (Account, error) {
	var f form
	f.id(account)
	return update(ctx, s, call{opCloseAccount, account.String(), f.err},
		func(r *reads) closing { return r.closing(account) }, decideClose)
}

// TransferAccount gives a managed account, and its subaccounts, to another owner: an active member of its organization. The previous owner
// keeps Administrator; nothing else changes (ACC-6, BIL-2). The account's Owner and the Owner and Administrators of its organization; an
// account's Owner who does not manage the organization names a user who has a role on the account, anybody else being CodeNotFound (ACC-7).
//
// Errors: CodeID; CodeNotFound; CodeNotAllowed; CodeClosed; CodeSubaccount: it goes with its parent; CodeUnmanaged; CodeAlreadyOwner;
// CodeNotMember; CodeInactive.
func (s *Session) TransferAccount(ctx context.Context, account AccountID, user UserID) (Account, error) {
	var f form
	f.id(account)
	f.id(user)
	return update(ctx, s, call{opTransferAccount, account.String(), f.err},
		func(r *reads) transfer { return r.transfer(account, user) }, decideTransfer)
}

// AssignRoles sets a user's roles on an account, in place of those assigned there before: Administrator alone, or any of the others together,
// never Owner (ACC-7). The user is a member of the account's organization or has a role there already; anybody else is invited by
// InviteToAccount. The account's Owner and Administrators, and the Owner and Administrators of its organization, themselves included; who does
// not manage the organization names a user who has a role on the account, anybody else being CodeNotFound. Setting the roles they have changes
// nothing (GEN-6).
//
// Errors: CodeID; CodeRoles; CodeNotFound; CodeNotAllowed; CodeClosed; CodeOwnerGrant: it is the owner; CodeNotMember.
func (s *Session) AssignRoles(ctx context.Context, account AccountID, user UserID, roles RoleSet) (Grant, error) {
	var f form
	f.id(account)
	f.id(user)
	f.that(s.dir.table.assignable(roles), CodeRoles)
	return update(ctx, s, call{opAssignRoles, account.String(), f.err},
		func(r *reads) naming { return r.naming(account, user) },
		func(n naming, c *changes) (Grant, error) { return decideAssign(n, roles, c) })
}

// RevokeRoles takes the roles a user was assigned on an account; those on its parent stay (ACC-7). Who may assign roles there may. Besides,
// Owner and Administrators of an organization take a member of it, but never its Owner, off an account that is not theirs (ACC-8): there
// CodeNotFound says too that the member has no role on it.
//
// Errors: CodeID; CodeNotFound; CodeNotAllowed; CodeTheOwner; CodeClosed; CodeOwnerGrant: it is the account's owner; CodeNoGrant.
func (s *Session) RevokeRoles(ctx context.Context, account AccountID, user UserID) error {
	var f form
	f.id(account)
	f.id(user)
	_, err := update(ctx, s, call{opRevokeRoles, account.String(), f.err},
		func(r *reads) taking { return r.taking(account, user) }, decideRevoke)
	return err
}

// Relinquish gives up the roles one was assigned on an account (ACC-8). Any user who does not own it.
//
// Errors: CodeID; CodeNotFound; CodeNotAllowed: Operators and System have none; CodeClosed; CodeOwnerGrant; CodeNoGrant: one has none there,
// or only by its parent.
func (s *Session) Relinquish(ctx context.Context, account AccountID) error {
	var f form
	f.id(account)
	_, err := update(ctx, s, call{opRelinquish, account.String(), f.err},
		func(r *reads) accountStanding { return r.accountStanding(account) }, decideRelinquish)
	return err
}

// VerifyPhone says that the host has verified a phone number of a main account's, in place of the one before (ACC-10). Operators and System.
// The number it has changes nothing (GEN-6).
//
// Errors: CodeID; CodePhone: not E.164; CodeNotFound; CodeNotAllowed; CodeClosed; CodeSubaccount.
func (p *Platform) VerifyPhone(ctx context.Context, account AccountID, number string) (Account, error) {
	var f form
	f.id(account)
	f.phone(number)
	return p.toAccount(ctx, opVerifyPhone, account, f, func(st accountStanding, c *changes) (Account, error) {
		return decidePhone(st, number, c)
	})
}

// UpgradeAccount ends a main account's trial, for good (BIL-1). Operators and System.
//
// Errors: CodeID; CodeNotFound; CodeNotAllowed; CodeClosed; CodeSubaccount; CodeBilling: it is not on trial.
func (p *Platform) UpgradeAccount(ctx context.Context, account AccountID) (Account, error) {
	var f form
	f.id(account)
	return p.toAccount(ctx, opUpgradeAccount, account, f, decideUpgrade)
}

// InvoiceAccount puts a main account on invoice, which ends its trial too, for good (BIL-1). Operators and System.
//
// Errors: CodeID; CodeNotFound; CodeNotAllowed; CodeClosed; CodeSubaccount; CodeBilling: it is on invoice.
func (p *Platform) InvoiceAccount(ctx context.Context, account AccountID) (Account, error) {
	var f form
	f.id(account)
	return p.toAccount(ctx, opInvoiceAccount, account, f, decideInvoice)
}

// SetPricing sets a main account's pricing model: any text the host understands, up to 4096 bytes of UTF-8 without control characters; empty:
// the default (BIL-1). Operators and System. Setting the one it has changes nothing (GEN-6).
//
// Errors: CodeID; CodeInput: another text; CodeNotFound; CodeNotAllowed; CodeClosed; CodeSubaccount.
func (p *Platform) SetPricing(ctx context.Context, account AccountID, pricing string) (Account, error) {
	var f form
	f.id(account)
	f.that(len(pricing) <= 4096 && utf8.ValidString(pricing) && !strings.ContainsFunc(pricing, unicode.IsControl), CodeInput)
	return p.toAccount(ctx, opSetPricing, account, f, func(st accountStanding, c *changes) (Account, error) {
		return decidePricing(st, pricing, c)
	})
}

// toAccount runs an operation that needs to know no more than the account and what the actor is to it.
func (s *Session) toAccount(ctx context.Context, row *operationRow, account AccountID, f form,
	decide func(accountStanding, *changes) (Account, error)) (Account, error) {
	return update(ctx, s, call{row, account.String(), f.err},
		func(r *reads) accountStanding { return r.accountStanding(account) }, decide)
}

// shown is the account as it is now.
func (c *changes) shown(st accountStanding) Account {
	return c.viewAccount(*get(c.world, accountByID(st.account.ID)), st)
}

// viewAccount shows an account to the actor, given what they are to it.
func (c *changes) viewAccount(a AccountRecord, st accountStanding) Account {
	holder, roles := a, st.roles()
	view := Account{ID: a.ID, Name: a.Personal.Name, Owner: a.Owner, Organization: a.Organization, Parent: a.Parent,
		State: a.stateUnder(st.parent), HIPAA: a.Designated.Time(), Created: a.Created.Time(), Closed: a.Closed.Time()}
	if st.parent != nil {
		holder, roles = *st.parent, RoleSet{}
		if st.parentGrant != nil {
			roles = st.parentGrant.Roles
		}
	}
	if a.Closed == 0 {
		view.Suspended = Suspension{a.SuspendedCustomer, a.SuspendedPlatform, st.parent != nil && st.parent.State() == StateSuspended}
	}
	view.Plan, view.Billing = holder.Plan, holder.Billing
	if !c.actor.isUser() || st.manages() || roles.Has(AccountOwner) || roles.Has(AccountAdministrator) || roles.Has(BillingManager) {
		view.Private = &AccountPrivate{holder.Personal.Pricing, holder.Personal.Phone}
	}
	return view
}

// foundAccount makes a main account with nothing but its owner's grant (ACC-1).
func (c *changes) foundAccount(owner UserID, org OrganizationID, name string) (AccountRecord, GrantRecord) {
	e := AccountCreated{Account: AccountID(c.tape.id()), Owner: owner, Organization: org, By: c.actor, Created: c.now}
	in := AccountRecord{Owner: owner, Organization: org}.stream()
	c.makes(e.Account)
	c.say(e, in)
	c.say(RolesAssigned{e.Account, owner, Roles(AccountOwner)}, in)
	edit(c.world, accountByID(e.Account), func(a *AccountRecord) { a.Personal.Name = NewPersonal(name) })
	return *get(c.world, accountByID(e.Account)), *get(c.world, grantOn(e.Account, owner))
}

// founding is what making a managed account needs to know.
type founding struct {
	standing
	owner    person
	occupied occupancy
}

func (r *reads) founding(org OrganizationID, owner UserID) founding {
	f := founding{standing: r.standing(org)}
	if owner != r.actor.User {
		f.owner = r.person(org, owner)
	}
	if f.rank == nil {
		return f
	}
	f.occupied = r.occupancy(f.organization)
	if f.rank.Role.manages() && owner != r.actor.User && f.owner.member == nil {
		f.owner.independent = r.guest(owner)(org)
	}
	return f
}

func decideAccount(f founding, owner UserID, name string, c *changes) (Account, error) {
	if err := c.authorize(f.standing); err != nil {
		return Account{}, err
	}
	if owner != c.actor.User {
		switch {
		case !f.rank.Role.may(ManageAccounts):
			return Account{}, CodeNotAllowed
		case !f.owner.belongs():
			return Account{}, CodeNotFound
		case f.owner.member == nil:
			return Account{}, CodeNotMember
		case f.owner.user.State() != StateActive:
			return Account{}, CodeInactive
		}
	}
	if err := c.room(*f.organization, f.occupied, 0, 1); err != nil {
		return Account{}, err
	}
	account, grant := c.foundAccount(owner, f.organization.ID, name)
	st := accountStanding{account: &account, rank: f.rank}
	if owner == c.actor.User {
		st.grant = &grant
	}
	return c.viewAccount(account, st), nil
}

// unmanaged asks for what making an unmanaged account needs to know: what organizations the actor is in.
func (r *reads) unmanaged() []MembershipRecord {
	if !r.actor.isUser() {
		return nil
	}
	r.needHead(streamOfUser(r.actor.User))
	return all(r, membershipsOf(r.actor.User, OrganizationID{}))
}

func decideUnmanagedAccount(memberships []MembershipRecord, name string, c *changes) (Account, error) {
	if !c.actor.isUser() {
		return Account{}, c.platform()
	}
	if len(memberships) > 0 {
		return Account{}, CodeManaged
	}
	account, grant := c.foundAccount(c.actor.User, OrganizationID{}, name)
	return c.viewAccount(account, accountStanding{account: &account, grant: &grant}), nil
}

// dividing is what making a subaccount needs to know.
type dividing struct {
	accountStanding
	limits      Limits // the organization's, or, unmanaged, the directory's
	subaccounts int    // how many it has that are not closed, where that is limited
}

func (r *reads) dividing(parent AccountID) dividing {
	d := dividing{accountStanding: r.accountStanding(parent), limits: r.dir.limits}
	if d.account != nil && !d.account.Organization.IsZero() {
		org := find(r, organizationByID(d.account.Organization))
		if org == nil {
			return d
		}
		d.limits = r.dir.limitsOf(*org)
	}
	if r.actor.sees(d.accountStanding) && (d.limits.Subaccounts > 0 || d.limits.TrialSubaccounts > 0) {
		d.subaccounts = count(r, openSubaccountsOf(parent))
	}
	return d
}

// room refuses one subaccount more than the limits allow (GEN-12).
func (d dividing) room() error {
	if d.account.Plan == PlanTrial && d.limits.TrialSubaccounts > 0 && d.subaccounts >= d.limits.TrialSubaccounts ||
		d.limits.Subaccounts > 0 && d.subaccounts >= d.limits.Subaccounts {
		return CodeSubaccountLimit
	}
	return nil
}

func decideSubaccount(d dividing, name string, c *changes) (Account, error) {
	st := d.accountStanding
	if err := c.authorizeMain(st); err != nil {
		return Account{}, err
	}
	parent := *st.account
	if parent.State() != StateActive {
		return Account{}, CodeSuspended
	}
	if err := d.room(); err != nil {
		return Account{}, err
	}
	e := AccountCreated{Account: AccountID(c.tape.id()), Owner: parent.Owner, Organization: parent.Organization, Parent: parent.ID,
		Designated: parent.Designated != 0, By: c.actor, Created: c.now}
	c.makes(e.Account)
	c.say(e, parent.stream())
	edit(c.world, accountByID(e.Account), func(a *AccountRecord) { a.Personal.Name = NewPersonal(name) })
	made := get(c.world, accountByID(e.Account))
	return c.viewAccount(*made, accountStanding{account: made, parent: &parent, parentGrant: st.grant, rank: st.rank}), nil
}

func decideRenameAccount(st accountStanding, name string, c *changes) (Account, error) {
	if err := c.authorizeOpen(st); err != nil {
		return Account{}, err
	}
	if st.account.Personal.Name.Reveal() != name {
		c.say(AccountRenamed{st.account.ID}, st.account.stream())
		edit(c.world, accountByID(st.account.ID), func(a *AccountRecord) { a.Personal.Name = NewPersonal(name) })
	}
	return c.shown(st), nil
}

// ownStatus refuses users what only the platform may while the parent is suspended: to change a subaccount's own status (ACC-5).
func (c *changes) ownStatus(st accountStanding) error {
	if c.actor.isUser() && st.parent != nil && st.parent.State() == StateSuspended {
		return CodeParentSuspended
	}
	return nil
}

// suspended says whether the suspension that is the actor's to make and to lift stands: the customer's, or the platform's.
func (c *changes) suspended(st accountStanding) bool {
	if c.actor.isUser() {
		return st.account.SuspendedCustomer
	}
	return st.account.SuspendedPlatform
}

func decideSuspend(st accountStanding, c *changes) (Account, error) {
	if err := c.authorizeOpen(st); err != nil {
		return Account{}, err
	}
	if !c.suspended(st) {
		if err := c.ownStatus(st); err != nil {
			return Account{}, err
		}
		c.say(AccountSuspended{st.account.ID, !c.actor.isUser()}, st.account.stream())
	}
	return c.shown(st), nil
}

func decideReactivate(st accountStanding, c *changes) (Account, error) {
	if err := c.authorizeOpen(st); err != nil {
		return Account{}, err
	}
	if c.suspended(st) {
		if err := c.ownStatus(st); err != nil {
			return Account{}, err
		}
		c.say(AccountReactivated{st.account.ID, !c.actor.isUser()}, st.account.stream())
	}
	return c.shown(st), nil
}

// closing is what closing an account needs to know.
type closing struct {
	accountStanding
	parts []closingPart // its subaccounts that are not closed, then itself
}

type closingPart struct {
	account     AccountRecord
	grants      []GrantRecord
	invitations []InvitationRecord // not settled; expired ones too
}

func (r *reads) closing(id AccountID) closing {
	q := closing{accountStanding: r.accountStanding(id)}
	if !r.actor.sees(q.accountStanding) {
		return q
	}
	for _, a := range append(all(r, openSubaccountsOf(id)), *q.account) {
		q.parts = append(q.parts, closingPart{a, all(r, grantsOn(a.ID, UserID{})), all(r, pendingInvitationsTo(a.ID))})
	}
	return q
}

func decideClose(q closing, c *changes) (Account, error) {
	st := q.accountStanding
	if err := c.authorizeAccount(st); err != nil {
		return Account{}, err
	}
	if c.actor.isOperator() && !st.account.Organization.IsZero() {
		return Account{}, CodeNotAllowed
	}
	if err := st.open(); err != nil {
		return Account{}, err
	}
	if err := c.ownStatus(st); err != nil {
		return Account{}, err
	}
	for _, p := range q.parts {
		c.close(p)
	}
	return c.shown(st), nil
}

// close closes one account, and ends what goes with it.
func (c *changes) close(p closingPart) {
	in := p.account.stream()
	for _, i := range p.invitations {
		if i.Expires > c.now {
			c.say(InvitationRevoked{i.ID, c.now}, in)
		}
	}
	for _, g := range p.grants {
		if g.User != p.account.Owner {
			c.say(RolesRevoked{g.Account, g.User}, in)
		}
	}
	c.say(AccountClosed{p.account.ID, c.now}, in)
}

// person is a user named in an operation, as an organization sees them.
type person struct {
	id          UserID
	user        *UserRecord
	member      *MembershipRecord
	independent bool // has a role on an account of the organization's, if that matters
}

func (r *reads) person(org OrganizationID, user UserID) person {
	return person{id: user, user: find(r, userByID(user)), member: find(r, memberOf(org, user))}
}

// belongs says whether the organization's Owner and Administrators see them: a member or an independent user (GEN-5).
func (p person) belongs() bool { return p.user != nil && (p.member != nil || p.independent) }

// naming is an account acted on, and a user named besides.
type naming struct {
	accountStanding
	person
	assigned  *GrantRecord // the user's on the account
	inherited *GrantRecord // the user's on its parent
}

func (r *reads) naming(account AccountID, user UserID) naming {
	n := naming{accountStanding: r.accountStanding(account), assigned: find(r, grantOn(account, user))}
	if n.account == nil {
		return n
	}
	if !n.account.Parent.IsZero() {
		n.inherited = find(r, grantOn(n.account.Parent, user))
	}
	n.person = r.person(n.account.Organization, user)
	if n.manages() && n.member == nil && !n.reaches() {
		n.independent = r.guest(user)(n.account.Organization)
	}
	return n
}

// reaches says whether the user named has a role on the account.
func (n naming) reaches() bool { return n.assigned != nil || n.inherited != nil }

// known says whether the actor, who may manage the account's members, may name the user: one who has a role there, or, for who manages the
// organization, one it sees (ACC-7).
func (n naming) known() bool { return n.reaches() || n.manages() && n.belongs() }

// transfer is what transferring an account needs to know.
type transfer struct {
	naming
	subaccounts []AccountRecord
}

func (r *reads) transfer(account AccountID, user UserID) transfer {
	t := transfer{naming: r.naming(account, user)}
	if r.actor.sees(t.accountStanding) {
		t.subaccounts = all(r, openSubaccountsOf(account))
	}
	return t
}

func decideTransfer(t transfer, c *changes) (Account, error) {
	err := c.authorizeAccount(t.accountStanding)
	switch {
	case err != nil:
		return Account{}, err
	case !t.known():
		return Account{}, CodeNotFound
	case t.account.Closed != 0:
		return Account{}, CodeClosed
	case !t.account.Parent.IsZero():
		return Account{}, CodeSubaccount
	case t.account.Organization.IsZero():
		return Account{}, CodeUnmanaged
	case t.account.Owner == t.person.id:
		return Account{}, CodeAlreadyOwner
	case t.member == nil:
		return Account{}, CodeNotMember
	case t.user.State() != StateActive:
		return Account{}, CodeInactive
	}
	c.hand(family{*t.account, t.subaccounts}, t.person.id, Roles(AccountAdministrator))
	return c.shown(t.accountStanding), nil
}

func decideAssign(n naming, roles RoleSet, c *changes) (Grant, error) {
	err := c.authorizeAccount(n.accountStanding)
	switch {
	case err != nil:
		return Grant{}, err
	case !n.known():
		return Grant{}, CodeNotFound
	case n.account.Closed != 0:
		return Grant{}, CodeClosed
	case n.account.Owner == n.person.id:
		return Grant{}, CodeOwnerGrant
	case n.member == nil && !n.reaches():
		return Grant{}, CodeNotMember
	}
	if n.assigned == nil || n.assigned.Roles != roles {
		c.say(RolesAssigned{n.account.ID, n.person.id, roles}, n.account.stream())
	}
	return Grant{n.account.ID, n.person.id, roles}, nil
}

// taking is what taking a user off an account needs to know.
type taking struct {
	naming
	theirs, ours []MembershipRecord // of the user named, and of the actor
}

func (r *reads) taking(account AccountID, user UserID) taking {
	t := taking{naming: r.naming(account, user)}
	if r.actor.isUser() {
		t.theirs, t.ours = all(r, membershipsOf(user, OrganizationID{})), all(r, membershipsOf(r.actor.User, OrganizationID{}))
	}
	return t
}

// through gives the user's membership of an organization that the actor manages, if the account is an independent one to it by the user's role
// there; an account that an Owner reaches through another organization of theirs is not (GEN-5).
func (t taking) through() *MembershipRecord {
	if !t.reaches() || rankIn(t.theirs, t.account.Organization) != nil {
		return nil
	}
	for _, m := range t.theirs {
		if rank := rankIn(t.ours, m.Organization); rank != nil && rank.Role.manages() {
			return &m
		}
	}
	return nil
}

// rankIn gives the membership of an organization among a user's; nil: none.
func rankIn(memberships []MembershipRecord, org OrganizationID) *MembershipRecord {
	for _, m := range memberships {
		if m.Organization == org {
			return &m
		}
	}
	return nil
}

func decideRevoke(t taking, c *changes) (struct{}, error) {
	var none struct{}
	if err := c.authorizeAccount(t.accountStanding); err != nil {
		member := t.through()
		switch {
		case member == nil:
			return none, err
		case member.Role == Owner:
			return none, CodeTheOwner
		}
	} else if !t.known() {
		return none, CodeNotFound
	}
	switch {
	case t.account.Closed != 0:
		return none, CodeClosed
	case t.account.Owner == t.person.id:
		return none, CodeOwnerGrant
	case t.assigned == nil:
		return none, CodeNoGrant
	}
	c.say(RolesRevoked{t.account.ID, t.person.id}, t.account.stream())
	return none, nil
}

func decideRelinquish(st accountStanding, c *changes) (struct{}, error) {
	var none struct{}
	switch {
	case !c.actor.sees(st):
		return none, CodeNotFound
	case !c.actor.isUser():
		return none, c.platform()
	case st.account.Closed != 0:
		return none, CodeClosed
	case st.account.Owner == c.actor.User:
		return none, CodeOwnerGrant
	case st.grant == nil:
		return none, CodeNoGrant
	}
	c.say(RolesRevoked{st.account.ID, c.actor.User}, st.account.stream())
	return none, nil
}

func decidePhone(st accountStanding, number string, c *changes) (Account, error) {
	if err := c.authorizeMain(st); err != nil {
		return Account{}, err
	}
	if st.account.Personal.Phone.Reveal() != number {
		c.say(PhoneVerified{st.account.ID}, st.account.stream())
		edit(c.world, accountByID(st.account.ID), func(a *AccountRecord) { a.Personal.Phone = NewPersonal(number) })
	}
	return c.shown(st), nil
}

func decideUpgrade(st accountStanding, c *changes) (Account, error) {
	if err := c.authorizeMain(st); err != nil {
		return Account{}, err
	}
	if st.account.Plan != PlanTrial {
		return Account{}, CodeBilling
	}
	c.say(AccountUpgraded{st.account.ID}, st.account.stream())
	return c.shown(st), nil
}

func decideInvoice(st accountStanding, c *changes) (Account, error) {
	if err := c.authorizeMain(st); err != nil {
		return Account{}, err
	}
	if st.account.Billing == BillingInvoiced {
		return Account{}, CodeBilling
	}
	c.say(AccountInvoiced{st.account.ID}, st.account.stream())
	return c.shown(st), nil
}

func decidePricing(st accountStanding, pricing string, c *changes) (Account, error) {
	if err := c.authorizeMain(st); err != nil {
		return Account{}, err
	}
	if st.account.Personal.Pricing.Reveal() != pricing {
		c.say(PricingSet{st.account.ID}, st.account.stream())
		edit(c.world, accountByID(st.account.ID), func(a *AccountRecord) { a.Personal.Pricing = NewPersonal(pricing) })
	}
	return c.shown(st), nil
}

// reached is an account that is not closed and that a user has a role on.
type reached struct {
	account    AccountRecord
	parent     *AccountRecord // of a subaccount; nil where it was not asked for
	direct     RoleSet        // assigned there
	fromParent RoleSet        // assigned on the parent
}

func (a reached) roles() RoleSet { return a.direct.with(a.fromParent) }

// reached asks for the accounts that are not closed and that a user has a role on, by ID.
func (r *reads) reached(user UserID) []reached {
	there := map[AccountID]reached{}
	for _, g := range all(r, grantsOf(user, AccountID{})) {
		account, subaccounts := find(r, accountByID(g.Account)), all(r, openSubaccountsOf(g.Account))
		if account == nil || account.Closed != 0 {
			continue
		}
		a := there[g.Account]
		a.account, a.direct = *account, g.Roles
		there[g.Account] = a
		for _, sub := range subaccounts {
			b := there[sub.ID]
			b.account, b.parent, b.fromParent = sub, account, g.Roles
			there[sub.ID] = b
		}
	}
	return slices.SortedFunc(maps.Values(there), func(a, b reached) int { return compareIDs(a.account.ID, b.account.ID) })
}

// parents asks for the main accounts of subaccounts.
func (r *reads) parents(accounts []reached) {
	for i, a := range accounts {
		if a.parent == nil && !a.account.Parent.IsZero() {
			accounts[i].parent = find(r, accountByID(a.account.Parent))
		}
	}
}

func compareIDs[K idKind](a, b ID[K]) int { return slices.Compare(a[:], b[:]) }

// statusUnder is an account's status as it counts, its parent's suspension included (ACC-5); of a main account parent is nil.
func (a AccountRecord) stateUnder(parent *AccountRecord) State {
	if status := a.State(); status != StateActive || parent == nil || parent.State() != StateSuspended {
		return status
	}
	return StateSuspended
}

// The sections of Accounts, and the kind that each one lists.
const (
	managedSection byte = iota
	independentSection
	pendingSection
)

var accountSections = []Kind{managedSection: KindManaged, independentSection: KindIndependent, pendingSection: KindPending}

// begin goes on to the first section that is asked for.
func (q AccountQuery) begin(from place) place {
	for int(from.section) < len(accountSections) && !q.wants(accountSections[from.section]) {
		from = place{section: from.section + 1}
	}
	return from
}

// wants says whether a kind is asked for. What is not to be seen of an independent or pending account is no way to ask for it.
func (q AccountQuery) wants(kind Kind) bool {
	return (q.Kind == "" || q.Kind == kind) && (kind == KindManaged || q.State == "" && q.Parent.IsZero())
}

// accountsPage is what a page of an organization's accounts needs to know.
type accountsPage struct {
	standing
	managed  []managedAccount
	members  []memberReach // all there are
	requests []requestedAccount
}

type requestedAccount struct {
	request InvitationRecord
	by      *UserRecord
}

type managedAccount struct {
	account AccountRecord
	parent  *AccountRecord
	owner   *UserRecord
}

type memberReach struct {
	user        *UserRecord
	memberships []MembershipRecord // an Owner's
	reached     []reached
}

func (r *reads) accountsPage(org OrganizationID, from place) accountsPage {
	org = r.shown(org)
	p := accountsPage{standing: r.standing(org)}
	switch {
	case r.actor.isUser() && !r.manages(org):
	case from.section == managedSection:
		for _, a := range list(r, accountsIn(org, AccountID(from.key.ID)), pageSize) {
			m := managedAccount{account: a, owner: find(r, userByID(a.Owner))}
			if !a.Parent.IsZero() {
				m.parent = find(r, accountByID(a.Parent))
			}
			p.managed = append(p.managed, m)
		}
	case from.section == independentSection:
		for _, m := range all(r, membersOf(org, UserID{})) {
			reach := memberReach{user: find(r, userByID(m.User)), reached: r.reached(m.User)}
			if m.Role == Owner {
				reach.memberships = all(r, membershipsOf(m.User, OrganizationID{}))
			}
			p.members = append(p.members, reach)
		}
	case from.section == pendingSection:
		for _, i := range list(r, pendingAccountRequestsIn(org, AccountID(from.key.ID)), pageSize) {
			p.requests = append(p.requests, requestedAccount{i, find(r, userByID(i.Inviter.User))})
		}
	}
	return p
}

// manages asks whether the actor, a user, manages an organization. It looks among all of the actor's memberships, since one that is known only when
// a merged organization's survivor is known comes a step later.
func (r *reads) manages(org OrganizationID) bool {
	rank := rankIn(all(r, membershipsOf(r.actor.User, OrganizationID{})), org)
	return rank != nil && rank.Role.manages()
}

// accountsList is a list that is asked for, and where the page begins.
type accountsList struct {
	query AccountQuery
	list  listID
	from  place
}

func decideAccounts(p accountsPage, l accountsList, c *changes) (page[OrganizationAccount], error) {
	if err := c.authorize(p.standing); err != nil {
		return page[OrganizationAccount]{}, err
	}
	switch l.from.section {
	case managedSection:
		return l.managed(p, c), nil
	case independentSection:
		return l.independent(p, c), nil
	case pendingSection:
		return l.pending(p, c), nil
	}
	return page[OrganizationAccount]{end: true}, nil
}

// to is the page's end: where the list goes on after a full page, or the next section that is asked for.
func (l accountsList) to(last AccountID, full bool) page[OrganizationAccount] {
	if full {
		return page[OrganizationAccount]{next: place{l.from.section, Key{ID: last}}}
	}
	next := l.query.begin(place{section: l.from.section + 1})
	return page[OrganizationAccount]{next: next, end: int(next.section) == len(accountSections)}
}

func (l accountsList) managed(p accountsPage, c *changes) page[OrganizationAccount] {
	var last AccountID
	if len(p.managed) > 0 {
		last = p.managed[len(p.managed)-1].account.ID
	}
	out := l.to(last, len(p.managed) == pageSize)
	for _, m := range p.managed {
		if l.query.State != "" && l.query.State != m.account.stateUnder(m.parent) || !l.query.Parent.IsZero() && l.query.Parent != m.account.Parent {
			continue
		}
		view := c.viewAccount(m.account, accountStanding{account: &m.account, parent: m.parent, rank: p.rank})
		out.items = append(out.items, OrganizationAccount{listed: l.at(view.ID), Kind: KindManaged, ID: view.ID, Name: view.Name, Account: &view,
			OwnerName: m.owner.Personal.Name})
	}
	return out
}

// independent gives all independent accounts after the place: to read one is to read them all.
func (l accountsList) independent(p accountsPage, c *changes) page[OrganizationAccount] {
	there := map[AccountID]OrganizationAccount{}
	for _, m := range p.members {
		for _, a := range m.reached {
			hidden := c.actor.isUser() && c.actor.User != m.user.ID && rankIn(m.memberships, a.account.Organization) != nil
			if hidden || a.account.Organization == p.organization.ID || compareIDs(a.account.ID, AccountID(l.from.key.ID)) <= 0 {
				continue
			}
			item := there[a.account.ID]
			item.ID, item.Kind, item.Name = a.account.ID, KindIndependent, a.account.Personal.Name
			item.listed = l.at(a.account.ID)
			item.Members = append(item.Members, AccountRoles{m.user.ID, m.user.Personal.Name, a.roles()})
			there[a.account.ID] = item
		}
	}
	out := l.to(AccountID{}, false)
	out.items = slices.SortedFunc(maps.Values(there), func(a, b OrganizationAccount) int { return compareIDs(a.ID, b.ID) })
	return out
}

// pending gives a page of what the organization asks for. Requests stand before the invitations in their index, by account.
func (l accountsList) pending(p accountsPage, c *changes) page[OrganizationAccount] {
	requests := slices.DeleteFunc(p.requests, func(q requestedAccount) bool { return q.request.Kind != InvitationOfAccount })
	var last AccountID
	if len(requests) > 0 {
		last = requests[len(requests)-1].request.Account
	}
	out := l.to(last, len(requests) == pageSize)
	for _, q := range requests {
		if c.now < q.request.Expires {
			item := OrganizationAccount{listed: l.at(q.request.Account), Kind: KindPending, ID: q.request.Account}
			item.Request = new(viewAccountRequest(q.request, p.organization, q.by))
			out.items = append(out.items, item)
		}
	}
	return out
}

// at is where an account stands in the page's section.
func (l accountsList) at(account AccountID) listed {
	return listed{l.list, place{l.from.section, Key{ID: account}}}
}

// The sections of AccountsOf. Those of the first are read for every page, and stand in the first with a page of the second.
const (
	roleSection   byte = iota // the accounts a user has a role on
	manageSection             // those they manage without
)

// reachesOf is what a page of the accounts a user reaches needs to know.
type reachesOf struct {
	sight
	there   []reached // those they have a role on
	managed []reached // those of one organization they manage, with a role or without
	next    place
	end     bool
}

func (r *reads) reachesOf(user UserID, from place) reachesOf {
	p := reachesOf{sight: r.sight(user), end: true}
	if r.actor.isUser() && r.actor.User != user && !p.overseen() {
		return p
	}
	p.there = r.reached(user)
	r.parents(p.there)
	manages := slices.DeleteFunc(slices.Clone(p.memberships), func(m MembershipRecord) bool { return !m.Role.manages() })
	for i, m := range manages {
		after := AccountID(from.key.ID)
		switch compareIDs(m.Organization, from.key.In) {
		case -1:
			continue
		case 1:
			after = AccountID{}
		}
		accounts := list(r, accountsIn(m.Organization, after), pageSize)
		for _, a := range accounts {
			p.managed = append(p.managed, reached{account: a})
		}
		r.parents(p.managed)
		if len(accounts) == pageSize {
			p.end, p.next = false, place{manageSection, Key{In: m.Organization, ID: accounts[pageSize-1].ID}}
		} else if i+1 < len(manages) {
			p.end, p.next = false, place{manageSection, Key{In: manages[i+1].Organization}}
		}
		break
	}
	return p
}

// kind says what the actor sees of an account that the user reaches: all of it, Managed; its name, Independent; nothing, the empty kind.
func (p reachesOf) kind(a AccountRecord) Kind {
	switch {
	case !p.actor.isUser() || p.actor.User == p.user.ID || p.may(ManageAccounts, a.Organization):
		return KindManaged
	case p.under(ManageUsers) && p.membership(a.Organization) == nil:
		return KindIndependent
	}
	return ""
}

// role says whether the user has a role on an account.
func (p reachesOf) role(account AccountID) bool {
	_, found := slices.BinarySearchFunc(p.there, account, func(a reached, id AccountID) int { return compareIDs(a.account.ID, id) })
	return found
}

func decideAccountsOf(p reachesOf, l listID, from place, c *changes) (page[Reach], error) {
	if !p.overseen() {
		return page[Reach]{}, CodeNotFound
	}
	out := page[Reach]{next: p.next, end: p.end}
	add := func(a reached, at place) {
		kind, rank := p.kind(a.account), p.membership(a.account.Organization)
		if kind == "" {
			return
		}
		item := p.user.reach(a)
		item.listed, item.Manages = listed{l, at}, rank != nil && rank.Role.manages()
		if kind == KindManaged {
			item.State = a.account.stateUnder(a.parent)
		}
		out.items = append(out.items, item)
	}
	if from.section == roleSection {
		for _, a := range p.there {
			if compareIDs(a.account.ID, from.key.ID) > 0 {
				add(a, place{roleSection, Key{ID: a.account.ID}})
			}
		}
	}
	for _, a := range p.managed {
		if a.account.Closed == 0 && !p.role(a.account.ID) {
			add(a, place{manageSection, Key{In: a.account.Organization, ID: a.account.ID}})
		}
	}
	return out, nil
}

// reach is how a user reaches an account.
func (u UserRecord) reach(a reached) Reach {
	return Reach{Account: a.account.ID, AccountName: a.account.Personal.Name, User: u.ID, Name: u.Personal.Name,
		Email: u.Personal.Email, Roles: a.roles(), Direct: a.direct, FromParent: a.fromParent}
}

// accessPage is what a page of who has a role on an account needs to know.
type accessPage struct {
	accountStanding
	direct, inherited []GrantRecord // up to a page of each
	users             []*UserRecord
}

func (r *reads) accessPage(account AccountID, from place) accessPage {
	p := accessPage{accountStanding: r.accountStanding(account)}
	if !r.actor.sees(p.accountStanding) {
		return p
	}
	after := UserID(from.key.ID)
	p.direct = list(r, grantsOn(account, after), pageSize)
	if p.parent != nil {
		p.inherited = list(r, grantsOn(p.parent.ID, after), pageSize)
	}
	for _, g := range append(slices.Clone(p.direct), p.inherited...) {
		if user := find(r, userByID(g.User)); user != nil {
			p.users = append(p.users, user)
		}
	}
	return p
}

// last is the last user up to whom the page knows everybody; false: it knows all there are.
func (p accessPage) last() (last UserID, more bool) {
	for _, grants := range [][]GrantRecord{p.direct, p.inherited} {
		if len(grants) < pageSize {
			continue
		}
		if end := grants[pageSize-1].User; !more || compareIDs(end, last) < 0 {
			last, more = end, true
		}
	}
	return last, more
}

func decideAccess(p accessPage, l listID, c *changes) (page[Reach], error) {
	if err := c.authorizeAccount(p.accountStanding); err != nil {
		return page[Reach]{}, err
	}
	last, more := p.last()
	there := map[UserID]Reach{}
	for _, user := range p.users {
		if more && compareIDs(user.ID, last) > 0 {
			continue
		}
		item := user.reach(reached{account: *p.account, direct: rolesIn(p.direct, user.ID), fromParent: rolesIn(p.inherited, user.ID)})
		item.listed, item.State = listed{l, place{key: Key{ID: user.ID}}}, p.account.stateUnder(p.parent)
		there[user.ID] = item
	}
	items := slices.SortedFunc(maps.Values(there), func(a, b Reach) int { return compareIDs(a.User, b.User) })
	return page[Reach]{items: items, next: place{key: Key{ID: last}}, end: !more}, nil
}

// rolesIn gives the roles of a user among grants in the order of their users.
func rolesIn(grants []GrantRecord, user UserID) RoleSet {
	if i, found := slices.BinarySearchFunc(grants, user, func(g GrantRecord, id UserID) int { return compareIDs(g.User, id) }); found {
		return grants[i].Roles
	}
	return RoleSet{}
}

// AccountCreated says that an account or subaccount was made.
type AccountCreated struct {
	Account      AccountID
	Owner        UserID
	Organization OrganizationID // zero: unmanaged
	Parent       AccountID      // zero: a main account
	Designated   bool           // its parent is HIPAA designated, and so is it (HIP-4)
	By           Actor
	Created      Instant
}

// AccountRenamed says that an account has another name.
type AccountRenamed struct{ Account AccountID }

// AccountSuspended says that an account was suspended, by the customer or by the platform.
type AccountSuspended struct {
	Account  AccountID
	Platform bool
}

// AccountReactivated says that the customer's or the platform's suspension of an account was lifted.
type AccountReactivated struct {
	Account  AccountID
	Platform bool
}

// AccountClosed says that an account was closed for good.
type AccountClosed struct {
	Account AccountID
	Closed  Instant
}

// AccountManaged says that an account became an organization's.
type AccountManaged struct {
	Account      AccountID
	Organization OrganizationID
}

// AccountReleased says that an account is its organization's no more.
type AccountReleased struct{ Account AccountID }

// AccountTransferred says that an account has another owner.
type AccountTransferred struct {
	Account AccountID
	Owner   UserID
}

// RolesAssigned says which roles a user has on an account now.
type RolesAssigned struct {
	Account AccountID
	User    UserID
	Roles   RoleSet
}

// RolesRevoked says that a user has no roles on an account any more.
type RolesRevoked struct {
	Account AccountID
	User    UserID
}

// PhoneVerified says that an account has a verified phone number now.
type PhoneVerified struct{ Account AccountID }

// AccountUpgraded says that an account is on trial no more.
type AccountUpgraded struct{ Account AccountID }

// AccountInvoiced says that an account is on invoice, and not on trial.
type AccountInvoiced struct{ Account AccountID }

// PricingSet says that an account has another pricing model.
type PricingSet struct{ Account AccountID }

func (e AccountCreated) apply(w *world) {
	a := AccountRecord{ID: e.Account, Owner: e.Owner, Organization: e.Organization, Parent: e.Parent, Created: e.Created}
	if e.Designated {
		a.Designated, a.DesignatedBy = e.Created, e.By
	}
	w.create(a)
}

func (e AccountRenamed) apply(*world) {}

func (e AccountSuspended) apply(w *world) {
	edit(w, accountByID(e.Account), func(a *AccountRecord) {
		a.SuspendedPlatform, a.SuspendedCustomer = a.SuspendedPlatform || e.Platform, a.SuspendedCustomer || !e.Platform
	})
}

func (e AccountReactivated) apply(w *world) {
	edit(w, accountByID(e.Account), func(a *AccountRecord) {
		a.SuspendedPlatform, a.SuspendedCustomer = a.SuspendedPlatform && !e.Platform, a.SuspendedCustomer && e.Platform
	})
}

func (e AccountClosed) apply(w *world) {
	edit(w, accountByID(e.Account), func(a *AccountRecord) { a.Closed = e.Closed })
}

func (e AccountManaged) apply(w *world) {
	edit(w, accountByID(e.Account), func(a *AccountRecord) { a.Organization = e.Organization })
}

func (e AccountReleased) apply(w *world) {
	edit(w, accountByID(e.Account), func(a *AccountRecord) { a.Organization = OrganizationID{} })
}

func (e AccountTransferred) apply(w *world) {
	edit(w, accountByID(e.Account), func(a *AccountRecord) { a.Owner = e.Owner })
}

func (e RolesAssigned) apply(w *world) { w.put(GrantRecord(e)) }

func (e RolesRevoked) apply(w *world) { remove(w, grantOn(e.Account, e.User)) }

func (e PhoneVerified) apply(*world) {}

func (e AccountUpgraded) apply(w *world) {
	edit(w, accountByID(e.Account), func(a *AccountRecord) { a.Plan = PlanFull })
}

func (e AccountInvoiced) apply(w *world) {
	edit(w, accountByID(e.Account), func(a *AccountRecord) { a.Plan, a.Billing = PlanFull, BillingInvoiced })
}

func (e PricingSet) apply(*world) {}

var accountEvents = []EventData{
	AccountCreated{}, AccountRenamed{}, AccountSuspended{}, AccountReactivated{}, AccountClosed{}, AccountManaged{}, AccountReleased{},
	AccountTransferred{}, RolesAssigned{}, RolesRevoked{}, PhoneVerified{}, AccountUpgraded{}, AccountInvoiced{}, PricingSet{},
}
