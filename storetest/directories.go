package storetest

import (
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/add4b1c6/tenancy"
)

// idp is an identity provider that keeps people here: it has a secret of a directory or a
// token, which holds or no longer does.
type idp struct {
	directory tenancy.DirectoryID
	as        *tenancy.Provisioner
}

// tending is what administrators do about directories (PRV-1).
func (m *machine) tending() map[string]func(*rapid.T) {
	add := func(rt *rapid.T) {
		org, name := m.org(rt), m.name(rt)
		s := m.session(rt, m.ownerOf(org))
		m.did(rt, "AddDirectory", func() error { return m.addDirectory(s, org, name) })
	}
	return map[string]func(*rapid.T){
		"AddDirectory": add, "AddDirectory 2": add,
		"RotateDirectorySecret": func(rt *rapid.T) {
			directory, s := m.directoryAndBoss(rt)
			in := tenancy.DirectoryRotation{}
			if m.coin(rt, "for how long") {
				in.PreviousFor = new(time.Duration(m.between(rt, "hours", -1, 30)) * time.Hour)
			}
			m.did(rt, "RotateDirectorySecret", func() error { return m.rotate(s, directory, in) })
		},
		"RemoveDirectory": func(rt *rapid.T) {
			directory, s := m.directoryAndBoss(rt)
			in := tenancy.DirectoryRemoval{LiftHolds: m.coin(rt, "lift holds")}
			m.did(rt, "RemoveDirectory", func() error { return second(s.RemoveDirectory(m.ctx, directory, in)) })
		},
		"read directories": func(rt *rapid.T) {
			directory, s := m.directoryAndBoss(rt)
			org, after := m.org(rt), choose(m, rt, "after", []tenancy.Cursor{"", "", "nonsense"})
			m.did(rt, "Directories",
				func() error { return drain(s.Directories(m.ctx, org, tenancy.DirectoryQuery{After: after})) })
			m.did(rt, "ProvisionedUsers",
				func() error {
					return drain(s.ProvisionedUsers(m.ctx, directory, tenancy.ProvisionedQuery{After: after}))
				})
		},
		"ReportSignIn": func(rt *rapid.T) {
			connection, address, p := m.connection(rt), m.address(rt), m.platform(rt)
			m.did(rt, "ReportSignIn", func() error { return second(p.ReportSignIn(m.ctx, connection, address)) })
		},
	}
}

// addDirectory adds a directory, and keeps what its identity provider has.
func (m *machine) addDirectory(s *tenancy.Session, org tenancy.OrganizationID, name string) error {
	made, err := s.AddDirectory(m.ctx, org, name)
	m.made(err, func() { m.idps = append(m.idps, idp{made.ID, m.dir.AsDirectory(made.Secret)}) })
	return err
}

// rotate gives a directory another secret. The one before is kept too.
func (m *machine) rotate(s *tenancy.Session, directory tenancy.DirectoryID, in tenancy.DirectoryRotation) error {
	made, err := s.RotateDirectorySecret(m.ctx, directory, in)
	m.made(err, func() { m.idps = append(m.idps, idp{made.ID, m.dir.AsDirectory(made.Secret)}) })
	return err
}

// directory draws a directory.
func (m *machine) directory(rt *rapid.T) tenancy.DirectoryID {
	ids := make([]tenancy.DirectoryID, len(m.idps))
	for i, p := range m.idps {
		ids[i] = p.directory
	}
	return drawID(m, rt, "directory", ids)
}

// directoryAndBoss draws a directory, and who acts on it: often the Owner of its
// organization.
func (m *machine) directoryAndBoss(rt *rapid.T) (tenancy.DirectoryID, *tenancy.Session) {
	directory := m.directory(rt)
	return directory, m.session(rt, m.ownerOf(m.directoryRecord(directory).Organization))
}

func (m *machine) directoryRecord(id tenancy.DirectoryID) tenancy.DirectoryRecord {
	d, _ := lookUp[tenancy.DirectoryRecord](m, tenancy.IndexDirectories, id)
	return d
}

