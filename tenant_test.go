package tenancy_test

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	scenes "github.com/add4b1c6/tenancy/internal/scene"
	"github.com/add4b1c6/tenancy/memstore"
)

// names are the IDs and secrets of one tenant: what calls are made with, each named for
// what it is of.
type names struct {
	// Owner of Org and Second, an Administrator and Standard Users of Org, and Guest,
	// who is in no organization. Keeper is Administrator of Account, Standard and Idle,
	// who is inactive, have Support there, Guest is Developer. Gone is deleted.
	Owner, Admin, Keeper, Standard, Member, Heir, Idle, Guest, Gone tenancy.UserID
	Rival, Mate                                                     tenancy.UserID // Owner and Standard User of RivalOrg, which Org could merge

	Org, Second, RivalOrg, Ended, Merged tenancy.OrganizationID
	Barred                               tenancy.OrganizationID // of the Owner's, suspended
	Account, Sub, Closed                 tenancy.AccountID      // the Owner's, in Org
	Work                                 tenancy.AccountID      // the Member's, in Org
	Branch                               tenancy.AccountID      // the Owner's, in Second
	Loose                                tenancy.AccountID      // the Guest's, unmanaged
	Outside                              tenancy.AccountID      // the Rival's, in RivalOrg; the Member has Support there

	Domain, Claim         tenancy.DomainID     // of Org: a live one, and an unverified one whose record is published
	Connection, Untested  tenancy.ConnectionID // of Org
	Group                 tenancy.GroupID      // of Org: the Owner and Standard, who have Support on Account by it
	Invited, RivalInvited tenancy.InvitationID // to Org, pending, for the Guest and for the Rival
	Offered               tenancy.InvitationID // to Account, pending, for Standard
	NewInvited            tenancy.InvitationID // to Org, pending, for somebody new
	Accepted, Revoked     tenancy.InvitationID // to Org, settled
	Asked                 tenancy.InvitationID // Org's request for Outside
	Wanted                tenancy.InvitationID // RivalOrg's request for Account
	Request, Dismissed    tenancy.RequestID    // for an invitation to Org, open and settled
	Operation             tenancy.OperationID  // of the Owner's, done

	Secret, RivalSecret tenancy.Secret // of Invited and RivalInvited
	OfferedSecret       tenancy.Secret // of Offered
	NewSecret           tenancy.Secret // of NewInvited

	Robot, Assistant tenancy.UserID // service accounts of Org: Administrator, and Standard User with Support on Account
	Key, Spent       tenancy.KeyID  // of the Robot: one that holds, and one that is revoked
	KeySecret        tenancy.Secret // of Key

	Directory, OtherDirectory    tenancy.DirectoryID // of Org
	DirectorySecret, OtherSecret tenancy.Secret      // theirs
	Recruit                      tenancy.UserID      // Standard User of Org, unclaimed, whom Directory made
	// Of Directory: linked to Recruit, pending for the Guest, and removed. OtherHire is of
	// OtherDirectory.
	Hire, Waiting, Fired, OtherHire tenancy.ProvisionedID
	Hiring                          tenancy.OperationID // of Directory's, done
	Team, OtherTeam                 tenancy.GroupID     // of Directory, with Hire in it, and of OtherDirectory

	terms, rivalTerms tenancy.TermsToken // that the Guest and the Rival agree to, where they were asked
	self              tenancy.UserID     // whoever calls
}

// tenant is a customer with everything that an operation can be about, and people in
// each part.
type tenant struct {
	*scene
	label   string           // in every address and domain of theirs
	founder tenancy.SignedUp // the Owner
	random  *rand.ChaCha8    // in a copy: where IDs come from
	names
}

// newTenant makes a tenant. Two of them have nothing to do with each other, and are alike.
func newTenant(s *scene, label string) *tenant {
	s.Helper()
	t := &tenant{scene: s, label: label}
	t.people()
	t.property()
	t.robots()
	t.pending()
	t.past()
	t.directories()
	return t
}

// newTenantOver makes a tenant in a directory of its own.
func newTenantOver(t *testing.T, store tenancy.Store) *tenant {
	t.Helper()
	return newTenant(newSceneOver(t, store), "a")
}

// tenants makes two tenants in one directory.
func tenants(t *testing.T) (ours, theirs *tenant) {
	t.Helper()
	ours = newTenantOver(t, memstore.New())
	return ours, newTenant(ours.scene, "b")
}

