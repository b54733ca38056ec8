package tenancy

import (
	"context"
	"iter"
	"slices"
	"time"
)

// Connection is a connection to an identity provider. What the provider is, and how
// people sign in through it, is the host's business. The library says of whom it is
// required.
type Connection struct {
	ID           ConnectionID   `json:"id,omitzero"`
	Organization OrganizationID `json:"organization,omitzero"`
	Name         Personal       `json:"name,omitzero"`
	Tested       time.Time      `json:"tested,omitzero"` // zero: not
}

// ListedConnection is a Connection in a list.
type ListedConnection struct {
	Connection
	listed
}

// ConnectionQuery selects some of an organization's connections. The zero value
// selects all.
type ConnectionQuery struct {
	After Cursor `json:"after,omitzero"` // of an item of the same query; empty: from the start
}

// SSOExemption says whether a member is exempt from single sign-on.
type SSOExemption bool

// The values of SSOExemption.
const (
	SSONotExempt SSOExemption = false
	SSOExempt    SSOExemption = true
)

// SignInRequirement says how a user must sign in. The zero value means as they like.
type SignInRequirement struct {
	Connection   ConnectionID   `json:"connection,omitzero"`   // through which; zero: single sign-on is not required
	Organization OrganizationID `json:"organization,omitzero"` // whose it is
	Domain       DomainID       `json:"domain,omitzero"`       // on which it is enforced
}

// AddConnection adds a connection to an identity provider. It is not tested yet
// (SSO-1). The Owner and Administrators may call it.
//
// Errors: CodeID, CodeName; CodeNotFound, CodeNotAllowed; CodeMerged;
// CodeOrganizationSuspended.
func (s *Session) AddConnection(ctx context.Context, org OrganizationID, name string) (Connection, error) {
	var check form
	check.id(org)
	name = check.name(name)
	return update(ctx, s, call{opAddConnection, org.String(), check.err},
		func(r *reads) addConnectionFacts { return r.loadAddConnection(org) },
		func(f addConnectionFacts, c *changes) (Connection, error) { return decideAddConnection(f, name, c) })
}

// addConnectionFacts is the organization that gets a connection.
type addConnectionFacts struct{ standing }

func (r *reads) loadAddConnection(org OrganizationID) addConnectionFacts {
	return addConnectionFacts{r.standing(org)}
}

func decideAddConnection(f addConnectionFacts, name string, c *changes) (Connection, error) {
	if err := c.authorizeAlive(f.standing); err != nil {
		return Connection{}, err
	}
	org, made := f.organization.ID, ConnectionID(c.tape.id())
	c.makes(made)
	c.say(ConnectionAdded{made, org, c.now}, streamOfOrganization(org))
	edit(c.world, connectionByID(made), func(n *ConnectionRecord) { n.Personal.Name = NewPersonal(name) })
	return c.viewConnectionNow(made), nil
}

// RemoveConnection removes a connection that is enforced on no domain (SSO-1). The
// Owner and Administrators may call it.
//
// Errors: CodeID; CodeNotFound, CodeNotAllowed; CodeEnforced.
func (s *Session) RemoveConnection(ctx context.Context, connection ConnectionID) error {
	var check form
	check.id(connection)
	return change(ctx, s, call{opRemoveConnection, connection.String(), check.err},
		func(r *reads) removeConnectionFacts { return r.loadRemoveConnection(connection) },
		decideRemoveConnection)
}

// removeConnectionFacts is the connection that is removed, and where it could be
// enforced.
type removeConnectionFacts struct {
	connectionStanding
	domains []DomainRecord // the organization's
}

func (r *reads) loadRemoveConnection(id ConnectionID) removeConnectionFacts {
	f := removeConnectionFacts{connectionStanding: r.connectionStanding(id)}
	if f.connection != nil {
		f.domains = all(r, domainsIn(f.connection.Organization, DomainID{}))
	}
	return f
}

