package tenancy

import (
	"context"
	"encoding/json"
	"slices"
	"time"
)

// Account is an account or subaccount as the actor may see it (GEN-5).
//
// Owner and Administrators of an organization see of an independent account, on which
// one of their members has a role, no more than Accounts lists: ID and Name. Then
// Owner, State, Plan, Billing and Created are empty, and Organization, Parent,
// Suspended, HIPAA, Private and Subaccounts are nil. An empty State tells these from all others.
type Account struct {
	ID    AccountID `json:"id,omitzero"`
	Name  Personal  `json:"name,omitzero"`
	Owner UserID    `json:"owner,omitzero"` // zero: not to be seen
	// Organization is the one that manages the account, and the zero ID if it is
	// unmanaged. Nil: not to be seen.
	Organization *OrganizationID `json:"organization,omitzero"`
	// Parent is a subaccount's main account, and the zero ID for a main account. Nil:
	// not to be seen.
	Parent *AccountID `json:"parent,omitzero"`
	// State is StateActive, StateSuspended or StateClosed. A subaccount of a suspended
	// account counts as suspended (ACC-5). Empty: not to be seen.
	State State `json:"state,omitzero"`
	// Suspended says by whom the account is suspended: by nobody unless State is
	// StateSuspended. Nil: not to be seen.
	Suspended *Suspension `json:"suspended,omitzero"`
	// Plan and Billing are a main account's own. A subaccount's are its parent's, which
	// apply to it. Empty: not to be seen.
	Plan    Plan    `json:"plan,omitzero"`
	Billing Billing `json:"billing,omitzero"`
	// HIPAA is since when the account is designated, and the zero time if it is not.
	// Nil: not to be seen.
	HIPAA *time.Time `json:"hipaa,omitzero"`
	// Private is for the account's Owner, Administrators and Billing Managers, for those
	// who manage it through its organization, and for Operators and System. A
	// subaccount's is its parent's, for those who may see that. Nil: not to be seen.
	Private *AccountPrivate `json:"private,omitzero"`
	// Subaccounts is how many subaccounts of a main account are not closed: what
	// Limits.Subaccounts counts. Nil: not to be seen, or the account is a subaccount.
	Subaccounts *int      `json:"subaccounts,omitzero"`
	Created     time.Time `json:"created,omitzero"` // zero: not to be seen
	Closed      time.Time `json:"closed,omitzero"`  // zero: not closed
}

// Suspension says which suspensions stand. An account is active when none does
// (ACC-5).
type Suspension struct {
	Customer bool `json:"customer"` // by the account's or its organization's people
	Platform bool `json:"platform"` // by an Operator or System
	Parent   bool `json:"parent"`   // the main account is suspended, by either
}

// MarshalJSON writes the fields that are to be seen (GEN-19). In organization, parent and
// hipaa, null says that the account has none, and a name that is left out that it is not
// to be seen.
func (a Account) MarshalJSON() ([]byte, error) {
	out := accountJSON{plainAccount: plainAccount(a)}
	if a.HIPAA != nil {
		out.HIPAA = json.RawMessage("null")
		if !a.HIPAA.IsZero() {
			since, err := a.HIPAA.MarshalJSON()
			if err != nil {
				return nil, err
			}
			out.HIPAA = since
		}
	}
	return json.Marshal(out)
}

// accountJSON is an Account with its HIPAA as JSON.
type accountJSON struct {
	plainAccount
	HIPAA json.RawMessage `json:"hipaa,omitzero"`
}

type plainAccount Account

// AccountPrivate is what not everybody with a role on an account may see.
type AccountPrivate struct {
	Pricing Personal `json:"pricing,omitzero"` // the pricing model; empty: the default one
	Phone   Personal `json:"phone,omitzero"`   // the verified number in E.164; empty: none
}

// NewAccount is the input of CreateAccount.
type NewAccount struct {
	Name  string
	Owner UserID // zero: the actor
}

// NewSubaccount is the input of CreateSubaccount.
type NewSubaccount struct{ Name string }