// in gives the same tenant to another test.
func (t *tenant) in(test *testing.T) *tenant {
	here := *t
	here.scene = t.scene.in(test)
	return &here
}

// over gives the same tenant over a copy of its store. The IDs that are drawn there are
// the same in every copy.
func (t *tenant) over(store tenancy.Store, o tenancy.Options) *tenant {
	t.Helper()
	c := *t
	c.random = rand.NewChaCha8([32]byte{2})
	o.Resolver, o.Now, o.Random = t.scene.names, t.clock.Now, c.random
	c.scene = newSceneOver(t.T, store, o)
	c.clock = t.clock
	return &c
}

// copied gives a copy of the tenant's store, which is one in memory.
func (t *tenant) copied() *memstore.Store {
	t.Helper()
	copied, err := t.store.(*memstore.Store).Copy(t.ctx())
	require.NoError(t, err)
	return copied
}

// apart gives the same tenant in a directory of its own, which begins as this one is: over
// a copy of the store, with its own clock and name server.
func (t *tenant) apart(test *testing.T) *tenant {
	test.Helper()
	names := &scenes.NameServer{}
	for _, label := range []string{"a", "b"} {
		for _, domain := range []string{"-corp.example", "-claim.example"} {
			name := "_tenancy." + label + domain
			names.Publish(name, t.scene.names.Texts(name)...)
		}
	}
	a := t.in(test)
	a.scene = newSceneOver(test, a.copied(),
		tenancy.Options{Resolver: names, Random: rand.NewChaCha8([32]byte{3})})
	a.clock.Set(t.clock.Now())
	return a
}

// given gives the tenant in which a test does an errand: this one, or, if more must be so
// for it, one apart in which it is.
func (t *tenant) given(test *testing.T, e errand) *tenant {
	test.Helper()
	if e.given == nil {
		return t.in(test)
	}
	a := t.apart(test)
	e.given(a)
	return a
}

// events gives all events in the store, each stream's in its order.
func (s *scene) events() (all []tenancy.EventRecord) {
	s.Helper()
	for _, record := range s.everything() {
		if head, ok := record.(tenancy.HeadRecord); ok {
			require.NoError(s, s.store.View(s.ctx(), func(ctx context.Context, tx tenancy.ReadTx) error {
				events, err := tx.Events(ctx, head.Stream, 1, int(head.Sequence))
				all = append(all, events...)
				return err
			}))
		}
	}
	return all
}

// at is an address on the tenant's live domain.
func (t *tenant) at(name string) string { return name + "@" + t.label + "-corp.example" }

// off is one that is not.
func (t *tenant) off(name string) string { return name + "@" + t.label + ".example.com" }

// person signs somebody up with the secret of an invitation to their address.
func (t *tenant) person(name, email string, secret tenancy.Secret) tenancy.UserID {
	t.Helper()
	signed, err := t.host.SignUp(t.ctx(), tenancy.NewSignUp{Email: tenancy.Proven(email), Name: name, Secret: secret})
	require.NoError(t, err)
	return signed.User.ID
}

// invite invites an address to an organization.
func (t *tenant) invite(
	by tenancy.UserID, org tenancy.OrganizationID, email string, role tenancy.OrganizationRole,
) tenancy.SentInvitation {
	t.Helper()
	sent, err := t.as(by).InviteUser(t.ctx(), org, tenancy.NewInvitation{Email: email, Role: role})
	require.NoError(t, err)
	return sent
}

// offer invites an address to an account.
func (t *tenant) offer(
	by tenancy.UserID, account tenancy.AccountID, email string, role tenancy.AccountRole,
) tenancy.SentInvitation {
	t.Helper()
	sent, err := t.as(by).
		InviteToAccount(t.ctx(), account, tenancy.NewAccountInvitation{Email: email, Roles: tenancy.Roles(role)})
	require.NoError(t, err)
	return sent
}

