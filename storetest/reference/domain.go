package reference

import (
	"strings"

	"github.com/add4b1c6/tenancy"
)

// AddDomain is DOM-1. bad is the code of a name that nobody can claim.
func (m *Model) AddDomain(by Actor, org tenancy.OrganizationID, name string, bad tenancy.Code, made tenancy.DomainID) Answer {
	var form refusals
	form.when(org.IsZero(), tenancy.CodeID)
	form.when(bad != "", bad)
	if form != nil {
		return refuse(form...)
	}
	if no := m.inOrganization(by, org, who{may: tenancy.ManageDomains}); no != nil {
		return refuse(no...)
	}
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	n := 0
	var no refusals
	for _, d := range m.Domains {
		if d.Organization == org {
			n++
			no.when(d.Name == name, tenancy.CodeDomainAdded)
		}
	}
	no.when(over(m.limits(org).Domains, n, 1), tenancy.CodeDomainLimit)
	no.when(m.suspended(by, org), tenancy.CodeOrganizationSuspended)
	if no != nil {
		return refuse(no...)
	}
	m.Domains[made] = Domain{Organization: org, Name: name, State: tenancy.StateUnverified, Created: m.Now}
	return done()
}

// onDomain answers for an actor who may not do something to a domain: to a member who does
// not see it, it is not found (GEN-5).
func (m *Model) onDomain(by Actor, id tenancy.DomainID, w who) []tenancy.Code {
	if no := m.acts(by); no != nil {
		return no
	}
	d, ok := m.Domains[id]
	var no []tenancy.Code
	switch {
	case !ok:
		no = []tenancy.Code{tenancy.CodeNotFound}
	case by.platform():
		if !w.operator || by.System {
			no = []tenancy.Code{tenancy.CodeNotAllowed}
		}
	case !m.may(by.User, d.Organization, tenancy.ViewDomains):
		no = []tenancy.Code{tenancy.CodeNotFound}
	case !m.may(by.User, d.Organization, w.may):
		no = []tenancy.Code{tenancy.CodeNotAllowed}
	}
	return m.barred(by, w.service, no)
}

// VerifyDomain is DOM-2 and DOM-3.
func (m *Model) VerifyDomain(by Actor, id tenancy.DomainID) Answer {
	if id.IsZero() {
		return refuse(tenancy.CodeID)
	}
	if no := m.onDomain(by, id, who{may: tenancy.ManageDomains}); no != nil {
		return refuse(no...)
	}
	d := m.Domains[id]
	finds := m.Record(id)
	if d.State != tenancy.StateUnverified { // a recheck, also while suspended
		if finds == Failed {
			return refuse(tenancy.CodeResolver)
		}
		m.recheck(id)
		return done()
	}
	if m.suspended(by, d.Organization) {
		return refuse(tenancy.CodeOrganizationSuspended)
	}
	switch finds {
	case Failed:
		return refuse(tenancy.CodeResolver)
	case Missing:
		return refuse(tenancy.CodeProofMissing)
	}
	if has, held := m.holder(d.Name); held && m.Mutant != "DOM-3" { // first recheck the holder's record
		failed := m.Record(has) == Failed
		m.recheck(has)
		if m.Domains[has].State != tenancy.StateUnverified {
			no := refusals{tenancy.CodeDomainTaken}
			no.when(failed, tenancy.CodeResolver)
			return refuse(no...)
		}
	}
	d.State, d.Found = tenancy.StateVerified, m.Now
	m.Domains[id] = d
	return done()
}

// recheck looks a verified or lapsing domain's record up (DOM-4).
func (m *Model) recheck(id tenancy.DomainID) {
	d := m.Domains[id]
	switch found := m.Record(id); {
	case found == Failed: // changes nothing: live runs out by itself
	case found == Found:
		d.State, d.Found, d.Lapses = tenancy.StateVerified, m.Now, 0
	case d.State == tenancy.StateVerified:
		d.State, d.Lapses = tenancy.StateLapsing, m.Now+lapsesAfter
	case m.Now >= d.Lapses:
		d.State, d.Lapses = tenancy.StateUnverified, 0
	}
	m.Domains[id] = d
}

// RecheckDomains is DOM-4.
func (m *Model) RecheckDomains(by Actor) Answer {
	if no := m.acts(by); no != nil {
		return refuse(no...)
	}
	if !by.System {
		return refuse(m.barred(by, false, []tenancy.Code{tenancy.CodeNotAllowed})...)
	}
	var r tenancy.Rechecked
	for id, d := range m.Domains {
		if d.State == tenancy.StateUnverified {
			continue
		}
		if m.Record(id) == Failed {
			r.Failed++
			continue
		}
		m.recheck(id)
		switch m.Domains[id].State {
		case tenancy.StateVerified:
			r.Found++
		case tenancy.StateLapsing:
			r.Lapsing++
		default:
			r.Lost++
		}
	}
	return Answer{Result: r}
}

// RemoveDomain is DOM-5.
func (m *Model) RemoveDomain(by Actor, id tenancy.DomainID) Answer {
	if id.IsZero() {
		return refuse(tenancy.CodeID)
	}
	if no := m.onDomain(by, id, who{may: tenancy.ManageDomains, operator: true}); no != nil {
		return refuse(no...)
	}
	return m.unlessSuspended(by, m.Domains[id].Organization, false, func() { delete(m.Domains, id) })
}

// AddConnection is SSO-1.
func (m *Model) AddConnection(by Actor, org tenancy.OrganizationID, name string, made tenancy.ConnectionID) Answer {
	var form refusals
	form.when(org.IsZero(), tenancy.CodeID)
	form.when(!validName(name), tenancy.CodeName)
	if form != nil {
		return refuse(form...)
	}
	if no := m.inOrganization(by, org, who{may: tenancy.ManageIdentity}); no != nil {
		return refuse(no...)
	}
	return m.unlessSuspended(by, org, false, func() {
		m.Connections[made] = Connection{Organization: org, Name: strings.TrimSpace(name), Created: m.Now}
	})
}

