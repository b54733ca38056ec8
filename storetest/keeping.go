package storetest

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/add4b1c6/tenancy"
)

// keptCompany is a company with a directory, a live domain, and people who have addresses
// on that.
type keptCompany struct {
	company
	idp
	domain     tenancy.Domain
	member     tenancy.UserID
	memberAt   string
	outsider   tenancy.UserID // in no organization
	outsiderAt string
	rival      tenancy.UserID // Owner of another organization
	rivalOrg   tenancy.OrganizationID
	rivalAt    string
	nobodyAt   []string
}

// addresses are those of everybody.
func (k keptCompany) addresses() []string {
	return append([]string{"boss@" + k.name, k.memberAt, k.outsiderAt, k.rivalAt}, k.nobodyAt...)
}

// boss returns a session of whoever owns the company now.
func (m *machine) bossOf(k keptCompany) *tenancy.Session { return m.dir.As(m.ownerOf(k.org)) }

// keptCompany founds one; false: something was refused.
func (m *machine) keptCompany(rt *rapid.T) (k keptCompany, ok bool) {
	host := m.dir.System()
	if k.company, ok = m.company(rt); !ok {
		return k, false
	}
	if k.outsider, k.outsiderAt, ok = m.outsider(rt, k.name); !ok {
		return k, false
	}
	k.rivalAt, k.memberAt = m.newcomer(k.name), m.newcomer(k.name)
	rival, err := host.SignUp(m.ctx, tenancy.NewSignUp{Email: tenancy.Proven(k.rivalAt), Name: "Rival"})
	m.try(rt, "SignUp", err)
	if err != nil || rival.Result != tenancy.SignUpFounded {
		return k, false
	}
	k.rival, k.rivalOrg = rival.User.ID, rival.Organization.ID
	m.users, m.orgs, m.accounts = append(m.users, k.rival), append(m.orgs, k.rivalOrg), append(m.accounts, rival.Account.ID)
	k.nobodyAt = []string{m.newcomer(k.name), m.newcomer(k.name)}
	if k.domain, ok = m.prove(rt, k.owner, k.org, k.name); !ok {
		return k, false
	}
	m.policyOf(rt, k, tenancy.PolicyAutomatic)
	joined, err := host.SignUp(m.ctx, tenancy.NewSignUp{Email: tenancy.Proven(k.memberAt), Name: "Member"})
	m.try(rt, "SignUp", err)
	m.try(rt, "AddDirectory", m.addDirectory(k.owner, k.org, "Okta"))
	k.member, k.idp = joined.User.ID, m.idps[len(m.idps)-1]
	m.users = append(m.users, k.member)
	return k, err == nil
}

// policyOf sets the policy of a company's domain.
func (m *machine) policyOf(rt *rapid.T, k keptCompany, policy tenancy.SignUpPolicy) {
	m.try(rt, "SetSignUpPolicy", errOf(m.bossOf(k).SetSignUpPolicy(m.ctx, k.org,
		tenancy.SignUpPolicyChange{Domain: k.domain.ID, Policy: policy})))
}

// limits sets a company's limits; nil: none.
func (m *machine) limits(rt *rapid.T, k keptCompany, limits *tenancy.Limits) {
	m.try(rt, "SetLimits", errOf(m.dir.Operator("staff").SetLimits(m.ctx, k.org, limits)))
}

// provisions has a company's directory provision somebody. It returns the identity; zero:
// it was refused.
func (m *machine) provisions(rt *rapid.T, p idp, in tenancy.NewProvisioned) tenancy.ProvisionedID {
	done, err := p.as.Provision(m.ctx, in)
	m.try(rt, "Provision", err)
	if err != nil {
		return tenancy.ProvisionedID{}
	}
	m.keepProvisioned(done)
	return done.ID
}

func (m *machine) updates(rt *rapid.T, p idp, id tenancy.ProvisionedID, in tenancy.ProvisionedUpdate) {
	m.try(rt, "UpdateProvisioned", m.updateProvisioned(p, id, in))
}

func (m *machine) deprovisions(rt *rapid.T, p idp, id tenancy.ProvisionedID, version int) {
	m.try(rt, "Deprovision", p.as.Deprovision(m.ctx, id, version))
}

