package reference

import (
	"slices"
	"strings"

	"github.com/add4b1c6/tenancy"
)

// MadeBySignUp are the IDs of what a sign-up made.
type MadeBySignUp struct {
	User         tenancy.UserID
	Organization tenancy.OrganizationID
	Account      tenancy.AccountID
}

// signedUp is the essence of SignedUp.
type signedUp struct {
	Result       tenancy.SignUpResult
	Organization tenancy.OrganizationID // they are now a member of
	Account      tenancy.AccountID      // founded, or accepted an invitation to
	Accepted     tenancy.InvitationID
	Invitations  []tenancy.InvitationID // to the address, that are still pending
}

// SignUp is USR-1. found is what the secret finds.
func (m *Model) SignUp(by Actor, in tenancy.NewSignUp, email string, found tenancy.InvitationID, made MadeBySignUp) Answer {
	address := canonicalAddress(email)
	var form refusals
	form.when(address == "", tenancy.CodeEmail)
	form.when(!validName(in.Name), tenancy.CodeName)
	form.when(in.Organization != "" && !validName(in.Organization), tenancy.CodeName)
	form.when(in.Account != "" && !validName(in.Account), tenancy.CodeName)
	form.when(!in.Secret.IsZero() && !in.Invitation.IsZero(), tenancy.CodeInput)
	if form != nil {
		return refuse(form...)
	}
	if no := m.acts(by); no != nil {
		return refuse(no...)
	}
	if !by.platform() {
		return refuse(m.barred(by, false, []tenancy.Code{tenancy.CodeNotAllowed})...)
	}
	s := signing{email: email, address: address, in: in, made: made}
	s.invited = !in.Secret.IsZero() || !in.Invitation.IsZero()
	if s.id = in.Invitation; !in.Secret.IsZero() {
		s.id = found
	}
	var no refusals
	if _, taken := m.userAt(address); taken { // INV-7
		no.when(true, tenancy.CodeEmailTaken)
		no.when(s.invited, tenancy.CodeSecretRefused)
		return refuse(no...)
	}
	if s.invited {
		if bad := m.badSecret(s); bad != nil {
			return refuse(bad...)
		}
	}
	has, held := m.holder(domainOf(address))
	d := m.Domains[has]
	switch {
	case !held: // ORG-1
		return m.signUpFree(s)
	case m.policy(d) == tenancy.PolicyInvitationOnly:
		return m.signUpInvited(s, d.Organization)
	case m.policy(d) == tenancy.PolicyAutomatic && (m.live(d) || m.Mutant == "DOM-4"):
		return m.signUpAutomatic(s, d.Organization)
	case m.policy(d) == tenancy.PolicyClosed:
		return m.signUpClosed(s, d.Organization)
	}
	return m.signUpFree(s) // DOM-4: not live, automatic joins nobody
}

// signing is a sign-up under way.
type signing struct {
	email, address string
	in             tenancy.NewSignUp
	made           MadeBySignUp
	invited        bool // with a secret or an invitation's ID
	id             tenancy.InvitationID
}

// badSecret answers for a secret that is not of a pending invitation to the address which
// could be accepted now.
func (m *Model) badSecret(s signing) (no refusals) {
	i, ok := m.Invitations[s.id]
	if !ok || !m.pending(i) || i.Kind == tenancy.InvitationOfAccount || i.Address != s.address {
		return refusals{tenancy.CodeSecretRefused}
	}
	no.when(!m.couldSend(i), tenancy.CodeSecretRefused) // what else applies may be said instead
	org := i.Organization
	if i.Kind == tenancy.InvitationToAccount {
		org = m.Accounts[i.Account].Organization
		no.when(m.Accounts[i.Account].closed(), tenancy.CodeSecretRefused)
	} else {
		no.when(over(m.limits(org).Members, m.seats(org), 1), tenancy.CodeMemberLimit)
	}
	no.when(m.closedTo(org, s.address), tenancy.CodeSecretRefused)
	no.when(m.Organizations[org].Suspended, tenancy.CodeOrganizationSuspended)
	if no != nil { // "whatever is wrong with it"; another policy may be what refuses it
		no.when(true, tenancy.CodeSecretRefused)
	}
	return no
}