// CreateAccount creates a main account. It is active, on trial, pays by itself with
// default pricing, is not HIPAA designated, and has no grant except its owner's (ACC-1,
// BIL-1, HIP-5).
//
// In an organization any member may call it, and owns the account. The organization's
// Owner and Administrators may name another active member as owner. With a zero org the
// account is unmanaged: a user who is in no organization creates it for themself.
//
// Errors: CodeName; CodeInput if an unmanaged account is to have another owner;
// CodeNotFound, CodeNotAllowed, CodeMerged; CodeManaged for an unmanaged account, if
// the actor is in an organization; CodeServiceAccount if the actor is one, and does not
// name a person as owner; CodeNotMember, CodeNotPerson and CodeInactive for the owner
// named; CodeAccountLimit; CodeOrganizationSuspended.
func (s *Session) CreateAccount(ctx context.Context, org OrganizationID, account NewAccount) (Account, error) {
	var check form
	name, owner := check.name(account.Name), account.Owner
	if owner.IsZero() {
		owner = s.actor.User
	}
	if org.IsZero() {
		check.that(owner == s.actor.User, CodeInput)
		return update(ctx, s, call{opCreateAccount, "", check.err}, (*reads).loadCreateUnmanagedAccount,
			func(f createUnmanagedAccountFacts, c *changes) (Account, error) {
				return decideCreateUnmanagedAccount(f, name, c)
			})
	}
	return update(ctx, s, call{opCreateAccount, org.String(), check.err},
		func(r *reads) createAccountFacts { return r.loadCreateAccount(org, owner) },
		func(f createAccountFacts, c *changes) (Account, error) {
			return decideCreateAccount(f, owner, name, c)
		})
}

// createAccountFacts is the organization that gets an account, and the account's
// owner.
type createAccountFacts struct {
	standing
	owner person // if it is not the actor
}

func (r *reads) loadCreateAccount(org OrganizationID, owner UserID) createAccountFacts {
	f := createAccountFacts{standing: r.standing(org)}
	if owner != r.actor.User {
		f.owner = r.person(org, owner)
	}
	if f.rank == nil {
		return f
	}
	if f.rank.may(ManageAccounts) && owner != r.actor.User && f.owner.member == nil {
		f.owner.independent = r.guest(owner)(org)
	}
	return f
}

func decideCreateAccount(f createAccountFacts, owner UserID, name string, c *changes) (Account, error) {
	if err := c.authorize(f.standing); err != nil {
		return Account{}, err
	}
	switch {
	case owner != c.actor.User:
		if err := f.ownerRefused(); err != nil {
			return Account{}, err
		}
	case c.service:
		return Account{}, CodeServiceAccount
	}
	if err := c.room(f.organization.ID, 0, 1); err != nil {
		return Account{}, err
	}
	account, grant := c.foundAccount(owner, f.organization.ID, name)
	st := accountStanding{account: &account, rank: f.rank}
	if owner == c.actor.User {
		st.grant = &grant
	}
	return c.viewAccount(account, st), nil
}

// ownerRefused refuses to name somebody else as owner: only those who manage the
// organization may, and only an active member.
func (f createAccountFacts) ownerRefused() error {
	switch {
	case !f.rank.may(ManageAccounts):
		return CodeNotAllowed
	case !f.rank.may(ViewUsers) || !f.owner.belongs():
		return CodeNotFound
	case f.owner.member == nil:
		return CodeNotMember
	case f.owner.user.ServiceAccount:
		return CodeNotPerson
	case !f.owner.user.acts():
		return CodeInactive
	}
	return nil
}

// createUnmanagedAccountFacts is what the actor is a member of.
type createUnmanagedAccountFacts struct {
	memberships []MembershipRecord
}

func (r *reads) loadCreateUnmanagedAccount() (f createUnmanagedAccountFacts) {
	if r.actor.isUser() {
		r.needHead(streamOfUser(r.actor.User))
		f.memberships = all(r, membershipsOf(r.actor.User, OrganizationID{}))
	}
	return f
}

func decideCreateUnmanagedAccount(f createUnmanagedAccountFacts, name string, c *changes) (Account, error) {
	if !c.actor.isUser() {
		return Account{}, c.platform()
	}
	if c.service {
		return Account{}, CodeServiceAccount
	}
	if len(f.memberships) > 0 {
		return Account{}, CodeManaged
	}
	account, grant := c.foundAccount(c.actor.User, OrganizationID{}, name)
	return c.viewAccount(account, accountStanding{account: &account, grant: &grant}), nil
}