// accepts has the user of an address accept the last invitation that went there, with its
// terms.
func (m *machine) accepts(rt *rapid.T, address string) {
	at := slices.IndexFunc(m.secrets, func(s sent) bool { return s.address == address })
	user := m.userOf(address)
	if at < 0 || user.IsZero() {
		return
	}
	for i := at; i < len(m.secrets); i++ {
		if m.secrets[i].address == address {
			at = i
		}
	}
	in, s := tenancy.Acceptance{Secret: m.secrets[at].secret}, m.dir.As(user)
	if offer, err := s.Invitation(m.ctx, in.Secret); err == nil && offer.Terms != nil {
		in.Terms = offer.Terms.Token
	}
	m.try(rt, "AcceptInvitation", second(s.AcceptInvitation(m.ctx, in)))
}

// signsUp signs an address up; it is a way if that claims or evicts somebody.
func (m *machine) signsUp(rt *rapid.T, address string) {
	before := m.userOf(address)
	signed, err := m.dir.System().SignUp(m.ctx, tenancy.NewSignUp{Email: tenancy.Proven(address), Name: "New"})
	m.try(rt, "SignUp", err)
	if err != nil {
		return
	}
	m.users = append(m.users, signed.User.ID)
	if signed.Organization != nil && !slices.Contains(m.orgs, signed.Organization.ID) {
		m.orgs = append(m.orgs, signed.Organization.ID)
	}
	if signed.Account != nil {
		m.accounts = append(m.accounts, signed.Account.ID)
	}
	switch {
	case signed.Result == tenancy.SignUpClaimed:
		m.way(rt, "a user whom a directory made is claimed")
	case !before.IsZero():
		m.way(rt, "a user whom a directory made is evicted")
	}
}

