package tenancy

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"time"
)

// OrganizationCreated says that an organization was made, and who owns it.
type OrganizationCreated struct {
	Organization OrganizationID
	Owner        UserID
	Created      Instant
}

// OrganizationRenamed says that an organization has another name.
type OrganizationRenamed struct{ Organization OrganizationID }

// OwnershipTransferred says that an organization has another Owner.
type OwnershipTransferred struct {
	Organization OrganizationID
	Owner        UserID
	Reference    Reference // with ReplaceOwner: why
}

func (e OrganizationCreated) apply(w *world) {
	w.create(OrganizationRecord{ID: e.Organization, Owner: e.Owner, State: StateActive, Created: e.Created})
}

func (e OrganizationRenamed) apply(*world) {}

func (e OwnershipTransferred) apply(w *world) {
	edit(w, organizationByID(e.Organization), func(o *OrganizationRecord) { o.Owner = e.Owner })
}

var organizationEvents = []EventData{OrganizationCreated{}, OrganizationRenamed{}, OwnershipTransferred{}}

// Organization is a customer's organization.
type Organization struct {
	ID         OrganizationID
	Name       Personal // zero: purged
	State      State    // StateActive, StateDeleted, StateMerged
	MergedInto OrganizationID
	Created    time.Time
	Ended      time.Time             // zero: it has not
	Settings   *OrganizationSettings // nil for whoever may not see it: Owner, Administrators, Operators and System may
}

// OrganizationSettings is what only those who manage an organization see of it.
type OrganizationSettings struct {
	Owner             UserID
	SignUpPolicy      SignUpPolicy
	InvitationPolicy  InvitationPolicy
	HIPAAEntitlement  HIPAAEntitlement
	ImportEntitlement ImportEntitlement
	Limits            *Limits // its own; nil: the directory's
}

// viewOrganization is an organization as the actor may see it.
func (c *changes) viewOrganization(o OrganizationRecord, st standing) Organization {
	view := Organization{ID: o.ID, Name: kept(o.Personal.Name, o.Ended, c.now), State: o.State, MergedInto: o.MergedInto,
		Created: o.Created.Time(), Ended: o.Ended.Time()}
	if c.actor.isUser() && !st.managesUsers() {
		return view
	}
	view.Settings = &OrganizationSettings{Owner: o.Owner, SignUpPolicy: cmp.Or(o.SignUpPolicy, PolicyInvitationOnly), InvitationPolicy: o.InvitationPolicy,
		HIPAAEntitlement:  HIPAAEntitlement{o.HIPAA, o.HIPAAReference, o.HIPAAExecuted.Time()},
		ImportEntitlement: ImportEntitlement{o.Import, o.ImportReference}}
	if o.Limited {
		view.Settings.Limits = new(o.Limits)
	}
	return view
}

// viewOrganizationNow is the organization of a standing as it is now.
func (c *changes) viewOrganizationNow(st standing) Organization {
	return c.viewOrganization(*get(c.world, organizationByID(st.organization.ID)), st)
}

// NewOrganization is what an organization is made of.
type NewOrganization struct {
	Name    string
	Stay    []AccountID // main accounts of the creator's that stay in the organization they are in; an unmanaged one comes all the same. Nil: none
	AllStay bool        // all of them stay; then Stay is empty
}

// FoundedOrganization is an organization that was made, and the accounts that came along.
type FoundedOrganization struct {
	Organization
	Accounts []Account // main accounts by ID, each followed by its subaccounts; closed ones never come
}