// people has everybody sign up. Those with an address on the domain do so before it is
// verified.
func (t *tenant) people() {
	t.Helper()
	founded, rival := t.foundAt("Owner", t.at("owner")), t.foundAt("Rival", t.at("rival"))
	t.founder, t.Owner, t.Org, t.Account = founded, founded.User.ID, founded.Organization.ID, founded.Account.ID
	t.Rival, t.RivalOrg, t.Outside = rival.User.ID, rival.Organization.ID, rival.Account.ID
	for _, member := range []struct {
		id   *tenancy.UserID
		name string
		role tenancy.OrganizationRole
	}{
		{&t.Admin, "admin", tenancy.Administrator}, {&t.Keeper, "keeper", ""}, {&t.Standard, "standard", ""}, {&t.Member, "member", ""}, {&t.Heir, "heir", ""},
		{&t.Idle, "idle", ""}, {&t.Gone, "gone", ""},
	} {
		sent := t.invite(t.Owner, t.Org, t.off(member.name), member.role)
		*member.id, t.Accepted = t.person(member.name, t.off(member.name), sent.Secret), sent.ID
	}
	t.Mate = t.joinAt(t.Rival, t.RivalOrg, t.off("mate"))
	t.Guest = t.person("guest", t.at("guest"), t.offer(t.Owner, t.Account, t.at("guest"), tenancy.Developer).Secret)
	t.assign(t.Owner, t.Account, t.Keeper, tenancy.AccountAdministrator)
	t.assign(t.Owner, t.Account, t.Standard, tenancy.Support)
	t.assign(t.Owner, t.Account, t.Idle, tenancy.Support)
	_, err := t.as(t.Member).
		AcceptInvitation(t.ctx(), tenancy.Acceptance{Secret: t.offer(t.Rival, t.Outside, t.off("member"), tenancy.Support).Secret})
	require.NoError(t, err)
}

// property makes accounts, domains, connections and entitlements.
func (t *tenant) property() {
	t.Helper()
	t.phone(t.Account)
	t.Second = t.another(t.founder, "Second")
	t.Sub, t.Work = t.subaccount(t.Owner, t.Account, "Sub"), t.account(t.Member, t.Org, "Work")
	t.Branch, t.Loose = t.account(t.Owner, t.Second, "Branch"), t.account(t.Guest, tenancy.OrganizationID{}, "Loose")
	t.Domain = t.prove(t.Owner, t.Org, t.label+"-corp.example")
	claim, err := t.as(t.Owner).AddDomain(t.ctx(), t.Org, t.label+"-claim.example")
	require.NoError(t, err)
	t.scene.names.Publish(claim.RecordName, claim.RecordValue)
	t.Claim = claim.ID
	for _, id := range []*tenancy.ConnectionID{&t.Connection, &t.Untested} {
		made, err := t.as(t.Owner).AddConnection(t.ctx(), t.Org, "Provider")
		require.NoError(t, err)
		*id = made.ID
	}
	_, err = t.staff.MarkConnectionTested(t.ctx(), t.Connection)
	require.NoError(t, err)
	t.Group = t.group(t.Owner, t.Org, t.Owner, t.Standard)
	t.groupRoles(t.Owner, t.Group, t.Account, tenancy.Support)
	t.entitle(t.Org)
	require.NoError(t,
		errOf(t.staff.SetImportEntitlement(t.ctx(), t.Org, tenancy.ImportEntitlement{On: true, Reference: "ticket-1"})))
}

// robots makes service accounts and keys.
func (t *tenant) robots() {
	t.Helper()
	t.Robot = t.robot("Robot", tenancy.Administrator)
	t.Assistant = t.robot("Assistant", tenancy.StandardUser)
	t.assign(t.Owner, t.Account, t.Assistant, tenancy.Support)
	key, spent := t.keyOf(t.Owner, t.Robot), t.keyOf(t.Owner, t.Robot)
	t.Key, t.KeySecret, t.Spent = key.ID, key.Secret, spent.ID
	require.NoError(t, t.as(t.Owner).RevokeKey(t.ctx(), t.Spent))
}

// robot makes a service account of Org.
func (t *tenant) robot(name string, role tenancy.OrganizationRole) tenancy.UserID {
	t.Helper()
	made, err := t.as(t.Owner).CreateServiceAccount(t.ctx(), t.Org, tenancy.NewServiceAccount{Name: name, Role: role})
	require.NoError(t, err)
	return made.ID
}

// directories adds directories, and has them provision people and groups.
func (t *tenant) directories() {
	t.Helper()
	for _, d := range []struct {
		id     *tenancy.DirectoryID
		secret *tenancy.Secret
	}{{&t.Directory, &t.DirectorySecret}, {&t.OtherDirectory, &t.OtherSecret}} {
		added, err := t.as(t.Owner).AddDirectory(t.ctx(), t.Org, "Directory")
		require.NoError(t, err)
		*d.id, *d.secret = added.ID, added.Secret
	}
	t.OtherHire = t.provisioned("other idp", "other")
	t.Waiting, t.Fired, t.Hire = t.provisioned("idp", "guest"), t.provisioned("idp", "fired"), t.provisioned("idp", "hire")
	require.NoError(t, t.provisioner("idp").Deprovision(t.ctx(), t.Fired, 0))
	hired, err := t.host.UserByEmail(t.ctx(), t.at("hire"))
	require.NoError(t, err)
	t.Recruit = hired.ID
	t.Team, t.OtherTeam = t.team("idp", t.Hire), t.team("other idp", t.OtherHire)
}

