package storetest

import (
	"context"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/add4b1c6/tenancy"
)

// entitledSince is when an entitlement was agreed.
var entitledSince = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)

// subjects are what a sweep calls operations with: one thing of each kind, and the
// texts of inputs. The zero value names nothing.
type subjects struct {
	org, other        tenancy.OrganizationID
	account           tenancy.AccountID
	user, owner       tenancy.UserID
	invitation        tenancy.InvitationID
	request           tenancy.InvitationID // for an account
	secret            tenancy.Secret
	domain            tenancy.DomainID
	connection        tenancy.ConnectionID
	group             tenancy.GroupID
	asked             tenancy.RequestID // for an invitation
	operation         tenancy.OperationID
	attempted         time.Time
	roles             tenancy.RoleSet
	role              tenancy.OrganizationRole
	name, email, site string
	phone             string
	after             tenancy.Cursor
	state             tenancy.State
	reference         tenancy.Reference
	operator          tenancy.Reference
	permission        tenancy.Permission
	inOrg             tenancy.OrganizationPermission
	signUp            tenancy.SignUpPolicy
	invite            tenancy.InvitationPolicy
	service           tenancy.UserID // a service account
	key               tenancy.KeyID
	directory         tenancy.DirectoryID
	keySecret         tenancy.Secret
}

// wellFormed are texts that every operation takes.
func (m *machine) wellFormed() subjects {
	return subjects{
		roles: tenancy.Roles(
			tenancy.Developer), role: tenancy.StandardUser, name: "One", email: "swept@elsewhere.net", site: "swept.com", phone: "+15005550006",
		operation: tenancy.OperationIDOf(
			"swept"), attempted: m.clock.Now(), reference: "t-1", operator: "staff", permission: tenancy.Build, inOrg: tenancy.ViewOrganization,
		signUp: tenancy.PolicyAutomatic, invite: tenancy.InviteAnybody,
	}
}

// malformed are texts that no operation takes, for the same things.
func (x subjects) malformed() subjects {
	x.roles, x.role, x.name, x.email, x.phone = tenancy.Roles("nobody named this"), "nobody named this", "bad\u202e", "a@b@acme.com", "+0"
	x.site, x.after, x.state, x.reference, x.operator = "no domain", "nonsense", "nonsense", "b a d", "no operator"
	x.permission, x.inOrg, x.signUp, x.invite = "nonsense", "nonsense", "nonsense", "nonsense"
	return x
}

// trait is what a sweep chooses calls by.
type trait int

const (
	reads      trait = 1 << iota // changes nothing
	takesText                    // is refused with malformed texts
	onAccount                    // acts on an account
	onSettled                    // acts on an invitation or a request
	onDomain                     // acts on a domain or a connection
	onMember                     // acts on a user
	onGroup                      // acts on a group
	platformal                   // is the host's to call
)

// sweep is a call of an operation.
type sweep struct {
	op     string
	traits trait
	call   func(ctx context.Context, p *tenancy.Platform, x subjects) error
}

