package tenancy

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"time"
)

// Organization is a customer's organization, as the actor may see it (GEN-5).
type Organization struct {
	ID         OrganizationID        `json:"id,omitzero"`
	Name       Personal              `json:"name,omitzero"`       // zero: the name is no longer kept (ORG-11)
	State      State                 `json:"state,omitzero"`      // StateActive, StateDeleted or StateMerged
	MergedInto OrganizationID        `json:"mergedInto,omitzero"` // zero: it was not merged
	Suspended  bool                  `json:"suspended"`           // by the platform, whatever its State (ORG-15)
	Created    time.Time             `json:"created,omitzero"`
	Ended      time.Time             `json:"ended,omitzero"`    // zero: it has not ended
	Settings   *OrganizationSettings `json:"settings,omitzero"` // nil: the actor may not see them
}

// OrganizationSettings is what only the Owner and Administrators see of their
// organization, and Operators and System of any.
type OrganizationSettings struct {
	Owner             UserID            `json:"owner,omitzero"`
	SignUpPolicy      SignUpPolicy      `json:"signUpPolicy,omitzero"` // never PolicyInherited
	InvitationPolicy  InvitationPolicy  `json:"invitationPolicy,omitzero"`
	HIPAAEntitlement  HIPAAEntitlement  `json:"hipaaEntitlement,omitzero"`
	ImportEntitlement ImportEntitlement `json:"importEntitlement,omitzero"`
	Limits            *Limits           `json:"limits,omitzero"` // its own; nil: the directory's apply
	Seats             int               `json:"seats"`           // how many are taken: what Limits.Members counts
	Accounts          int               `json:"accounts"`        // its main accounts that are not closed: what Limits.Accounts counts
	ServiceAccounts   int               `json:"serviceAccounts"` // its service accounts: what Limits.ServiceAccounts counts
	Groups            int               `json:"groups"`          // what Limits.Groups counts
	Directories       int               `json:"directories"`     // what Limits.Directories counts
}

// NewOrganization is the input of CreateOrganization.
type NewOrganization struct {
	Name string
	// Stay names main accounts of the creator's that stay in the organization they are
	// in. An unmanaged one comes nevertheless. Nil: none stays.
	Stay    []AccountID
	AllStay bool // all managed accounts stay; then Stay is empty
}

// FoundedOrganization is an organization that CreateOrganization made.
type FoundedOrganization struct {
	Organization
	// Accounts are those that the organization begins with: main accounts by ID, each
	// followed by its subaccounts. Closed ones are not among them. Nil: none.
	Accounts []Account `json:"accounts,omitzero"`
	// Ungrouped are those of the Accounts on which groups of the organization that they
	// left had roles, which have ended (GRP-4). Nil: none.
	Ungrouped []AccountID `json:"ungrouped,omitzero"`
}

// CreateOrganization creates an organization with its creator as Owner (ORG-3). Every
// main account that the creator owns becomes part of it with its subaccounts, whichever
// of their organizations it was in, except those that the input leaves there, and those
// of a suspended organization, which stay (ORG-15). Unmanaged ones always come. Nobody's access to any account changes, except that groups of the
// organization that an account leaves no longer have roles on it (GRP-4). No limit is
// checked (ORG-4, GEN-12). A user may call it who owns an active account with a verified phone
// number (ORG-2), and is the Owner of every organization they are in (ORG-5).
//
// Errors: CodeName, CodeID if Stay has a zero ID, CodeInput if there are both Stay and
// AllStay; CodeNotAllowed for Operators and System; CodeNotFound if Stay names anything
// but a main account of the creator's that is not closed; CodeManaged if they are
// managed by an organization, CodePhoneNeeded, CodeHIPAADesignated if an account that
// would come, or a subaccount of it, is designated (let it stay, or disable it first).
func (s *Session) CreateOrganization(ctx context.Context, in NewOrganization) (FoundedOrganization, error) {
	var check form
	in.Name = check.name(in.Name)
	for _, account := range in.Stay {
		check.id(account)
	}
	check.that(!in.AllStay || len(in.Stay) == 0, CodeInput)
	return update(ctx, s, call{opCreateOrganization, "", check.err},
		func(r *reads) createOrganizationFacts { return r.loadCreateOrganization(in) },
		func(f createOrganizationFacts, c *changes) (FoundedOrganization, error) {
			return decideCreateOrganization(f, in, c)
		})
}

// createOrganizationFacts is who creates an organization.
type createOrganizationFacts struct {
	founder   belongings              // their record, memberships and accounts; zero: the actor is no user
	suspended map[OrganizationID]bool // those of their organizations that are
}

