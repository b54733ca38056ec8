package tenancy

import (
	"context"
	"iter"
	"time"
)

// Connection is a connection to an identity provider. What the provider is, and signing in through it, is the host's business; the library says
// on whom it is required.
type Connection struct {
	ID           ConnectionID
	Organization OrganizationID
	Name         Personal
	Tested       time.Time // zero: not
	listed
}

// ConnectionQuery says which of an organization's connections: the zero value is all of them.
type ConnectionQuery struct{ After Cursor }

// SSOExemption says whether a member is exempt from single sign-on.
type SSOExemption bool

// The values of SSOExemption.
const (
	SSONotExempt SSOExemption = false
	SSOExempt    SSOExemption = true
)

// SignInRequirement says how a user must sign in. The zero value: as they like.
type SignInRequirement struct {
	Connection   ConnectionID   // through which; zero: single sign-on is not required
	Organization OrganizationID // whose it is
	Domain       DomainID       // on which it is enforced
}

// ConnectionAdded says that an organization has a connection more.
type ConnectionAdded struct {
	Connection   ConnectionID
	Organization OrganizationID
	Created      Instant
}

// ConnectionTested says that a sign-in through a connection worked.
type ConnectionTested struct {
	Connection ConnectionID
	Tested     Instant
}

// ConnectionRemoved says that a connection is gone.
type ConnectionRemoved struct{ Connection ConnectionID }

// SSOEnforced says that single sign-on through a connection is required on a domain.
type SSOEnforced struct {
	Domain     DomainID
	Connection ConnectionID
}

// SSOEnforcementStopped says that single sign-on is required on a domain no more.
type SSOEnforcementStopped struct{ Domain DomainID }

// SSOExemptionSet says whether a member is exempt from single sign-on.
type SSOExemptionSet struct {
	Organization OrganizationID
	User         UserID
	Exempt       bool
}

func (e ConnectionAdded) apply(w *world) {
	w.create(ConnectionRecord{ID: e.Connection, Organization: e.Organization, Created: e.Created})
}