// CreateOrganization makes an organization, with its creator as Owner (ORG-3). Every main account the creator owns becomes part of it, with its
// subaccounts, whichever organization of theirs it was in before, but for those the input leaves there; unmanaged ones always come. Nobody's access
// to any account changes, and no limit is looked at (ORG-4, GEN-12). Any user, for themself, who owns an active account with a verified phone
// number (ORG-2), and is Owner of every organization they are in (ORG-5).
//
// Errors: CodeName, CodeID (in Stay), CodeInput (both Stay and AllStay); CodeNotAllowed (Operators and System); CodeNotFound (in Stay: no main
// account of theirs that is not closed); CodeManaged, CodePhoneNeeded, CodeHIPAADesignated (one that would come is designated, or has a designated
// subaccount: let it stay, or disable it first).
func (s *Session) CreateOrganization(ctx context.Context, in NewOrganization) (FoundedOrganization, error) {
	var f form
	in.Name = f.name(in.Name)
	for _, account := range in.Stay {
		f.id(account)
	}
	f.that(!in.AllStay || len(in.Stay) == 0, CodeInput)
	return update(ctx, s, call{opCreateOrganization, "", f.err}, (*reads).creator,
		func(b belongings, c *changes) (FoundedOrganization, error) { return decideOrganization(b, in, c) })
}

// creator asks for what making an organization needs to know of the actor.
func (r *reads) creator() (b belongings) {
	if !r.actor.isUser() {
		return b
	}
	if user := find(r, userByID(r.actor.User)); user != nil {
		b.user = *user
	}
	b.memberships = all(r, membershipsOf(r.actor.User, OrganizationID{}))
	b.owned = r.families(r.actor.User)
	for _, stream := range streamsOf(r.actor.User, b.memberships) {
		r.needHead(stream)
	}
	return b
}

// makeOrganization makes an organization whose Owner is the user, with every unmanaged account of theirs (ORG-3, ORG-4).
func (c *changes) makeOrganization(org OrganizationID, name string, owner belongings) {
	c.makes(org)
	c.say(OrganizationCreated{org, owner.user.ID, c.now}, streamOfOrganization(org))
	edit(c.world, organizationByID(org), func(o *OrganizationRecord) { o.Personal.Name = NewPersonal(name) })
	c.join(org, owner, Owner, InvitationID{})
}

func decideOrganization(b belongings, in NewOrganization, c *changes) (FoundedOrganization, error) {
	coming, err := b.coming(in, c)
	if err != nil {
		return FoundedOrganization{}, err
	}
	org := OrganizationID(c.tape.id())
	c.makeOrganization(org, in.Name, b)
	for _, f := range coming {
		if !f.main.Organization.IsZero() { // the others came with the Owner
			c.move(f, org)
		}
	}
	rank := get(c.world, memberOf(org, b.user.ID))
	founded := FoundedOrganization{Organization: c.viewOrganization(*get(c.world, organizationByID(org)), standing{rank: rank})}
	for _, f := range coming {
		main := get(c.world, accountByID(f.main.ID))
		founded.Accounts = append(founded.Accounts, c.viewAccount(*main, accountStanding{account: main, rank: rank}))
		for _, sub := range f.subs {
			a := get(c.world, accountByID(sub.ID))
			founded.Accounts = append(founded.Accounts, c.viewAccount(*a, accountStanding{account: a, parent: main, rank: rank}))
		}
	}
	return founded, nil
}

// coming decides which accounts a new organization of the user's begins with, or why they may not make one.
func (b belongings) coming(in NewOrganization, c *changes) (coming []family, err error) {
	if !c.actor.isUser() {
		return nil, c.platform()
	}
	stay, theirs := map[AccountID]bool{}, 0
	for _, account := range in.Stay {
		stay[account] = true
	}
	reachable := false // by phone
	for _, f := range b.owned {
		if stay[f.main.ID] {
			theirs++
		}
		if f.main.Organization.IsZero() || !in.AllStay && !stay[f.main.ID] {
			coming = append(coming, f)
		}
		reachable = reachable || f.main.State() == StateActive && !f.main.Personal.Phone.IsZero()
	}
	switch {
	case theirs < len(stay):
		return nil, CodeNotFound
	case b.managedElsewhere(OrganizationID{}):
		return nil, CodeManaged
	case !reachable:
		return nil, CodePhoneNeeded
	case anyDesignated(coming):
		return nil, CodeHIPAADesignated
	}
	return coming, nil
}