func (r *reads) loadCreateOrganization(in NewOrganization) (f createOrganizationFacts) {
	if !r.actor.isUser() {
		return f
	}
	if user := find(r, userByID(r.actor.User)); user != nil {
		f.founder.user = *user
	}
	f.founder.memberships = all(r, membershipsOf(r.actor.User, OrganizationID{}))
	f.founder.owned = r.families(r.actor.User)
	f.suspended = map[OrganizationID]bool{}
	for _, m := range f.founder.memberships {
		f.suspended[m.Organization] = find(r, organizationByID(m.Organization)).isSuspended()
	}
	r.needRoles(r.actor.User, f.coming(in)) // who has roles on accounts that stay does not matter
	for _, stream := range streamsOf(r.actor.User, f.founder.memberships) {
		r.needHead(stream)
		r.needCounts(stream.Organization)
	}
	return f
}

func decideCreateOrganization(
	f createOrganizationFacts, in NewOrganization, c *changes,
) (FoundedOrganization, error) {
	if !c.actor.isUser() {
		return FoundedOrganization{}, c.platform()
	}
	coming := f.coming(in)
	if err := f.refusal(in, coming); err != nil {
		return FoundedOrganization{}, err
	}
	org := OrganizationID(c.tape.id())
	c.makeOrganization(org, in.Name, f.founder)
	for _, accounts := range coming {
		if !accounts.main.Organization.IsZero() { // the unmanaged ones came with the Owner
			c.move(accounts, org)
		}
	}
	founded := c.viewFounded(org, f.founder.user.ID, coming)
	founded.Ungrouped = ungrouped(coming)
	return founded, nil
}

// coming returns the accounts that the organization begins with.
func (f createOrganizationFacts) coming(in NewOrganization) (coming []family) {
	for _, accounts := range f.founder.owned {
		stays := in.AllStay || slices.Contains(in.Stay, accounts.main.ID) || f.suspended[accounts.main.Organization]
		if accounts.main.Organization.IsZero() || !stays {
			coming = append(coming, accounts)
		}
	}
	return coming
}

// refusal decides whether a user may create an organization that begins with some
// accounts.
func (f createOrganizationFacts) refusal(in NewOrganization, coming []family) error {
	switch {
	case !f.ownsAll(in.Stay):
		return CodeNotFound
	case f.founder.managedElsewhere(OrganizationID{}):
		return CodeManaged
	case !f.hasPhone():
		return CodePhoneNeeded
	case anyDesignated(coming):
		return CodeHIPAADesignated
	}
	return nil
}

// ownsAll reports whether all of some accounts are main accounts of the founder's that
// are not closed.
func (f createOrganizationFacts) ownsAll(accounts []AccountID) bool {
	owned := map[AccountID]bool{}
	for _, theirs := range f.founder.owned {
		owned[theirs.main.ID] = true
	}
	return !slices.ContainsFunc(accounts, func(id AccountID) bool { return !owned[id] })
}

// hasPhone reports whether the founder owns an active account with a verified phone
// number (ORG-2).
func (f createOrganizationFacts) hasPhone() bool {
	return slices.ContainsFunc(f.founder.owned, func(accounts family) bool {
		return accounts.main.State() == StateActive && !accounts.main.Personal.Phone.IsZero()
	})
}

// makeOrganization creates an organization whose Owner is the user, and which has every
// unmanaged account of theirs (ORG-3, ORG-4).
func (c *changes) makeOrganization(org OrganizationID, name string, owner belongings) {
	c.makes(org)
	c.say(OrganizationCreated{org, owner.user.ID, c.now}, streamOfOrganization(org))
	edit(c.world, organizationByID(org), func(o *OrganizationRecord) { o.Personal.Name = NewPersonal(name) })
	c.join(org, owner, Owner, InvitationID{})
}

// viewFounded returns an organization that was just created, with the accounts that
// came.
func (c *changes) viewFounded(org OrganizationID, founder UserID, coming []family) FoundedOrganization {
	st := standing{get(c.world, organizationByID(org)), c.dir.rank(get(c.world, memberOf(org, founder)))}
	founded := FoundedOrganization{Organization: c.viewOrganizationNow(st)}
	for _, accounts := range coming {
		main := get(c.world, accountByID(accounts.main.ID))
		founded.Accounts = append(founded.Accounts,
			c.viewAccount(*main, accountStanding{account: main, rank: st.rank}))
		for _, a := range accounts.subs {
			sub := get(c.world, accountByID(a.ID))
			st := accountStanding{account: sub, parent: main, rank: st.rank}
			founded.Accounts = append(founded.Accounts, c.viewAccount(*sub, st))
		}
	}
	return founded
}

