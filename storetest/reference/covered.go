package reference

// Covered returns the operations that the machine calls and compares with the model.
func Covered() []string {
	return []string{
		"AcceptAccountRequest", "AcceptInvitation", "AddAccount", "AddConnection", "AddDomain", "AddToGroup",
		"AssignGroupRoles", "AssignRoles", "Authenticate", "Can", "CanInOrganization", "ChangeEmail", "CloseAccount",
		"CreateAccount", "CreateGroup", "CreateKey", "CreateOrganization", "CreateServiceAccount", "CreateSubaccount",
		"DeactivateUser", "DeclineInvitation", "DeleteGroup", "DeleteOrganization", "DeleteUser", "DisableHIPAA",
		"DismissRequest", "EnableHIPAA", "EnforceSSO", "ImportUsers", "InviteToAccount", "InviteUser", "InvoiceAccount",
		"Leave", "MarkConnectionTested", "MergeOrganizations", "MoveAccount", "OrganizationPermissions", "Permissions",
		"Purge", "ReactivateAccount", "ReactivateOrganization", "ReactivateUser", "RecheckDomains", "Relinquish",
		"RemoveConnection", "RemoveDomain", "RemoveFromGroup", "RemoveUser", "RenameAccount", "RenameGroup",
		"RenameOrganization", "ReplaceOwner", "RequestInvitation", "ResendInvitation", "RestoreOrganization",
		"RevokeGroupRoles", "RevokeInvitation", "RevokeKey", "RevokeRoles", "SetHIPAAEntitlement",
		"SetImportEntitlement", "SetInvitationPolicy", "SetLimits", "SetOrganizationRole", "SetPricing",
		"SetSSOExemption", "SetSignUpPolicy", "SignInRequirement", "SignUp", "StopEnforcingSSO", "SuspendAccount",
		"SuspendOrganization", "TransferAccount", "TransferOwnership", "UpdateUser", "UpgradeAccount", "VerifyDomain",
		"VerifyPhone", "VouchesFor",
	}
}

// The reasons why operations are not covered.
const (
	onlyReads    = "it only reads: that it gives what the records hold is not compared yet"
	provisions   = "directories and what they provision are not in the model yet (PRV)"
	aboutTheLog  = "it is about the log, which the model does not keep"
	aboutOthers  = "it runs other operations, or tells what became of them"
	claimsNobody = "it claims users whom a directory made, whom the model does not have"
)

// NotCovered returns the operations that the machine does not call, and why.
func NotCovered() map[string]string {
	reasons := map[string]string{"ReportSignIn": claimsNobody}
	for reason, ops := range map[string][]string{
		onlyReads: {"Access", "Account", "AccountInvitations", "AccountRequests", "Accounts", "AccountsOf", "CanMany",
			"Connection", "Connections", "Domain", "Domains", "Group", "GroupAccounts", "GroupMembers", "Groups",
			"GroupsOf", "HIPAAReport", "ImportableUsers", "Invitation", "InvitationByID", "Invitations", "InvitationsTo",
			"InvitationsToAddress", "Keys", "Member", "Organization", "Organizations", "PreviewMerge", "User",
			"UserByEmail", "Users"},
		provisions: {"AddDirectory", "CreateProvisionedGroup", "DeleteProvisionedGroup", "Deprovision", "Directories",
			"InProvisionedGroup", "ListProvisioned", "ListProvisionedGroups", "Provision", "Provisioned",
			"ProvisionedByExternalID", "ProvisionedByUserName", "ProvisionedGroup", "ProvisionedGroupByExternalID",
			"ProvisionedGroupMembers", "ProvisionedGroupsByName", "ProvisionedGroupsOf", "ProvisionedUsers",
			"RemoveDirectory", "RotateDirectorySecret", "Token", "UpdateProvisioned", "UpdateProvisionedGroup"},
		aboutTheLog: {"Events", "LogHead", "Relay", "VerifyLog"},
		aboutOthers: {"ActorOutcome", "Atomically", "Outcome", "Preview"},
	} {
		for _, op := range ops {
			reasons[op] = reason
		}
	}
	return reasons
}

// Mutants returns the rules that can be taken out of the model: RunWithout runs without one.
// The quick ones are noticed within a few thousand steps.
func Mutants() (quick, slow []string) {
	quick = []string{
		"ACC-3", "DOM-3", "DOM-4", "GEN-2", "HIP-3", "INV-8", "MRG-1", "ORG-15", "ROLE-9", "ACC-2", "USR-1",
	}
	slow = []string{
		"ACC-5", "ACC-11", "GEN-12", "GRP-2", "GRP-4", "HIP-1", "HIP-7", "MRG-4", "ORG-8", "ROLE-5", "SSO-1", "SSO-3",
		"USR-1 closed", "USR-1 role", "USR-4", "USR-5", "USR-6", "USR-7", "USR-10", "USR-11", "USR-12", "USR-15",
		"USR-22",
	}
	return quick, slow
}
