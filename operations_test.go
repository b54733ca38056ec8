package tenancy_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// premises is an office with everything in it that an operation can act on, so that only who calls decides.
type premises struct {
	*office
	org        tenancy.OrganizationID
	victim     tenancy.UserID // a member without anything, whom operations are about
	domain     tenancy.DomainID
	connection tenancy.ConnectionID
	directory  tenancy.DirectoryID
	leaving    tenancy.DirectoryID    // a directory that is to be removed
	group      tenancy.GroupID        // of nobody, with roles on the founder's account
	invitation tenancy.SentInvitation // to the organization, pending
	request    tenancy.RequestID
	asked      tenancy.InvitationID // an account request of the organization's, for the stranger's account
	ended      tenancy.OrganizationID
	second     tenancy.OrganizationID                      // of the founder's
	unmanaged  tenancy.AccountID                           // which an Operator may close (ACC-5)
	closing    tenancy.AccountID                           // the one that is to be closed
	service    tenancy.UserID                              // a service account that is Administrator
	key        tenancy.CreatedKey                          // its
	hosts      map[tenancy.OrganizationRole]tenancy.UserID // a member of each role of the host's
}

// aloneRoles are roles of the host's: one for each permission that it can give, alone, and
// one that has what two rows ask for.
func aloneRoles() map[tenancy.OrganizationRole][]tenancy.OrganizationPermission {
	roles := map[tenancy.OrganizationRole][]tenancy.OrganizationPermission{
		"both": {tenancy.ManageUsers, tenancy.ManageOrganization},
	}
	for p := range nameable {
		roles[tenancy.OrganizationRole(p)] = []tenancy.OrganizationPermission{p}
	}
	return roles
}

func newPremises(t *testing.T) *premises {
	p := &premises{office: newOffice(t, withRoles(aloneRoles())), hosts: map[tenancy.OrganizationRole]tenancy.UserID{}}
	for role := range aloneRoles() {
		p.hosts[role] = p.join(p.founder, "with-"+strings.ReplaceAll(string(role), "_", "-"), role)
	}
	p.org = p.founder.Organization.ID
	owner, ctx := p.dir.As(p.founder.User.ID), p.ctx()
	p.victim = p.join(p.founder, "vic", tenancy.StandardUser)
	p.domain = p.prove(p.founder.User.ID, p.org, "corp.example.com")
	connection, err := owner.AddConnection(ctx, p.org, "Corp")
	require.NoError(t, err)
	p.connection = connection.ID
	for _, id := range []*tenancy.DirectoryID{&p.directory, &p.leaving} {
		added, err := owner.AddDirectory(ctx, p.org, "Corp")
		require.NoError(t, err)
		*id = added.ID
	}
	service, err := owner.CreateServiceAccount(ctx, p.org,
		tenancy.NewServiceAccount{Name: "Robot", Role: tenancy.Administrator})
	require.NoError(t, err)
	p.service = service.ID
	p.key, err = owner.CreateKey(ctx, p.service, tenancy.NewKey{Name: "First"})
	require.NoError(t, err)
	p.group = p.office.group(p.founder.User.ID, p.org)
	p.groupRoles(p.founder.User.ID, p.group, p.founder.Account.ID, tenancy.Support)
	p.invitation, err = owner.InviteUser(ctx, p.org, tenancy.NewInvitation{Email: "ivy@example.com"})
	require.NoError(t, err)
	request, err := p.host.RequestInvitation(ctx, tenancy.Proven("rita@corp.example.com"))
	require.NoError(t, err)
	p.request = request.ID
	stranger := items(t, p.host.AccountsOf(ctx, p.stranger, tenancy.AccountsOfQuery{}))[0]
	asked, err := owner.AddAccount(ctx, p.org, stranger.Account)
	require.NoError(t, err)
	p.asked = asked.ID
	gone := p.found("eve")
	p.ended = gone.Organization.ID
	require.NoError(t, p.dir.As(gone.User.ID).DeleteOrganization(ctx, p.ended, tenancy.OrganizationDeletion{}))
	p.unmanaged = gone.Account.ID
	_, err = p.staff.VerifyPhone(ctx, p.founder.Account.ID, "+4912345678")
	require.NoError(t, err)
	second, err := owner.CreateOrganization(ctx, tenancy.NewOrganization{Name: "Second", AllStay: true})
	require.NoError(t, err)
	p.second = second.ID
	return p
}