// companyDirectory lets a company's directory and everybody else do what they like to the
// same few people.
func (m *machine) companyDirectory(rt *rapid.T) {
	k, ok := m.keptCompany(rt)
	if !ok {
		return
	}
	host, staff, others := m.dir.System(), m.dir.Operator("staff"), []idp{k.idp}
	idp := func() idp { return choose(m, rt, "identity provider", others) }
	address := func() string { return choose(m, rt, "address", k.addresses()) }
	user := func() tenancy.UserID { return m.userOf(address()) }
	member := func() tenancy.UserID { return m.memberOf(rt, k.org) }
	moves := []func(){
		func() {
			m.provisions(rt, idp(), tenancy.NewProvisioned{UserName: address(), ExternalID: choose(m, rt, "external ID", externalIDs),
				Names: m.personNames(rt), Active: m.activity(rt)})
		},
		func() {
			p := idp()
			in := tenancy.ProvisionedUpdate{Active: m.activity(rt)}
			if m.coin(rt, "address") {
				in.UserName = new(address())
			}
			m.updates(rt, p, m.identity(rt, p.directory), in)
		},
		func() {
			p := idp()
			m.deprovisions(rt, p, m.identity(rt, p.directory), 0)
		},
		func() {
			p := idp()
			m.try(rt, "CreateProvisionedGroup", m.createGroup(p, tenancy.NewProvisionedGroup{Name: "One", Members: m.someIdentities(rt, p.directory)}))
		},
		func() {
			p := idp()
			in := tenancy.ProvisionedGroupUpdate{Add: m.someIdentities(rt, p.directory)}
			m.try(rt, "UpdateProvisionedGroup", second(p.as.UpdateProvisionedGroup(m.ctx, m.keptGroup(rt, p.directory), in)))
		},
		func() { m.signsUp(rt, address()) },
		func() { m.accepts(rt, address()) },
		func() {
			sent, err := m.bossOf(k).InviteUser(m.ctx, k.org, tenancy.NewInvitation{Email: address(),
				Role: choose(m, rt, "role", []tenancy.OrganizationRole{"", tenancy.Administrator})})
			m.try(rt, "InviteUser", err)
			if err == nil {
				m.invitations, m.secrets = append(m.invitations, sent.ID), append(m.secrets, keptSecret(sent.Secret, sent.Email.Reveal()))
				m.accepts(rt, sent.Email.Reveal())
			}
		},
		func() { m.try(rt, "ChangeEmail", second(host.ChangeEmail(m.ctx, member(), tenancy.Proven(address())))) },
		func() { m.try(rt, "Leave", m.dir.As(user()).Leave(m.ctx, k.org)) },
		func() {
			m.try(rt, "RemoveUser", m.bossOf(k).RemoveUser(m.ctx, k.org, member(), tenancy.Removal{Release: true}))
		},
		func() {
			m.try(rt, "DeleteUser", staff.DeleteUser(m.ctx, user(), tenancy.UserDeletion{AccountsTo: k.boss}))
		},
		func() {
			in := tenancy.NewOwner{User: member(), Previous: tenancy.PreviousOwner(m.between(rt, "previous", 0, 3))}
			m.try(rt, "TransferOwnership", second(m.bossOf(k).TransferOwnership(m.ctx, k.org, in)))
		},
		func() { m.try(rt, "DeactivateUser", second(m.bossOf(k).DeactivateUser(m.ctx, member()))) },
		func() { m.try(rt, "ReactivateUser", second(m.bossOf(k).ReactivateUser(m.ctx, member()))) },
		func() {
			err := m.addDirectory(m.bossOf(k), k.org, "Entra")
			m.try(rt, "AddDirectory", err)
			if err == nil {
				others = append(others, m.idps[len(m.idps)-1])
			}
		},
		func() {
			in := tenancy.DirectoryRemoval{LiftHolds: m.coin(rt, "lift holds")}
			m.try(rt, "RemoveDirectory", second(m.bossOf(k).RemoveDirectory(m.ctx, idp().directory, in)))
		},
		func() {
			m.policyOf(rt, k, choose(m, rt, "policy", []tenancy.SignUpPolicy{tenancy.PolicyAutomatic, tenancy.PolicyInvitationOnly,
				tenancy.PolicyClosed}))
		},
		func() {
			var limits *tenancy.Limits
			if o, err := staff.Organization(m.ctx, k.org); err == nil && m.coin(rt, "full") {
				limits = &tenancy.Limits{Members: max(o.Settings.Seats, 1)}
			}
			m.limits(rt, k, limits)
		},
		func() {
			if m.coin(rt, "lost") {
				m.try(rt, "RemoveDomain", m.bossOf(k).RemoveDomain(m.ctx, k.domain.ID))
			} else if d, ok := m.prove(rt, m.bossOf(k), k.org, k.name); ok {
				k.domain = d
			}
		},
		func() {
			boss := m.ownerOf(k.org)
			m.try(rt, "VerifyPhone", second(host.VerifyPhone(m.ctx, k.account, "+15005550006")))
			made, err := m.dir.As(boss).CreateOrganization(m.ctx, tenancy.NewOrganization{Name: "Second", AllStay: true})
			m.try(rt, "CreateOrganization", err)
			if err != nil {
				return
			}
			m.orgs = append(m.orgs, made.ID)
			beside := k.company
			beside.org, beside.owner = made.ID, m.dir.As(boss)
			m.hireAt(rt, beside, address())
			m.try(rt, "MergeOrganizations", second(beside.owner.MergeOrganizations(m.ctx, k.org, made.ID)))
		},
	}
	for range m.between(rt, "moves", 6, 14) {
		n := m.between(rt, "move", 0, len(moves)+5)
		if n >= len(moves) { // the first three come more often
			n = (n - len(moves)) % 3
		}
		moves[n]()
	}
}

// hireAt invites an address to a company, and has its person accept, who signs up for it if
// they are nobody yet.
func (m *machine) hireAt(rt *rapid.T, c company, address string) {
	sent, err := c.owner.InviteUser(m.ctx, c.org, tenancy.NewInvitation{Email: address})
	m.try(rt, "InviteUser", err)
	if err != nil {
		return
	}
	m.invitations, m.secrets = append(m.invitations, sent.ID), append(m.secrets, keptSecret(sent.Secret, address))
	if !m.userOf(address).IsZero() {
		m.accepts(rt, address)
		return
	}
	in := tenancy.NewSignUp{Email: tenancy.Proven(address), Name: "New", Secret: sent.Secret}
	m.try(rt, "SignUp", m.signUp(m.dir.System(), in))
}