func (e ConnectionTested) apply(w *world) {
	edit(w, connectionByID(e.Connection), func(c *ConnectionRecord) { c.Tested = e.Tested })
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

var ssoEvents = []EventData{ConnectionAdded{}, ConnectionTested{}, ConnectionRemoved{}, SSOEnforced{}, SSOEnforcementStopped{}, SSOExemptionSet{}}

func viewConnection(c ConnectionRecord) Connection {
	return Connection{ID: c.ID, Organization: c.Organization, Name: c.Personal.Name, Tested: c.Tested.Time()}
}

// AddConnection adds a connection to an identity provider, untested (SSO-1). Owner or Administrator.
//
// Errors: CodeID, CodeName; CodeNotFound, CodeNotAllowed; CodeMerged.
func (s *Session) AddConnection(ctx context.Context, org OrganizationID, name string) (Connection, error) {
	var f form
	f.id(org)
	name = f.name(name)
	return update(ctx, s, call{opAddConnection, org.String(), f.err},
		func(r *reads) standing { return r.standing(org) },
		func(st standing, c *changes) (Connection, error) {
			if err := c.authorize(st); err != nil {
				return Connection{}, err
			}
			if err := st.alive(); err != nil {
				return Connection{}, err
			}
			made := ConnectionID(c.tape.id())
			c.makes(made)
			c.say(ConnectionAdded{made, org, c.now}, streamOfOrganization(org))
			edit(c.world, connectionByID(made), func(c *ConnectionRecord) { c.Personal.Name = NewPersonal(name) })
			return viewConnection(*get(c.world, connectionByID(made))), nil
		})
}

// connectionFacts is a connection acted on, with its organization's domains.
type connectionFacts struct {
	standing
	connection *ConnectionRecord
	domains    []DomainRecord
}

func (r *reads) connection(id ConnectionID) (f connectionFacts) {
	if f.connection = find(r, connectionByID(id)); f.connection != nil {
		f.standing = r.standing(f.connection.Organization)
		f.domains = all(r, domainsIn(f.connection.Organization, DomainID{}))
	}
	return f
}

// RemoveConnection removes a connection that is enforced on no domain (SSO-1). Owner or Administrator.
//
// Errors: CodeID; CodeNotFound, CodeNotAllowed; CodeEnforced.
func (s *Session) RemoveConnection(ctx context.Context, connection ConnectionID) error {
	var f form
	f.id(connection)
	_, err := update(ctx, s, call{opRemoveConnection, connection.String(), f.err},
		func(r *reads) connectionFacts { return r.connection(connection) },
		func(f connectionFacts, c *changes) (struct{}, error) {
			if err := c.authorize(f.standing); err != nil {
				return struct{}{}, err
			}
			for _, d := range f.domains {
				if d.Connection == connection {
					return struct{}{}, CodeEnforced
				}
			}
			c.say(ConnectionRemoved{connection}, streamOfOrganization(f.connection.Organization))
			return struct{}{}, nil
		})
	return err
}

// MarkConnectionTested notes that a sign-in through the connection worked: only then can it be enforced (SSO-1). System or Operator. One that is
// tested already stays as it is (GEN-6).
//
// Errors: CodeID; CodeNotFound, CodeNotAllowed.
func (p *Platform) MarkConnectionTested(ctx context.Context, connection ConnectionID) (Connection, error) {
	var f form
	f.id(connection)
	return update(ctx, p.Session, call{opMarkConnectionTested, connection.String(), f.err},
		func(r *reads) connectionFacts { return r.connection(connection) },
		func(f connectionFacts, c *changes) (Connection, error) {
			if err := c.authorize(f.standing); err != nil {
				return Connection{}, err
			}
			if f.connection.Tested == 0 {
				c.say(ConnectionTested{connection, c.now}, streamOfOrganization(f.connection.Organization))
			}
			return viewConnection(*get(c.world, connectionByID(connection))), nil
		})
}

// Connections lists an organization's connections by ID (GEN-9, GEN-15). Owner, Administrator, Operator, System.
//
// Errors: CodeID, CodeCursor; CodeNotFound, CodeNotAllowed.
func (s *Session) Connections(ctx context.Context, org OrganizationID, query ConnectionQuery) iter.Seq2[Connection, error] {
	type facts struct {
		standing
		connections []ConnectionRecord
	}
	l := listOf("Connections", org.String())
	return pages(l, query.After, func(from place, malformed error) (page[Connection], error) {
		f := form{malformed}
		f.id(org)
		return look(ctx, s, call{opConnections, org.String(), f.err},
			func(r *reads) facts {
				org := r.shown(org)
				return facts{r.standing(org), list(r, connectionsIn(org, ConnectionID(from.key.ID)), pageSize)}
			},
			func(f facts, c *changes) (page[Connection], error) {
				if err := c.authorize(f.standing); err != nil {
					return page[Connection]{}, err
				}
				p := page[Connection]{end: len(f.connections) < pageSize}
				for _, record := range f.connections {
					item := viewConnection(record)
					p.next = place{key: Key{ID: record.ID}}
					item.listed = listed{l, p.next}
					p.items = append(p.items, item)
				}
				return p, nil
			})
	})
}

// EnforceSSO requires members with an address on a verified domain of the organization to sign in through a tested connection of it (SSO-1). The
// Owner is always exempt (SSO-3); enforcing exempts nobody else. Owner or Administrator. Enforced already, it stays (GEN-6); another connection
// takes the place of the one enforced.
//
// Errors: CodeID; CodeNotFound (the connection too, if it is not the same organization's), CodeNotAllowed; CodeUnverified, CodeUntested.
func (s *Session) EnforceSSO(ctx context.Context, domain DomainID, connection ConnectionID) (Domain, error) {
	var f form
	f.id(domain)
	f.id(connection)
	type facts struct {
		domainFacts
		connection *ConnectionRecord
	}
	return update(ctx, s, call{opEnforceSSO, domain.String(), f.err},
		func(r *reads) facts { return facts{r.domain(domain), find(r, connectionByID(connection))} },
		func(f facts, c *changes) (Domain, error) {
			if err := c.authorize(f.standing); err != nil {
				return Domain{}, err
			}
			switch {
			case f.connection == nil || f.connection.Organization != f.domain.Organization:
				return Domain{}, CodeNotFound
			case f.domain.Connection == connection:
				return c.viewDomain(*f.domain), nil
			case f.domain.State != StateVerified:
				return Domain{}, CodeUnverified
			case f.connection.Tested == 0:
				return Domain{}, CodeUntested
			}
			c.say(SSOEnforced{domain, connection}, streamOfOrganization(f.domain.Organization))
			return c.viewDomain(*get(c.world, domainByID(domain))), nil
		})
}

// StopEnforcingSSO ends what EnforceSSO began (SSO-1). Owner or Administrator. Where none is enforced nothing happens (GEN-6).
//
// Errors: CodeID; CodeNotFound, CodeNotAllowed.
func (s *Session) StopEnforcingSSO(ctx context.Context, domain DomainID) (Domain, error) {
	var f form
	f.id(domain)
	return changeDomain(ctx, s, opStopEnforcingSSO, domain, f.err, func(f domainFacts, c *changes) error {
		if !f.domain.Connection.IsZero() {
			c.say(SSOEnforcementStopped{domain}, streamOfOrganization(f.domain.Organization))
		}
		return nil
	})
}

// SetSSOExemption says whether a member is exempt from single sign-on (SSO-3). It belongs to the membership and ends with it. Owner or
// Administrator, for any other member but the Owner, who is always exempt.
//
// Errors: CodeID; CodeNotFound (the user too), CodeNotAllowed, CodeMerged; CodeOneself, CodeTheOwner, CodeNotMember.
func (s *Session) SetSSOExemption(ctx context.Context, org OrganizationID, user UserID, exempt SSOExemption) (Membership, error) {
	var f form
	f.id(org)
	f.id(user)
	type facts struct {
		standing
		sight
	}
	return update(ctx, s, call{opSetSSOExemption, org.String(), f.err},
		func(r *reads) facts { return facts{r.standing(org), r.sight(user)} },
		func(f facts, c *changes) (Membership, error) {
			err := c.authorize(f.standing)
			switch member := f.membership(org); {
			case err != nil:
			case !f.there():
				err = CodeNotFound
			case user == c.actor.User:
				err = CodeOneself
			case member == nil:
				err = CodeNotMember
			case member.Role == Owner:
				err = CodeTheOwner
			case member.Exempt != bool(exempt):
				c.say(SSOExemptionSet{org, user, bool(exempt)}, streamOfOrganization(org))
			}
			if err != nil {
				return Membership{}, err
			}
			return viewMembership(*get(c.world, memberOf(org, user))), nil
		})
}

// signIn is what decides how a user must sign in.
type signIn struct {
	user       *UserRecord
	membership *MembershipRecord // of the organization in which they are no Owner; nil: none
	domain     *DomainRecord     // of that organization, of the user's address; nil: none
}

func (r *reads) signIn(user UserID) (f signIn) {
	if f.user = find(r, userByID(user)); f.user == nil || f.user.Deleted {
		return f
	}
	for _, m := range all(r, membershipsOf(user, OrganizationID{})) {
		if m.Role != Owner {
			f.membership = &m
			f.domain = find(r, domainByName(m.Organization, emailDomain(f.user.Personal.Address.Reveal())))
		}
	}
	return f
}

// requirement is the one decision about single sign-on (SSO-2): an Owner has none required of them (INV-12).
func (f signIn) requirement() SignInRequirement {
	if f.membership == nil || f.membership.Role == Owner || f.membership.Exempt || f.domain == nil || f.domain.Connection.IsZero() {
		return SignInRequirement{}
	}
	return SignInRequirement{Connection: f.domain.Connection, Organization: f.membership.Organization, Domain: f.domain.ID}
}

// SignInRequirement says how a user must sign in, as things stand now (SSO-2): ask it at every sign-in. It is derived and never stored. System or
// Operator.
//
// Errors: CodeID; CodeNotFound, CodeNotAllowed.
func (p *Platform) SignInRequirement(ctx context.Context, user UserID) (SignInRequirement, error) {
	var f form
	f.id(user)
	return look(ctx, p.Session, call{opSignInRequirement, user.String(), f.err},
		func(r *reads) signIn { return r.signIn(user) },
		func(f signIn, c *changes) (SignInRequirement, error) {
			if err := c.platform(); err != nil {
				return SignInRequirement{}, err
			}
			if f.user == nil || f.user.Deleted {
				return SignInRequirement{}, CodeNotFound
			}
			return f.requirement(), nil
		})
}