// foundAccount makes a main account with no grant except its owner's (ACC-1).
func (c *changes) foundAccount(owner UserID, org OrganizationID, name string) (AccountRecord, GrantRecord) {
	made := AccountID(c.tape.id())
	in := AccountRecord{Owner: owner, Organization: org}.stream()
	c.makes(made)
	c.say(AccountCreated{Account: made, Owner: owner, Organization: org, By: c.actor, Created: c.now}, in)
	c.say(RolesAssigned{made, owner, Roles(AccountOwner)}, in)
	c.nameAccount(made, name)
	return *get(c.world, accountByID(made)), *get(c.world, grantOn(made, owner))
}

// nameAccount sets an account's name, which is personal and stands in no event.
func (c *changes) nameAccount(account AccountID, name string) {
	edit(c.world, accountByID(account), func(a *AccountRecord) { a.Personal.Name = NewPersonal(name) })
}

// CreateSubaccount creates a subaccount of a main account. It has the main account's
// owner, organization and HIPAA designation (ACC-2, HIP-4, INV-4). The account's Owner
// and Administrators may call it, and the Owner and Administrators of its organization.
//
// Errors: CodeID, CodeName; CodeNotFound, CodeNotAllowed; CodeClosed; CodeSubaccount if
// the parent is a subaccount itself; CodeSuspended if the parent is suspended;
// CodeSubaccountLimit; CodeOrganizationSuspended.
func (s *Session) CreateSubaccount(
	ctx context.Context, parent AccountID, account NewSubaccount,
) (Account, error) {
	var check form
	check.id(parent)
	name := check.name(account.Name)
	return update(ctx, s, call{opCreateSubaccount, parent.String(), check.err},
		func(r *reads) createSubaccountFacts { return r.loadCreateSubaccount(parent) },
		func(f createSubaccountFacts, c *changes) (Account, error) { return decideCreateSubaccount(f, name, c) })
}

// createSubaccountFacts is the main account that gets a subaccount.
type createSubaccountFacts struct {
	accountStanding
	limits Limits // the organization's, or, if it is unmanaged, the directory's
}

func (r *reads) loadCreateSubaccount(parent AccountID) createSubaccountFacts {
	f := createSubaccountFacts{accountStanding: r.accountStanding(parent), limits: r.dir.limits}
	if f.organization != nil {
		f.limits = r.dir.limitsOf(*f.organization)
	}
	return f
}

func decideCreateSubaccount(f createSubaccountFacts, name string, c *changes) (Account, error) {
	if err := c.authorizeMain(f.accountStanding); err != nil {
		return Account{}, err
	}
	parent := *f.account
	if parent.State() != StateActive {
		return Account{}, CodeSuspended
	}
	if f.full() {
		return Account{}, CodeSubaccountLimit
	}
	made := AccountID(c.tape.id())
	c.makes(made)
	c.say(AccountCreated{
		Account: made, Owner: parent.Owner, Organization: parent.Organization, Parent: parent.ID,
		Designated: parent.Designated != 0, By: c.actor, Created: c.now,
	}, parent.stream())
	c.nameAccount(made, name)
	account := get(c.world, accountByID(made))
	st := accountStanding{account: account, parent: &parent, parentGrant: f.grant, parentGroups: f.groups, rank: f.rank}
	return c.viewAccount(*account, st), nil
}

// full reports whether one subaccount more would pass a limit (GEN-12).
func (f createSubaccountFacts) full() bool {
	if exceeds(f.account.Subaccounts, 1, f.limits.Subaccounts) {
		return true
	}
	return f.account.Plan == PlanTrial && exceeds(f.account.Subaccounts, 1, f.limits.TrialSubaccounts)
}

// Account shows an account, also a closed one, to everybody who has a role on it or on
// its parent, to the Owner and Administrators of its organization, and to Operators and
// System. Owner and Administrators of an organization are shown the ID and name of an
// independent account that Accounts lists (GEN-5).
//
// Errors: CodeID; CodeNotFound.
func (s *Session) Account(ctx context.Context, account AccountID) (Account, error) {
	var check form
	check.id(account)
	return look(ctx, s, call{opAccount, account.String(), check.err},
		func(r *reads) accountFacts { return r.loadAccount(account) }, decideAccount)
}

// accountFacts is the account shown.
type accountFacts struct{ accountStanding }

func (r *reads) loadAccount(account AccountID) accountFacts {
	return accountFacts{r.accountStanding(account)}
}