// directoryGroups goes through the life of a directory's groups, up to every limit.
func (m *machine) directoryGroups(rt *rapid.T) {
	k, ok := m.keptCompany(rt)
	if !ok {
		return
	}
	in := func(address string) tenancy.ProvisionedID {
		return m.provisions(rt, k.idp, tenancy.NewProvisioned{UserName: address})
	}
	member, pending, made := in(k.memberAt), in(k.outsiderAt), in(k.nobodyAt[0])
	create := func(in tenancy.NewProvisionedGroup) tenancy.GroupID {
		m.try(rt, "CreateProvisionedGroup", m.createGroup(k.idp, in))
		if len(m.groups) == 0 {
			return tenancy.GroupID{}
		}
		return m.groups[len(m.groups)-1]
	}
	group := create(tenancy.NewProvisionedGroup{Name: "One", ExternalID: "g-1", Members: []tenancy.ProvisionedID{member, pending, member}})
	create(tenancy.NewProvisionedGroup{Name: "One", ExternalID: "g-1"})
	create(tenancy.NewProvisionedGroup{Name: "One", Members: []tenancy.ProvisionedID{tenancy.ProvisionedID(m.unknown(rt))}})
	create(tenancy.NewProvisionedGroup{Name: "One", Members: []tenancy.ProvisionedID{{}}})
	m.readKept(rt, k.idp, group, member, "g-1", "one")
	m.readKept(rt, k.idp, tenancy.GroupID{}, tenancy.ProvisionedID{}, "bad\x00", "")
	m.readKept(rt, k.idp, tenancy.GroupID(m.unknown(rt)), tenancy.ProvisionedID(m.unknown(rt)), "nobody's", "nobody's")
	other := create(tenancy.NewProvisionedGroup{Name: "Two"})
	change := func(group tenancy.GroupID, in tenancy.ProvisionedGroupUpdate) {
		m.try(rt, "UpdateProvisionedGroup", second(k.as.UpdateProvisionedGroup(m.ctx, group, in)))
	}
	change(other, tenancy.ProvisionedGroupUpdate{ExternalID: new("g-1")})
	change(other, tenancy.ProvisionedGroupUpdate{ExternalID: new("bad\x00")})
	change(other, tenancy.ProvisionedGroupUpdate{Name: new("")})
	change(other, tenancy.ProvisionedGroupUpdate{Version: 99})
	change(tenancy.GroupID(m.unknown(rt)), tenancy.ProvisionedGroupUpdate{})
	change(tenancy.GroupID{}, tenancy.ProvisionedGroupUpdate{})
	m.limits(rt, k, &tenancy.Limits{Groups: 2, GroupMembers: 2})
	change(group, tenancy.ProvisionedGroupUpdate{Add: []tenancy.ProvisionedID{made}})
	create(tenancy.NewProvisionedGroup{Name: "Three"})
	m.limits(rt, k, &tenancy.Limits{GroupMembers: 1})
	create(tenancy.NewProvisionedGroup{Name: "Three", Members: []tenancy.ProvisionedID{member, made}})
	m.limits(rt, k, nil)
	owner, users := k.owner, []tenancy.UserID{k.member}
	m.try(rt, "AddToGroup", second(owner.AddToGroup(m.ctx, group, users)))
	m.try(rt, "RemoveFromGroup", second(owner.RemoveFromGroup(m.ctx, group, users)))
	m.try(rt, "RenameGroup", second(owner.RenameGroup(m.ctx, group, "Renamed")))
	m.try(rt, "DeleteGroup", owner.DeleteGroup(m.ctx, group))
	m.try(rt, "AssignGroupRoles", errOf(owner.AssignGroupRoles(m.ctx, group, k.account, tenancy.Roles(tenancy.Support))))
	if m.coin(rt, "suspended") {
		staff := m.dir.Operator("staff")
		m.try(rt, "SuspendOrganization", errOf(staff.SuspendOrganization(m.ctx, k.org, "t-1")))
		create(tenancy.NewProvisionedGroup{Name: "Three"})
		change(group, tenancy.ProvisionedGroupUpdate{Add: []tenancy.ProvisionedID{made}})
		change(group, tenancy.ProvisionedGroupUpdate{Remove: []tenancy.ProvisionedID{pending}})
		m.try(rt, "ReactivateOrganization", errOf(staff.ReactivateOrganization(m.ctx, k.org, "t-1")))
	}
	m.accepts(rt, k.outsiderAt) // a member from now on, and in the group
	switch m.between(rt, "how it ends", 0, 4) {
	case 0:
		m.try(rt, "DeleteProvisionedGroup", k.as.DeleteProvisionedGroup(m.ctx, group, 0))
	case 1:
		m.try(rt, "RemoveDirectory", second(owner.RemoveDirectory(m.ctx, k.directory, tenancy.DirectoryRemoval{})))
		m.try(rt, "AddToGroup", second(owner.AddToGroup(m.ctx, group, []tenancy.UserID{k.boss})))
		m.try(rt, "DeleteGroup", owner.DeleteGroup(m.ctx, group))
	case 2:
		m.deprovisions(rt, k.idp, member, 0)
	case 3:
		m.try(rt, "Leave", m.dir.As(k.member).Leave(m.ctx, k.org))
		in(k.memberAt)
	default:
		m.try(rt, "DeleteOrganization", owner.DeleteOrganization(m.ctx, k.org, tenancy.OrganizationDeletion{}))
	}
	m.try(rt, "DeleteProvisionedGroup", k.as.DeleteProvisionedGroup(m.ctx, other, -1))
	m.try(rt, "DeleteProvisionedGroup", k.as.DeleteProvisionedGroup(m.ctx, other, 99))
	m.try(rt, "DeleteProvisionedGroup", k.as.DeleteProvisionedGroup(m.ctx, tenancy.GroupID{}, 0))
	m.try(rt, "DeleteProvisionedGroup", k.as.DeleteProvisionedGroup(m.ctx, tenancy.GroupID(m.unknown(rt)), 0))
}