func decideRemoveConnection(f removeConnectionFacts, c *changes) error {
	if err := c.authorize(f.standing); err != nil {
		return err
	}
	id := f.connection.ID
	if slices.ContainsFunc(f.domains, func(d DomainRecord) bool { return d.Connection == id }) {
		return CodeEnforced
	}
	c.say(ConnectionRemoved{id}, f.connection.stream())
	return nil
}

// MarkConnectionTested records that a sign-in through a connection worked. Only then
// can it be enforced (SSO-1). System and Operators may call it. Marking a connection
// that is tested changes nothing (GEN-6).
//
// Errors: CodeID; CodeNotFound, CodeNotAllowed.
func (p *Platform) MarkConnectionTested(ctx context.Context, connection ConnectionID) (Connection, error) {
	var check form
	check.id(connection)
	return update(ctx, p.Session, call{opMarkConnectionTested, connection.String(), check.err},
		func(r *reads) markConnectionTestedFacts { return r.loadMarkConnectionTested(connection) },
		decideMarkConnectionTested)
}

// markConnectionTestedFacts is the connection that was tested.
type markConnectionTestedFacts struct{ connectionStanding }

func (r *reads) loadMarkConnectionTested(id ConnectionID) markConnectionTestedFacts {
	return markConnectionTestedFacts{r.connectionStanding(id)}
}

func decideMarkConnectionTested(f markConnectionTestedFacts, c *changes) (Connection, error) {
	if err := c.authorize(f.standing); err != nil {
		return Connection{}, err
	}
	if f.connection.Tested == 0 {
		c.say(ConnectionTested{f.connection.ID, c.now}, f.connection.stream())
	}
	return c.viewConnectionNow(f.connection.ID), nil
}

// Connections lists an organization's connections by ID (GEN-9, GEN-15). The Owner,
// Administrators, Operators and System may call it.
//
// Errors: CodeID, CodeCursor; CodeNotFound, CodeNotAllowed.
func (s *Session) Connections(
	ctx context.Context, org OrganizationID, query ConnectionQuery,
) iter.Seq2[ListedConnection, error] {
	l := listOf("Connections", org.String())
	return pages(l, query.After, func(from place, malformed error) (page[ListedConnection], error) {
		check := form{malformed}
		check.id(org)
		return look(ctx, s, call{opConnections, org.String(), check.err},
			func(r *reads) connectionsFacts { return r.loadConnections(org, from) },
			func(f connectionsFacts, c *changes) (page[ListedConnection], error) {
				return decideConnections(f, l, c)
			})
	})
}

// connectionsFacts is a page of an organization's connections.
type connectionsFacts struct {
	standing
	connections []ConnectionRecord
}

func (r *reads) loadConnections(org OrganizationID, from place) connectionsFacts {
	org = r.shown(org)
	return connectionsFacts{r.standing(org), list(r, connectionsIn(org, ConnectionID(from.key.ID)), pageSize)}
}

func decideConnections(f connectionsFacts, l listID, c *changes) (page[ListedConnection], error) {
	if err := c.authorize(f.standing); err != nil {
		return page[ListedConnection]{}, err
	}
	p := page[ListedConnection]{end: len(f.connections) < pageSize}
	for _, record := range f.connections {
		p.next = place{key: Key{ID: record.ID}}
		p.items = append(p.items, ListedConnection{record.view(), listedAt(l, p.next)})
	}
	return p, nil
}

// Connection returns a connection (GEN-21). Those who see it in Connections see it: the
// Owner and Administrators of its organization, Operators and System.
//
// Errors: CodeID; CodeNotFound.
func (s *Session) Connection(ctx context.Context, connection ConnectionID) (Connection, error) {
	var check form
	check.id(connection)
	return look(ctx, s, call{opConnection, connection.String(), check.err},
		func(r *reads) connectionFacts { return r.loadConnection(connection) }, decideConnection)
}