func (m *Model) makeUser(s signing) {
	m.Users[s.made.User] = User{Email: s.email, Address: s.address, Name: strings.TrimSpace(s.in.Name), Created: m.Now}
}

// signUpFree is signing up where no policy says otherwise: founding an organization (ORG-1),
// or accepting the invitation.
func (m *Model) signUpFree(s signing) Answer {
	if s.invited {
		return Answer{Result: m.signUpAccepting(s)}
	}
	m.makeUser(s)
	name, account := s.in.Organization, s.in.Account
	if name == "" {
		name = "My organization"
	}
	if account == "" {
		account = "My account"
	}
	m.Organizations[s.made.Organization] = Organization{Name: strings.TrimSpace(name), Owner: s.made.User,
		SignUpPolicy: tenancy.PolicyInvitationOnly, State: tenancy.StateActive, Created: m.Now}
	m.joins(s.made.Organization, s.made.User, tenancy.Owner, tenancy.InvitationID{})
	m.makeAccount(s.made.Account, account, s.made.User, s.made.Organization)
	return Answer{Result: signedUp{Result: tenancy.SignUpFounded, Organization: s.made.Organization,
		Account: s.made.Account, Invitations: m.pendingTo(s.address)}}
}

// signUpAccepting makes the user and accepts the invitation.
func (m *Model) signUpAccepting(s signing) signedUp {
	m.makeUser(s)
	m.accept(s.id, s.made.User)
	i := m.Invitations[s.id]
	return signedUp{Result: tenancy.SignUpAccepted, Organization: i.Organization, Account: i.Account, Accepted: s.id,
		Invitations: m.pendingTo(s.address)}
}

// pendingTo returns the pending invitations to an address, by ID.
func (m *Model) pendingTo(address string) (ids []tenancy.InvitationID) {
	for id, i := range m.Invitations {
		if i.Kind != tenancy.InvitationOfAccount && i.Address == address && m.pending(i) {
			ids = append(ids, id)
		}
	}
	return inOrder(ids)
}

// invitedBy returns the pending invitation of an address to an organization.
func (m *Model) invitedBy(org tenancy.OrganizationID, address string) (tenancy.InvitationID, bool) {
	for id, i := range m.Invitations {
		if i.Kind == tenancy.InvitationToOrganization && i.Organization == org && i.Address == address && m.pending(i) {
			return id, true
		}
	}
	return tenancy.InvitationID{}, false
}

// otherSecret answers for a secret where a policy takes the address to its own organization:
// another organization's is refused. Of an account's the text says only that the policy must
// permit it.
func (m *Model) otherSecret(s signing, org tenancy.OrganizationID) (refused, open bool) {
	i := m.Invitations[s.id]
	if i.Kind == tenancy.InvitationToAccount {
		return true, true
	}
	return i.Organization != org, false
}

// signUpInvited is signing up where the policy is invitation only.
func (m *Model) signUpInvited(s signing, org tenancy.OrganizationID) Answer {
	_, invited := m.invitedBy(org, s.address)
	if s.invited {
		if refused, open := m.otherSecret(s, org); refused {
			no := refusals{tenancy.CodeSecretRefused}
			no.when(!invited, tenancy.CodeInvitationOnly)
			return m.perhapsAccepting(s, no, open)
		}
		return Answer{Result: m.signUpAccepting(s)}
	}
	if !invited && m.Mutant != "USR-1" {
		return refuse(tenancy.CodeInvitationOnly)
	}
	m.makeUser(s) // only the user is made, and the invitation still is to be accepted
	return Answer{Result: signedUp{Result: tenancy.SignUpMade, Invitations: m.pendingTo(s.address)}}
}

// perhapsAccepting refuses a secret, or lets it be accepted where the text is open.
func (m *Model) perhapsAccepting(s signing, no refusals, open bool) Answer {
	if !open {
		return refuse(no...)
	}
	return Answer{Codes: no, Open: true, Then: func() { m.signUpAccepting(s) }}
}