func decideAccount(f accountFacts, c *changes) (Account, error) {
	switch {
	case !c.actor.knows(f.accountStanding):
		return Account{}, CodeNotFound
	case !c.actor.sees(f.accountStanding):
		return Account{ID: f.account.ID, Name: f.account.Personal.Name}, nil
	}
	return c.viewAccountNow(f.accountStanding), nil
}

// RenameAccount sets an account's name, which need not be unique (ACC-5). The account's
// Owner and Administrators may call it, the Owner and Administrators of its
// organization, Operators and System. Setting the name that the account has changes
// nothing (GEN-6).
//
// Errors: CodeID, CodeName; CodeNotFound, CodeNotAllowed; CodeClosed;
// CodeOrganizationSuspended.
func (s *Session) RenameAccount(ctx context.Context, account AccountID, name string) (Account, error) {
	var check form
	check.id(account)
	name = check.name(name)
	return update(ctx, s, call{opRenameAccount, account.String(), check.err},
		func(r *reads) renameAccountFacts { return r.loadRenameAccount(account) },
		func(f renameAccountFacts, c *changes) (Account, error) { return decideRenameAccount(f, name, c) })
}

// renameAccountFacts is the account that is renamed.
type renameAccountFacts struct{ accountStanding }

func (r *reads) loadRenameAccount(account AccountID) renameAccountFacts {
	return renameAccountFacts{r.accountStanding(account)}
}

func decideRenameAccount(f renameAccountFacts, name string, c *changes) (Account, error) {
	if err := c.authorizeOpen(f.accountStanding); err != nil {
		return Account{}, err
	}
	if f.account.Personal.Name.Reveal() != name {
		c.say(AccountRenamed{f.account.ID}, f.account.stream())
		c.nameAccount(f.account.ID, name)
	}
	return c.viewAccountNow(f.accountStanding), nil
}

// SuspendAccount suspends an account and, with it, its subaccounts (ACC-5). The
// account's Owner and Administrators, and the Owner and Administrators of its
// organization, set the customer's suspension; Operators and System set the platform's.
// Setting one that stands changes nothing (GEN-6).
//
// Errors: CodeID; CodeNotFound, CodeNotAllowed; CodeClosed; CodeParentSuspended for a
// subaccount of a suspended account, whose own status only the platform may change.
func (s *Session) SuspendAccount(ctx context.Context, account AccountID) (Account, error) {
	var check form
	check.id(account)
	return update(ctx, s, call{opSuspendAccount, account.String(), check.err},
		func(r *reads) suspensionFacts { return r.loadSuspension(account) }, decideSuspendAccount)
}

// suspensionFacts is the account that is suspended or reactivated.
type suspensionFacts struct{ accountStanding }

func (r *reads) loadSuspension(account AccountID) suspensionFacts {
	return suspensionFacts{r.accountStanding(account)}
}

func decideSuspendAccount(f suspensionFacts, c *changes) (Account, error) {
	if err := c.authorizeOpen(f.accountStanding); err != nil {
		return Account{}, err
	}
	if c.hasSuspended(*f.account) {
		return c.viewAccountNow(f.accountStanding), nil
	}
	if err := c.parentForbids(f.accountStanding); err != nil {
		return Account{}, err
	}
	c.say(AccountSuspended{Account: f.account.ID, Platform: !c.actor.isUser()}, f.account.stream())
	return c.viewAccountNow(f.accountStanding), nil
}

// ReactivateAccount lifts the customer's or the platform's suspension of an account:
// the one that the actor could set with SuspendAccount. The account is active when
// neither stands and, if it is a subaccount, its parent is active (ACC-5). Lifting one
// that does not stand changes nothing (GEN-6).
//
// Errors: CodeID; CodeNotFound, CodeNotAllowed; CodeClosed; CodeParentSuspended for a
// subaccount of a suspended account, whose own status only the platform may change;
// CodeOrganizationSuspended.
func (s *Session) ReactivateAccount(ctx context.Context, account AccountID) (Account, error) {
	var check form
	check.id(account)
	return update(ctx, s, call{opReactivateAccount, account.String(), check.err},
		func(r *reads) suspensionFacts { return r.loadSuspension(account) }, decideReactivateAccount)
}