// idp draws an identity provider, now and then one whose secret is none.
func (m *machine) idp(rt *rapid.T) idp {
	p := pick(m, rt, "identity provider", m.idps)
	if p.as == nil {
		p.as = m.dir.AsDirectory(tenancy.ParseSecret("nonsense"))
	}
	return p
}

// person draws the address of somebody for a directory: mostly on a domain of its
// organization.
func (m *machine) person(rt *rapid.T, directory tenancy.DirectoryID) string {
	var own []string
	org := m.directoryRecord(directory).Organization
	for _, d := range m.verified() {
		if d.Organization == org {
			own = append(own, d.Personal.Name)
		}
	}
	if len(own) == 0 || m.between(rt, "anywhere?", 0, 7) == 0 {
		return m.address(rt)
	}
	return choose(m, rt, "name", names) + "@" + choose(m, rt, "own domain", own)
}

// identity draws an identity, mostly one of a directory's own.
func (m *machine) identity(rt *rapid.T, directory tenancy.DirectoryID) tenancy.ProvisionedID {
	draw := m.between(rt, "whose identity", 0, 24)
	if draw == 0 {
		return tenancy.ProvisionedID(m.unknown(rt))
	}
	key := tenancy.Key{In: directory}
	if draw == 1 && len(m.idps) > 0 {
		key.In = choose(m, rt, "other's", m.idps).directory
	}
	all := m.listed(tenancy.Lookup{Index: tenancy.IndexProvisionedIn, Key: key, Limit: 20})
	if len(all) == 0 || draw == 2 {
		return tenancy.ProvisionedID{}
	}
	return choose(m, rt, "identity", all).(tenancy.ProvisionedRecord).ID
}

// identityRecord reads an identity beside the operations.
func (m *machine) identityRecord(id tenancy.ProvisionedID) tenancy.ProvisionedRecord {
	p, _ := lookUp[tenancy.ProvisionedRecord](m, tenancy.IndexProvisioned, id)
	return p
}

// externalIDs are the external IDs that directories give.
var externalIDs = []string{"", "", "e-1", "e-2", "e-3"}

func (m *machine) externalID(rt *rapid.T) string {
	if m.between(rt, "bad external ID?", 0, 30) == 0 {
		return "bad\x00"
	}
	return choose(m, rt, "external ID", externalIDs)
}

// names that a directory gives.
func (m *machine) personNames(rt *rapid.T) tenancy.ProvisionedNames {
	return choose(m, rt, "names", []tenancy.ProvisionedNames{
		{}, {Display: "Ana A."}, {Given: "Ana", Family: "A."}, {Formatted: "\u202e"}, {Display: strings.Repeat("é", 200)},
	})
}

// activity draws whether a person is active.
func (m *machine) activity(rt *rapid.T) *bool {
	return choose(m, rt, "active", []*bool{nil, nil, new(true), new(false)})
}