// Organization shows an organization, one that has ended too. A member sees its name and state, Owner and Administrators its settings besides
// (GEN-5). For users the ID of a merged one stands for the survivor, which they see if they are a member of that; Operators and System get the
// merged one itself, and see everything (ORG-13). Names are shown for 30 days after the end (ORG-11).
//
// Errors: CodeID; CodeNotFound.
func (s *Session) Organization(ctx context.Context, org OrganizationID) (Organization, error) {
	var f form
	f.id(org)
	return look(ctx, s, call{opOrganization, org.String(), f.err},
		func(r *reads) standing {
			return r.standing(r.shown(org))
		},
		func(st standing, c *changes) (Organization, error) {
			if err := c.authorize(st); err != nil {
				return Organization{}, err
			}
			return c.viewOrganization(*st.organization, st), nil
		})
}

// OrganizationQuery says which organizations. The zero value is all of the acting user's, or, for Operators and System, all there are.
type OrganizationQuery struct {
	User  UserID // only those this user is a member of; zero: the acting user, or, for Operators and System, any
	State State  // StateActive, StateDeleted or StateMerged; "": any. Of a user's all are active: whoever is in one leaves it when it ends
	After Cursor // of an item of the same query; "": from the start
}

// OrganizationOf is an organization in a list, with the role of the user the list is of.
type OrganizationOf struct {
	Organization
	Role *OrganizationRole // the user's; nil: the list is of no user
	listed
}

// Organizations lists a user's organizations with their role in each, or, for Operators and System, all organizations, those that have ended too;
// by ID. Users ask about themselves alone (ORG-13, GEN-5). The filter by state is looked at item by item.
//
// Errors: CodeInput (no such State of organizations), CodeCursor; CodeNotFound (the user, and for users anybody else).
func (s *Session) Organizations(ctx context.Context, query OrganizationQuery) iter.Seq2[OrganizationOf, error] {
	var f form
	f.that(slices.Contains([]State{"", StateActive, StateDeleted, StateMerged}, query.State), CodeInput)
	query.User = cmp.Or(query.User, s.actor.User)
	l := listOf("Organizations", query.User.String(), string(query.State))
	subject := ""
	if !query.User.IsZero() {
		subject = query.User.String()
	}
	return pages(l, query.After, func(from place, malformed error) (page[OrganizationOf], error) {
		return look(ctx, s, call{opOrganizations, subject, cmp.Or(f.err, malformed)},
			func(r *reads) organizationsPage { return r.organizationsPage(query.User, OrganizationID(from.key.ID)) },
			func(p organizationsPage, c *changes) (page[OrganizationOf], error) { return p.page(l, query, c) })
	})
}

// organizationsPage is what a page of organizations is made of.
type organizationsPage struct {
	user          *UserRecord
	memberships   []MembershipRecord // the user's; of no user: none
	organizations []OrganizationRecord
}

func (r *reads) organizationsPage(user UserID, after OrganizationID) (p organizationsPage) {
	if user.IsZero() {
		p.organizations = list(r, allOrganizations(after), pageSize)
		return p
	}
	p.user, p.memberships = find(r, userByID(user)), list(r, membershipsOf(user, after), pageSize)
	for _, m := range p.memberships {
		if o := find(r, organizationByID(m.Organization)); o != nil {
			p.organizations = append(p.organizations, *o)
		}
	}
	return p
}

func (p organizationsPage) page(l listID, query OrganizationQuery, c *changes) (page[OrganizationOf], error) {
	if !query.User.IsZero() && (p.user == nil || c.actor.isUser() && c.actor.User != query.User) {
		return page[OrganizationOf]{}, CodeNotFound
	}
	items := page[OrganizationOf]{end: len(p.organizations) < pageSize}
	for i, o := range p.organizations {
		items.next = place{key: Key{ID: o.ID}}
		if query.State != "" && query.State != o.State {
			continue
		}
		item := OrganizationOf{listed: listed{l, items.next}}
		var st standing
		if p.user != nil {
			st.rank = &p.memberships[i]
			item.Role = new(st.rank.Role)
		}
		item.Organization = c.viewOrganization(o, st)
		items.items = append(items.items, item)
	}
	return items, nil
}

