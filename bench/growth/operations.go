package main

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/add4b1c6/tenancy"
)

// operation is an operation to measure. prepare makes what one run needs, which is not
// measured, and returns the run.
type operation struct {
	name    string
	prepare func(context.Context, *world) (run func() error, err error)
}

// on is an operation that needs nothing made for it.
func on(name string, run func(context.Context, *world) error) operation {
	return operation{name, func(ctx context.Context, w *world) (func() error, error) {
		return func() error { return run(ctx, w) }, nil
	}}
}

// after is an operation on what a method of world makes for it.
func after[T any](name string, made func(*world, context.Context) (T, error), run func(context.Context, *world, T) error) operation {
	return operation{name, func(ctx context.Context, w *world) (func() error, error) {
		what, err := made(w, ctx)
		return func() error { return run(ctx, w, what) }, err
	}}
}

// done forgets what an operation gave.
func done[T any](_ T, err error) error { return err }

// page reads the first items of a list.
func page[T any](list iter.Seq2[T, error]) error {
	n := 0
	for _, err := range list {
		if err != nil {
			return err
		}
		if n++; n == 20 {
			break
		}
	}
	return nil
}

// slicesOf cuts a slice into parts.
func slicesOf[T any](s []T, n int) iter.Seq[[]T] { return slices.Chunk(s, n) }

func (w *world) name(of string) string {
	w.next++
	return fmt.Sprintf("%s %d", of, w.next)
}

// address returns one that nobody has, on a domain of nobody's.
func (w *world) address() string {
	w.next++
	return fmt.Sprintf("guest%d@guests%d.example.com", w.next, w.next)
}

// member returns an address that nobody has, on the organization's domain.
func (w *world) colleague() string {
	w.next++
	return fmt.Sprintf("new%d@%s", w.next, domainName)
}

func (w *world) executed() time.Time { return time.Now().AddDate(-1, 0, 0) }

func (w *world) signUp(ctx context.Context, address string, secret tenancy.Secret) (tenancy.SignedUp, error) {
	return w.host.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven(address), Name: w.name("Person"), Secret: secret})
}

// boss is the Owner's session.
func (w *world) boss() *tenancy.Session { return w.dir.As(w.owner) }

// newMember signs up a member who has a role on an account.
func (w *world) newMember(ctx context.Context) (tenancy.UserID, error) {
	up, err := w.signUp(ctx, w.colleague(), tenancy.Secret{})
	if err != nil {
		return up.User.ID, err
	}
	return up.User.ID, done(w.boss().AssignRoles(ctx, w.accounts[0], up.User.ID, tenancy.Assignment{Roles: tenancy.Roles(tenancy.Support)}))
}

// inactive is a member whom the organization holds inactive.
func (w *world) inactive(ctx context.Context) (tenancy.UserID, error) {
	u, err := w.newMember(ctx)
	if err != nil {
		return u, err
	}
	return u, done(w.boss().DeactivateUser(ctx, u))
}

func (w *world) newAccount(ctx context.Context) (tenancy.AccountID, error) {
	a, err := w.boss().CreateAccount(ctx, w.org, tenancy.NewAccount{Name: w.name("Account")})
	return a.ID, err
}

// guest signs up a user with a role on an account of the organization.
func (w *world) guest(ctx context.Context) (tenancy.UserID, error) {
	address := w.address()
	sent, err := w.boss().InviteToAccount(ctx, w.accounts[w.next%manyAccounts],
		tenancy.NewAccountInvitation{Email: address, Roles: tenancy.Roles(tenancy.Support)})
	if err != nil {
		return tenancy.UserID{}, err
	}
	up, err := w.signUp(ctx, address, sent.Secret)
	return up.User.ID, err
}

func (w *world) invited(ctx context.Context) (tenancy.SentInvitation, error) {
	return w.boss().InviteUser(ctx, w.org, tenancy.NewInvitation{Email: w.address()})
}

// invitee is a user with an organization of their own and an invitation.
type invitee struct {
	user   tenancy.SignedUp
	secret tenancy.Secret
}