// connectionFacts is the connection that is looked at.
type connectionFacts struct{ connectionStanding }

func (r *reads) loadConnection(connection ConnectionID) connectionFacts {
	return connectionFacts{r.connectionStanding(connection)}
}

func decideConnection(f connectionFacts, c *changes) (Connection, error) {
	if !c.sees(f.standing) {
		return Connection{}, CodeNotFound
	}
	return f.connection.view(), nil
}

// EnforceSSO requires members with an address on a verified domain of the organization
// to sign in through a tested connection of the organization (SSO-1). The Owner is
// always exempt (SSO-3), and enforcing exempts nobody else. Another connection replaces
// the one enforced; enforcing the same one again changes nothing (GEN-6). The Owner and
// Administrators may call it.
//
// Errors: CodeID; CodeNotFound, also if the connection is not the same organization's,
// CodeNotAllowed; CodeUnverified, CodeUntested; CodeOrganizationSuspended.
func (s *Session) EnforceSSO(ctx context.Context, domain DomainID, connection ConnectionID) (Domain, error) {
	var check form
	check.id(domain)
	check.id(connection)
	return update(ctx, s, call{opEnforceSSO, domain.String(), check.err},
		func(r *reads) enforceSSOFacts { return r.loadEnforceSSO(domain, connection) }, decideEnforceSSO)
}

// enforceSSOFacts is the domain and the connection that is to be enforced on it.
type enforceSSOFacts struct {
	domainStanding
	connection *ConnectionRecord // nil: there is none
}

func (r *reads) loadEnforceSSO(domain DomainID, connection ConnectionID) enforceSSOFacts {
	return enforceSSOFacts{r.domainStanding(domain), find(r, connectionByID(connection))}
}

func decideEnforceSSO(f enforceSSOFacts, c *changes) (Domain, error) {
	if err := c.authorize(f.standing); err != nil {
		return Domain{}, err
	}
	if f.connection == nil || f.connection.Organization != f.domain.Organization {
		return Domain{}, CodeNotFound
	}
	switch {
	case f.domain.Connection == f.connection.ID:
		return c.viewDomainNow(f.domain.ID), nil
	case f.domain.State != StateVerified:
		return Domain{}, CodeUnverified
	case f.connection.Tested == 0:
		return Domain{}, CodeUntested
	}
	c.say(SSOEnforced{f.domain.ID, f.connection.ID}, f.domain.stream())
	return c.viewDomainNow(f.domain.ID), nil
}

// StopEnforcingSSO ends what EnforceSSO began (SSO-1). Where no connection is enforced it
// changes nothing (GEN-6). The Owner and Administrators may call it.
//
// Errors: CodeID; CodeNotFound, CodeNotAllowed; CodeOrganizationSuspended.
func (s *Session) StopEnforcingSSO(ctx context.Context, domain DomainID) (Domain, error) {
	var check form
	check.id(domain)
	return update(ctx, s, call{opStopEnforcingSSO, domain.String(), check.err},
		func(r *reads) stopEnforcingSSOFacts { return r.loadStopEnforcingSSO(domain) }, decideStopEnforcingSSO)
}

// stopEnforcingSSOFacts is the domain on which single sign-on ends.
type stopEnforcingSSOFacts struct{ domainStanding }

func (r *reads) loadStopEnforcingSSO(domain DomainID) stopEnforcingSSOFacts {
	return stopEnforcingSSOFacts{r.domainStanding(domain)}
}

func decideStopEnforcingSSO(f stopEnforcingSSOFacts, c *changes) (Domain, error) {
	if err := c.authorize(f.standing); err != nil {
		return Domain{}, err
	}
	if !f.domain.Connection.IsZero() {
		c.say(SSOEnforcementStopped{f.domain.ID}, f.domain.stream())
	}
	return c.viewDomainNow(f.domain.ID), nil
}