func decideReactivateAccount(f suspensionFacts, c *changes) (Account, error) {
	if err := c.authorizeOpen(f.accountStanding); err != nil {
		return Account{}, err
	}
	if !c.hasSuspended(*f.account) {
		return c.viewAccountNow(f.accountStanding), nil
	}
	if err := c.parentForbids(f.accountStanding); err != nil {
		return Account{}, err
	}
	c.say(AccountReactivated{Account: f.account.ID, Platform: !c.actor.isUser()}, f.account.stream())
	return c.viewAccountNow(f.accountStanding), nil
}

// hasSuspended reports whether the suspension that is the actor's to set and to lift
// stands: a user's is the customer's, an Operator's and System's the platform's.
func (c *changes) hasSuspended(a AccountRecord) bool {
	if c.actor.isUser() {
		return a.SuspendedCustomer
	}
	return a.SuspendedPlatform
}

// parentForbids refuses a user to change a subaccount's own status while its parent is
// suspended. Meanwhile only the platform may (ACC-5).
func (c *changes) parentForbids(st accountStanding) error {
	if c.actor.isUser() && st.parentSuspended() {
		return CodeParentSuspended
	}
	return nil
}

// CloseAccount closes an account for good, suspended or not, with its subaccounts. Every
// grant on them except the owner's ends, and pending invitations to them are revoked. A
// closed account takes no operation and stays in its organization's list (ACC-5,
// INV-10). The account's Owner may call it, the Owner and Administrators of its
// organization, and for an unmanaged account an Operator.
//
// Errors: CodeID; CodeNotFound, CodeNotAllowed; CodeClosed if it is closed already;
// CodeParentSuspended for a subaccount of a suspended account, whose own status only the
// platform may change.
func (s *Session) CloseAccount(ctx context.Context, account AccountID) (Account, error) {
	var check form
	check.id(account)
	return update(ctx, s, call{opCloseAccount, account.String(), check.err},
		func(r *reads) closeAccountFacts { return r.loadCloseAccount(account) }, decideCloseAccount)
}

// closeAccountFacts is the account that is closed, and what is closed with it.
type closeAccountFacts struct {
	accountStanding
	parts []closingPart // its subaccounts that are not closed, then itself
}

// closingPart is an account, and what ends when it is closed.
type closingPart struct {
	account     AccountRecord
	grants      []GrantRecord
	groups      []GroupRolesRecord
	invitations []InvitationRecord // not settled; expired ones too
}

func (r *reads) loadCloseAccount(id AccountID) closeAccountFacts {
	f := closeAccountFacts{accountStanding: r.accountStanding(id)}
	if !r.actor.sees(f.accountStanding) {
		return f
	}
	r.needCounts(f.account.Organization)
	for _, a := range append(all(r, openSubaccountsOf(id)), *f.account) {
		grants, invitations := all(r, grantsOn(a.ID, UserID{})), all(r, pendingInvitationsTo(a.ID))
		f.parts = append(f.parts, closingPart{a, grants, r.groupRoles(a), invitations})
	}
	return f
}

func decideCloseAccount(f closeAccountFacts, c *changes) (Account, error) {
	if err := c.authorizeAccount(f.accountStanding); err != nil {
		return Account{}, err
	}
	if c.actor.isOperator() && !f.account.Organization.IsZero() {
		return Account{}, CodeNotAllowed
	}
	if err := f.open(); err != nil {
		return Account{}, err
	}
	if err := c.parentForbids(f.accountStanding); err != nil {
		return Account{}, err
	}
	for _, part := range f.parts {
		c.close(part)
	}
	return c.viewAccountNow(f.accountStanding), nil
}

// close closes one account, and ends what goes with it.
func (c *changes) close(part closingPart) {
	in := part.account.stream()
	for _, i := range part.invitations {
		if i.Expires > c.now {
			c.say(InvitationRevoked{i.ID, c.now}, in)
		}
	}
	for _, g := range part.grants {
		if g.User != part.account.Owner {
			c.say(RolesRevoked{g.Account, g.User}, in)
		}
	}
	for _, g := range part.groups {
		c.say(GroupRolesRevoked{g.Group, g.Account}, in)
	}
	c.say(AccountClosed{part.account.ID, c.now}, in)
}

// viewAccountNow shows the account acted on as it is now.
func (c *changes) viewAccountNow(st accountStanding) Account {
	return c.viewAccount(*get(c.world, accountByID(st.account.ID)), st)
}