// RenameOrganization gives an organization another name, which need not be unique (ORG-7). Owner or Administrator. Setting the name it has changes
// nothing (GEN-6).
//
// Errors: CodeID, CodeName; CodeNotFound, CodeNotAllowed, CodeMerged.
func (s *Session) RenameOrganization(ctx context.Context, org OrganizationID, name string) (Organization, error) {
	var f form
	f.id(org)
	name = f.name(name)
	return update(ctx, s, call{opRenameOrganization, org.String(), f.err},
		func(r *reads) standing { return r.standing(org) },
		func(st standing, c *changes) (Organization, error) { return decideRename(st, name, c) })
}

func decideRename(st standing, name string, c *changes) (Organization, error) {
	if err := c.authorize(st); err != nil {
		return Organization{}, err
	}
	if err := st.alive(); err != nil {
		return Organization{}, err
	}
	org := st.organization.ID
	if st.organization.Personal.Name.Reveal() != name {
		c.say(OrganizationRenamed{org}, streamOfOrganization(org))
		edit(c.world, organizationByID(org), func(o *OrganizationRecord) { o.Personal.Name = NewPersonal(name) })
	}
	return c.viewOrganization(*get(c.world, organizationByID(org)), st), nil
}

// PreviousOwner says what becomes of an organization's Owner when there is another one (ORG-8).
type PreviousOwner uint8

// What becomes of the previous Owner. One who owns other organizations can only leave.
const (
	PreviousAdministrator PreviousOwner = iota
	PreviousStandardUser
	PreviousLeaves // and loses what a removed user loses; the accounts they own in the organization pass to the new Owner
)

// role is the previous Owner's role from then on; who leaves has none.
func (p PreviousOwner) role() OrganizationRole {
	if p == PreviousAdministrator {
		return Administrator
	}
	return StandardUser
}

// NewOwner is the input of TransferOwnership: the new Owner, named by ID or by address.
type NewOwner struct {
	User     UserID        // zero: Email names them
	Email    string        // in whatever spelling; "": User names them
	Previous PreviousOwner // zero: they become Administrator
}

// OwnerReplacement is the input of ReplaceOwner.
type OwnerReplacement struct {
	User      UserID
	Previous  PreviousOwner // zero: they become Administrator
	Reference Reference     // of the decision, such as a ticket's number; needed
}

// TransferOwnership makes another active member the Owner (ORG-8). The previous Owner becomes Administrator or Standard User, or leaves, which
// alone is open to one who owns other organizations: then they lose what a removed user loses (USR-11), and accounts they own in the organization
// pass to the new Owner. Otherwise no account changes hands. The Owner alone.
//
// Errors: CodeID, CodeInput (not exactly one of User and Email; no such Previous), CodeEmail; CodeNotFound (the new Owner too, if the Owner sees
// no such user), CodeNotAllowed, CodeMerged; CodeAlreadyOwner, CodeNotMember, CodeInactive (the new Owner), CodeOwnsOrganization (the previous one, who does not
// leave).
func (s *Session) TransferOwnership(ctx context.Context, org OrganizationID, in NewOwner) (Organization, error) {
	var f form
	f.id(org)
	f.that(in.User.IsZero() != (in.Email == "") && in.Previous <= PreviousLeaves, CodeInput)
	var address string
	if in.Email != "" {
		address = f.email(in.Email)
	}
	return update(ctx, s, call{opTransferOwnership, org.String(), f.err},
		func(r *reads) succession {
			heir := in.User
			if user := find(r, userByAddress(address)); user != nil {
				heir = user.ID
			}
			return succession{standing: r.standing(org), heir: r.sight(heir), previous: r.predecessor(r.actor.User, in.Previous)}
		},
		func(f succession, c *changes) (Organization, error) { return f.transfer(in.Previous, c) })
}