// SetSSOExemption exempts a member from single sign-on, or ends the exemption (SSO-3).
// An exemption belongs to the membership and ends with it. The Owner and Administrators
// may call it for any other member but the Owner, who is always exempt, and service
// accounts, of whom it is never required (USR-20). Setting the exemption that the member
// has changes nothing (GEN-6).
//
// Errors: CodeID; CodeNotFound, also for the user, CodeNotAllowed, CodeMerged;
// CodeOneself, CodeTheOwner, CodeNotMember; CodeNotPerson for a service account;
// CodeOrganizationSuspended.
func (s *Session) SetSSOExemption(
	ctx context.Context, org OrganizationID, user UserID, exempt SSOExemption,
) (Membership, error) {
	var check form
	check.id(org)
	check.id(user)
	return update(ctx, s, call{opSetSSOExemption, org.String(), check.err},
		func(r *reads) setSSOExemptionFacts { return r.loadSetSSOExemption(org, user) },
		func(f setSSOExemptionFacts, c *changes) (Membership, error) {
			return decideSetSSOExemption(f, exempt, c)
		})
}

// setSSOExemptionFacts is the organization, and the user who is to be exempt or not.
type setSSOExemptionFacts struct {
	standing
	target sight
}

func (r *reads) loadSetSSOExemption(org OrganizationID, user UserID) setSSOExemptionFacts {
	return setSSOExemptionFacts{r.standing(org), r.sight(user)}
}

func decideSetSSOExemption(f setSSOExemptionFacts, exempt SSOExemption, c *changes) (Membership, error) {
	if err := c.authorize(f.standing); err != nil {
		return Membership{}, err
	}
	if !f.target.there() {
		return Membership{}, CodeNotFound
	}
	org, user := f.organization.ID, f.target.user.ID
	member := f.target.membership(org)
	switch {
	case user == c.actor.User:
		return Membership{}, CodeOneself
	case member == nil:
		return Membership{}, CodeNotMember
	case f.target.user.ServiceAccount:
		return Membership{}, CodeNotPerson
	case member.Role == Owner:
		return Membership{}, CodeTheOwner
	case member.Exempt != bool(exempt):
		c.say(SSOExemptionSet{org, user, bool(exempt)}, streamOfOrganization(org))
	}
	return viewMembership(*get(c.world, memberOf(org, user))), nil
}

// SignInRequirement returns how a user must sign in, as things stand now (SSO-2): ask at
// every sign-in. It is derived and never stored. System and Operators may call it.
//
// Errors: CodeID; CodeNotFound, CodeNotAllowed.
func (p *Platform) SignInRequirement(ctx context.Context, user UserID) (SignInRequirement, error) {
	var check form
	check.id(user)
	return look(ctx, p.Session, call{opSignInRequirement, user.String(), check.err},
		func(r *reads) signIn { return r.signIn(user) }, decideSignInRequirement)
}

func decideSignInRequirement(f signIn, c *changes) (SignInRequirement, error) {
	if err := c.platform(); err != nil {
		return SignInRequirement{}, err
	}
	if f.user == nil || f.user.Deleted {
		return SignInRequirement{}, CodeNotFound
	}
	return f.requirement(), nil
}

// signIn is what determines how a user must sign in.
type signIn struct {
	user       *UserRecord
	membership *MembershipRecord // of the organization that they are a member of but do not own; nil: none
	domain     *DomainRecord     // that organization's, of the user's address; nil: none
}

// signIn loads what determines how a user must sign in.
func (r *reads) signIn(user UserID) (in signIn) {
	if in.user = find(r, userByID(user)); in.user == nil || in.user.Deleted {
		return in
	}
	for _, m := range all(r, membershipsOf(user, OrganizationID{})) {
		if m.Role != Owner {
			in.membership = &m
			in.domain = find(r, domainByName(m.Organization, emailDomain(in.user.Personal.Address.Reveal())))
		}
	}
	return in
}