// onConnection answers for an actor who may not do something to a connection.
func (m *Model) onConnection(by Actor, id tenancy.ConnectionID, platform bool) []tenancy.Code {
	if no := m.acts(by); no != nil {
		return no
	}
	c, ok := m.Connections[id]
	var no []tenancy.Code
	switch {
	case !ok:
		no = []tenancy.Code{tenancy.CodeNotFound}
	case by.platform() != platform && by.platform():
		no = []tenancy.Code{tenancy.CodeNotAllowed}
	case by.platform():
	case !m.may(by.User, c.Organization, tenancy.ManageIdentity):
		no = []tenancy.Code{tenancy.CodeNotFound}
	case platform:
		no = []tenancy.Code{tenancy.CodeNotAllowed}
	}
	return m.barred(by, false, no)
}

// RemoveConnection is SSO-1: not one that is enforced.
func (m *Model) RemoveConnection(by Actor, id tenancy.ConnectionID) Answer {
	if id.IsZero() {
		return refuse(tenancy.CodeID)
	}
	if no := m.onConnection(by, id, false); no != nil {
		return refuse(no...)
	}
	for _, d := range m.Domains {
		if d.Connection == id {
			return refuse(tenancy.CodeEnforced)
		}
	}
	delete(m.Connections, id)
	return done()
}

// MarkConnectionTested is SSO-1.
func (m *Model) MarkConnectionTested(by Actor, id tenancy.ConnectionID) Answer {
	if id.IsZero() {
		return refuse(tenancy.CodeID)
	}
	if no := m.onConnection(by, id, true); no != nil {
		return refuse(no...)
	}
	if c := m.Connections[id]; c.Tested == 0 {
		c.Tested = m.Now
		m.Connections[id] = c
	}
	return done()
}

// EnforceSSO is SSO-1.
func (m *Model) EnforceSSO(by Actor, id tenancy.DomainID, connection tenancy.ConnectionID) Answer {
	if id.IsZero() || connection.IsZero() {
		return refuse(tenancy.CodeID)
	}
	if no := m.onDomain(by, id, who{may: tenancy.ManageIdentity}); no != nil {
		return refuse(no...)
	}
	d := m.Domains[id]
	c, ok := m.Connections[connection]
	if !ok || c.Organization != d.Organization {
		return refuse(tenancy.CodeNotFound)
	}
	same := d.Connection == connection
	var no refusals
	no.when(d.State != tenancy.StateVerified, tenancy.CodeUnverified) // not a lapsing one (DOM-4)
	no.when(c.Tested == 0 && m.Mutant != "SSO-1", tenancy.CodeUntested)
	no.when(m.suspended(by, d.Organization), tenancy.CodeOrganizationSuspended)
	if no != nil {
		return Answer{Codes: no, Open: same}
	}
	d.Connection = connection
	m.Domains[id] = d
	return done()
}

// StopEnforcingSSO is SSO-1.
func (m *Model) StopEnforcingSSO(by Actor, id tenancy.DomainID) Answer {
	if id.IsZero() {
		return refuse(tenancy.CodeID)
	}
	if no := m.onDomain(by, id, who{may: tenancy.ManageIdentity}); no != nil {
		return refuse(no...)
	}
	d := m.Domains[id]
	same := d.Connection.IsZero()
	d.Connection = tenancy.ConnectionID{}
	return m.unlessSuspended(by, d.Organization, same, func() { m.Domains[id] = d })
}

// Requirement is SSO-2, as System is answered.
func (m *Model) Requirement(user tenancy.UserID) tenancy.SignInRequirement {
	id, ok := m.required(user, m.Users[user].Address)
	if !ok {
		return tenancy.SignInRequirement{}
	}
	d := m.Domains[id]
	return tenancy.SignInRequirement{Connection: d.Connection, Organization: d.Organization, Domain: id}
}

// VouchesFor is SSO-4.
func (m *Model) VouchesFor(by Actor, id tenancy.ConnectionID, email string) Answer {
	address := canonicalAddress(email)
	var form refusals
	form.when(id.IsZero(), tenancy.CodeID)
	form.when(address == "", tenancy.CodeEmail)
	if form != nil {
		return refuse(form...)
	}
	if no := m.acts(by); no != nil {
		return refuse(no...)
	}
	c, ok := m.Connections[id]
	var no refusals
	no.when(!by.System, tenancy.CodeNotAllowed)
	no.when(!by.platform() && !m.person(by.User), tenancy.CodeServiceAccount)
	no.when(!ok, tenancy.CodeNotFound)
	if !by.platform() {
		no.when(!m.may(by.User, c.Organization, tenancy.ManageIdentity), tenancy.CodeNotFound)
	}
	if no != nil {
		return refuse(no...)
	}
	var why refusals
	why.when(c.Tested == 0, tenancy.CodeUntested)
	why.when(!m.onLiveDomain(c.Organization, address), tenancy.CodeNoLiveDomain)
	user, has := m.userAt(address)
	if has {
		_, member := m.member(c.Organization, user)
		why.when(!member, tenancy.CodeNotMember)
		for _, org := range m.organizationsOf(user) {
			why.when(m.Organizations[org].Owner == user, tenancy.CodeOwnsOrganization)
		}
	}
	return Answer{Result: vouched{why, user}}
}

// vouched is the answer of VouchesFor, with the reasons of which it may give any.
type vouched struct {
	Why  []tenancy.Code
	User tenancy.UserID
}