// succession is an organization that gets another Owner.
type succession struct {
	standing
	heir     sight
	previous belongings // the Owner, with all of theirs if they leave, else with their memberships
}

// predecessor asks for the Owner, as far as a succession needs to know.
func (r *reads) predecessor(owner UserID, becomes PreviousOwner) belongings {
	if becomes == PreviousLeaves {
		return r.belongingsOf(owner)
	}
	return belongings{memberships: all(r, membershipsOf(owner, OrganizationID{}))}
}

func (f succession) transfer(previous PreviousOwner, c *changes) (Organization, error) {
	err := c.authorize(f.standing)
	switch {
	case err != nil:
		return Organization{}, err
	case !f.heir.there():
		return Organization{}, CodeNotFound
	case f.heir.user.ID == f.organization.Owner:
		return Organization{}, CodeAlreadyOwner
	}
	if err := cmp.Or(f.alive(), f.heir.inherits(f.organization.ID), f.dismisses(previous)); err != nil {
		return Organization{}, err
	}
	f.succeed(previous, "", c)
	return f.shown(c), nil
}

// dismisses refuses to keep a previous Owner who owns other organizations (INV-5).
func (f succession) dismisses(previous PreviousOwner) error {
	if previous != PreviousLeaves && f.previous.ownsElsewhere(f.organization.ID) {
		return CodeOwnsOrganization
	}
	return nil
}

// succeed makes a member the Owner, who may have joined as such just now, and the previous Owner what the input says.
func (f succession) succeed(previous PreviousOwner, reference Reference, c *changes) {
	org, from, to := f.organization.ID, f.organization.Owner, f.heir.user.ID
	here := streamOfOrganization(org)
	c.say(OwnershipTransferred{org, to, reference}, here)
	if get(c.world, memberOf(org, to)).Role != Owner {
		c.say(OrganizationRoleSet{org, to, Owner}, here)
	}
	if previous == PreviousLeaves {
		c.leave(org, f.previous, to)
	} else {
		c.say(OrganizationRoleSet{org, from, previous.role()}, here)
	}
}

// shown is the organization as the actor may see it now.
func (f succession) shown(c *changes) Organization {
	org := f.organization.ID
	return c.viewOrganization(*get(c.world, organizationByID(org)), standing{rank: get(c.world, memberOf(org, c.actor.User))})
}

// ReplaceOwner makes another user the Owner, where an Operator judges that the Owner cannot act (ORG-14). The new Owner is an active member, or,
// where there is no other active member, an active user in no organization, who joins with their accounts (USR-9). What becomes of the previous
// Owner is as for TransferOwnership. An Operator alone.
//
// Errors: CodeID, CodeInput (no such Previous), CodeReference; CodeNotFound (the new Owner too), CodeNotAllowed (System); CodeMerged, CodeEnded,
// CodeAlreadyOwner, CodeInactive (the new Owner), CodeManagedElsewhere (no member, but one of another organization), CodeOtherMember,
// CodeSignUpClosed, CodeOwnsOrganization (the previous Owner, who does not leave); CodeMemberLimit, CodeAccountLimit.
func (p *Platform) ReplaceOwner(ctx context.Context, org OrganizationID, in OwnerReplacement) (Organization, error) {
	var f form
	f.id(org)
	f.id(in.User)
	f.that(in.Previous <= PreviousLeaves, CodeInput)
	f.reference(in.Reference)
	return update(ctx, p.Session, call{opReplaceOwner, org.String(), f.err},
		func(r *reads) replacement { return r.replacement(org, in) },
		func(f replacement, c *changes) (Organization, error) { return f.decide(in, c) })
}

// replacement is a succession by an Operator's judgement.
type replacement struct {
	succession
	newcomer belongings // the new Owner, where they are in no organization
	coverage            // of the newcomer's address
	others   []UserRecord
	occupied occupancy
}