// viewAccount shows an account to an actor who sees it, given what they are to it.
func (c *changes) viewAccount(a AccountRecord, st accountStanding) Account {
	holder, roles := a, st.roles() // the account that has the plan, and the actor's roles there
	if st.parent != nil {
		holder, roles = *st.parent, st.rolesOnParent()
	}
	view := Account{
		ID: a.ID, Name: a.Personal.Name, Owner: a.Owner,
		Organization: new(a.Organization), Parent: new(a.Parent),
		State: a.stateUnder(st.parent), Suspended: new(Suspension),
		Plan: holder.Plan, Billing: holder.Billing, HIPAA: new(a.Designated.Time()),
		Created: a.Created.Time(), Closed: a.Closed.Time(),
	}
	if a.Parent.IsZero() {
		view.Subaccounts = new(a.Subaccounts)
	}
	if a.Closed == 0 {
		*view.Suspended = Suspension{a.SuspendedCustomer, a.SuspendedPlatform, st.parentSuspended()}
	}
	if !c.actor.isUser() || st.manages() || roles.seePrivate() {
		view.Private = &AccountPrivate{holder.Personal.Pricing, holder.Personal.Phone}
	}
	return view
}

// seePrivate reports whether roles on a main account show its AccountPrivate.
func (s RoleSet) seePrivate() bool {
	return s.Has(AccountOwner) || s.Has(AccountAdministrator) || s.Has(BillingManager)
}

// stateUnder returns an account's state as it counts, its parent's suspension included
// (ACC-5). A main account's parent is nil.
func (a AccountRecord) stateUnder(parent *AccountRecord) State {
	own := a.State()
	if own == StateActive && parent != nil && parent.State() == StateSuspended {
		return StateSuspended
	}
	return own
}

// AccountCreated says that an account or subaccount was created.
type AccountCreated struct {
	Account      AccountID      `json:"account,omitzero"`
	Owner        UserID         `json:"owner,omitzero"`
	Organization OrganizationID `json:"organization,omitzero"` // zero: unmanaged
	Parent       AccountID      `json:"parent,omitzero"`       // zero: a main account
	Designated   bool           `json:"designated"`            // it is HIPAA designated, as its parent is (HIP-4)
	By           Actor          `json:"by,omitzero"`
	Created      Instant        `json:"created,omitzero"`
}

// AccountRenamed says that an account has another name.
type AccountRenamed struct {
	Account AccountID `json:"account,omitzero"`
}

// AccountSuspended says that an account was suspended, by the customer or by the
// platform.
type AccountSuspended struct {
	Account  AccountID `json:"account,omitzero"`
	Platform bool      `json:"platform"` // false: the customer's suspension
}

// AccountReactivated says that the customer's or the platform's suspension of an
// account was lifted.
type AccountReactivated struct {
	Account  AccountID `json:"account,omitzero"`
	Platform bool      `json:"platform"` // false: the customer's suspension
}

// AccountClosed says that an account was closed for good.
type AccountClosed struct {
	Account AccountID `json:"account,omitzero"`
	Closed  Instant   `json:"closed,omitzero"`
}

func (e AccountCreated) apply(w *world) {
	a := AccountRecord{
		ID: e.Account, Owner: e.Owner, Organization: e.Organization, Parent: e.Parent, Created: e.Created,
	}
	if e.Parent.IsZero() {
		a.Plan, a.Billing = PlanTrial, BillingOwn
	}
	if e.Designated {
		a.Designated, a.DesignatedBy = e.Created, e.By
	}
	w.create(a)
}

func (e AccountRenamed) apply(*world) {}

func (e AccountSuspended) apply(w *world) {
	edit(w, accountByID(e.Account), func(a *AccountRecord) {
		if e.Platform {
			a.SuspendedPlatform = true
		} else {
			a.SuspendedCustomer = true
		}
	})
}

func (e AccountReactivated) apply(w *world) {
	edit(w, accountByID(e.Account), func(a *AccountRecord) {
		if e.Platform {
			a.SuspendedPlatform = false
		} else {
			a.SuspendedCustomer = false
		}
	})
}

func (e AccountClosed) apply(w *world) {
	edit(w, accountByID(e.Account), func(a *AccountRecord) { a.Closed = e.Closed })
}

var accountEvents = slices.Concat([]EventData{
	AccountCreated{}, AccountRenamed{}, AccountSuspended{}, AccountReactivated{}, AccountClosed{},
}, accountMoveEvents, grantEvents, billingEvents)