// directoryRefused has a company's directory try what it may not.
func (m *machine) directoryRefused(rt *rapid.T) {
	k, ok := m.keptCompany(rt)
	if !ok {
		return
	}
	staff, owner := m.dir.Operator("staff"), k.owner
	m.limits(rt, k, &tenancy.Limits{Directories: 1, Identities: 2})
	m.try(rt, "AddDirectory", m.addDirectory(owner, k.org, "Entra"))
	m.try(rt, "AddDirectory", m.addDirectory(m.dir.As(k.member), k.org, "Entra"))
	long := -time.Hour
	m.try(rt, "RotateDirectorySecret", m.rotate(owner, k.directory, tenancy.DirectoryRotation{PreviousFor: &long}))
	own := m.provisions(rt, k.idp, tenancy.NewProvisioned{UserName: "boss@" + k.name})
	pending := m.provisions(rt, k.idp, tenancy.NewProvisioned{UserName: k.outsiderAt})
	m.provisions(rt, k.idp, tenancy.NewProvisioned{UserName: k.memberAt})
	m.limits(rt, k, nil)
	linked := m.provisions(rt, k.idp, tenancy.NewProvisioned{UserName: k.memberAt})
	m.provisions(rt, k.idp, tenancy.NewProvisioned{UserName: k.memberAt})
	m.provisions(rt, k.idp, tenancy.NewProvisioned{UserName: "new@elsewhere.net"})
	m.updates(rt, k.idp, own, tenancy.ProvisionedUpdate{Active: new(false)})
	m.deprovisions(rt, k.idp, own, 0)
	m.try(rt, "ProvisionedByExternalID", second(k.as.ProvisionedByExternalID(m.ctx, "bad\x00")))
	m.deprovisions(rt, k.idp, linked, 99)
	m.deprovisions(rt, k.idp, linked, -1)
	m.updates(rt, k.idp, linked, tenancy.ProvisionedUpdate{Version: 99})
	m.updates(rt, k.idp, linked, tenancy.ProvisionedUpdate{Version: -1})
	move := func(id tenancy.ProvisionedID, to string) {
		m.updates(rt, k.idp, id, tenancy.ProvisionedUpdate{UserName: &to})
	}
	move(linked, "new@elsewhere.net")
	move(linked, k.outsiderAt)
	other := m.newcomer(k.name)
	m.signsUp(rt, other)
	move(linked, other)
	m.policyOf(rt, k, tenancy.PolicyClosed)
	m.provisions(rt, k.idp, tenancy.NewProvisioned{UserName: k.nobodyAt[0]})
	move(pending, k.nobodyAt[0])
	m.policyOf(rt, k, tenancy.PolicyAutomatic)
	m.limits(rt, k, &tenancy.Limits{Members: 1})
	m.provisions(rt, k.idp, tenancy.NewProvisioned{UserName: k.nobodyAt[0]})
	move(pending, k.nobodyAt[0])
	m.updates(rt, k.idp, linked, tenancy.ProvisionedUpdate{Active: new(false)})
	m.updates(rt, k.idp, linked, tenancy.ProvisionedUpdate{Active: new(true)})
	m.try(rt, "RemoveDirectory", second(m.dir.As(k.member).RemoveDirectory(m.ctx, k.directory, tenancy.DirectoryRemoval{})))
	m.limits(rt, k, nil)
	if m.coin(rt, "suspended") {
		m.try(rt, "SuspendOrganization", errOf(staff.SuspendOrganization(m.ctx, k.org, "t-1")))
		m.try(rt, "AddDirectory", m.addDirectory(owner, k.org, "Entra"))
		m.provisions(rt, k.idp, tenancy.NewProvisioned{UserName: k.nobodyAt[0]})
		m.updates(rt, k.idp, linked, tenancy.ProvisionedUpdate{Active: new(true)})
		m.updates(rt, k.idp, linked, tenancy.ProvisionedUpdate{Active: new(false)})
		m.updates(rt, k.idp, linked, tenancy.ProvisionedUpdate{ExternalID: new("e-9")})
		m.deprovisions(rt, k.idp, linked, 0)
		m.try(rt, "ReactivateOrganization", errOf(staff.ReactivateOrganization(m.ctx, k.org, "t-1")))
	}
	m.later(rt, 31*24*time.Hour) // the domain is live no more
	m.provisions(rt, k.idp, tenancy.NewProvisioned{UserName: k.nobodyAt[1]})
	move(pending, k.nobodyAt[1])
	m.try(rt, "RemoveDirectory", second(owner.RemoveDirectory(m.ctx, k.directory, tenancy.DirectoryRemoval{LiftHolds: true})))
	m.deprovisions(rt, k.idp, own, 0)
}