// provisioned has a directory provision an address on the domain.
func (t *tenant) provisioned(by, name string) tenancy.ProvisionedID {
	t.Helper()
	t.Hiring = tenancy.OperationIDOf(t.label + name)
	done, err := t.provisioner(by).Once(t.Hiring).Provision(t.ctx(), tenancy.NewProvisioned{UserName: t.at(name), ExternalID: name + "-1"})
	require.NoError(t, err)
	return done.ID
}

// team has a directory make a group.
func (t *tenant) team(by string, members ...tenancy.ProvisionedID) tenancy.GroupID {
	t.Helper()
	made, err := t.provisioner(by).CreateProvisionedGroup(t.ctx(),
		tenancy.NewProvisionedGroup{Name: "Team", ExternalID: "team-1", Members: members})
	require.NoError(t, err)
	return made.ID
}

// hiring leaves the directory a hold and an invitation.
func (t *tenant) hiring() {
	t.Helper()
	t.uninvited()
	t.provisioned("idp", "rival")
	_, err := t.provisioner("idp").UpdateProvisioned(t.ctx(), t.Hire, tenancy.ProvisionedUpdate{Active: new(false)})
	require.NoError(t, err)
}

// uninvited leaves the Rival without an invitation to Org.
func (t *tenant) uninvited() {
	t.Helper()
	require.NoError(t, t.as(t.Owner).RevokeInvitation(t.ctx(), t.RivalInvited))
}

// pending sends what waits for an answer.
func (t *tenant) pending() {
	t.Helper()
	invited, rival := t.invite(t.Owner, t.Org, t.at("guest"), ""), t.invite(t.Owner, t.Org, t.at("rival"),
		tenancy.Administrator)
	offered, nobody := t.offer(t.Owner, t.Account, t.off("standard"), tenancy.Developer), t.invite(t.Owner, t.Org,
		t.at("new"), "")
	t.Invited, t.Secret, t.RivalInvited, t.RivalSecret = invited.ID, invited.Secret, rival.ID, rival.Secret
	t.Offered, t.OfferedSecret, t.NewInvited, t.NewSecret = offered.ID, offered.Secret, nobody.ID, nobody.Secret
	t.Asked, t.Wanted = t.asking(t.Admin, t.Org, t.Outside), t.asking(t.Rival, t.RivalOrg, t.Account)
	t.Request, t.Dismissed = t.requesting("ruth"), t.requesting("dora")
}

// requesting asks for an invitation for somebody with an address on the domain.
func (t *tenant) requesting(name string) tenancy.RequestID {
	t.Helper()
	asked, err := t.host.RequestInvitation(t.ctx(), tenancy.Proven(t.at(name)))
	require.NoError(t, err)
	return asked.ID
}

// past makes what is over.
func (t *tenant) past() {
	t.Helper()
	owner := t.as(t.Owner)
	require.NoError(t, owner.DismissRequest(t.ctx(), t.Dismissed))
	t.Revoked = t.invite(t.Owner, t.Org, t.off("nobody"), "").ID
	require.NoError(t, owner.RevokeInvitation(t.ctx(), t.Revoked))
	t.Closed = t.account(t.Owner, t.Org, "Closed")
	_, err := owner.CloseAccount(t.ctx(), t.Closed)
	require.NoError(t, err)
	_, err = owner.DeactivateUser(t.ctx(), t.Idle)
	require.NoError(t, err)
	require.NoError(t, owner.DeleteUser(t.ctx(), t.Gone, tenancy.UserDeletion{}))
	t.Operation = tenancy.OperationIDOf(t.label)
	_, err = owner.Once(t.Operation).RenameOrganization(t.ctx(), t.Org, "Tenant")
	require.NoError(t, err)
	t.Merged, t.Ended = t.another(t.founder, "Merged"), t.another(t.founder, "Ended")
	_, err = owner.MergeOrganizations(t.ctx(), t.Org, t.Merged)
	require.NoError(t, err)
	require.NoError(t, owner.DeleteOrganization(t.ctx(), t.Ended, tenancy.OrganizationDeletion{}))
	t.Barred = t.another(t.founder, "Barred")
	t.suspend(t.Barred)
}