// sweeps has a call of each operation. What ends the caller's own place comes last.
var sweeps = []sweep{
	{"CreateServiceAccount", takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.CreateServiceAccount(ctx, x.org, tenancy.NewServiceAccount{Name: "Swept", Role: x.role}))
	}},
	{"CreateServiceAccount", takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.CreateServiceAccount(ctx, x.org, tenancy.NewServiceAccount{Name: x.name}))
	}},
	{"CreateKey", takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.CreateKey(ctx, x.service, tenancy.NewKey{Name: x.name}))
	}},
	{"CreateKey", 0, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.CreateKey(ctx, x.user, tenancy.NewKey{Name: x.name, Expires: x.attempted.Add(-time.Second)}))
	}},
	{"Keys", reads | takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return drain(p.Keys(ctx, x.service, tenancy.KeyQuery{After: x.after}))
	}},
	{"RevokeKey", 0, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return p.RevokeKey(ctx, x.key)
	}},
	{"Authenticate", reads | platformal, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.Authenticate(ctx, x.keySecret))
	}},
	{"Organization", reads, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.Organization(ctx, x.org))
	}},
	{"Organizations", reads | takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return drain(p.Organizations(ctx, tenancy.OrganizationQuery{User: x.user, After: x.after}))
	}},
	{"Organizations", reads | takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return drain(p.Organizations(ctx, tenancy.OrganizationQuery{User: x.user, State: x.state}))
	}},
	{"Users", reads | takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return drain(p.Users(ctx, x.org, tenancy.UserQuery{After: x.after}))
	}},
	{"Users", reads | takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return drain(p.Users(ctx, x.org, tenancy.UserQuery{State: x.state}))
	}},
	{"Users", reads | takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return drain(p.Users(ctx, x.org, tenancy.UserQuery{Role: &x.role}))
	}},
	{"Accounts", reads | takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return drain(p.Accounts(ctx, x.org, tenancy.AccountQuery{After: x.after}))
	}},
	{"Accounts", reads | takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return drain(p.Accounts(ctx, x.org, tenancy.AccountQuery{State: x.state}))
	}},
	{"Invitations", reads | takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return drain(p.Invitations(ctx, x.org, tenancy.InvitationQuery{After: x.after}))
	}},
	{"Invitations", reads | takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return drain(p.Invitations(ctx, x.org, tenancy.InvitationQuery{State: x.state}))
	}},
	{"Domains", reads | takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return drain(p.Domains(ctx, x.org, tenancy.DomainQuery{After: x.after}))
	}},
	{"Connections", reads | takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return drain(p.Connections(ctx, x.org, tenancy.ConnectionQuery{After: x.after}))
	}},
	{"HIPAAReport", reads | takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return drain(p.HIPAAReport(ctx, x.org, tenancy.HIPAAQuery{After: x.after}))
	}},
	{"ImportableUsers", reads | takesText | onDomain, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return drain(p.ImportableUsers(ctx, x.domain, tenancy.ImportableUserQuery{After: x.after}))
	}},
	{"Domain", reads | onDomain, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.Domain(ctx, x.domain))
	}},
	{"Connection", reads | onDomain, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.Connection(ctx, x.connection))
	}},
	{"VouchesFor", reads | takesText | onDomain, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.VouchesFor(ctx, x.connection, x.email))
	}},
	{"Member", reads | onMember, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		_, _, err := p.Member(ctx, x.org, x.user)
		return err
	}},
	{"Permissions", reads, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return errOf(p.Permissions(ctx, x.user, x.account))
	}},
	{"CanMany", reads | takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return errOf(p.CanMany(ctx, x.user, x.permission, []tenancy.AccountID{x.account}))
	}},
	{"CanMany", reads | takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return errOf(p.CanMany(ctx, x.user, tenancy.Build, make([]tenancy.AccountID, 101)))
	}},
	{"CanInOrganization", reads | takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.CanInOrganization(ctx, x.user, x.inOrg, x.org))
	}},
	{"OrganizationPermissions", reads, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return errOf(p.OrganizationPermissions(ctx, x.user, x.org))
	}},
	{"Events", reads, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return drain(p.Events(ctx, tenancy.Stream{Organization: x.org}, tenancy.EventQuery{After: x.after}))
	}},
	{"Events", reads | takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return drain(p.Events(ctx, tenancy.Stream{User: x.user}, tenancy.EventQuery{After: x.after}))
	}},
	{"Events", reads | takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return drain(p.Events(ctx, tenancy.Stream{Organization: x.org}, tenancy.EventQuery{Subject: string(x.after) + "no ID"}))
	}},
	{"LogHead", reads, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.LogHead(ctx, tenancy.Stream{Organization: x.org}))
	}},
	{"VerifyLog", reads, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return drain(p.VerifyLog(ctx, tenancy.Stream{Organization: x.org}))
	}},
	{"User", reads, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		_, _, err := p.User(ctx, x.user)
		return err
	}},
	{"UserByEmail", reads | takesText | platformal, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.UserByEmail(ctx, x.email))
	}},
	{"SignInRequirement", reads | platformal, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.SignInRequirement(ctx, x.user))
	}},
	{"AccountsOf", reads | takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return drain(p.AccountsOf(ctx, x.user, tenancy.AccountsOfQuery{After: x.after}))
	}},
	{"AccountRequests", reads | takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return drain(p.AccountRequests(ctx, x.user, tenancy.AccountRequestQuery{After: x.after}))
	}},
	{"Account", reads, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.Account(ctx, x.account))
	}},
	{"Access", reads | takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return drain(p.Access(ctx, x.account, tenancy.ReachQuery{After: x.after}))
	}},
	{"AccountInvitations", reads | takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return drain(p.AccountInvitations(ctx, x.account, tenancy.InvitationQuery{After: x.after}))
	}},
	{"AccountInvitations", reads | takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return drain(p.AccountInvitations(ctx, x.account, tenancy.InvitationQuery{State: x.state}))
	}},
	{"Can", reads | takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.Can(ctx, x.user, x.permission, x.account))
	}},
	{"Invitation", reads | onSettled, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.Invitation(ctx, x.secret))
	}},
	{"PreviewMerge", reads, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.PreviewMerge(ctx, x.org, tenancy.MergeCandidate{Organization: x.other}))
	}},
	{"PreviewMerge", reads, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.PreviewMerge(ctx, x.org, tenancy.MergeCandidate{Organization: x.org}))
	}},
	{"PreviewMerge", reads, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.PreviewMerge(ctx, x.org, tenancy.MergeCandidate{Owner: x.user, Organization: x.other}))
	}},
	{"Outcome", reads, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.Outcome(ctx, x.operation, x.attempted))
	}},
	{"ActorOutcome", reads | takesText | platformal, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.ActorOutcome(ctx, tenancy.Actor{Operator: x.operator}, x.operation, x.attempted))
	}},

	{"Purge", platformal, func(ctx context.Context, p *tenancy.Platform, _ subjects) error {
		return second(p.Purge(ctx))
	}},
	{"RecheckDomains", platformal, func(ctx context.Context, p *tenancy.Platform, _ subjects) error {
		return second(p.RecheckDomains(ctx))
	}},
	{"Relay", platformal, func(ctx context.Context, p *tenancy.Platform, _ subjects) error {
		return second(p.Relay(ctx, func(context.Context, tenancy.Event) error { return nil }))
	}},
	{"Atomically", onMember, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return p.Atomically(ctx, func(ctx context.Context, p *tenancy.Platform) error {
			return second(p.RenameOrganization(ctx, x.org, x.name))
		})
	}},

	{"RenameOrganization", takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.RenameOrganization(ctx, x.org, x.name))
	}},
	{"SetSignUpPolicy", takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return errOf(p.SetSignUpPolicy(ctx, x.org, tenancy.SignUpPolicyChange{Policy: x.signUp}))
	}},
	{"SetInvitationPolicy", takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return errOf(p.SetInvitationPolicy(ctx, x.org, x.invite))
	}},
	{"AddConnection", takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.AddConnection(ctx, x.org, x.name))
	}},
	{"AddDomain", takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.AddDomain(ctx, x.org, x.site))
	}},
	{"CreateAccount", takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.CreateAccount(ctx, x.org, tenancy.NewAccount{Name: x.name, Owner: x.user}))
	}},
	{"CreateSubaccount", takesText | onAccount, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.CreateSubaccount(ctx, x.account, tenancy.NewSubaccount{Name: x.name}))
	}},
	{"CreateOrganization", takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(
			p.CreateOrganization(ctx, tenancy.NewOrganization{Name: x.name, Stay: []tenancy.AccountID{x.account}}))
	}},
	{"InviteUser", takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.InviteUser(ctx, x.org, tenancy.NewInvitation{Email: x.email, Role: x.role}))
	}},
	{"InviteUser", takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.InviteUser(ctx, x.org, tenancy.NewInvitation{Email: x.email}))
	}},
	{"InviteToAccount", takesText | onAccount, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(
			p.InviteToAccount(ctx, x.account,
				tenancy.NewAccountInvitation{Email: x.email, Roles: tenancy.Roles(tenancy.Support)}),
		)
	}},
	{"AddAccount", 0, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.AddAccount(ctx, x.org, x.account))
	}},
	{"SetHIPAAEntitlement", takesText | platformal, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return errOf(
			p.SetHIPAAEntitlement(ctx, x.org,
				tenancy.HIPAAEntitlement{On: true, Reference: x.reference, Executed: entitledSince}),
		)
	}},
	{"SetImportEntitlement", takesText | platformal, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return errOf(p.SetImportEntitlement(ctx, x.org, tenancy.ImportEntitlement{On: true, Reference: x.reference}))
	}},
	{"SetLimits", platformal, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return errOf(p.SetLimits(ctx, x.org, nil))
	}},
	{"RestoreOrganization", platformal, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.RestoreOrganization(ctx, x.org))
	}},
	{"SuspendOrganization", takesText | platformal, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return errOf(p.SuspendOrganization(ctx, x.org, x.reference))
	}},
	{"ReactivateOrganization", takesText | platformal, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return errOf(p.ReactivateOrganization(ctx, x.org, x.reference))
	}},
	{"ReplaceOwner", takesText | platformal, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.ReplaceOwner(ctx, x.org, tenancy.OwnerReplacement{User: x.user, Reference: x.reference}))
	}},
	{"RequestInvitation", takesText | platformal, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.RequestInvitation(ctx, tenancy.Proven(x.email)))
	}},
	{"SignUp", takesText | platformal, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven(x.email), Name: "One"}))
	}},
	{"SignUp", takesText | platformal, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.com"), Name: x.name}))
	}},
	{
		"ChangeEmail",
		takesText | platformal | onMember,
		func(ctx context.Context, p *tenancy.Platform, x subjects) error {
			return second(p.ChangeEmail(ctx, x.user, tenancy.Proven(x.email)))
		},
	},
	{"SetHIPAAEntitlement", takesText | platformal, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return errOf(p.SetHIPAAEntitlement(ctx, x.org, tenancy.HIPAAEntitlement{On: true, Reference: "undated"}))
	}},
	{"SetLimits", takesText | platformal, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return errOf(p.SetLimits(ctx, x.org, &tenancy.Limits{Members: -1}))
	}},
	{"TransferOwnership", takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.TransferOwnership(ctx, x.org, tenancy.NewOwner{}))
	}},
	{"ReplaceOwner", takesText | platformal, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.ReplaceOwner(ctx, x.org, tenancy.OwnerReplacement{User: x.user, Previous: 9, Reference: "t"}))
	}},
	{"CreateOrganization", takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(
			p.CreateOrganization(ctx,
				tenancy.NewOrganization{Name: "One", AllStay: true, Stay: []tenancy.AccountID{x.account}}),
		)
	}},
	{"CreateAccount", takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.CreateAccount(ctx, tenancy.OrganizationID{}, tenancy.NewAccount{Name: "One", Owner: x.user}))
	}},
	{"UpdateUser", takesText | onMember, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.UpdateUser(ctx, x.user, tenancy.UserUpdate{Name: &x.name}))
	}},
	{"MarkConnectionTested", platformal | onDomain, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.MarkConnectionTested(ctx, x.connection))
	}},

	{"RenameAccount", takesText | onAccount, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.RenameAccount(ctx, x.account, x.name))
	}},
	{
		"VerifyPhone",
		takesText | platformal | onAccount,
		func(ctx context.Context, p *tenancy.Platform, x subjects) error {
			return second(p.VerifyPhone(ctx, x.account, x.phone))
		},
	},
	{"UpgradeAccount", platformal | onAccount, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.UpgradeAccount(ctx, x.account))
	}},
	{"InvoiceAccount", platformal | onAccount, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.InvoiceAccount(ctx, x.account))
	}},
	{
		"SetPricing",
		takesText | platformal | onAccount,
		func(ctx context.Context, p *tenancy.Platform, x subjects) error {
			return second(p.SetPricing(ctx, x.account, x.name))
		},
	},
	{"SetPricing", takesText | platformal, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.SetPricing(ctx, x.account, "bad\x00"))
	}},
	{"EnableHIPAA", onAccount, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.EnableHIPAA(ctx, x.account))
	}},
	{"DisableHIPAA", onAccount, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.DisableHIPAA(ctx, x.account))
	}},
	{"SuspendAccount", onAccount, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.SuspendAccount(ctx, x.account))
	}},
	{"ReactivateAccount", onAccount, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.ReactivateAccount(ctx, x.account))
	}},
	{"AssignRoles", takesText | onAccount, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.AssignRoles(ctx, x.account, x.user, tenancy.Assignment{Roles: x.roles}))
	}},
	{"RevokeRoles", onAccount, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return p.RevokeRoles(ctx, x.account, x.user)
	}},
	{"TransferAccount", onAccount, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.TransferAccount(ctx, x.account, x.user))
	}},
	{"MoveAccount", onAccount, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.MoveAccount(ctx, x.account, x.other))
	}},
	{"CloseAccount", onAccount, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.CloseAccount(ctx, x.account))
	}},

	{"ResendInvitation", onSettled, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.ResendInvitation(ctx, x.invitation))
	}},
	{"ResendInvitation", onSettled, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.ResendInvitation(ctx, x.request))
	}},
	{"RevokeInvitation", onSettled, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return p.RevokeInvitation(ctx, x.invitation)
	}},
	{"AcceptAccountRequest", onSettled, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.AcceptAccountRequest(ctx, x.request))
	}},
	{"AcceptAccountRequest", onSettled, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.AcceptAccountRequest(ctx, x.invitation))
	}},
	{"AcceptInvitation", onSettled, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.AcceptInvitation(ctx, tenancy.Acceptance{Secret: x.secret}))
	}},
	{"DeclineInvitation", onSettled, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return p.DeclineInvitation(ctx, tenancy.Declination{Secret: x.secret})
	}},
	{"AcceptInvitation", onSettled | takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.AcceptInvitation(ctx, tenancy.Acceptance{Invitation: x.invitation, Secret: x.secret}))
	}},
	{"DeclineInvitation", onSettled | takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return p.DeclineInvitation(ctx, tenancy.Declination{Invitation: x.invitation, Secret: x.secret})
	}},
	{"SignUp", takesText | platformal, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.SignUp(ctx, tenancy.NewSignUp{
			Email: tenancy.Proven("swept@elsewhere.net"), Name: "One",
			Secret: tenancy.ParseSecret("swept"), Invitation: tenancy.InvitationID{15: 1},
		}))
	}},
	{"InvitationByID", reads | onSettled, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.InvitationByID(ctx, x.invitation))
	}},
	{"InvitationByID", reads | onSettled, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.InvitationByID(ctx, x.request))
	}},
	{"InvitationsTo", reads | takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return drain(p.InvitationsTo(ctx, x.user, tenancy.OfferQuery{After: x.after}))
	}},
	{"InvitationsToAddress", reads | takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return drain(p.InvitationsToAddress(ctx, tenancy.Proven(x.email), tenancy.OfferQuery{}))
	}},
	{"InvitationsToAddress", reads | takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return drain(p.InvitationsToAddress(ctx, tenancy.Proven("swept@elsewhere.net"), tenancy.OfferQuery{After: x.after}))
	}},
	{"DismissRequest", onSettled, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return p.DismissRequest(ctx, x.asked)
	}},

	{"Directories", reads | takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return drain(p.Directories(ctx, x.org, tenancy.DirectoryQuery{After: x.after}))
	}},
	{"ProvisionedUsers", reads | takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return drain(p.ProvisionedUsers(ctx, x.directory, tenancy.ProvisionedQuery{After: x.after}))
	}},
	{"ReportSignIn", takesText | platformal | onDomain, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.ReportSignIn(ctx, x.connection, x.email))
	}},
	{"AddDirectory", takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.AddDirectory(ctx, x.org, x.name))
	}},
	{"RotateDirectorySecret", 0, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.RotateDirectorySecret(ctx, x.directory, tenancy.DirectoryRotation{}))
	}},
	{"RemoveDirectory", 0, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.RemoveDirectory(ctx, x.directory, tenancy.DirectoryRemoval{}))
	}},
	{"VerifyDomain", onDomain, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.VerifyDomain(ctx, x.domain))
	}},
	{"EnforceSSO", onDomain, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.EnforceSSO(ctx, x.domain, x.connection))
	}},
	{"RemoveConnection", onDomain, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return p.RemoveConnection(ctx, x.connection)
	}},
	{"StopEnforcingSSO", onDomain, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.StopEnforcingSSO(ctx, x.domain))
	}},
	{"RemoveConnection", onDomain, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return p.RemoveConnection(ctx, x.connection)
	}},
	{"RemoveDomain", onDomain, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return p.RemoveDomain(ctx, x.domain)
	}},

	{"ImportUsers", 0, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.ImportUsers(ctx, x.org, tenancy.UserImport{Emails: []string{"nobody@acme.com"}}))
	}},
	{"SetOrganizationRole", takesText | onMember, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return errOf(p.SetOrganizationRole(ctx, x.org, x.user, x.role))
	}},
	{"SetSSOExemption", onMember, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return errOf(p.SetSSOExemption(ctx, x.org, x.user, tenancy.SSOExempt))
	}},
	{"DeactivateUser", onMember, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.DeactivateUser(ctx, x.user))
	}},
	{"ReactivateUser", onMember, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.ReactivateUser(ctx, x.user))
	}},
	{"MergeOrganizations", 0, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.MergeOrganizations(ctx, x.org, x.other))
	}},
	{"TransferOwnership", takesText, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.TransferOwnership(ctx, x.org, tenancy.NewOwner{Email: x.email}))
	}},
	{"TransferOwnership", 0, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return second(p.TransferOwnership(ctx, x.org, tenancy.NewOwner{User: x.user}))
	}},
	{"DeleteOrganization", 0, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return p.DeleteOrganization(ctx, x.org, tenancy.OrganizationDeletion{AccountsTo: x.other})
	}},
	{"RemoveUser", onMember, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return p.RemoveUser(ctx, x.org, x.user, tenancy.Removal{})
	}},
	{"DeleteUser", onMember, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return p.DeleteUser(ctx, x.user, tenancy.UserDeletion{})
	}},
	{"Relinquish", 0, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return p.Relinquish(ctx, x.account)
	}},
	{"Leave", 0, func(ctx context.Context, p *tenancy.Platform, x subjects) error {
		return p.Leave(ctx, x.org)
	}},
}