func (w *world) toAccount(ctx context.Context) (i invitee, err error) {
	address := w.address()
	if i.user, err = w.signUp(ctx, address, tenancy.Secret{}); err != nil {
		return i, err
	}
	sent, err := w.boss().InviteToAccount(ctx, w.accounts[1],
		tenancy.NewAccountInvitation{Email: address, Roles: tenancy.Roles(tenancy.Support)})
	i.secret = sent.Secret
	return i, err
}

// free is a user without an organization who is invited.
func (w *world) free(ctx context.Context) (i invitee, err error) {
	address := w.address()
	sent, err := w.boss().InviteToAccount(ctx, w.accounts[1],
		tenancy.NewAccountInvitation{Email: address, Roles: tenancy.Roles(tenancy.Support)})
	if err != nil {
		return i, err
	}
	if i.user, err = w.signUp(ctx, address, sent.Secret); err != nil {
		return i, err
	}
	toOrganization, err := w.boss().InviteUser(ctx, w.org, tenancy.NewInvitation{Email: address})
	i.secret = toOrganization.Secret
	return i, err
}

// importable is a user who is in no organization, and has an address on the domain.
func (w *world) importable(ctx context.Context) (string, error) {
	u, err := w.guest(ctx)
	if err != nil {
		return "", err
	}
	address := w.colleague()
	return address, done(w.host.ChangeEmail(ctx, u, tenancy.Proven(address)))
}

func (w *world) newDomain(ctx context.Context) (tenancy.DomainID, error) {
	w.next++
	d, err := w.boss().AddDomain(ctx, w.org, fmt.Sprintf("d%d.example.net", w.next))
	if err == nil {
		w.names.Publish(d.RecordName, d.RecordValue)
	}
	return d.ID, err
}

func (w *world) proven(ctx context.Context) (tenancy.DomainID, error) {
	d, err := w.newDomain(ctx)
	if err != nil {
		return d, err
	}
	return d, done(w.boss().VerifyDomain(ctx, d))
}

// asked is an account outside that the organization asks for.
func (w *world) asked(ctx context.Context) (i struct {
	user    tenancy.UserID
	request tenancy.InvitationID
}, err error) {
	address := w.address()
	sent, err := w.boss().InviteToAccount(ctx, w.accounts[2],
		tenancy.NewAccountInvitation{Email: address, Roles: tenancy.Roles(tenancy.Support)})
	if err != nil {
		return i, err
	}
	up, err := w.signUp(ctx, address, sent.Secret)
	if err != nil {
		return i, err
	}
	i.user = up.User.ID
	a, err := w.dir.As(i.user).CreateAccount(ctx, tenancy.OrganizationID{}, tenancy.NewAccount{Name: w.name("Own")})
	if err != nil {
		return i, err
	}
	request, err := w.boss().AddAccount(ctx, w.org, a.ID)
	i.request = request.ID
	return i, err
}

// small is another organization of the Owner's, with a domain of its own.
func (w *world) small(ctx context.Context) (tenancy.OrganizationID, error) {
	o, err := w.boss().CreateOrganization(ctx, tenancy.NewOrganization{Name: w.name("Small"), AllStay: true})
	return o.ID, err
}

// prime is another organization of the Owner's, on whose domain they have their address.
func (w *world) prime(ctx context.Context) (tenancy.OrganizationID, error) {
	o, err := w.small(ctx)
	if err != nil {
		return o, err
	}
	w.next++
	name := fmt.Sprintf("prime%d.example.com", w.next)
	d, err := w.boss().AddDomain(ctx, o, name)
	if err != nil {
		return o, err
	}
	w.names.Publish(d.RecordName, d.RecordValue)
	if _, err := w.boss().VerifyDomain(ctx, d.ID); err != nil {
		return o, err
	}
	if err := done(w.host.ChangeEmail(ctx, w.owner, tenancy.Proven("owner@"+name))); err != nil {
		return o, err
	}
	var domains []tenancy.DomainID // a Candidate has none
	for d, err := range w.boss().Domains(ctx, w.org, tenancy.DomainQuery{}) {
		if err != nil {
			return o, err
		}
		domains = append(domains, d.ID)
	}
	for _, d := range domains {
		if err := done(w.boss().StopEnforcingSSO(ctx, d)); err != nil {
			return o, err
		}
		if err := w.boss().RemoveDomain(ctx, d); err != nil {
			return o, err
		}
	}
	return o, nil
}