// provisioning is what identity providers do (PRV-3 to PRV-10).
func (m *machine) provisioning() map[string]func(*rapid.T) {
	provision := func(rt *rapid.T) {
		p := m.idp(rt)
		in := tenancy.NewProvisioned{UserName: m.person(rt, p.directory), ExternalID: m.externalID(rt),
			Names: m.personNames(rt), Active: m.activity(rt)}
		if m.between(rt, "once?", 0, 9) == 0 {
			p.as = p.as.Once(tenancy.OperationIDOf(choose(m, rt, "key", []string{"a", "b", "c"})))
		}
		m.did(rt, "Provision", func() error { return m.provision(p, in) })
	}
	change := func(rt *rapid.T) {
		p := m.idp(rt)
		id, in := m.identity(rt, p.directory), tenancy.ProvisionedUpdate{Active: m.activity(rt)}
		if m.coin(rt, "address") {
			in.UserName = new(m.person(rt, p.directory))
		}
		if m.coin(rt, "external ID") {
			in.ExternalID = new(m.externalID(rt))
		}
		if m.coin(rt, "names") {
			in.Names = new(m.personNames(rt))
		}
		if m.coin(rt, "attributes") {
			in.Attributes = new(choose(m, rt, "attributes", []string{"", "{}", "bad\x00"}))
		}
		in.Version = m.version(rt, id)
		m.did(rt, "UpdateProvisioned", func() error { return m.updateProvisioned(p, id, in) })
	}
	return map[string]func(*rapid.T){
		"Provision": provision, "Provision 2": provision, "Provision 3": provision,
		"UpdateProvisioned": change, "UpdateProvisioned 2": change,
		"Deprovision": func(rt *rapid.T) {
			p := m.idp(rt)
			id := m.identity(rt, p.directory)
			version := m.version(rt, id)
			m.did(rt, "Deprovision", func() error { return p.as.Deprovision(m.ctx, id, version) })
		},
		"Token": func(rt *rapid.T) {
			p := m.idp(rt)
			m.did(rt, "Token", func() error { return m.token(p) })
		},
		"read identities": func(rt *rapid.T) {
			p := m.idp(rt)
			id, address, external := m.identity(rt, p.directory), m.person(rt, p.directory), m.externalID(rt)
			if is := m.identityRecord(m.identity(rt, p.directory)); is.Removed == 0 && m.coin(rt, "its own") {
				address, external = is.Personal.UserName.Reveal(), is.Personal.ExternalID.Reveal()
			}
			m.did(rt, "Provisioned", func() error { return second(p.as.Provisioned(m.ctx, id)) })
			m.did(rt, "ProvisionedByUserName",
				func() error { return second(p.as.ProvisionedByUserName(m.ctx, address)) })
			m.did(rt, "ProvisionedByExternalID",
				func() error { return second(p.as.ProvisionedByExternalID(m.ctx, external)) })
			page := tenancy.ProvisionedPage{Start: m.between(rt, "start", -1, 3), Count: m.between(rt, "count", -1, 3)}
			m.did(rt, "ListProvisioned", func() error { return second(p.as.ListProvisioned(m.ctx, page)) })
		},
	}
}

// keeping is what identity providers do with groups of their own (PRV-9).
func (m *machine) keeping() map[string]func(*rapid.T) {
	create := func(rt *rapid.T) {
		p := m.idp(rt)
		in := tenancy.NewProvisionedGroup{Name: m.name(rt), ExternalID: m.externalID(rt), Members: m.someIdentities(rt, p.directory)}
		m.did(rt, "CreateProvisionedGroup", func() error { return m.createGroup(p, in) })
	}
	change := func(rt *rapid.T) {
		p := m.idp(rt)
		group, in := m.keptGroup(rt, p.directory), m.groupUpdate(rt, p.directory)
		m.did(rt, "UpdateProvisionedGroup",
			func() error { return second(p.as.UpdateProvisionedGroup(m.ctx, group, in)) })
	}
	return map[string]func(*rapid.T){
		"CreateProvisionedGroup": create, "UpdateProvisionedGroup": change, "UpdateProvisionedGroup 2": change,
		"DeleteProvisionedGroup": func(rt *rapid.T) {
			p := m.idp(rt)
			group, version := m.keptGroup(rt, p.directory), choose(m, rt, "version", []int{0, 0, 0, 1, -1, 99})
			m.did(rt, "DeleteProvisionedGroup",
				func() error { return p.as.DeleteProvisionedGroup(m.ctx, group, version) })
		},
		"read a directory's groups": func(rt *rapid.T) {
			p := m.idp(rt)
			m.readKept(rt, p, m.keptGroup(rt, p.directory), m.identity(rt, p.directory), m.externalID(rt), m.name(rt))
		},
	}
}

// readKept reads a directory's groups.
func (m *machine) readKept(
	rt *rapid.T, p idp, group tenancy.GroupID, id tenancy.ProvisionedID, external, name string,
) {
	m.did(rt, "ProvisionedGroup", func() error { return second(p.as.ProvisionedGroup(m.ctx, group)) })
	m.did(rt, "ProvisionedGroupByExternalID",
		func() error { return second(p.as.ProvisionedGroupByExternalID(m.ctx, external)) })
	m.did(rt, "ProvisionedGroupsByName", func() error { return second(p.as.ProvisionedGroupsByName(m.ctx, name)) })
	m.did(rt, "ProvisionedGroupMembers",
		func() error { return second(p.as.ProvisionedGroupMembers(m.ctx, group, tenancy.ProvisionedID{})) })
	m.did(rt, "ProvisionedGroupsOf", func() error { return second(p.as.ProvisionedGroupsOf(m.ctx, id)) })
	m.did(rt, "InProvisionedGroup", func() error { return second(p.as.InProvisionedGroup(m.ctx, group, id)) })
	page := tenancy.ProvisionedPage{Start: m.between(rt, "start", -1, 3), Count: m.between(rt, "count", -1, 3)}
	m.did(rt, "ListProvisionedGroups", func() error { return second(p.as.ListProvisionedGroups(m.ctx, page)) })
}