// swept makes the calls that have one of the traits; zero: all.
func (m *machine) swept(rt *rapid.T, p *tenancy.Platform, x subjects, some trait) {
	for _, s := range slices.Concat(groupSweeps, sweeps) {
		if some == 0 || s.traits&some != 0 {
			m.try(rt, s.op, s.call(m.ctx, p, x))
		}
	}
}

// subjectsOf draws things of an organization, well-formed; what it has none of is
// unknown.
func (m *machine) subjectsOf(rt *rapid.T, org tenancy.OrganizationID) subjects {
	x := m.unknowns(rt)
	x.org, x.owner = org, m.ownerOf(org)
	one := func(index tenancy.Index, in [16]byte, keep func(tenancy.Record)) {
		if all := m.listed(tenancy.Lookup{Index: index, Key: tenancy.Key{In: in}, Limit: 20}); len(all) > 0 {
			keep(choose(m, rt, "of the organization", all))
		}
	}
	mains := slices.DeleteFunc(m.openIn(org), func(a tenancy.AccountRecord) bool { return !a.Parent.IsZero() })
	if len(mains) > 0 {
		x.account = choose(m, rt, "of the organization", mains).ID
	}
	one(tenancy.IndexMembers, org, func(r tenancy.Record) { x.user = r.(tenancy.MembershipRecord).User })
	one(tenancy.IndexConnectionsIn, org, func(r tenancy.Record) { x.connection = r.(tenancy.ConnectionRecord).ID })
	one(tenancy.IndexGroupsIn, org, func(r tenancy.Record) { x.group = r.(tenancy.GroupRecord).ID })
	one(tenancy.IndexDirectoriesIn, org, func(r tenancy.Record) { x.directory = r.(tenancy.DirectoryRecord).ID })
	one(tenancy.IndexRequestsIn, org, func(r tenancy.Record) { x.asked = r.(tenancy.RequestRecord).ID })
	for _, d := range m.domains {
		if r, err := lookUp[tenancy.DomainRecord](m, tenancy.IndexDomains, d.ID); err == nil && r.Organization == org {
			x.domain = d.ID
		}
	}
	for _, id := range m.invitations {
		if i, err := lookUp[tenancy.InvitationRecord](m, tenancy.IndexInvitations, id); err == nil &&
			i.Organization == org {
			if i.Kind == tenancy.InvitationOfAccount {
				x.request = id
			} else {
				x.invitation = id
			}
		}
	}
	for _, id := range m.services {
		member := tenancy.Key{In: org, ID: id}
		if _, err := lookUpAt[tenancy.MembershipRecord](m, tenancy.IndexMembers, member); err == nil {
			x.service = id
			one(tenancy.IndexKeysOf, id, func(r tenancy.Record) { x.key = r.(tenancy.KeyRecord).ID })
		}
	}
	if len(m.keySecrets) > 0 {
		x.keySecret = choose(m, rt, "key's secret", m.keySecrets)
	}
	for _, other := range m.where(tenancy.StateActive) {
		if other != org {
			x.other = other
		}
	}
	if len(m.secrets) > 0 {
		x.secret = m.sent(rt).secret
	}
	return x
}