// signUpAutomatic is signing up where the policy is automatic and the domain live.
func (m *Model) signUpAutomatic(s signing, org tenancy.OrganizationID) Answer {
	var no refusals
	if s.invited {
		refused, open := m.otherSecret(s, org)
		if !refused {
			return Answer{Result: m.signUpAccepting(s)}
		}
		no.when(!open, tenancy.CodeSecretRefused)
	}
	no.when(m.Organizations[org].Suspended && m.Mutant != "ORG-15", tenancy.CodeOrganizationSuspended)
	no.when(over(m.limits(org).Members, m.seats(org), 1), tenancy.CodeMemberLimit)
	if no != nil {
		no.when(s.invited, tenancy.CodeSecretRefused)
		return refuse(no...)
	}
	if s.invited { // they become a member, and accept what is of an account
		return Answer{Codes: []tenancy.Code{tenancy.CodeSecretRefused}, Open: true, Then: func() {
			m.joinAutomatic(s, org)
			m.accept(s.id, s.made.User)
		}}
	}
	return Answer{Result: m.joinAutomatic(s, org)}
}

func (m *Model) joinAutomatic(s signing, org tenancy.OrganizationID) signedUp {
	// with the role of a pending invitation that its secret could accept now, else Standard User
	result := signedUp{Result: tenancy.SignUpJoined, Organization: org}
	role := tenancy.StandardUser
	if id, ok := m.invitedBy(org, s.address); ok && m.couldSend(m.Invitations[id]) && m.Mutant != "USR-1 role" {
		role, result.Accepted = m.Invitations[id].Role, id
		i := m.Invitations[id]
		i.State, i.Settled, i.AcceptedBy = tenancy.StateAccepted, m.Now, s.made.User
		m.Invitations[id] = i
	}
	m.makeUser(s)
	m.joins(org, s.made.User, role, result.Accepted)
	result.Invitations = m.pendingTo(s.address)
	return result
}

// signUpClosed is signing up where the policy is closed: on their own. What would bring them
// into the organization, or onto its accounts, badSecret has refused.
func (m *Model) signUpClosed(s signing, org tenancy.OrganizationID) Answer {
	return m.signUpFree(s)
}

// RequestInvitation is USR-18.
func (m *Model) RequestInvitation(by Actor, email string, made tenancy.RequestID) Answer {
	address := canonicalAddress(email)
	if address == "" {
		return refuse(tenancy.CodeEmail)
	}
	if no := m.acts(by); no != nil {
		return refuse(no...)
	}
	if !by.platform() {
		return refuse(m.barred(by, false, []tenancy.Code{tenancy.CodeNotAllowed})...)
	}
	has, held := m.holder(domainOf(address))
	d := m.Domains[has]
	_, taken := m.userAt(address)
	_, invited := m.invitedBy(d.Organization, address)
	if !held || taken || invited || m.policy(d) != tenancy.PolicyInvitationOnly { // it would not be refused
		return refuse(tenancy.CodeNotRefused)
	}
	for id, q := range m.Requests {
		if q.Organization != d.Organization || q.Address != address || q.State != tenancy.StateOpen {
			continue
		}
		if m.open(q) {
			return refuse(tenancy.CodeRequestOpen)
		}
		q.State, q.Settled = tenancy.StateSettled, m.Now // an expired one is in nobody's way
		m.Requests[id] = q
	}
	m.Requests[made] = Request{Organization: d.Organization, State: tenancy.StateOpen, Email: email, Address: address,
		Created: m.Now, Expires: m.Now + invitationLife}
	return done()
}