func (r *reads) replacement(org OrganizationID, in OwnerReplacement) replacement {
	f := replacement{succession: succession{standing: r.standing(org), heir: r.sight(in.User)}}
	if f.standing.organization == nil {
		return f
	}
	f.previous = r.predecessor(f.standing.organization.Owner, in.Previous)
	if f.heir.user == nil || len(f.heir.memberships) > 0 {
		return f
	}
	f.newcomer, f.coverage = r.belongings(f.heir.user), r.coverage(f.heir.user.Personal.Address.Reveal())
	f.occupied = r.occupancy(f.standing.organization)
	for _, m := range all(r, membersOf(org, UserID{})) {
		if user := find(r, userByID(m.User)); user != nil && m.Role != Owner {
			f.others = append(f.others, *user)
		}
	}
	return f
}

func (f replacement) decide(in OwnerReplacement, c *changes) (Organization, error) {
	org, err := f.standing.organization, c.authorize(f.standing)
	switch {
	case err != nil:
		return Organization{}, err
	case !f.heir.there():
		return Organization{}, CodeNotFound
	}
	if err := cmp.Or(f.alive(), f.eligible(in.Previous, c), f.dismisses(in.Previous)); err != nil {
		return Organization{}, err
	}
	if f.heir.membership(org.ID) == nil {
		c.join(org.ID, f.newcomer, Owner, InvitationID{})
	}
	f.succeed(in.Previous, in.Reference, c)
	return f.shown(c), nil
}

// eligible decides whether the user named may become Owner.
func (f replacement) eligible(previous PreviousOwner, c *changes) error {
	org := f.standing.organization
	members := 1
	if previous == PreviousLeaves {
		members = 0
	}
	switch {
	case f.heir.user.ID == org.Owner:
		return CodeAlreadyOwner
	case f.heir.user.State() != StateActive:
		return CodeInactive
	case f.heir.membership(org.ID) != nil:
		return nil
	case len(f.heir.memberships) > 0:
		return CodeManagedElsewhere
	case slices.ContainsFunc(f.others, func(u UserRecord) bool { return u.State() == StateActive }):
		return CodeOtherMember
	case f.closedTo(org.ID, c):
		return CodeSignUpClosed
	}
	return c.room(*org, f.occupied, members, len(f.newcomer.owned))
}

// SetOrganizationRole makes a member Administrator or Standard User (ROLE-4). Owner or Administrator, of any member but the Owner and themself
// (ROLE-5). Setting the role they have changes nothing (GEN-6).
//
// Errors: CodeID, CodeRole (Owner, or no role); CodeNotFound (the user too), CodeNotAllowed, CodeMerged, CodeOneself, CodeTheOwner; CodeNotMember.
func (s *Session) SetOrganizationRole(ctx context.Context, org OrganizationID, user UserID, role OrganizationRole) (Membership, error) {
	var f form
	f.id(org)
	f.id(user)
	f.that(role == StandardUser || role == Administrator, CodeRole)
	type facts struct {
		standing
		sight
	}
	return update(ctx, s, call{opSetOrganizationRole, org.String(), f.err},
		func(r *reads) facts { return facts{r.standing(org), r.sight(user)} },
		func(f facts, c *changes) (Membership, error) {
			if err := decideOrganizationRole(f.standing, f.sight, role, c); err != nil {
				return Membership{}, err
			}
			return viewMembership(*get(c.world, memberOf(org, user))), nil
		})
}

func decideOrganizationRole(st standing, s sight, role OrganizationRole, c *changes) error {
	err := c.authorize(st)
	switch {
	case err != nil:
		return err
	case !s.there():
		return CodeNotFound
	case s.user.ID == c.actor.User:
		return CodeOneself
	case s.user.ID == st.organization.Owner:
		return CodeTheOwner
	}
	if err := st.alive(); err != nil {
		return err
	}
	org, user := st.organization.ID, s.user.ID
	switch m := s.membership(org); {
	case m == nil:
		return CodeNotMember
	case m.Role != role:
		c.say(OrganizationRoleSet{org, user, role}, streamOfOrganization(org))
	}
	return nil
}