// requirement is the one decision about single sign-on (SSO-2). It is never required of
// an Owner (INV-12).
func (in signIn) requirement() SignInRequirement {
	switch {
	case in.membership == nil || in.membership.Role == Owner || in.membership.Exempt:
		return SignInRequirement{}
	case in.domain == nil || in.domain.Connection.IsZero():
		return SignInRequirement{}
	}
	return SignInRequirement{in.domain.Connection, in.membership.Organization, in.domain.ID}
}

// connectionStanding is a connection acted on, and what the actor is in its
// organization.
type connectionStanding struct {
	standing
	connection *ConnectionRecord // nil: there is none
}

// connectionStanding loads a connection and what the actor is in its organization.
func (r *reads) connectionStanding(id ConnectionID) (st connectionStanding) {
	if st.connection = find(r, connectionByID(id)); st.connection != nil {
		st.standing = r.standing(st.connection.Organization)
	}
	return st
}

// stream returns the stream of the connection's organization.
func (n ConnectionRecord) stream() Stream { return streamOfOrganization(n.Organization) }

// view shows a connection.
func (n ConnectionRecord) view() Connection {
	return Connection{ID: n.ID, Organization: n.Organization, Name: n.Personal.Name, Tested: n.Tested.Time()}
}

// viewConnectionNow shows a connection as it is now.
func (c *changes) viewConnectionNow(id ConnectionID) Connection {
	return get(c.world, connectionByID(id)).view()
}

// ConnectionAdded says that an organization has a new connection.
type ConnectionAdded struct {
	Connection   ConnectionID   `json:"connection,omitzero"`
	Organization OrganizationID `json:"organization,omitzero"`
	Created      Instant        `json:"created,omitzero"`
}

// ConnectionTested says that a sign-in through a connection worked.
type ConnectionTested struct {
	Connection ConnectionID `json:"connection,omitzero"`
	Tested     Instant      `json:"tested,omitzero"`
}

// ConnectionRemoved says that a connection was removed.
type ConnectionRemoved struct {
	Connection ConnectionID `json:"connection,omitzero"`
}

// SSOEnforced says that single sign-on through a connection is required on a domain.
type SSOEnforced struct {
	Domain     DomainID     `json:"domain,omitzero"`
	Connection ConnectionID `json:"connection,omitzero"`
}

// SSOEnforcementStopped says that single sign-on is no longer required on a domain.
type SSOEnforcementStopped struct {
	Domain DomainID `json:"domain,omitzero"`
}

// SSOExemptionSet says whether a member is exempt from single sign-on.
type SSOExemptionSet struct {
	Organization OrganizationID `json:"organization,omitzero"`
	User         UserID         `json:"user,omitzero"`
	Exempt       bool           `json:"exempt"`
}

func (e ConnectionAdded) apply(w *world) {
	w.create(ConnectionRecord{ID: e.Connection, Organization: e.Organization, Created: e.Created})
}

func (e ConnectionTested) apply(w *world) {
	edit(w, connectionByID(e.Connection), func(n *ConnectionRecord) { n.Tested = e.Tested })
}

func (e ConnectionRemoved) apply(w *world) { remove(w, connectionByID(e.Connection)) }

func (e SSOEnforced) apply(w *world) {
	edit(w, domainByID(e.Domain), func(d *DomainRecord) { d.Connection = e.Connection })
}

func (e SSOEnforcementStopped) apply(w *world) {
	edit(w, domainByID(e.Domain), func(d *DomainRecord) { d.Connection = ConnectionID{} })
}

func (e SSOExemptionSet) apply(w *world) {
	edit(w, memberOf(e.Organization, e.User), func(m *MembershipRecord) { m.Exempt = e.Exempt })
}

var ssoEvents = []EventData{
	ConnectionAdded{}, ConnectionTested{}, ConnectionRemoved{},
	SSOEnforced{}, SSOEnforcementStopped{}, SSOExemptionSet{},
}