// calls has a call of every operation, well formed, on the premises.
var calls = map[string]func(context.Context, *tenancy.Platform, *premises) error{
	"SignUp": func(ctx context.Context, s *tenancy.Platform, _ *premises) error {
		_, err := s.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("new@example.com"), Name: "New"})
		return err
	},
	"CreateOrganization": func(ctx context.Context, s *tenancy.Platform, _ *premises) error {
		_, err := s.CreateOrganization(ctx, tenancy.NewOrganization{Name: "New"})
		return err
	},
	"Organization": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.Organization(ctx, p.org)
		return err
	},
	"Organizations": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return failure(s.Organizations(ctx, tenancy.OrganizationQuery{User: p.victim}))
	},
	"RenameOrganization": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.RenameOrganization(ctx, p.org, "Other")
		return err
	},
	"TransferOwnership": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.TransferOwnership(ctx, p.org, tenancy.NewOwner{User: p.victim})
		return err
	},
	"ReplaceOwner": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.ReplaceOwner(ctx, p.org, tenancy.OwnerReplacement{User: p.victim, Reference: "ticket-1"})
		return err
	},
	"SuspendOrganization": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return errOf(s.SuspendOrganization(ctx, p.org, "ticket-1"))
	},
	"ReactivateOrganization": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return errOf(s.ReactivateOrganization(ctx, p.org, "ticket-1"))
	},
	"User": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, _, err := s.User(ctx, p.victim)
		return err
	},
	"UserByEmail": func(ctx context.Context, s *tenancy.Platform, _ *premises) error {
		_, err := s.UserByEmail(ctx, address("vic"))
		return err
	},
	"Users": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return failure(s.Users(ctx, p.org, tenancy.UserQuery{}))
	},
	"Member": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, _, err := s.Member(ctx, p.org, p.victim)
		return err
	},
	"UpdateUser": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.UpdateUser(ctx, p.victim, tenancy.UserUpdate{Name: new("Victor")})
		return err
	},
	"ChangeEmail": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.ChangeEmail(ctx, p.victim, tenancy.Proven("victor@example.com"))
		return err
	},
	"SetOrganizationRole": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return errOf(s.SetOrganizationRole(ctx, p.org, p.victim, tenancy.Administrator))
	},
	"RemoveUser": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return s.RemoveUser(ctx, p.org, p.victim, tenancy.Removal{})
	},
	"Leave": func(ctx context.Context, s *tenancy.Platform, p *premises) error { return s.Leave(ctx, p.org) },
	"DeactivateUser": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.DeactivateUser(ctx, p.victim)
		return err
	},
	"ReactivateUser": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.ReactivateUser(ctx, p.victim)
		return err
	},
	"DeleteUser": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return s.DeleteUser(ctx, p.victim, tenancy.UserDeletion{})
	},
	"CreateServiceAccount": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return errOf(s.CreateServiceAccount(ctx, p.org, tenancy.NewServiceAccount{Name: "New"}))
	},
	"CreateKey": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return errOf(s.CreateKey(ctx, p.service, tenancy.NewKey{Name: "New"}))
	},
	"Keys": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return failure(s.Keys(ctx, p.service, tenancy.KeyQuery{}))
	},
	"RevokeKey": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return s.RevokeKey(ctx, p.key.ID)
	},
	"Authenticate": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return errOf(s.Authenticate(ctx, p.key.Secret))
	},
	"InviteUser": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.InviteUser(ctx, p.org, tenancy.NewInvitation{Email: "nia@example.com"})
		return err
	},
	"InviteToAccount": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.InviteToAccount(ctx, p.account,
			tenancy.NewAccountInvitation{Email: "nia@example.com", Roles: tenancy.Roles(tenancy.Support)})
		return err
	},
	"ResendInvitation": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.ResendInvitation(ctx, p.invitation.ID)
		return err
	},
	"RevokeInvitation": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return s.RevokeInvitation(ctx, p.invitation.ID)
	},
	"Invitations": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return failure(s.Invitations(ctx, p.org, tenancy.InvitationQuery{}))
	},
	"AccountInvitations": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return failure(s.AccountInvitations(ctx, p.account, tenancy.InvitationQuery{}))
	},
	"Invitation": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.Invitation(ctx, p.invitation.Secret)
		return err
	},
	"InvitationByID": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return errOf(s.InvitationByID(ctx, p.invitation.ID))
	},
	"InvitationsTo": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return failure(s.InvitationsTo(ctx, p.victim, tenancy.OfferQuery{}))
	},
	"InvitationsToAddress": func(ctx context.Context, s *tenancy.Platform, _ *premises) error {
		return failure(s.InvitationsToAddress(ctx, tenancy.Proven("ivy@example.com"), tenancy.OfferQuery{}))
	},
	"AcceptInvitation": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.AcceptInvitation(ctx, tenancy.Acceptance{Secret: p.invitation.Secret})
		return err
	},
	"DeclineInvitation": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return s.DeclineInvitation(ctx, tenancy.Declination{Secret: p.invitation.Secret})
	},
	"CreateAccount": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.CreateAccount(ctx, p.org, tenancy.NewAccount{Name: "New"})
		return err
	},
	"CreateSubaccount": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.CreateSubaccount(ctx, p.account, tenancy.NewSubaccount{Name: "New"})
		return err
	},
	"Account": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.Account(ctx, p.account)
		return err
	},
	"Accounts": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return failure(s.Accounts(ctx, p.org, tenancy.AccountQuery{}))
	},
	"AccountsOf": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return failure(s.AccountsOf(ctx, p.victim, tenancy.AccountsOfQuery{}))
	},
	"Access": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return failure(s.Access(ctx, p.account, tenancy.ReachQuery{}))
	},
	"RenameAccount": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.RenameAccount(ctx, p.account, "Other")
		return err
	},
	"SuspendAccount": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.SuspendAccount(ctx, p.account)
		return err
	},
	"ReactivateAccount": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.ReactivateAccount(ctx, p.account)
		return err
	},
	"CloseAccount": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.CloseAccount(ctx, p.closing)
		return err
	},
	"TransferAccount": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.TransferAccount(ctx, p.account, p.roles[tenancy.Developer])
		return err
	},
	"MoveAccount": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.MoveAccount(ctx, p.account, p.org)
		return err
	},
	"AssignRoles": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.AssignRoles(ctx, p.account, p.roles[tenancy.Support], tenancy.Assignment{Roles: tenancy.Roles(tenancy.Developer)})
		return err
	},
	"RevokeRoles": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return s.RevokeRoles(ctx, p.account, p.roles[tenancy.Support])
	},
	"Relinquish": func(ctx context.Context, s *tenancy.Platform, p *premises) error { return s.Relinquish(ctx, p.account) },
	"VerifyPhone": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.VerifyPhone(ctx, p.account, "+4912345678")
		return err
	},
	"UpgradeAccount": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.UpgradeAccount(ctx, p.account)
		return err
	},
	"InvoiceAccount": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.InvoiceAccount(ctx, p.account)
		return err
	},
	"SetPricing": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.SetPricing(ctx, p.account, "special")
		return err
	},
	"AddDomain": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.AddDomain(ctx, p.org, "new.example.com")
		return err
	},
	"VerifyDomain": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.VerifyDomain(ctx, p.domain)
		return err
	},
	"RemoveDomain": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return s.RemoveDomain(ctx, p.domain)
	},
	"Domains": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return failure(s.Domains(ctx, p.org, tenancy.DomainQuery{}))
	},
	"Domain": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return errOf(s.Domain(ctx, p.domain))
	},
	"RecheckDomains": func(ctx context.Context, s *tenancy.Platform, _ *premises) error {
		_, err := s.RecheckDomains(ctx)
		return err
	},
	"SetSignUpPolicy": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return errOf(s.SetSignUpPolicy(ctx, p.org, tenancy.SignUpPolicyChange{Policy: tenancy.PolicyClosed}))
	},
	"SetInvitationPolicy": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return errOf(s.SetInvitationPolicy(ctx, p.org, tenancy.InviteLiveDomains))
	},
	"ReportSignIn": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return errOf(s.ReportSignIn(ctx, p.connection, "ivy@corp.example.com"))
	},
	"AddDirectory": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return errOf(s.AddDirectory(ctx, p.org, "New"))
	},
	"RotateDirectorySecret": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return errOf(s.RotateDirectorySecret(ctx, p.directory, tenancy.DirectoryRotation{}))
	},
	"RemoveDirectory": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return errOf(s.RemoveDirectory(ctx, p.leaving, tenancy.DirectoryRemoval{}))
	},
	"Directories": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return failure(s.Directories(ctx, p.org, tenancy.DirectoryQuery{}))
	},
	"ProvisionedUsers": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return failure(s.ProvisionedUsers(ctx, p.directory, tenancy.ProvisionedQuery{}))
	},
	"CreateGroup": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return errOf(s.CreateGroup(ctx, p.org, tenancy.NewGroup{Name: "New"}))
	},
	"RenameGroup": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return errOf(s.RenameGroup(ctx, p.group, "New"))
	},
	"DeleteGroup": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return s.DeleteGroup(ctx, p.group)
	},
	"AddToGroup": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return errOf(s.AddToGroup(ctx, p.group, []tenancy.UserID{p.victim}))
	},
	"RemoveFromGroup": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return errOf(s.RemoveFromGroup(ctx, p.group, []tenancy.UserID{p.victim}))
	},
	"AssignGroupRoles": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return errOf(s.AssignGroupRoles(ctx, p.group, p.founder.Account.ID, tenancy.Roles(tenancy.Developer)))
	},
	"RevokeGroupRoles": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return s.RevokeGroupRoles(ctx, p.group, p.founder.Account.ID)
	},
	"Group": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return errOf(s.Group(ctx, p.group))
	},
	"Groups": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return failure(s.Groups(ctx, p.org, tenancy.GroupQuery{}))
	},
	"GroupMembers": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return failure(s.GroupMembers(ctx, p.group, tenancy.GroupQuery{}))
	},
	"GroupAccounts": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return failure(s.GroupAccounts(ctx, p.group, tenancy.GroupQuery{}))
	},
	"GroupsOf": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return failure(s.GroupsOf(ctx, p.victim, tenancy.GroupQuery{}))
	},
	"AddConnection": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.AddConnection(ctx, p.org, "New")
		return err
	},
	"RemoveConnection": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return s.RemoveConnection(ctx, p.connection)
	},
	"MarkConnectionTested": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.MarkConnectionTested(ctx, p.connection)
		return err
	},
	"Connections": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return failure(s.Connections(ctx, p.org, tenancy.ConnectionQuery{}))
	},
	"Connection": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return errOf(s.Connection(ctx, p.connection))
	},
	"EnforceSSO": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.EnforceSSO(ctx, p.domain, p.connection)
		return err
	},
	"StopEnforcingSSO": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.StopEnforcingSSO(ctx, p.domain)
		return err
	},
	"SetSSOExemption": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return errOf(s.SetSSOExemption(ctx, p.org, p.victim, tenancy.SSOExempt))
	},
	"SignInRequirement": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.SignInRequirement(ctx, p.victim)
		return err
	},
	"VouchesFor": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return errOf(s.VouchesFor(ctx, p.connection, "new@corp.example.com"))
	},
	"SetHIPAAEntitlement": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return errOf(
			s.SetHIPAAEntitlement(ctx, p.org,
				tenancy.HIPAAEntitlement{On: true, Reference: "baa-1", Executed: p.clock.Now()}),
		)
	},
	"EnableHIPAA": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.EnableHIPAA(ctx, p.account)
		return err
	},
	"DisableHIPAA": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.DisableHIPAA(ctx, p.account)
		return err
	},
	"HIPAAReport": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return failure(s.HIPAAReport(ctx, p.org, tenancy.HIPAAQuery{}))
	},
	"AddAccount": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.AddAccount(ctx, p.org, tenancy.AccountID{15: 1})
		return err
	},
	"AccountRequests": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return failure(s.AccountRequests(ctx, p.victim, tenancy.AccountRequestQuery{}))
	},
	"AcceptAccountRequest": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.AcceptAccountRequest(ctx, p.asked)
		return err
	},
	"RequestInvitation": func(ctx context.Context, s *tenancy.Platform, _ *premises) error {
		_, err := s.RequestInvitation(ctx, tenancy.Proven("ruth@corp.example.com"))
		return err
	},
	"DismissRequest": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return s.DismissRequest(ctx, p.request)
	},
	"DeleteOrganization": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return s.DeleteOrganization(ctx, p.org, tenancy.OrganizationDeletion{})
	},
	"RestoreOrganization": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.RestoreOrganization(ctx, p.ended)
		return err
	},
	"PreviewMerge": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.PreviewMerge(ctx, p.org, tenancy.MergeCandidate{Owner: p.stranger})
		return err
	},
	"MergeOrganizations": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.MergeOrganizations(ctx, p.org, p.second)
		return err
	},
	"ImportUsers": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.ImportUsers(ctx, p.org, tenancy.UserImport{Emails: []string{"x@corp.example.com"}})
		return err
	},
	"ImportableUsers": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return failure(s.ImportableUsers(ctx, p.domain, tenancy.ImportableUserQuery{}))
	},
	"SetLimits": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return errOf(s.SetLimits(ctx, p.org, tenancy.TwilioLimits()))
	},
	"SetImportEntitlement": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return errOf(s.SetImportEntitlement(ctx, p.org, tenancy.ImportEntitlement{On: true, Reference: "ticket-1"}))
	},
	"Purge": func(ctx context.Context, s *tenancy.Platform, _ *premises) error {
		_, err := s.Purge(ctx)
		return err
	},
	"Can": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.Can(ctx, p.roles[tenancy.Support], tenancy.Build, p.account)
		return err
	},
	"Permissions": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return errOf(s.Permissions(ctx, p.roles[tenancy.Support], p.account))
	},
	"CanMany": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		answers, err := s.CanMany(ctx, p.roles[tenancy.Support], tenancy.Build, []tenancy.AccountID{p.account})
		if err != nil {
			return err
		}
		return answers[0].Err
	},
	"CanInOrganization": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.CanInOrganization(ctx, p.victim, tenancy.ReadLog, p.org)
		return err
	},
	"OrganizationPermissions": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return errOf(s.OrganizationPermissions(ctx, p.victim, p.org))
	},
	"Events": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return failure(s.Events(ctx, organizationStream(p.org), tenancy.EventQuery{}))
	},
	"LogHead": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.LogHead(ctx, organizationStream(p.org))
		return err
	},
	"VerifyLog": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		return failure(s.VerifyLog(ctx, organizationStream(p.org)))
	},
	"Relay": func(ctx context.Context, s *tenancy.Platform, _ *premises) error {
		_, err := s.Relay(ctx, func(context.Context, tenancy.Event) error { return nil })
		return err
	},
	"Atomically": func(ctx context.Context, s *tenancy.Platform, _ *premises) error {
		return s.Atomically(ctx, func(context.Context, *tenancy.Platform) error { return nil })
	},
	"Preview": func(ctx context.Context, s *tenancy.Platform, _ *premises) error {
		_, err := s.Preview(ctx, func(context.Context, *tenancy.Platform) error { return nil })
		return err
	},
	"Outcome": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.Outcome(ctx, tenancy.OperationIDOf("never done"), p.clock.Now())
		return err
	},
	"ActorOutcome": func(ctx context.Context, s *tenancy.Platform, p *premises) error {
		_, err := s.ActorOutcome(ctx, tenancy.Actor{User: p.victim}, tenancy.OperationIDOf("never done"), p.clock.Now())
		return err
	},
}

