package tenancy

import (
	"context"
	"slices"
)

// Vouching is the answer of VouchesFor.
type Vouching struct {
	// Vouched says that a sign-in through the connection proves the address.
	Vouched bool `json:"vouched"`
	// User is who has the address and may be linked to the sign-in. Zero: nobody has it,
	// so that the person may sign up, or Vouched is false.
	User UserID `json:"user,omitzero"`
	// Why says what is missing where Vouched is false, else "": CodeUntested if the
	// connection is not tested; CodeNoLiveDomain if its organization does not have the
	// address's domain live; CodeOwnsOrganization if the user who has the address is the
	// Owner of an organization, who links a second identity from a session of theirs;
	// CodeNotMember if that user is not a member of the connection's organization.
	Why Code `json:"why,omitzero"`
}

// VouchesFor reports whether a sign-in through a connection may be taken as proof of the
// address that the identity provider reports, and so be linked by the host to the user
// who has it (SSO-4). It may if the connection is tested, its organization has the
// address's domain live, and the user who has the address is a member of that
// organization and Owner of none, or nobody has it. In every other case an Administrator
// who brings a provider of their own could become somebody else by it. The address is
// compared in its canonical form. It is not proven yet, and so a plain text.
//
// Ask when an identity comes that the host does not know, and link it in the same
// transaction. Only System may call it: the answer tells who has an address.
//
// Errors: CodeID, CodeEmail; CodeNotAllowed, CodeNotFound if there is no such connection,
// as after its organization has ended.
func (p *Platform) VouchesFor(
	ctx context.Context, connection ConnectionID, email string,
) (Vouching, error) {
	var check form
	check.id(connection)
	address := check.email(email)
	return look(ctx, p.Session, call{opVouchesFor, connection.String(), check.err},
		func(r *reads) vouchesForFacts { return r.loadVouchesFor(connection, address) }, decideVouchesFor)
}

// vouchesForFacts is a connection, and the user who has an address.
type vouchesForFacts struct {
	connection  *ConnectionRecord  // nil: there is none
	domain      *DomainRecord      // its organization's, of the address; nil: none
	holder      *UserRecord        // of the address; nil: nobody has it
	memberships []MembershipRecord // the holder's
}

func (r *reads) loadVouchesFor(connection ConnectionID, address string) (f vouchesForFacts) {
	if !r.actor.isSystem() {
		return f
	}
	f.connection, f.holder = find(r, connectionByID(connection)), find(r, userByAddress(address))
	if f.connection != nil {
		f.domain = find(r, domainByName(f.connection.Organization, emailDomain(address)))
	}
	if f.holder != nil {
		f.memberships = all(r, membershipsOf(f.holder.ID, OrganizationID{}))
	}
	return f
}

func decideVouchesFor(f vouchesForFacts, c *changes) (Vouching, error) {
	if err := c.platform(); err != nil {
		return Vouching{}, err
	}
	if f.connection == nil {
		return Vouching{}, CodeNotFound
	}
	if why := f.missing(c); why != "" {
		return Vouching{Why: why}, nil
	}
	vouching := Vouching{Vouched: true}
	if f.holder != nil {
		vouching.User = f.holder.ID
	}
	return vouching, nil
}

// ReportSignIn reports that a person signed in through a connection that vouches for the
// address which the identity provider reports, and returns the user (SSO-4). A user whom a
// directory made is claimed by that (PRV-3): from then on they can do what their roles
// allow. Of any other user it changes nothing (GEN-6). Call it where VouchesFor would be
// asked, if a directory may have made the user. Only System may call it.
//
// Errors: CodeID, CodeEmail; CodeNotAllowed, CodeNotFound if there is no such connection
// or nobody has the address; CodeUntested, CodeNoLiveDomain, CodeOwnsOrganization and
// CodeNotMember if the connection does not vouch for the address, as Vouching.Why says.
func (p *Platform) ReportSignIn(ctx context.Context, connection ConnectionID, email string) (User, error) {
	var check form
	check.id(connection)
	address := check.email(email)
	return update(ctx, p.Session, call{opReportSignIn, connection.String(), check.err},
		func(r *reads) vouchesForFacts { return r.loadReportSignIn(connection, address) }, decideReportSignIn)
}

func (r *reads) loadReportSignIn(connection ConnectionID, address string) vouchesForFacts {
	f := r.loadVouchesFor(connection, address)
	if f.connection != nil {
		r.needHead(streamOfOrganization(f.connection.Organization))
	}
	return f
}

func decideReportSignIn(f vouchesForFacts, c *changes) (User, error) {
	if err := c.platform(); err != nil {
		return User{}, err
	}
	if f.connection == nil {
		return User{}, CodeNotFound
	}
	if why := f.missing(c); why != "" {
		return User{}, why
	}
	if f.holder == nil {
		return User{}, CodeNotFound
	}
	if f.holder.Unclaimed {
		c.say(UserClaimed{f.holder.ID}, streamOfOrganization(f.connection.Organization))
	}
	return c.viewUserNow(f.holder.ID), nil
}

// missing returns what keeps the connection from vouching; "": nothing.
func (f vouchesForFacts) missing(c *changes) Code {
	owns := slices.ContainsFunc(f.memberships, func(m MembershipRecord) bool { return m.Role == Owner })
	switch {
	case f.connection.Tested == 0:
		return CodeUntested
	case f.domain == nil || !f.domain.live(c.now, c.dir.domainLive):
		return CodeNoLiveDomain
	case owns:
		return CodeOwnsOrganization
	case f.holder != nil && membershipIn(f.memberships, f.connection.Organization) == nil:
		return CodeNotMember
	}
	return ""
}