// Organization returns an organization, also one that has ended. A member sees its name
// and state, and the Owner and Administrators also see its settings (GEN-5). For users
// the ID of a merged one stands for the survivor, which they see if they are a member of
// that. Operators and System get the merged one itself, and see everything (ORG-13). The
// name is shown for 30 days after the end (ORG-11).
//
// Errors: CodeID; CodeNotFound.
func (s *Session) Organization(ctx context.Context, org OrganizationID) (Organization, error) {
	var check form
	check.id(org)
	return look(ctx, s, call{opOrganization, org.String(), check.err},
		func(r *reads) organizationFacts { return r.loadOrganization(org) },
		decideOrganization)
}

// organizationFacts is the organization that the ID stands for.
type organizationFacts struct{ standing }

func (r *reads) loadOrganization(org OrganizationID) organizationFacts {
	return organizationFacts{r.standing(r.shown(org))}
}

func decideOrganization(f organizationFacts, c *changes) (Organization, error) {
	if err := c.authorize(f.standing); err != nil {
		return Organization{}, err
	}
	return c.viewOrganization(*f.organization, f.standing), nil
}

// OrganizationQuery selects organizations. The zero value selects all of the acting
// user's, or, for Operators and System, all there are.
type OrganizationQuery struct {
	// User selects those that a user is a member of. Zero: the acting user, or, for
	// Operators and System, no user, and so all organizations.
	User UserID `json:"user,omitzero"`
	// State is StateActive, StateDeleted or StateMerged; "": any. All of a user's are
	// active, since nobody is a member of one that has ended.
	State State  `json:"state,omitzero"`
	After Cursor `json:"after,omitzero"` // of an item of the same query; "": from the start
}

// OrganizationOf is an organization in a list.
type OrganizationOf struct {
	Organization
	Role *OrganizationRole `json:"role,omitzero"` // of the user whose list it is; nil: it is of all organizations
	listed
}

// Organizations lists a user's organizations by ID, with the user's role in each, or,
// for Operators and System, all organizations, also those that have ended. Users may
// list only their own (ORG-13, GEN-5). The state is checked item by item, so a page may
// cost several reads.
//
// Errors: CodeInput if organizations have no such State, CodeCursor; CodeNotFound if
// there is no such user, and for a user who names anybody else.
func (s *Session) Organizations(ctx context.Context, query OrganizationQuery) iter.Seq2[OrganizationOf, error] {
	var check form
	check.that(slices.Contains(organizationStates, query.State), CodeInput)
	query.User = cmp.Or(query.User, s.actor.User)
	subject := ""
	if !query.User.IsZero() {
		subject = query.User.String()
	}
	l := listOf("Organizations", query.User.String(), string(query.State))
	return pages(l, query.After, func(from place, malformed error) (page[OrganizationOf], error) {
		check := check
		check.set(malformed)
		return look(ctx, s, call{opOrganizations, subject, check.err},
			func(r *reads) organizationsFacts { return r.loadOrganizations(query.User, from) },
			func(f organizationsFacts, c *changes) (page[OrganizationOf], error) {
				return decideOrganizations(f, l, query, c)
			})
	})
}

// organizationStates are the states that a query may ask for.
var organizationStates = []State{"", StateActive, StateDeleted, StateMerged}

// organizationsFacts is a page of organizations, before those in another state are left
// out.
type organizationsFacts struct {
	user          *UserRecord          // whose list it is; nil: nobody's, or they may not be seen
	memberships   []MembershipRecord   // the user's, in the same places as the organizations
	organizations []OrganizationRecord // by ID
}

// loadOrganizations asks for a page. A user's list is read for that user only.
func (r *reads) loadOrganizations(user UserID, from place) (f organizationsFacts) {
	after := OrganizationID(from.key.ID)
	switch {
	case user.IsZero():
		f.organizations = list(r, allOrganizations(after), pageSize)
		return f
	case r.actor.isUser() && r.actor.User != user:
		return f
	}
	f.user = find(r, userByID(user))
	f.memberships = list(r, membershipsOf(user, after), pageSize)
	for _, m := range f.memberships {
		if o := find(r, organizationByID(m.Organization)); o != nil {
			f.organizations = append(f.organizations, *o)
		}
	}
	return f
}

func decideOrganizations(
	f organizationsFacts, l listID, query OrganizationQuery, c *changes,
) (page[OrganizationOf], error) {
	if !query.User.IsZero() && f.user == nil {
		return page[OrganizationOf]{}, CodeNotFound
	}
	p := page[OrganizationOf]{end: len(f.organizations) < pageSize}
	for i, o := range f.organizations {
		p.next = place{key: Key{ID: o.ID}}
		if query.State != "" && query.State != o.State {
			continue
		}
		item := OrganizationOf{listed: listedAt(l, p.next)}
		var st standing
		if f.user != nil {
			st.rank = c.dir.rank(&f.memberships[i])
			item.Role = new(st.rank.Role)
		}
		item.Organization = c.viewOrganization(o, st)
		p.items = append(p.items, item)
	}
	return p, nil
}