// names gives all names that it takes, what is acted on first.
func (e errand) names() []string { return strings.Fields(e.on + " " + e.others) }

func (t *tenant) automatic() {
	t.Helper()
	require.NoError(
		t,
		errOf(
			t.as(t.Owner).SetSignUpPolicy(t.ctx(), t.Org, tenancy.SignUpPolicyChange{Policy: tenancy.PolicyAutomatic})),
	)
}

func (t *tenant) landless() {
	t.Helper()
	_, err := t.as(t.Guest).CloseAccount(t.ctx(), t.Loose)
	require.NoError(t, err)
}

// agreeing has the invitees look at what accepting brings along.
func (t *tenant) agreeing() {
	t.Helper()
	t.terms, t.rivalTerms = t.agrees(t.Guest, t.Secret), t.agrees(t.Rival, t.RivalSecret)
}

func (t *tenant) agrees(user tenancy.UserID, secret tenancy.Secret) tenancy.TermsToken {
	t.Helper()
	offer, err := t.as(user).Invitation(t.ctx(), secret)
	require.NoError(t, err)
	return offer.Terms.Token
}

// dissolving leaves the Rival alone in an organization that can't merge, since it has a
// domain.
func (t *tenant) dissolving() {
	t.Helper()
	require.NoError(t, t.as(t.Mate).Leave(t.ctx(), t.RivalOrg))
	t.prove(t.Rival, t.RivalOrg, t.label+"-rival.example")
	t.agreeing()
}

func (t *tenant) suspended() {
	t.Helper()
	_, err := t.as(t.Owner).SuspendAccount(t.ctx(), t.Account)
	require.NoError(t, err)
}

// suspend has the platform suspend an organization.
func (t *tenant) suspend(org tenancy.OrganizationID) {
	t.Helper()
	require.NoError(t, errOf(t.staff.SuspendOrganization(t.ctx(), org, "ticket-1")))
}

func (t *tenant) enforced() {
	t.Helper()
	_, err := t.as(t.Owner).EnforceSSO(t.ctx(), t.Domain, t.Connection)
	require.NoError(t, err)
}

func (t *tenant) designated() { t.Helper(); t.designate(t.Owner, t.Account) }

func (t *tenant) tomorrow() { t.clock.Advance(day) }

// rivals has the RivalOrg verify a domain, whose record is gone then.
func (t *tenant) rivals(name string) {
	t.Helper()
	t.prove(t.Rival, t.RivalOrg, name)
	t.scene.names.Publish("_tenancy." + name)
}

// lost has another organization verify the claimed domain, and lose it as soon as
// somebody looks.
func (t *tenant) lost() {
	t.Helper()
	name := t.label + "-claim.example"
	proof := t.scene.names.Texts("_tenancy." + name)
	t.rivals(name)
	_, err := t.host.RecheckDomains(t.ctx())
	require.NoError(t, err)
	t.scene.names.Publish("_tenancy."+name, proof...)
	t.clock.Advance(30 * day)
	_, err = t.host.Purge(t.ctx()) // it would be overdue
	require.NoError(t, err)
}

// lapsing leaves one of two verified domains without its record.
func (t *tenant) lapsing() { t.Helper(); t.rivals(t.label + "-rival.example") }

// due lets the time pass after which Purge has something to remove, and is not overdue.
func (t *tenant) due() { t.clock.Advance(29 * day) }

// dueAgain leaves it no more than the address of an invitation.
func (t *tenant) dueAgain() {
	t.Helper()
	t.due()
	_, err := t.host.Purge(t.ctx())
	require.NoError(t, err)
	require.NoError(t, t.as(t.Owner).RevokeInvitation(t.ctx(), t.invite(t.Owner, t.Org, t.off("late"), "").ID))
	t.due()
}

// keyOf makes a key of a service account.
func (s *scene) keyOf(by, serviceAccount tenancy.UserID) tenancy.CreatedKey {
	s.Helper()
	key, err := s.as(by).CreateKey(s.ctx(), serviceAccount, tenancy.NewKey{Name: "Key"})
	require.NoError(s, err)
	return key
}

// used has the key be used today, so that Authenticate has nothing to note: what it notes
// may fail (USR-22).
func (t *tenant) used() {
	t.Helper()
	require.NoError(t, errOf(t.host.Authenticate(t.ctx(), t.KeySecret)))
}