// alone are the operations that work in transactions of their own; the others are called in a preview, which leaves the premises as they are.
var alone = []string{
	"Authenticate",
	"VerifyDomain",
	"RecheckDomains",
	"Purge",
	"RemoveDirectory",
	"Relay",
	"Atomically",
	"Preview",
	"Outcome",
	"ActorOutcome",
}

func TestOperationsCells(t *testing.T) {
	p := newPremises(t)
	table := peoplesTable()
	var names []string
	for _, row := range table {
		names = append(names, row.Name)
	}
	require.ElementsMatch(t, names, slices.Collect(maps.Keys(calls)),
		"an operation that is not called here is not tested")

	call := func(t *testing.T, name string, as *tenancy.Platform) tenancy.Code {
		t.Helper()
		if slices.Contains(alone, name) {
			return tenancy.CodeOf(calls[name](p.ctx(), as, p))
		}
		var code tenancy.Code
		_, err := as.Preview(p.ctx(), func(ctx context.Context, s *tenancy.Platform) error {
			err := calls[name](ctx, s, p)
			if code = tenancy.CodeOf(err); code == "" {
				require.NoError(t, err)
			}
			return nil
		})
		require.NoError(t, err)
		return code
	}
	as := func(user tenancy.UserID) *tenancy.Platform { return &tenancy.Platform{Session: p.dir.As(user)} }
	off := []tenancy.Code{tenancy.CodeNotAllowed, tenancy.CodeNotFound}
	for _, row := range table {
		// Who has no cell of their own in the row is not asked about: what Others says is the operation's own rule, with tests of its own.
		person := func(t *testing.T, who string, user tenancy.UserID, allowed bool) {
			t.Helper()
			if allowed {
				require.NotContains(t, off, call(t, row.Name, as(user)), who)
			} else if row.Others == "" {
				require.Contains(t, off, call(t, row.Name, as(user)), who)
			}
		}
		shown := map[string]tenancy.OrganizationPermission{
			"domain": tenancy.ViewDomains, "connection": tenancy.ManageIdentity,
			"group": tenancy.ViewUsers, "request": tenancy.ViewUsers, "key": tenancy.ManageIdentity, "directory": tenancy.ManageIdentity,
		}[row.On]
		t.Run("ROLE-8 "+row.Name, func(t *testing.T) {
			p.closing = p.unmanaged
			for who, cell := range map[string]struct {
				as      *tenancy.Platform
				allowed bool
			}{"operator": {p.staff, row.Operator}, "system": {p.host, row.System}} {
				code := call(t, row.Name, cell.as)
				switch {
				case !cell.allowed && (row.Name == "AcceptInvitation" || row.Name == "Invitation"), // a secret shows nothing to who may not see it
					cell.allowed && (row.Name == "Outcome" || row.Name == "ActorOutcome"): // what was never done
					require.Equal(t, tenancy.CodeNotFound, code, who)
				case cell.allowed:
					require.NotContains(t, off, code, who)
				default:
					require.Equal(t, tenancy.CodeNotAllowed, code, who)
				}
			}
			p.closing = p.account
			if row.Organization == "" && row.Account == "" && row.Others != "" {
				return
			}
			for role, user := range p.ranks() {
				person(
					t,
					role,
					user,
					strings.Contains(organizationCells[row.Organization], role) ||
						role != "standard" && accountCells[row.Account].manager,
				)
			}
			for role, user := range p.hosts {
				has := map[tenancy.OrganizationPermission]bool{tenancy.ViewOrganization: true}
				for _, named := range aloneRoles()[role] {
					has[named], has[nameable[named]] = true, true
				}
				may := has[row.Organization] && (row.Besides == "" || has[row.Besides])
				if row.On == "group" && row.Organization == tenancy.ManageUsers { // the group that is called about gives roles (GRP-2)
					may = may && has[tenancy.ManageAccounts]
				}
				if row.Organization == "" { // what is called is about the account
					may = accountCells[row.Account].manager && has[tenancy.ManageAccounts]
				}
				person(t, "ROLE-9 "+string(role), user, may)
				if !may && shown != "" && row.Organization != "" {
					code := tenancy.CodeNotFound
					if has[shown] {
						code = tenancy.CodeNotAllowed
					}
					require.Equal(t, code, call(t, row.Name, as(user)), "GEN-5 %s", role)
				}
			}
			for role, user := range p.roles {
				if row.Organization == "" {
					person(t, string(role), user, strings.Contains(accountCells[row.Account].roles, string(role[0])))
				}
			}
			person(t, "a stranger", p.stranger, false)
			if row.Others == "" && (row.Organization != "" || row.Account != "") {
				require.Equal(t, tenancy.CodeNotFound, call(t, row.Name, as(p.stranger)),
					"to a stranger nothing is there (GEN-5)")
			}
		})
	}
}