// directorySignsOn brings people of a directory back, under single sign-on, and has the
// host report how they sign in.
func (m *machine) directorySignsOn(rt *rapid.T) {
	k, ok := m.keptCompany(rt)
	if !ok {
		return
	}
	host, owner := m.dir.System(), k.owner
	connection := m.untested(rt, owner, k.org)
	m.connections = append(m.connections, connection)
	report := func(address string) {
		user, err := host.ReportSignIn(m.ctx, connection, address)
		m.try(rt, "ReportSignIn", err)
		if err == nil && !user.Unclaimed {
			m.way(rt, "a sign-in is reported")
		}
	}
	report(k.memberAt)
	m.try(rt, "MarkConnectionTested", second(host.MarkConnectionTested(m.ctx, connection)))
	made := m.provisions(rt, k.idp, tenancy.NewProvisioned{UserName: k.nobodyAt[0], ExternalID: "e-1"})
	for _, address := range []string{k.nobodyAt[0], k.nobodyAt[1], "boss@" + k.name, k.outsiderAt, "x@elsewhere.net"} {
		report(address)
	}
	user := m.identityRecord(made).User
	if claimed := m.provisions(rt, k.idp, tenancy.NewProvisioned{UserName: k.nobodyAt[1]}); !claimed.IsZero() {
		m.signsUp(rt, k.nobodyAt[1])
	}
	m.updates(rt, k.idp, made, tenancy.ProvisionedUpdate{UserName: new("a@b@" + k.name)})
	m.try(rt, "ProvisionedUsers",
		drain(m.dir.As(k.member).ProvisionedUsers(m.ctx, k.directory, tenancy.ProvisionedQuery{})))
	if m.between(rt, "the domain is lost", 0, 2) == 0 {
		late := m.newcomer(k.name)
		m.provisions(rt, k.idp, tenancy.NewProvisioned{UserName: late})
		m.try(rt, "RemoveDomain", owner.RemoveDomain(m.ctx, k.domain.ID))
		m.signsUp(rt, late)
		return
	}
	m.deprovisions(rt, k.idp, made, 0)
	back := tenancy.NewProvisioned{UserName: m.newcomer(k.name), ExternalID: "e-1"}
	if m.coin(rt, "heir") {
		m.try(rt, "ReactivateUser", second(owner.ReactivateUser(m.ctx, user)))
		m.try(rt, "TransferOwnership", second(owner.TransferOwnership(m.ctx, k.org, tenancy.NewOwner{User: user})))
		m.provisions(rt, k.idp, back)
		return
	}
	m.draws++
	beside := "beside-" + k.name
	m.try(rt, "EnforceSSO", second(owner.EnforceSSO(m.ctx, k.domain.ID, connection)))
	if _, ok := m.prove(rt, owner, k.org, beside); ok {
		m.provisions(rt, k.idp, tenancy.NewProvisioned{UserName: m.newcomer(beside), ExternalID: "e-1"})
	}
	if again := m.provisions(rt, k.idp, back); m.identityRecord(again).User == user && !user.IsZero() {
		m.way(rt, "somebody comes back by their external ID")
		m.updates(rt, k.idp, again, tenancy.ProvisionedUpdate{UserName: new(m.newcomer(beside))})
	}
}