// operations are those that work on a part of an organization that does not grow.
var operations = []operation{
	on("Can", func(ctx context.Context, w *world) error {
		return done(w.host.Can(ctx, w.members[w.size/2], tenancy.Build, w.accounts[w.size/2%manyAccounts]))
	}),
	on("Can, of oneself", func(ctx context.Context, w *world) error {
		m := w.members[w.size/2]
		return done(w.dir.As(m).Can(ctx, m, tenancy.Build, w.accounts[w.size/2%manyAccounts]))
	}),
	on("CanInOrganization", func(ctx context.Context, w *world) error {
		return done(w.host.CanInOrganization(ctx, w.members[7], tenancy.CreateAccounts, w.org))
	}),
	on("SignUp, which joins", func(ctx context.Context, w *world) error {
		return done(w.signUp(ctx, w.colleague(), tenancy.Secret{}))
	}),
	on("SignUp, which founds", func(ctx context.Context, w *world) error {
		return done(w.signUp(ctx, w.address(), tenancy.Secret{}))
	}),
	after("SignUp, with an invitation", (*world).invited, func(ctx context.Context, w *world, i tenancy.SentInvitation) error {
		return done(w.host.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven(i.Email.Reveal()), Name: "Person", Secret: i.Secret}))
	}),
	on("Organization", func(ctx context.Context, w *world) error { return done(w.boss().Organization(ctx, w.org)) }),
	on("Organizations", func(ctx context.Context, w *world) error {
		return page(w.dir.As(w.members[3]).Organizations(ctx, tenancy.OrganizationQuery{}))
	}),
	on("RenameOrganization", func(ctx context.Context, w *world) error {
		return done(w.boss().RenameOrganization(ctx, w.org, w.name("Acme")))
	}),
	on("User, a member", func(ctx context.Context, w *world) error {
		_, _, err := w.boss().User(ctx, w.members[5])
		return err
	}),
	on("UserByEmail", func(ctx context.Context, w *world) error {
		return done(w.host.UserByEmail(ctx, "member7@"+domainName))
	}),
	on("Users, managed", func(ctx context.Context, w *world) error {
		return page(w.boss().Users(ctx, w.org, tenancy.UserQuery{Kind: tenancy.KindManaged}))
	}),
	on("Users, independent", func(ctx context.Context, w *world) error {
		return page(w.boss().Users(ctx, w.org, tenancy.UserQuery{Kind: tenancy.KindIndependent}))
	}),
	on("Users, pending", func(ctx context.Context, w *world) error {
		return page(w.boss().Users(ctx, w.org, tenancy.UserQuery{Kind: tenancy.KindPending}))
	}),
	on("Users, a search that finds one", func(ctx context.Context, w *world) error {
		return page(w.boss().Users(ctx, w.org, tenancy.UserQuery{Search: "member77@"}))
	}),
	on("Users, a search that finds nobody", func(ctx context.Context, w *world) error {
		return page(w.boss().Users(ctx, w.org, tenancy.UserQuery{Search: "zzz"}))
	}),
	on("Users, a search that finds many", func(ctx context.Context, w *world) error {
		return page(w.boss().Users(ctx, w.org, tenancy.UserQuery{Search: "member"}))
	}),
	on("UpdateUser", func(ctx context.Context, w *world) error {
		name := w.name("Renamed")
		return done(w.boss().UpdateUser(ctx, w.members[9], tenancy.UserUpdate{Name: &name}))
	}),
	on("ChangeEmail", func(ctx context.Context, w *world) error {
		return done(w.host.ChangeEmail(ctx, w.members[10], tenancy.Proven(w.colleague())))
	}),
	after("SetOrganizationRole", (*world).newMember, func(ctx context.Context, w *world, u tenancy.UserID) error {
		return done(w.boss().SetOrganizationRole(ctx, w.org, u, tenancy.Administrator))
	}),
	after("RemoveUser", (*world).newMember, func(ctx context.Context, w *world, u tenancy.UserID) error {
		return w.boss().RemoveUser(ctx, w.org, u, tenancy.Removal{})
	}),
	after("Leave", (*world).newMember, func(ctx context.Context, w *world, u tenancy.UserID) error {
		return w.dir.As(u).Leave(ctx, w.org)
	}),
	after("DeactivateUser", (*world).newMember, func(ctx context.Context, w *world, u tenancy.UserID) error {
		return done(w.boss().DeactivateUser(ctx, u))
	}),
	after("ReactivateUser", (*world).inactive, func(ctx context.Context, w *world, u tenancy.UserID) error {
		return done(w.boss().ReactivateUser(ctx, u))
	}),
	after("DeleteUser", (*world).newMember, func(ctx context.Context, w *world, u tenancy.UserID) error {
		return w.staff.DeleteUser(ctx, u, tenancy.UserDeletion{})
	}),
	on("TransferOwnership, and back", func(ctx context.Context, w *world) error {
		if _, err := w.boss().TransferOwnership(ctx, w.org, tenancy.NewOwner{User: w.admin}); err != nil {
			return err
		}
		return done(w.dir.As(w.admin).TransferOwnership(ctx, w.org, tenancy.NewOwner{User: w.owner}))
	}),
	on("InviteUser", func(ctx context.Context, w *world) error { return done(w.invited(ctx)) }),
	on("InviteToAccount", func(ctx context.Context, w *world) error {
		return done(w.boss().InviteToAccount(ctx, w.accounts[1],
			tenancy.NewAccountInvitation{Email: w.address(), Roles: tenancy.Roles(tenancy.Support)}))
	}),
	after("ResendInvitation", (*world).invited, func(ctx context.Context, w *world, i tenancy.SentInvitation) error {
		return done(w.boss().ResendInvitation(ctx, i.ID))
	}),
	after("RevokeInvitation", (*world).invited, func(ctx context.Context, w *world, i tenancy.SentInvitation) error {
		return w.boss().RevokeInvitation(ctx, i.ID)
	}),
	on("Invitations", func(ctx context.Context, w *world) error {
		return page(w.boss().Invitations(ctx, w.org, tenancy.InvitationQuery{}))
	}),
	on("AccountInvitations", func(ctx context.Context, w *world) error {
		return page(w.boss().AccountInvitations(ctx, w.accounts[1], tenancy.InvitationQuery{}))
	}),
	after("Invitation", (*world).free, func(ctx context.Context, w *world, i invitee) error {
		return done(w.dir.As(i.user.User.ID).Invitation(ctx, i.secret))
	}),
	after("AcceptInvitation, to the organization", (*world).free, func(ctx context.Context, w *world, i invitee) error {
		return done(w.dir.As(i.user.User.ID).AcceptInvitation(ctx, tenancy.Acceptance{Secret: i.secret}))
	}),
	after("AcceptInvitation, to an account", (*world).toAccount, func(ctx context.Context, w *world, i invitee) error {
		return done(w.dir.As(i.user.User.ID).AcceptInvitation(ctx, tenancy.Acceptance{Secret: i.secret}))
	}),
	after("DeclineInvitation", (*world).toAccount, func(ctx context.Context, w *world, i invitee) error {
		return w.dir.As(i.user.User.ID).DeclineInvitation(ctx, tenancy.Declination{Secret: i.secret})
	}),
	on("CreateAccount", func(ctx context.Context, w *world) error { return done(w.newAccount(ctx)) }),
	on("CreateSubaccount", func(ctx context.Context, w *world) error {
		if _, err := w.host.UpgradeAccount(ctx, w.main); err != nil && tenancy.CodeOf(err) == "" {
			return err
		}
		return done(w.boss().CreateSubaccount(ctx, w.main, tenancy.NewSubaccount{Name: w.name("Sub")}))
	}),
	on("Account", func(ctx context.Context, w *world) error { return done(w.boss().Account(ctx, w.accounts[3])) }),
	on("Accounts, managed", func(ctx context.Context, w *world) error {
		return page(w.boss().Accounts(ctx, w.org, tenancy.AccountQuery{Kind: tenancy.KindManaged}))
	}),
	on("Accounts, independent", func(ctx context.Context, w *world) error {
		return page(w.boss().Accounts(ctx, w.org, tenancy.AccountQuery{Kind: tenancy.KindIndependent}))
	}),
	on("Accounts, pending", func(ctx context.Context, w *world) error {
		return page(w.boss().Accounts(ctx, w.org, tenancy.AccountQuery{Kind: tenancy.KindPending}))
	}),
	on("AccountsOf, a member", func(ctx context.Context, w *world) error {
		return page(w.boss().AccountsOf(ctx, w.members[20], tenancy.AccountsOfQuery{}))
	}),
	on("Access", func(ctx context.Context, w *world) error {
		return page(w.boss().Access(ctx, w.accounts[4], tenancy.ReachQuery{}))
	}),
	on("RenameAccount", func(ctx context.Context, w *world) error {
		return done(w.boss().RenameAccount(ctx, w.accounts[5], w.name("Account")))
	}),
	on("SuspendAccount, and back", func(ctx context.Context, w *world) error {
		if _, err := w.boss().SuspendAccount(ctx, w.accounts[6]); err != nil {
			return err
		}
		return done(w.boss().ReactivateAccount(ctx, w.accounts[6]))
	}),
	after("CloseAccount", (*world).newAccount, func(ctx context.Context, w *world, a tenancy.AccountID) error {
		return done(w.boss().CloseAccount(ctx, a))
	}),
	after("TransferAccount", (*world).newAccount, func(ctx context.Context, w *world, a tenancy.AccountID) error {
		return done(w.boss().TransferAccount(ctx, a, w.admin))
	}),
	on("AssignRoles", func(ctx context.Context, w *world) error {
		w.next++
		role := []tenancy.AccountRole{tenancy.Developer, tenancy.Support}[w.next%2]
		return done(w.boss().AssignRoles(ctx, w.accounts[7], w.members[31], tenancy.Assignment{Roles: tenancy.Roles(role)}))
	}),
	after("RevokeRoles", (*world).newMember, func(ctx context.Context, w *world, u tenancy.UserID) error {
		return w.boss().RevokeRoles(ctx, w.accounts[0], u)
	}),
	after("Relinquish", (*world).newMember, func(ctx context.Context, w *world, u tenancy.UserID) error {
		return w.dir.As(u).Relinquish(ctx, w.accounts[0])
	}),
	on("AddDomain", func(ctx context.Context, w *world) error { return done(w.newDomain(ctx)) }),
	after("VerifyDomain", (*world).newDomain, func(ctx context.Context, w *world, d tenancy.DomainID) error {
		return done(w.boss().VerifyDomain(ctx, d))
	}),
	after("RemoveDomain", (*world).newDomain, func(ctx context.Context, w *world, d tenancy.DomainID) error {
		return w.boss().RemoveDomain(ctx, d)
	}),
	on("Domains", func(ctx context.Context, w *world) error {
		return page(w.boss().Domains(ctx, w.org, tenancy.DomainQuery{}))
	}),
	on("SetSignUpPolicy, and back", func(ctx context.Context, w *world) error {
		if _, err := w.boss().SetSignUpPolicy(ctx, w.org, tenancy.SignUpPolicyChange{Policy: tenancy.PolicyClosed}); err != nil {
			return err
		}
		return done(w.boss().SetSignUpPolicy(ctx, w.org, tenancy.SignUpPolicyChange{Policy: tenancy.PolicyAutomatic}))
	}),
	on("AddConnection", func(ctx context.Context, w *world) error {
		return done(w.boss().AddConnection(ctx, w.org, w.name("Login")))
	}),
	on("Connections", func(ctx context.Context, w *world) error {
		return page(w.boss().Connections(ctx, w.org, tenancy.ConnectionQuery{}))
	}),
	after("EnforceSSO", (*world).proven, func(ctx context.Context, w *world, d tenancy.DomainID) error {
		return done(w.boss().EnforceSSO(ctx, d, w.connection))
	}),
	after("SetSSOExemption", (*world).newMember, func(ctx context.Context, w *world, u tenancy.UserID) error {
		return done(w.boss().SetSSOExemption(ctx, w.org, u, tenancy.SSOExempt))
	}),
	on("SignInRequirement", func(ctx context.Context, w *world) error {
		return done(w.host.SignInRequirement(ctx, w.members[40]))
	}),
	after("EnableHIPAA, and back", (*world).newAccount, func(ctx context.Context, w *world, a tenancy.AccountID) error {
		if err := done(w.boss().EnableHIPAA(ctx, a)); err != nil {
			return err
		}
		return done(w.boss().DisableHIPAA(ctx, a))
	}),
	on("HIPAAReport", func(ctx context.Context, w *world) error {
		return page(w.boss().HIPAAReport(ctx, w.org, tenancy.HIPAAQuery{}))
	}),
	after("AcceptAccountRequest", (*world).asked, func(ctx context.Context, w *world, i struct {
		user    tenancy.UserID
		request tenancy.InvitationID
	}) error {
		err := done(w.dir.As(i.user).AcceptAccountRequest(ctx, i.request))
		if tenancy.CodeOf(err) != "" { // an owner who is no member may be refused, at the same cost
			return nil
		}
		return err
	}),
	on("SetLimits", func(ctx context.Context, w *world) error {
		w.next++
		return done(w.staff.SetLimits(ctx, w.org,
			&tenancy.Limits{Members: 10*w.size + w.next, Accounts: 10 * w.size, Subaccounts: 10 * w.size, Domains: 1000}))
	}),
	after("ImportUsers, one", (*world).importable, func(ctx context.Context, w *world, address string) error {
		return done(w.boss().ImportUsers(ctx, w.org, tenancy.UserImport{Emails: []string{address}}))
	}),
	on("ImportableUsers", func(ctx context.Context, w *world) error {
		return page(w.boss().ImportableUsers(ctx, w.domain, tenancy.ImportableUserQuery{}))
	}),
	after("PreviewMerge, of a small one", (*world).small, func(ctx context.Context, w *world, o tenancy.OrganizationID) error {
		return done(w.boss().PreviewMerge(ctx, w.org, tenancy.MergeCandidate{Organization: o}))
	}),
	after("MergeOrganizations, a small one", (*world).small, func(ctx context.Context, w *world, o tenancy.OrganizationID) error {
		return done(w.boss().MergeOrganizations(ctx, w.org, o))
	}),
	on("Events, from the start", func(ctx context.Context, w *world) error {
		return page(w.boss().Events(ctx, tenancy.Stream{Organization: w.org}, tenancy.EventQuery{}))
	}),
	on("LogHead", func(ctx context.Context, w *world) error {
		return done(w.boss().LogHead(ctx, tenancy.Stream{Organization: w.org}))
	}),
	on("Purge, with nothing due", func(ctx context.Context, w *world) error { return done(w.host.Purge(ctx)) }),
	on("Preview, of a rename", func(ctx context.Context, w *world) error {
		return done(w.boss().Preview(ctx, func(ctx context.Context, s *tenancy.Session) error {
			return done(s.RenameOrganization(ctx, w.org, w.name("Previewed")))
		}))
	}),
	on("Atomically, two renames", func(ctx context.Context, w *world) error {
		return w.boss().Atomically(ctx, func(ctx context.Context, s *tenancy.Session) error {
			if _, err := s.RenameOrganization(ctx, w.org, w.name("Acme")); err != nil {
				return err
			}
			return done(s.RenameAccount(ctx, w.accounts[8], w.name("Account")))
		})
	}),
	on("CreateOrganization", func(ctx context.Context, w *world) error { return done(w.small(ctx)) }),
}

// whole are the operations on everything that an organization has. Each is measured
// once, in this order.
var whole = []operation{
	after("MergeOrganizations, the large one", (*world).prime, func(ctx context.Context, w *world, o tenancy.OrganizationID) error {
		merged, err := w.boss().MergeOrganizations(ctx, o, w.org)
		w.org = merged.ID
		return err
	}),
	after("DeleteOrganization", (*world).small, func(ctx context.Context, w *world, o tenancy.OrganizationID) error {
		return w.boss().DeleteOrganization(ctx, w.org, tenancy.OrganizationDeletion{AccountsTo: o})
	}),
}