// RenameOrganization sets an organization's name, which need not be unique (ORG-7). The
// Owner and Administrators may call it. Setting the name that it has changes nothing
// (GEN-6).
//
// Errors: CodeID, CodeName; CodeNotFound, CodeNotAllowed, CodeMerged;
// CodeOrganizationSuspended.
func (s *Session) RenameOrganization(
	ctx context.Context, org OrganizationID, name string,
) (Organization, error) {
	var check form
	check.id(org)
	name = check.name(name)
	return update(ctx, s, call{opRenameOrganization, org.String(), check.err},
		func(r *reads) renameOrganizationFacts { return r.loadRenameOrganization(org) },
		func(f renameOrganizationFacts, c *changes) (Organization, error) {
			return decideRenameOrganization(f, name, c)
		})
}

// renameOrganizationFacts is the organization that gets a name.
type renameOrganizationFacts struct{ standing }

func (r *reads) loadRenameOrganization(org OrganizationID) renameOrganizationFacts {
	return renameOrganizationFacts{r.standing(org)}
}

func decideRenameOrganization(f renameOrganizationFacts, name string, c *changes) (Organization, error) {
	if err := c.authorizeAlive(f.standing); err != nil {
		return Organization{}, err
	}
	if o := f.organization; o.Personal.Name.Reveal() != name {
		c.say(OrganizationRenamed{o.ID}, streamOfOrganization(o.ID))
		edit(c.world, organizationByID(o.ID),
			func(o *OrganizationRecord) { o.Personal.Name = NewPersonal(name) })
	}
	return c.viewOrganizationNow(f.standing), nil
}

// seesSettings reports whether a user sees the organization's settings (GEN-5): those who see
// its users, its accounts or its domains, to which they apply, and those who manage it.
func (st standing) seesSettings() bool {
	return st.rank.may(ViewUsers) || st.rank.may(ViewAccounts) || st.rank.may(ViewDomains) ||
		st.rank.may(ManageOrganization)
}

// viewOrganization returns an organization as the actor may see it.
func (c *changes) viewOrganization(o OrganizationRecord, st standing) Organization {
	view := Organization{
		ID: o.ID, Name: kept(o.Personal.Name, o.Ended, c.now), State: o.State, MergedInto: o.MergedInto,
		Suspended: o.Suspended, Created: o.Created.Time(), Ended: o.Ended.Time(),
	}
	if c.actor.isUser() && !st.seesSettings() {
		return view
	}
	view.Settings = &OrganizationSettings{
		Owner:             o.Owner,
		SignUpPolicy:      cmp.Or(o.SignUpPolicy, PolicyInvitationOnly),
		InvitationPolicy:  o.InvitationPolicy,
		HIPAAEntitlement:  HIPAAEntitlement{o.HIPAA, o.HIPAAReference, o.HIPAAExecuted.Time()},
		ImportEntitlement: ImportEntitlement{o.Import, o.ImportReference},
		Seats:             o.Seats,
		Groups:            o.Groups,
		Directories:       o.Directories,
		Accounts:          o.Accounts,
		ServiceAccounts:   o.ServiceAccounts,
	}
	if o.Limited {
		view.Settings.Limits = new(o.Limits)
	}
	return view
}

// viewOrganizationNow returns the organization of a standing as it is now.
func (c *changes) viewOrganizationNow(st standing) Organization {
	return c.viewOrganization(*get(c.world, organizationByID(st.organization.ID)), st)
}

// OrganizationCreated says that an organization was created, and who owns it.
type OrganizationCreated struct {
	Organization OrganizationID `json:"organization,omitzero"`
	Owner        UserID         `json:"owner,omitzero"`
	Created      Instant        `json:"created,omitzero"`
}

// OrganizationRenamed says that an organization has another name.
type OrganizationRenamed struct {
	Organization OrganizationID `json:"organization,omitzero"`
}

func (e OrganizationCreated) apply(w *world) {
	w.create(OrganizationRecord{ID: e.Organization, Owner: e.Owner, State: StateActive, Created: e.Created})
}

func (e OrganizationRenamed) apply(*world) {}

// organizationEvents includes OwnershipTransferred, which ownership.go has, and those of
// suspension.go.
var organizationEvents = []EventData{
	OrganizationCreated{}, OrganizationRenamed{}, OwnershipTransferred{},
	OrganizationSuspended{}, OrganizationReactivated{},
}