// directoryMerges merges an organization, one of whose members has the address of a pending
// identity of the Prime's, or ends one that has a directory.
func (m *machine) directoryMerges(rt *rapid.T) {
	k, ok := m.keptCompany(rt)
	if !ok {
		return
	}
	owner := k.owner
	made, err := owner.CreateOrganization(m.ctx, tenancy.NewOrganization{Name: "Second", AllStay: true})
	m.try(rt, "CreateOrganization", err)
	if err != nil {
		return
	}
	m.orgs = append(m.orgs, made.ID)
	beside := k.company
	beside.org = made.ID
	m.try(rt, "AddDirectory", m.addDirectory(owner, made.ID, "Entra"))
	if m.coin(rt, "kept before") {
		m.provisions(rt, k.idp, tenancy.NewProvisioned{UserName: k.outsiderAt, Active: m.activity(rt)})
		m.hireAt(rt, beside, k.outsiderAt)
	} else {
		m.hireAt(rt, beside, k.outsiderAt)
		m.provisions(rt, k.idp, tenancy.NewProvisioned{UserName: k.outsiderAt, Active: m.activity(rt)})
	}
	member := m.provisions(rt, k.idp, tenancy.NewProvisioned{UserName: k.memberAt, Active: m.activity(rt)})
	prime, candidate := k.org, made.ID
	if m.coin(rt, "the directory's is merged") {
		prime, candidate = made.ID, k.org
	}
	if m.coin(rt, "it ends") {
		m.try(rt, "DeleteOrganization", owner.DeleteOrganization(m.ctx, candidate, tenancy.OrganizationDeletion{AccountsTo: prime}))
		m.deprovisions(rt, k.idp, member, 0)
		return
	}
	m.try(rt, "MergeOrganizations", second(owner.MergeOrganizations(m.ctx, prime, candidate)))
	for _, r := range m.listed(tenancy.Lookup{Index: tenancy.IndexProvisionedOf, Key: tenancy.Key{In: k.outsider}, Limit: 5}) {
		if p := r.(tenancy.ProvisionedRecord); p.Organization == prime && p.Directory == k.directory {
			m.way(rt, "a merge links an identity")
		}
	}
	m.deprovisions(rt, k.idp, member, 0)
}