// DismissRequest is USR-18: an open or an expired one.
func (m *Model) DismissRequest(by Actor, id tenancy.RequestID) Answer {
	if id.IsZero() {
		return refuse(tenancy.CodeID)
	}
	if no := m.acts(by); no != nil {
		return refuse(no...)
	}
	q, ok := m.Requests[id]
	o := m.Organizations[q.Organization]
	switch {
	case !ok:
		return refuse(tenancy.CodeNotFound)
	case by.platform():
		return refuse(tenancy.CodeNotAllowed)
	case o.State == tenancy.StateMerged && m.seesSurvivor(by.User, q.Organization):
		// ORG-13: refused as merged, to those who see requests
		return refuse(tenancy.CodeMerged, tenancy.CodeNotFound, tenancy.CodeNotAllowed)
	case !m.may(by.User, q.Organization, tenancy.ViewUsers):
		return refuse(tenancy.CodeNotFound)
	case !m.may(by.User, q.Organization, tenancy.ManageUsers):
		return refuse(tenancy.CodeNotAllowed)
	case q.State == tenancy.StateSettled:
		return refuse(tenancy.CodeSettled)
	}
	q.State, q.Settled = tenancy.StateSettled, m.Now
	m.Requests[id] = q
	return done()
}

// required returns the domain because of which single sign-on is required of a user (SSO-2),
// if their address were this one.
func (m *Model) required(user tenancy.UserID, address string) (tenancy.DomainID, bool) {
	if !m.person(user) { // USR-20
		return tenancy.DomainID{}, false
	}
	orgs := m.organizationsOf(user)
	for _, org := range orgs { // SSO-3: an Owner is exempt everywhere
		if m.Organizations[org].Owner == user && m.Mutant != "SSO-3" {
			return tenancy.DomainID{}, false
		}
	}
	for id, d := range m.Domains {
		if d.Name != domainOf(address) || d.Connection.IsZero() {
			continue
		}
		if member, ok := m.member(d.Organization, user); ok && !member.Exempt {
			return id, true
		}
	}
	return tenancy.DomainID{}, false
}

// ChangeEmail is USR-17.
func (m *Model) ChangeEmail(by Actor, user tenancy.UserID, email string) Answer {
	address := canonicalAddress(email)
	var form refusals
	form.when(user.IsZero(), tenancy.CodeID)
	form.when(address == "", tenancy.CodeEmail)
	if form != nil {
		return refuse(form...)
	}
	if no := m.acts(by); no != nil {
		return refuse(no...)
	}
	if !by.platform() {
		no := refusals{tenancy.CodeNotAllowed}
		no.when(!m.seesUser(by.User, user), tenancy.CodeNotFound)
		return refuse(m.barred(by, false, no)...)
	}
	if !m.exists(user) {
		return refuse(tenancy.CodeNotFound)
	}
	u := m.Users[user]
	if !m.person(user) {
		return refuse(tenancy.CodeNotPerson)
	}
	if email == u.Email { // GEN-6; another spelling is a change like any other
		return done()
	}
	var no refusals
	other, taken := m.userAt(address)
	no.when(taken && other != user, tenancy.CodeEmailTaken)
	if d, ok := m.required(user, u.Address); ok {
		org := m.Domains[d].Organization
		no.when(!slices.ContainsFunc(keysOf(m.Domains), func(id tenancy.DomainID) bool {
			to := m.Domains[id]
			return to.Organization == org && to.Name == domainOf(address) && !to.Connection.IsZero()
		}), tenancy.CodeSSOAddress)
	}
	if has, held := m.holder(domainOf(address)); held {
		no = append(no, m.comesTo(m.Domains[has], user, address)...)
	}
	if no != nil {
		return refuse(no...)
	}
	u.Email, u.Address = email, address
	m.Users[user] = u
	return done()
}

// comesTo answers for a user outside an organization whose new address is on a domain of it
// (USR-17).
func (m *Model) comesTo(d Domain, user tenancy.UserID, address string) (no refusals) {
	org := d.Organization
	if _, member := m.member(org, user); member {
		return nil
	}
	switch m.policy(d) {
	case tenancy.PolicyInvitationOnly:
		_, invited := m.invitedBy(org, address)
		no.when(!invited, tenancy.CodeInvitationOnly)
	case tenancy.PolicyClosed:
		no.when(m.independentTo(org, user), tenancy.CodeSignUpClosed)
	case tenancy.PolicyAutomatic: // ORG-15; not live, it lets nobody in (DOM-4)
		no.when(m.Organizations[org].Suspended && m.live(d), tenancy.CodeOrganizationSuspended)
	}
	return no
}