// createGroup has a directory make a group, and keeps that.
func (m *machine) createGroup(p idp, in tenancy.NewProvisionedGroup) error {
	made, err := p.as.CreateProvisionedGroup(m.ctx, in)
	m.made(err, func() { m.groups = append(m.groups, made.ID) })
	return err
}

// keptGroup draws a group, mostly one that a directory keeps.
func (m *machine) keptGroup(rt *rapid.T, directory tenancy.DirectoryID) tenancy.GroupID {
	all := m.listed(tenancy.Lookup{Index: tenancy.IndexDirectoryGroups, Key: tenancy.Key{In: directory}, Limit: 20})
	if len(all) == 0 || m.between(rt, "any group?", 0, 9) == 0 {
		return m.group(rt)
	}
	return choose(m, rt, "its group", all).(tenancy.GroupRecord).ID
}

// someIdentities draws who is put into a group or taken out of it.
func (m *machine) someIdentities(rt *rapid.T, directory tenancy.DirectoryID) (some []tenancy.ProvisionedID) {
	for range m.between(rt, "how many", 0, 3) {
		some = append(some, m.identity(rt, directory))
	}
	return some
}

// groupUpdate draws a change of a group of a directory's.
func (m *machine) groupUpdate(rt *rapid.T, directory tenancy.DirectoryID) (in tenancy.ProvisionedGroupUpdate) {
	in.Version = choose(m, rt, "version", []int{0, 0, 0, 0, 1, -1, 99})
	switch m.between(rt, "what", 0, 4) {
	case 0:
		in.Name, in.ExternalID = new(m.name(rt)), new(m.externalID(rt))
	case 1:
		in.Members = new(m.someIdentities(rt, directory))
	default:
		in.Add, in.Remove = m.someIdentities(rt, directory), m.someIdentities(rt, directory)
	}
	return in
}

// version draws which version of an identity is asked for: mostly whichever, or the one
// that it has.
func (m *machine) version(rt *rapid.T, id tenancy.ProvisionedID) int {
	switch m.between(rt, "version", 0, 19) {
	case 0:
		return -1
	case 1:
		return 99
	case 2, 3, 4:
		return m.identityRecord(id).Version
	}
	return 0
}

// provision calls Provision, and keeps the invitation and the user who was made.
func (m *machine) provision(p idp, in tenancy.NewProvisioned) error {
	done, err := p.as.Provision(m.ctx, in)
	m.made(err, func() { m.keepProvisioned(done) })
	return err
}

func (m *machine) updateProvisioned(p idp, id tenancy.ProvisionedID, in tenancy.ProvisionedUpdate) error {
	done, err := p.as.UpdateProvisioned(m.ctx, id, in)
	m.made(err, func() { m.keepProvisioned(done) })
	return err
}

// keepProvisioned keeps the user to whom an identity is linked, and an invitation that
// went out.
func (m *machine) keepProvisioned(done tenancy.Provisioned) {
	if user := m.identityRecord(done.ID).User; !user.IsZero() && !slices.Contains(m.users, user) {
		m.users = append(m.users, user)
	}
	if i := done.Invitation; i != nil {
		m.invitations, m.secrets = append(m.invitations, i.ID), append(m.secrets, keptSecret(i.Secret, i.Email.Reveal()))
	}
}

// token makes a token, and keeps who has it.
func (m *machine) token(p idp) error {
	made, err := p.as.Token(m.ctx)
	m.made(err, func() { m.idps = append(m.idps, idp{p.directory, m.dir.AsDirectory(made.Token)}) })
	return err
}