// ranks gives a member of each organization role.
func (p *premises) ranks() map[string]tenancy.UserID {
	return map[string]tenancy.UserID{
		"owner":         p.managers[tenancy.Owner],
		"administrator": p.managers[tenancy.Administrator],
		"standard":      p.standard,
	}
}

// peoplesTable gives the table of operations without those that only a directory has a
// method for: nobody else can call them (PRV-1).
func peoplesTable() []tenancy.OperationRow {
	return slices.DeleteFunc(tenancy.OperationsTable(), func(row tenancy.OperationRow) bool { return row.Directory })
}

// TestServiceAccountCells calls every operation as a service account that is
// Administrator, and holds the table's column to what happens (USR-20): where it says
// no, the operation is refused as CodeServiceAccount, and where it says yes the service
// account gets the answer that a person with its role gets.
func TestServiceAccountCells(t *testing.T) {
	p := newPremises(t)
	answer := func(t *testing.T, name string, user tenancy.UserID) tenancy.Code {
		t.Helper()
		as := &tenancy.Platform{Session: p.dir.As(user)}
		p.closing = p.account
		if slices.Contains(alone, name) {
			return tenancy.CodeOf(calls[name](p.ctx(), as, p))
		}
		var code tenancy.Code
		_, err := as.Preview(p.ctx(), func(ctx context.Context, s *tenancy.Platform) error {
			code = tenancy.CodeOf(calls[name](ctx, s, p))
			return nil
		})
		require.NoError(t, err)
		return code
	}
	mayNot := map[string]string{"CreateAccount": "it would own the account"}
	for _, row := range peoplesTable() {
		t.Run("USR-20 "+row.Name, func(t *testing.T) {
			got := answer(t, row.Name, p.service)
			if !row.Service || mayNot[row.Name] != "" {
				require.Equal(t, tenancy.CodeServiceAccount, got)
				return
			}
			require.Equal(t, answer(t, row.Name, p.managers[tenancy.Administrator]), got)
			require.NotEqual(t, tenancy.CodeServiceAccount, got)
		})
	}
}