// unknowns are well-formed and name what does not exist.
func (m *machine) unknowns(rt *rapid.T) subjects {
	x, id := m.wellFormed(), m.unknown(rt)
	x.org, x.account, x.user, x.invitation, x.request = tenancy.OrganizationID(id), tenancy.AccountID(
		id), tenancy.UserID(id), tenancy.InvitationID(id), tenancy.InvitationID(id)
	x.domain, x.connection, x.asked = tenancy.DomainID(id), tenancy.ConnectionID(id), tenancy.RequestID(id)
	x.service, x.key = tenancy.UserID(id), tenancy.KeyID(id)
	x.group, x.directory = tenancy.GroupID(id), tenancy.DirectoryID(id)
	id[0]++
	x.other, x.operation = tenancy.OrganizationID(id), tenancy.OperationID(id)
	return x
}

// anyHost draws an Operator or System.
func (m *machine) anyHost(rt *rapid.T) *tenancy.Platform {
	return choose(m, rt, "host", []*tenancy.Platform{m.dir.Operator("staff"), m.dir.System()})
}

func asPlatform(s *tenancy.Session) *tenancy.Platform { return &tenancy.Platform{Session: s} }

// sweeping has the steps that call every operation, or every one of a kind, with one
// thing wrong.
func (m *machine) sweeping() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"in vain": func(rt *rapid.T) {
			p := m.platform(rt)
			key := tenancy.OperationIDOf("in vain")
			m.did(rt, "Atomically", func() error { return p.Atomically(m.ctx, nil) })
			m.did(rt, "Preview", func() error { _, err := p.Preview(m.ctx, nil); return err })
			m.did(rt, "Relay", func() error { _, err := p.Relay(m.ctx, nil); return err })
			m.did(rt, "Purge", func() error { _, err := p.Once(key).Purge(m.ctx); return err })
			m.did(rt, "RecheckDomains", func() error { _, err := p.Once(key).RecheckDomains(m.ctx); return err })
			m.did(rt, "VerifyDomain",
				func() error { _, err := p.Once(key).VerifyDomain(m.ctx, m.domain(rt)); return err })
			m.did(rt, "RemoveDirectory", func() error {
				return second(p.Once(key).RemoveDirectory(m.ctx, m.directory(rt), tenancy.DirectoryRemoval{}))
			})
			m.did(rt, "ImportUsers",
				func() error { _, err := p.ImportUsers(m.ctx, m.org(rt), tenancy.UserImport{}); return err })
		},
		"nothing named": func(rt *rapid.T) {
			x := m.wellFormed()
			x.operation = tenancy.OperationID{}
			m.swept(
				rt,
				choose(m, rt, "who",
					[]*tenancy.Platform{m.dir.Operator("staff"), m.dir.System(), asPlatform(m.dir.As(m.user(rt)))}),
				x,
				0,
			)
		},
		"nothing known": func(rt *rapid.T) {
			m.swept(rt, m.anyHost(rt), m.unknowns(rt), 0)
			m.swept(rt, asPlatform(m.dir.As(m.user(rt))), m.unknowns(rt), 0)
		},
		"nothing well-formed": func(rt *rapid.T) {
			if org, owner, ok := m.alive(rt); ok {
				x := m.subjectsOf(rt, org).malformed()
				m.swept(rt, asPlatform(owner), x, takesText)
				m.swept(rt, m.anyHost(rt), x, takesText)
			}
		},
		"everything read": func(rt *rapid.T) {
			if org, owner, ok := m.alive(rt); ok {
				x := m.subjectsOf(rt, org)
				m.swept(rt, asPlatform(owner), x, reads)
				m.swept(rt, m.anyHost(rt), x, reads)
			}
		},
		"nothing allowed": m.nothingAllowed, "nothing allowed 2": m.nothingAllowed,
		"nothing seen": func(rt *rapid.T) {
			if org, _, ok := m.alive(rt); ok {
				m.swept(rt, asPlatform(m.dir.As(m.user(rt))), m.subjectsOf(rt, org), 0)
			}
		},
		"on a closed account": func(rt *rapid.T) {
			org, owner, ok := m.alive(rt)
			if !ok {
				return
			}
			x := m.subjectsOf(rt, org)
			m.try(rt, "CloseAccount", second(owner.CloseAccount(m.ctx, x.account)))
			m.swept(rt, asPlatform(owner), x, onAccount|reads)
			m.swept(rt, m.anyHost(rt), x, onAccount)
			m.try(rt, "Relinquish", m.dir.As(m.granted(rt, x.account)).Relinquish(m.ctx, x.account))
		},
		"on a subaccount": func(rt *rapid.T) {
			org, owner, ok := m.alive(rt)
			if !ok {
				return
			}
			x := m.subjectsOf(rt, org)
			for _, a := range m.openIn(org) {
				if !a.Parent.IsZero() {
					x.account = a.ID
					m.swept(rt, m.dir.System(), x, onAccount)
					m.swept(rt, asPlatform(owner), x, onAccount)
					return
				}
			}
		},
		"what is settled": func(rt *rapid.T) {
			if org, owner, ok := m.alive(rt); ok {
				x := m.subjectsOf(rt, org)
				for range 2 {
					m.swept(rt, asPlatform(owner), x, onSettled)
				}
				m.swept(rt, m.anyHost(rt), x, onSettled)
			}
		},
		"a member's life": func(rt *rapid.T) {
			org, owner, ok := m.alive(rt)
			if !ok {
				return
			}
			x := m.subjectsOf(rt, org)
			x.email, x.role = m.newcomer("elsewhere.net"), tenancy.Administrator
			if m.coin(rt, "by staff") {
				owner = m.dir.Operator("staff").Session
			}
			m.swept(rt, asPlatform(owner), x, onMember)
		},
		"domains": func(rt *rapid.T) {
			if org, owner, ok := m.alive(rt); ok {
				x := m.subjectsOf(rt, org)
				m.swept(rt, choose(m, rt, "who", []*tenancy.Platform{m.dir.System(), asPlatform(owner)}), x, onDomain)
			}
		},
	}
}

// nothingAllowed lets a Standard User, or a guest, call everything on an organization.
func (m *machine) nothingAllowed(rt *rapid.T) {
	org, owner, ok := m.alive(rt)
	if !ok {
		return
	}
	sent, err := owner.InviteUser(m.ctx, org, tenancy.NewInvitation{Email: m.newcomer("elsewhere.net")})
	m.try(rt, "InviteUser", err)
	if err == nil {
		m.invitations = append(m.invitations, sent.ID)
	}
	x := m.subjectsOf(rt, org)
	actor := m.subordinate(rt, org)
	if actor.IsZero() {
		actor = m.granted(rt, x.account)
	}
	if actor == x.owner {
		return
	}
	if x.user == actor || m.coin(rt, "on the Owner") {
		x.user = x.owner
	}
	m.try(rt, "SetOrganizationRole", errOf(owner.SetOrganizationRole(m.ctx, org, actor, tenancy.StandardUser)))
	m.swept(rt, asPlatform(m.dir.As(actor)), x, 0)
}
