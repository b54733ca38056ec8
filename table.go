package tenancy

// operationRow is a row of THE table: who may call an operation (ROLE-8). The authorize
// functions (in standing.go and user.go) decide by its columns, and nothing else does.
// What a row says in words, the operation's own decide function decides.
type operationRow struct {
	name string
	on   string // what it acts on
	// organization is the permission by which a member of the organization may; ""
	// means that no member may as such.
	organization OrganizationPermission
	// besides is a permission of the organization that it takes besides; "": none.
	besides OrganizationPermission
	// account is the permission by which somebody may who has it on the account, by a
	// role there or by managing it; "" means that nobody may as such.
	account  Permission
	operator bool
	system   bool
	// suspended is what it does while an organization that it acts on is suspended, or the
	// organization of the account, user, domain or invitation that it acts on (ORG-15).
	suspended whileSuspended
	others    string // who else may: an actor for what is theirs
	// service says that service accounts may, as far as their role reaches. False refuses
	// them: CodeServiceAccount (USR-20).
	service bool
	// directory says that an organization's directory may, about what is its own. Nobody
	// else may then (PRV-1).
	directory bool
	codes     []Code // its refusals, beside those of everyOperation
}

// everyOperation has the refusals that any operation can give: of a session or
// context that is not fit, of an operation ID that is used up (Once), and of a store
// under load.
var everyOperation = []Code{
	CodeActor, CodeServiceAccount, CodeReference, CodeInTransaction, CodeAlreadyDone, CodeOperationTaken, CodeBusy,
	CodeAmbiguous,
}

// THE table, in the order of a customer's life (ROLE-8): a row for every operation.
var (
	opSignUp = &operationRow{
		name: "SignUp", on: "address",
		operator: true, system: true,
		suspended: "refuses to let anybody in, by policy or invitation",
		codes: []Code{
			CodeEmail, CodeName, CodeInput, CodeNotAllowed, CodeEmailTaken, CodeSecretRefused,
			CodeInvitationOnly, CodeMemberLimit, CodeOrganizationSuspended,
		},
	}
	opCreateOrganization = &operationRow{
		name: "CreateOrganization", on: "-",
		others:    "any user for themself",
		suspended: "leaves the accounts of a suspended one there",
		codes: []Code{
			CodeName, CodeID, CodeInput, CodeNotAllowed, CodeNotFound, CodeManaged, CodePhoneNeeded,
			CodeHIPAADesignated,
		},
	}
	opOrganization = &operationRow{
		name: "Organization", on: "organization",
		service:      true,
		organization: ViewOrganization, operator: true, system: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeNotFound},
	}
	opOrganizations = &operationRow{
		name: "Organizations", on: "user",
		service:  true,
		operator: true, system: true, others: "any user about themself",
		suspended: suspendedGoesOn,
		codes:     []Code{CodeInput, CodeCursor, CodeNotFound},
	}
	opRenameOrganization = &operationRow{
		name: "RenameOrganization", on: "organization",
		service:      true,
		organization: ManageOrganization,
		codes: []Code{
			CodeID, CodeName, CodeNotFound, CodeNotAllowed, CodeMerged, CodeOrganizationSuspended,
		},
	}
	opTransferOwnership = &operationRow{
		name: "TransferOwnership", on: "organization",
		organization: TransferOwnership,
		suspended:    suspendedGoesOn,
		codes: []Code{
			CodeID, CodeInput, CodeEmail, CodeNotFound, CodeNotAllowed, CodeMerged, CodeAlreadyOwner,
			CodeNotMember, CodeNotPerson, CodeInactive, CodeOwnsOrganization,
		},
	}
	opSuspendOrganization = &operationRow{
		name: "SuspendOrganization", on: "organization",
		operator: true, system: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeReference, CodeNotFound, CodeNotAllowed, CodeMerged, CodeEnded},
	}
	opReactivateOrganization = &operationRow{
		name: "ReactivateOrganization", on: "organization",
		operator: true, system: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeReference, CodeNotFound, CodeNotAllowed, CodeMerged, CodeEnded},
	}
	opReplaceOwner = &operationRow{
		name: "ReplaceOwner", on: "organization",
		operator:  true,
		suspended: suspendedGoesOn,
		codes: []Code{
			CodeID, CodeInput, CodeNotFound, CodeNotAllowed, CodeMerged, CodeEnded, CodeAlreadyOwner, CodeNotPerson,
			CodeInactive, CodeManagedElsewhere, CodeOtherMember, CodeSignUpClosed, CodeOwnsOrganization,
			CodeMemberLimit, CodeAccountLimit,
		},
	}

	opUser = &operationRow{
		name: "User", on: "user",
		service:  true,
		operator: true, system: true,
		others: "any user about themself; Owner and Administrators about people they see; " +
			"an account's managers about people with a role on it",
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeNotFound},
	}
	opUserByEmail = &operationRow{
		name: "UserByEmail", on: "address",
		operator: true, system: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeEmail, CodeNotFound, CodeNotAllowed},
	}
	opUsers = &operationRow{
		name: "Users", on: "organization",
		service:      true,
		organization: ViewUsers, operator: true, system: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeInput, CodeRole, CodeCursor, CodeNotFound, CodeNotAllowed},
	}
	opMember = &operationRow{
		name: "Member", on: "organization",
		service:      true,
		organization: ViewUsers, operator: true, system: true, others: "any user about themself",
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeNotFound, CodeNotAllowed},
	}
	opUpdateUser = &operationRow{
		name: "UpdateUser", on: "user",
		service:      true,
		organization: ManageUsers, others: "the user",
		suspended: "goes on for the user alone",
		codes: []Code{
			CodeID, CodeName, CodeNotFound, CodeNotAllowed, CodeRank, CodeTheOwner, CodeServiceAccount, CodeOrganizationSuspended,
		},
	}
	opChangeEmail = &operationRow{
		name: "ChangeEmail", on: "user",
		operator: true, system: true,
		suspended: "refuses an address that the policy would let in",
		codes: []Code{
			CodeID, CodeEmail, CodeNotFound, CodeNotAllowed, CodeNotPerson, CodeEmailTaken, CodeSSOAddress,
			CodeInvitationOnly, CodeSignUpClosed, CodeOrganizationSuspended,
		},
	}
	opSetOrganizationRole = &operationRow{
		name: "SetOrganizationRole", on: "organization",
		organization: ManageUsers,
		codes: []Code{
			CodeID, CodeRole, CodeNotFound, CodeNotAllowed, CodeRank, CodeMerged, CodeOneself, CodeTheOwner,
			CodeNotMember, CodeOrganizationSuspended,
		},
	}
	opRemoveUser = &operationRow{
		name: "RemoveUser", on: "organization",
		service:      true,
		organization: ManageUsers,
		suspended:    "goes on if the member owns no account there",
		codes: []Code{
			CodeID, CodeInput, CodeNotFound, CodeNotAllowed, CodeRank, CodeMerged, CodeRelease, CodeOneself,
			CodeTheOwner, CodeServiceAccount, CodeNotMember, CodeNotPerson, CodeInactive, CodeOwnsAccounts, CodeHIPAADesignated,
			CodeOrganizationSuspended,
		},
	}
	opLeave = &operationRow{
		name: "Leave", on: "organization",
		organization: ViewOrganization,
		suspended:    suspendedGoesOn,
		codes:        []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeMerged, CodeOwnerLeaves, CodeOwnsAccounts},
	}
	opDeactivateUser = &operationRow{
		name: "DeactivateUser", on: "user",
		organization: ManageUsers, operator: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeRank, CodeOneself, CodeTheOwner},
	}
	opReactivateUser = &operationRow{
		name: "ReactivateUser", on: "user",
		organization: ManageUsers, operator: true,
		codes: []Code{
			CodeID, CodeNotFound, CodeNotAllowed, CodeRank, CodeOneself, CodeTheOwner,
			CodeMemberLimit, CodeOrganizationSuspended,
		},
	}
	opDeleteUser = &operationRow{
		name: "DeleteUser", on: "user",
		organization: ManageUsers, operator: true, others: "the user, in no organization",
		suspended: "goes on if the member owns no account",
		codes: []Code{
			CodeID, CodeInput, CodeNotFound, CodeNotAllowed, CodeRank, CodeOneself, CodeTheOwner,
			CodeOwnsOrganization,
			CodeOwnsAccounts, CodeNotMember, CodeNotPerson, CodeManagedElsewhere, CodeInactive, CodeOrganizationSuspended,
		},
	}

	opCreateServiceAccount = &operationRow{
		name: "CreateServiceAccount", on: "organization",
		organization: ManageIdentity,
		codes: []Code{
			CodeID, CodeName, CodeRole, CodeNotFound, CodeNotAllowed, CodeMerged, CodeServiceAccountLimit,
			CodeOrganizationSuspended,
		},
	}
	opCreateKey = &operationRow{
		name: "CreateKey", on: "service account",
		organization: ManageIdentity,
		codes:        []Code{CodeID, CodeName, CodeInput, CodeNotFound, CodeNotAllowed, CodeKeyLimit, CodeOrganizationSuspended},
	}
	opKeys = &operationRow{
		name: "Keys", on: "service account",
		organization: ManageIdentity, operator: true, system: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeCursor, CodeNotFound, CodeNotAllowed},
	}
	opRevokeKey = &operationRow{
		name: "RevokeKey", on: "key",
		organization: ManageIdentity,
		suspended:    suspendedGoesOn,
		codes:        []Code{CodeID, CodeNotFound, CodeNotAllowed},
	}
	opAuthenticate = &operationRow{
		name: "Authenticate", on: "secret",
		system:    true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeNotAllowed, CodeKey},
	}

	opInviteUser = &operationRow{
		name: "InviteUser", on: "organization",
		service:      true,
		organization: ManageUsers,
		codes: []Code{
			CodeID, CodeEmail, CodeRole, CodeNotFound, CodeNotAllowed, CodeServiceAccount, CodeRank, CodeMerged, CodeMember,
			CodeInvitationPending, CodeSignUpClosed, CodeOffDomain, CodeMailLimit, CodeOrganizationSuspended,
		},
	}
	opInviteToAccount = &operationRow{
		name: "InviteToAccount", on: "account",
		service: true,
		account: ManageMembers,
		codes: []Code{
			CodeID, CodeEmail, CodeRoles, CodeUntil, CodeNotFound, CodeNotAllowed, CodeOneself, CodeOutlasts,
			CodeClosed, CodeInvitationPending,
			CodeSignUpClosed, CodeMailLimit, CodeOrganizationSuspended,
		},
	}
	opResendInvitation = &operationRow{
		name: "ResendInvitation", on: "invitation",
		service:      true,
		organization: ManageUsers, account: ManageMembers,
		codes: []Code{
			CodeID, CodeInput, CodeNotFound, CodeNotAllowed, CodeServiceAccount, CodeRank, CodeOneself, CodeOutlasts, CodeSettled, CodeExpired,
			CodeClosed,
			CodeMember, CodeSignUpClosed, CodeOffDomain, CodeMailLimit, CodeOrganizationSuspended,
		},
	}
	opRevokeInvitation = &operationRow{
		name: "RevokeInvitation", on: "invitation",
		service:      true,
		organization: ManageUsers, account: ManageMembers,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeRank, CodeSettled},
	}
	opInvitations = &operationRow{
		name: "Invitations", on: "organization",
		service:      true,
		organization: ViewUsers, operator: true, system: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeInput, CodeCursor, CodeNotFound, CodeNotAllowed},
	}
	opAccountInvitations = &operationRow{
		name: "AccountInvitations", on: "account",
		service: true,
		account: ManageMembers, operator: true, system: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeInput, CodeCursor, CodeNotFound, CodeNotAllowed},
	}
	opInvitation = &operationRow{
		name: "Invitation", on: "secret",
		system: true, others: "the invitee",
		suspended: suspendedGoesOn,
		codes:     []Code{CodeNotFound},
	}
	opInvitationByID = &operationRow{
		name: "InvitationByID", on: "invitation",
		service:      true,
		organization: ViewUsers, account: ManageMembers, operator: true, system: true,
		others:    "the invitee",
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeNotFound},
	}
	opInvitationsTo = &operationRow{
		name: "InvitationsTo", on: "user",
		others:    "any user about themself",
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeCursor, CodeNotFound, CodeNotAllowed},
	}
	opInvitationsToAddress = &operationRow{
		name: "InvitationsToAddress", on: "address",
		system:    true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeEmail, CodeCursor, CodeNotAllowed, CodeEmailTaken},
	}
	opAcceptInvitation = &operationRow{
		name: "AcceptInvitation", on: "secret or invitation",
		others: "the invitee",
		codes: []Code{
			CodeInput, CodeNotFound, CodeSettled, CodeExpired, CodeInviter, CodeSignUpClosed, CodeMember,
			CodeManagedElsewhere, CodeNoLiveDomain, CodeCandidateDomain, CodeOwnerOffDomain,
			CodeMergeClosed, CodeHIPAADesignated, CodeMemberLimit, CodeAccountLimit, CodeGroupLimit,
			CodeTermsChanged, CodeOrganizationSuspended,
		},
	}
	opDeclineInvitation = &operationRow{
		name: "DeclineInvitation", on: "secret or invitation",
		system: true, others: "whoever has the secret; the invitee",
		suspended: suspendedGoesOn,
		codes:     []Code{CodeInput, CodeNotAllowed, CodeNotFound, CodeSettled},
	}

	opCreateAccount = &operationRow{
		name: "CreateAccount", on: "organization",
		service:      true,
		organization: CreateAccounts, others: "any user in no organization, for themself",
		codes: []Code{
			CodeName, CodeInput, CodeNotFound, CodeNotAllowed, CodeMerged, CodeManaged, CodeServiceAccount, CodeNotMember, CodeNotPerson,
			CodeInactive, CodeAccountLimit, CodeOrganizationSuspended,
		},
	}
	opCreateSubaccount = &operationRow{
		name: "CreateSubaccount", on: "account",
		service: true,
		account: ManageSubaccounts,
		codes: []Code{
			CodeID, CodeName, CodeNotFound, CodeNotAllowed, CodeClosed, CodeSubaccount, CodeSuspended,
			CodeSubaccountLimit, CodeOrganizationSuspended,
		},
	}
	opAccount = &operationRow{
		name: "Account", on: "account",
		service:  true,
		operator: true, system: true, others: "whoever has a role on it, manages it, or sees it as an independent one",
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeNotFound},
	}
	opAccounts = &operationRow{
		name: "Accounts", on: "organization",
		service:      true,
		organization: ViewAccounts, operator: true, system: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeInput, CodeCursor, CodeNotFound, CodeNotAllowed},
	}
	opAccountsOf = &operationRow{
		name: "AccountsOf", on: "user",
		service:  true,
		operator: true, system: true,
		others:    "any user about themself; Owner and Administrators about people they see",
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeCursor, CodeNotFound},
	}
	opAccess = &operationRow{
		name: "Access", on: "account",
		service: true,
		account: ManageMembers, operator: true, system: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeCursor, CodeNotFound, CodeNotAllowed},
	}
	opRenameAccount = &operationRow{
		name: "RenameAccount", on: "account",
		service: true,
		account: ManageSettings, operator: true, system: true,
		codes: []Code{CodeID, CodeName, CodeNotFound, CodeNotAllowed, CodeClosed, CodeOrganizationSuspended},
	}
	opSuspendAccount = &operationRow{
		name: "SuspendAccount", on: "account",
		service: true,
		account: SuspendAccount, operator: true, system: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeClosed, CodeParentSuspended},
	}
	opReactivateAccount = &operationRow{
		name: "ReactivateAccount", on: "account",
		service: true,
		account: SuspendAccount, operator: true, system: true,
		codes: []Code{
			CodeID, CodeNotFound, CodeNotAllowed, CodeClosed, CodeParentSuspended, CodeOrganizationSuspended,
		},
	}
	opCloseAccount = &operationRow{
		name: "CloseAccount", on: "account",
		service: true,
		account: CloseAccount, operator: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeClosed, CodeParentSuspended},
	}
	opTransferAccount = &operationRow{
		name: "TransferAccount", on: "account",
		service: true,
		account: TransferAccount,
		codes: []Code{
			CodeID, CodeNotFound, CodeNotAllowed, CodeOneself, CodeOutlasts, CodeClosed, CodeSubaccount, CodeUnmanaged,
			CodeAlreadyOwner, CodeNotMember, CodeNotPerson, CodeInactive, CodeOrganizationSuspended,
		},
	}
	opMoveAccount = &operationRow{
		name: "MoveAccount", on: "account",
		others: "the Owner of both organizations, who owns it",
		codes: []Code{
			CodeID, CodeNotFound, CodeNotAllowed, CodeMerged, CodeClosed, CodeSubaccount,
			CodeSameOrganization, CodeHIPAADesignated, CodeAccountLimit, CodeOrganizationSuspended,
		},
	}
	opAssignRoles = &operationRow{
		name: "AssignRoles", on: "account",
		service: true,
		account: ManageMembers,
		codes: []Code{
			CodeID, CodeRoles, CodeUntil, CodeNotFound, CodeNotAllowed, CodeServiceAccount, CodeOneself, CodeOutlasts, CodeClosed,
			CodeOwnerGrant, CodeNotMember, CodeOrganizationSuspended,
		},
	}
	opRevokeRoles = &operationRow{
		name: "RevokeRoles", on: "account",
		service: true,
		account: ManageMembers, others: "Owner and Administrators of a member's organization",
		suspended: suspendedGoesOn,
		codes: []Code{
			CodeID, CodeNotFound, CodeNotAllowed, CodeOneself, CodeRank, CodeTheOwner, CodeClosed, CodeOwnerGrant,
			CodeGroupRole, CodeNoGrant,
		},
	}
	opRelinquish = &operationRow{
		name: "Relinquish", on: "account",
		service:   true,
		others:    "any user for themself",
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeClosed, CodeOwnerGrant, CodeGroupRole, CodeNoGrant},
	}
	opVerifyPhone = &operationRow{
		name: "VerifyPhone", on: "account",
		operator: true, system: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodePhone, CodeNotFound, CodeNotAllowed, CodeClosed, CodeSubaccount},
	}
	opUpgradeAccount = &operationRow{
		name: "UpgradeAccount", on: "account",
		operator: true, system: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeClosed, CodeSubaccount, CodeBilling},
	}
	opInvoiceAccount = &operationRow{
		name: "InvoiceAccount", on: "account",
		operator: true, system: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeClosed, CodeSubaccount, CodeBilling},
	}
	opSetPricing = &operationRow{
		name: "SetPricing", on: "account",
		operator: true, system: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeInput, CodeNotFound, CodeNotAllowed, CodeClosed, CodeSubaccount},
	}

	opCreateGroup = &operationRow{
		name: "CreateGroup", on: "organization",
		service:      true,
		organization: ManageUsers,
		codes: []Code{
			CodeID, CodeName, CodeInput, CodeNotFound, CodeNotAllowed, CodeMerged, CodeGroupLimit,
			CodeOrganizationSuspended,
		},
	}
	opRenameGroup = &operationRow{
		name: "RenameGroup", on: "group",
		service:      true,
		organization: ManageUsers,
		codes:        []Code{CodeID, CodeName, CodeNotFound, CodeNotAllowed, CodeDirectoryGroup, CodeOrganizationSuspended},
	}
	opDeleteGroup = &operationRow{
		name: "DeleteGroup", on: "group",
		organization: ManageUsers,
		suspended:    suspendedGoesOn,
		codes:        []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeDirectoryGroup, CodeRank},
	}
	opAddToGroup = &operationRow{
		name: "AddToGroup", on: "group",
		service:      true,
		organization: ManageUsers,
		codes: []Code{
			CodeID, CodeInput, CodeNotFound, CodeNotAllowed, CodeDirectoryGroup, CodeServiceAccount, CodeRank, CodeNotMember, CodeGroupMemberLimit,
			CodeOrganizationSuspended,
		},
	}
	opRemoveFromGroup = &operationRow{
		name: "RemoveFromGroup", on: "group",
		service:      true,
		organization: ManageUsers,
		suspended:    suspendedGoesOn,
		codes:        []Code{CodeID, CodeInput, CodeNotFound, CodeNotAllowed, CodeDirectoryGroup, CodeRank},
	}
	opAssignGroupRoles = &operationRow{
		name: "AssignGroupRoles", on: "group",
		service:      true,
		organization: ManageAccounts, besides: ManageUsers,
		codes: []Code{
			CodeID, CodeRoles, CodeNotFound, CodeNotAllowed, CodeServiceAccount, CodeClosed, CodeAccountGroupLimit,
			CodeOrganizationSuspended,
		},
	}
	opRevokeGroupRoles = &operationRow{
		name: "RevokeGroupRoles", on: "group",
		service:      true,
		organization: ManageAccounts, besides: ManageUsers,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeNoGrant},
	}
	opGroup = &operationRow{
		name: "Group", on: "group",
		service:      true,
		organization: ViewUsers, operator: true, system: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeNotFound},
	}
	opGroups = &operationRow{
		name: "Groups", on: "organization",
		service:      true,
		organization: ViewUsers, operator: true, system: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeCursor, CodeNotFound, CodeNotAllowed},
	}
	opGroupMembers = &operationRow{
		name: "GroupMembers", on: "group",
		service:      true,
		organization: ViewUsers, operator: true, system: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeCursor, CodeNotFound},
	}
	opGroupAccounts = &operationRow{
		name: "GroupAccounts", on: "group",
		service:      true,
		organization: ViewUsers, besides: ViewAccounts, operator: true, system: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeCursor, CodeNotFound, CodeNotAllowed},
	}
	opGroupsOf = &operationRow{
		name: "GroupsOf", on: "user",
		service:  true,
		operator: true, system: true,
		others:    "any user about themself; Owner and Administrators about people they see",
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeCursor, CodeNotFound},
	}

	opAddDomain = &operationRow{
		name: "AddDomain", on: "organization",
		organization: ManageDomains,
		codes: []Code{
			CodeID, CodeDomainName, CodeDomainReserved, CodeMailProvider, CodeNotFound, CodeNotAllowed,
			CodeMerged, CodeDomainAdded, CodeDomainLimit, CodeOrganizationSuspended,
		},
	}
	opVerifyDomain = &operationRow{
		name: "VerifyDomain", on: "domain",
		organization: ManageDomains,
		suspended:    "goes on as a recheck",
		codes: []Code{
			CodeID, CodeInput, CodeNotFound, CodeNotAllowed, CodeProofMissing, CodeDomainTaken,
			CodeClaimChanged, CodeResolver, CodeOrganizationSuspended,
		},
	}
	opRemoveDomain = &operationRow{
		name: "RemoveDomain", on: "domain",
		organization: ManageDomains, operator: true,
		codes: []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeOrganizationSuspended},
	}
	opDomains = &operationRow{
		name: "Domains", on: "organization",
		service:      true,
		organization: ViewDomains, operator: true, system: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeCursor, CodeNotFound, CodeNotAllowed},
	}
	opDomain = &operationRow{
		name: "Domain", on: "domain",
		service:      true,
		organization: ViewDomains, operator: true, system: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeNotFound},
	}
	opRecheckDomains = &operationRow{
		name: "RecheckDomains", on: "-",
		system:    true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeInput, CodeNotAllowed},
	}
	opSetSignUpPolicy = &operationRow{
		name: "SetSignUpPolicy", on: "organization",
		organization: ManageDomains,
		codes: []Code{
			CodeID, CodePolicy, CodeNotFound, CodeNotAllowed, CodeMerged, CodeOrganizationSuspended,
		},
	}
	opSetInvitationPolicy = &operationRow{
		name: "SetInvitationPolicy", on: "organization",
		organization: ManageOrganization,
		codes: []Code{
			CodeID, CodePolicy, CodeNotFound, CodeNotAllowed, CodeMerged, CodeOrganizationSuspended,
		},
	}
	opAddConnection = &operationRow{
		name: "AddConnection", on: "organization",
		organization: ManageIdentity,
		codes: []Code{
			CodeID, CodeName, CodeNotFound, CodeNotAllowed, CodeMerged, CodeOrganizationSuspended,
		},
	}
	opRemoveConnection = &operationRow{
		name: "RemoveConnection", on: "connection",
		organization: ManageIdentity,
		suspended:    suspendedGoesOn,
		codes:        []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeEnforced},
	}
	opMarkConnectionTested = &operationRow{
		name: "MarkConnectionTested", on: "connection",
		operator: true, system: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeNotFound, CodeNotAllowed},
	}
	opConnections = &operationRow{
		name: "Connections", on: "organization",
		service:      true,
		organization: ManageIdentity, operator: true, system: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeCursor, CodeNotFound, CodeNotAllowed},
	}
	opConnection = &operationRow{
		name: "Connection", on: "connection",
		service:      true,
		organization: ManageIdentity, operator: true, system: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeNotFound},
	}
	opEnforceSSO = &operationRow{
		name: "EnforceSSO", on: "domain",
		organization: ManageIdentity,
		codes: []Code{
			CodeID, CodeNotFound, CodeNotAllowed, CodeUnverified, CodeUntested, CodeOrganizationSuspended,
		},
	}
	opStopEnforcingSSO = &operationRow{
		name: "StopEnforcingSSO", on: "domain",
		organization: ManageIdentity,
		codes:        []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeOrganizationSuspended},
	}
	opSetSSOExemption = &operationRow{
		name: "SetSSOExemption", on: "organization",
		organization: ManageIdentity,
		codes: []Code{
			CodeID, CodeNotFound, CodeNotAllowed, CodeMerged, CodeOneself, CodeTheOwner, CodeNotMember,
			CodeNotPerson, CodeOrganizationSuspended,
		},
	}
	opSignInRequirement = &operationRow{
		name: "SignInRequirement", on: "user",
		operator: true, system: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeNotFound, CodeNotAllowed},
	}

	opReportSignIn = &operationRow{
		name: "ReportSignIn", on: "connection",
		system:    true,
		suspended: suspendedGoesOn,
		codes: []Code{
			CodeID, CodeEmail, CodeNotAllowed, CodeNotFound, CodeUntested, CodeNoLiveDomain, CodeOwnsOrganization, CodeNotMember,
		},
	}
	opVouchesFor = &operationRow{
		name: "VouchesFor", on: "connection",
		system:    true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeEmail, CodeNotAllowed, CodeNotFound},
	}

	opAddDirectory = &operationRow{
		name: "AddDirectory", on: "organization",
		organization: ManageIdentity,
		codes: []Code{
			CodeID, CodeName, CodeNotFound, CodeNotAllowed, CodeMerged, CodeDirectoryLimit,
			CodeOrganizationSuspended,
		},
	}
	opRotateDirectorySecret = &operationRow{
		name: "RotateDirectorySecret", on: "directory",
		organization: ManageIdentity,
		suspended:    suspendedGoesOn,
		codes:        []Code{CodeID, CodeInput, CodeNotFound, CodeNotAllowed},
	}
	opRemoveDirectory = &operationRow{
		name: "RemoveDirectory", on: "directory",
		organization: ManageIdentity,
		suspended:    suspendedGoesOn,
		codes:        []Code{CodeInput, CodeID, CodeNotFound, CodeNotAllowed},
	}
	opDirectories = &operationRow{
		name: "Directories", on: "organization",
		organization: ManageIdentity, operator: true, system: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeCursor, CodeNotFound, CodeNotAllowed},
	}
	opProvisionedUsers = &operationRow{
		name: "ProvisionedUsers", on: "directory",
		organization: ManageIdentity, operator: true, system: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeCursor, CodeNotFound},
	}
	opToken = &operationRow{
		name: "Token", on: "directory",
		directory: true,
		suspended: suspendedGoesOn,
	}
	opProvision = &operationRow{
		name: "Provision", on: "directory",
		directory: true,
		codes: []Code{
			CodeEmail, CodeInput, CodeOffDomain, CodeDomainLapsed, CodeIdentityTaken, CodeIdentityLimit, CodeSignUpClosed,
			CodeMemberLimit, CodeTheOwner, CodeSSOAddress, CodeOrganizationSuspended,
		},
	}
	opUpdateProvisioned = &operationRow{
		name: "UpdateProvisioned", on: "identity",
		directory: true,
		suspended: "holds a person inactive, and refuses all else",
		codes: []Code{
			CodeID, CodeEmail, CodeInput, CodeNotFound, CodeVersion, CodeTheOwner, CodeOffDomain, CodeDomainLapsed,
			CodeIdentityTaken, CodeEmailTaken, CodeSignUpClosed, CodeMemberLimit, CodeSSOAddress,
			CodeOrganizationSuspended,
		},
	}
	opDeprovision = &operationRow{
		name: "Deprovision", on: "identity",
		directory: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeInput, CodeNotFound, CodeVersion, CodeTheOwner},
	}
	opProvisioned = &operationRow{
		name: "Provisioned", on: "identity",
		directory: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeNotFound},
	}
	opProvisionedByUserName = &operationRow{
		name: "ProvisionedByUserName", on: "directory",
		directory: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeEmail, CodeNotFound},
	}
	opProvisionedByExternalID = &operationRow{
		name: "ProvisionedByExternalID", on: "directory",
		directory: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeInput, CodeNotFound},
	}
	opListProvisioned = &operationRow{
		name: "ListProvisioned", on: "directory",
		directory: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeInput},
	}
	opCreateProvisionedGroup = &operationRow{
		name: "CreateProvisionedGroup", on: "directory",
		directory: true,
		codes: []Code{
			CodeName, CodeInput, CodeID, CodeNotFound, CodeIdentityTaken, CodeGroupLimit, CodeGroupMemberLimit,
			CodeOrganizationSuspended,
		},
	}
	opUpdateProvisionedGroup = &operationRow{
		name: "UpdateProvisionedGroup", on: "group",
		directory: true,
		suspended: "takes identities out, and refuses all else",
		codes: []Code{
			CodeID, CodeName, CodeInput, CodeNotFound, CodeVersion, CodeIdentityTaken, CodeGroupMemberLimit,
			CodeOrganizationSuspended,
		},
	}
	opDeleteProvisionedGroup = &operationRow{
		name: "DeleteProvisionedGroup", on: "group",
		directory: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeInput, CodeNotFound, CodeVersion},
	}
	opProvisionedGroup = &operationRow{
		name: "ProvisionedGroup", on: "group",
		directory: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeNotFound},
	}
	opProvisionedGroupByExternalID = &operationRow{
		name: "ProvisionedGroupByExternalID", on: "directory",
		directory: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeInput, CodeNotFound},
	}
	opProvisionedGroupsByName = &operationRow{
		name: "ProvisionedGroupsByName", on: "directory",
		directory: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeName},
	}
	opListProvisionedGroups = &operationRow{
		name: "ListProvisionedGroups", on: "directory",
		directory: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeInput},
	}
	opProvisionedGroupMembers = &operationRow{
		name: "ProvisionedGroupMembers", on: "group",
		directory: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeNotFound},
	}
	opProvisionedGroupsOf = &operationRow{
		name: "ProvisionedGroupsOf", on: "identity",
		directory: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeNotFound},
	}
	opInProvisionedGroup = &operationRow{
		name: "InProvisionedGroup", on: "group",
		directory: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeNotFound},
	}

	opSetHIPAAEntitlement = &operationRow{
		name: "SetHIPAAEntitlement", on: "organization",
		operator:  true,
		suspended: suspendedGoesOn,
		codes: []Code{
			CodeID, CodeReference, CodeInput, CodeNotFound, CodeNotAllowed, CodeMerged, CodeEnded,
			CodeHIPAADesignated,
		},
	}
	opEnableHIPAA = &operationRow{
		name: "EnableHIPAA", on: "account",
		service: true,
		account: DesignateHIPAA,
		codes: []Code{
			CodeID, CodeNotFound, CodeNotAllowed, CodeClosed, CodeHIPAANotEntitled, CodeOrganizationSuspended,
		},
	}
	opDisableHIPAA = &operationRow{
		name: "DisableHIPAA", on: "account",
		service: true,
		account: DesignateHIPAA, operator: true,
		codes: []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeClosed, CodeOrganizationSuspended},
	}
	opHIPAAReport = &operationRow{
		name: "HIPAAReport", on: "organization",
		service:      true,
		organization: ViewAccounts, operator: true, system: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeCursor, CodeNotFound, CodeNotAllowed},
	}
	opAddAccount = &operationRow{
		name: "AddAccount", on: "organization",
		organization: ManageAccounts,
		codes: []Code{
			CodeID, CodeNotFound, CodeNotAllowed, CodeMerged, CodeAccountManaged, CodeAccountRequested,
			CodeOrganizationSuspended,
		},
	}
	opAccountRequests = &operationRow{
		name: "AccountRequests", on: "user",
		operator: true, system: true, others: "any user about themself",
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeCursor, CodeNotFound},
	}
	opAcceptAccountRequest = &operationRow{
		name: "AcceptAccountRequest", on: "account request",
		others: "the account's owner",
		codes: []Code{
			CodeID, CodeNotFound, CodeNotAllowed, CodeNotTheirs, CodeSettled, CodeExpired, CodeInviter,
			CodeClosed, CodeHIPAADesignated, CodeAccountLimit, CodeOrganizationSuspended,
		},
	}
	opRequestInvitation = &operationRow{
		name: "RequestInvitation", on: "address",
		operator: true, system: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeEmail, CodeNotAllowed, CodeNotRefused, CodeRequestOpen},
	}
	opDismissRequest = &operationRow{
		name: "DismissRequest", on: "request",
		service:      true,
		organization: ManageUsers,
		suspended:    suspendedGoesOn,
		codes:        []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeMerged, CodeSettled},
	}
	opDeleteOrganization = &operationRow{
		name: "DeleteOrganization", on: "organization",
		organization: DeleteOrganization, operator: true,
		codes: []Code{
			CodeID, CodeNotFound, CodeNotAllowed, CodeMerged, CodeEnded, CodeOwnsOrganization,
			CodeHIPAADesignated, CodeAccountLimit, CodeOrganizationSuspended,
		},
	}
	opRestoreOrganization = &operationRow{
		name: "RestoreOrganization", on: "organization",
		operator:  true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeMerged, CodeRestoreWindow, CodeFormerOwner},
	}
	opPreviewMerge = &operationRow{
		name: "PreviewMerge", on: "organization",
		operator: true, system: true,
		others: "the Owner of both; the Candidates' Owner while invited; " +
			"Owner and Administrators while they can import that Owner",
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeInput, CodeSameOrganization, CodeNotFound},
	}
	opMergeOrganizations = &operationRow{
		name: "MergeOrganizations", on: "organization",
		organization: TransferOwnership,
		codes: []Code{
			CodeID, CodeSameOrganization, CodeNotFound, CodeNotAllowed, CodeMerged, CodeNoLiveDomain,
			CodeCandidateDomain, CodeOwnerOffDomain, CodeMergeClosed, CodeMemberLimit, CodeAccountLimit,
			CodeGroupLimit, CodeOrganizationSuspended,
		},
	}
	opImportUsers = &operationRow{
		name: "ImportUsers", on: "organization",
		organization: ManageUsers, besides: ManageOrganization,
		codes: []Code{
			CodeID, CodeInput, CodeNotFound, CodeNotAllowed, CodeRank, CodeMerged, CodeNotEntitled,
			CodeNoLiveDomain,
			CodeEmail, CodeNotEligible, CodeMember, CodeManagedElsewhere, CodeSignUpClosed,
			CodeMemberLimit, CodeAccountLimit, CodeGroupLimit, CodeCandidateDomain, CodeMergeClosed,
			CodeOrganizationSuspended,
		},
	}
	opImportableUsers = &operationRow{
		name: "ImportableUsers", on: "domain",
		organization: ManageUsers, besides: ManageOrganization, operator: true, system: true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeCursor, CodeNotFound, CodeNotAllowed, CodeRank, CodeNotEntitled, CodeNoLiveDomain},
	}
	opSetLimits = &operationRow{
		name: "SetLimits", on: "organization",
		operator:  true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeInput, CodeNotFound, CodeNotAllowed, CodeMerged, CodeEnded},
	}
	opSetImportEntitlement = &operationRow{
		name: "SetImportEntitlement", on: "organization",
		operator:  true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeReference, CodeNotFound, CodeNotAllowed, CodeMerged, CodeEnded},
	}
	opPurge = &operationRow{
		name: "Purge", on: "-",
		system:    true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeInput, CodeNotAllowed},
	}

	opCan = &operationRow{
		name: "Can", on: "account",
		service: true,
		account: ManageMembers, operator: true, system: true, others: "any user about themself",
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodePermission, CodeNotFound, CodeNotAllowed},
	}
	opPermissions = &operationRow{
		name: "Permissions", on: "account",
		service: true,
		account: ManageMembers, operator: true, system: true, others: "any user about themself",
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeNotFound, CodeNotAllowed},
	}
	opCanMany = &operationRow{
		name: "CanMany", on: "accounts",
		service: true,
		account: ManageMembers, operator: true, system: true, others: "any user about themself",
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeInput, CodePermission, CodeNotFound, CodeNotAllowed},
	}
	opCanInOrganization = &operationRow{
		name: "CanInOrganization", on: "organization",
		service:      true,
		organization: ViewUsers, operator: true, system: true, others: "any user about themself",
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodePermission, CodeNotFound, CodeNotAllowed},
	}
	opOrganizationPermissions = &operationRow{
		name: "OrganizationPermissions", on: "organization",
		service:      true,
		organization: ViewUsers, operator: true, system: true, others: "any user about themself",
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeNotFound, CodeNotAllowed},
	}

	opEvents = &operationRow{
		name: "Events", on: "stream",
		service:      true,
		organization: ReadLog, operator: true, system: true, others: "the user whose stream it is",
		suspended: suspendedGoesOn,
		codes:     []Code{CodeInput, CodeID, CodeCursor, CodeNotFound, CodeNotAllowed},
	}
	opLogHead = &operationRow{
		name: "LogHead", on: "stream",
		service:      true,
		organization: ReadLog, operator: true, system: true, others: "the user whose stream it is",
		suspended: suspendedGoesOn,
		codes:     []Code{CodeInput, CodeNotFound, CodeNotAllowed},
	}
	opVerifyLog = &operationRow{
		name: "VerifyLog", on: "stream",
		service:      true,
		organization: ReadLog, operator: true, system: true, others: "the user whose stream it is",
		suspended: suspendedGoesOn,
		codes:     []Code{CodeInput, CodeNotFound, CodeNotAllowed},
	}
	opRelay = &operationRow{
		name: "Relay", on: "-",
		system:    true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeInput, CodeNotAllowed},
	}
	opAtomically = &operationRow{
		name: "Atomically", on: "-",
		service:  true,
		operator: true, system: true, others: "any user",
		suspended: suspendedGoesOn,
		codes:     []Code{CodeInput},
	}
	opPreview = &operationRow{
		name: "Preview", on: "-",
		service:  true,
		operator: true, system: true, others: "any user",
		suspended: suspendedGoesOn,
		codes:     []Code{CodeInput},
	}
	opOutcome = &operationRow{
		name: "Outcome", on: "operation",
		service:  true,
		operator: true, system: true, others: "whoever acted",
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeInput, CodeNotFound, CodeForgotten},
	}
	opActorOutcome = &operationRow{
		name: "ActorOutcome", on: "operation",
		system:    true,
		suspended: suspendedGoesOn,
		codes:     []Code{CodeID, CodeInput, CodeNotFound, CodeNotAllowed, CodeForgotten},
	}
)

// operations lists the rows of THE table.
var operations = []*operationRow{
	opSignUp,
	opCreateOrganization,
	opOrganization,
	opOrganizations,
	opRenameOrganization,
	opTransferOwnership,
	opSuspendOrganization,
	opReactivateOrganization,
	opReplaceOwner,
	opUser,
	opUserByEmail,
	opUsers,
	opMember,
	opUpdateUser,
	opChangeEmail,
	opSetOrganizationRole,
	opRemoveUser,
	opLeave,
	opDeactivateUser,
	opReactivateUser,
	opDeleteUser,
	opCreateServiceAccount,
	opCreateKey,
	opKeys,
	opRevokeKey,
	opAuthenticate,
	opInviteUser,
	opInviteToAccount,
	opResendInvitation,
	opRevokeInvitation,
	opInvitations,
	opAccountInvitations,
	opInvitation,
	opInvitationByID,
	opInvitationsTo,
	opInvitationsToAddress,
	opAcceptInvitation,
	opDeclineInvitation,
	opCreateAccount,
	opCreateSubaccount,
	opAccount,
	opAccounts,
	opAccountsOf,
	opAccess,
	opRenameAccount,
	opSuspendAccount,
	opReactivateAccount,
	opCloseAccount,
	opTransferAccount,
	opMoveAccount,
	opAssignRoles,
	opRevokeRoles,
	opRelinquish,
	opVerifyPhone,
	opUpgradeAccount,
	opInvoiceAccount,
	opSetPricing,
	opCreateGroup,
	opRenameGroup,
	opDeleteGroup,
	opAddToGroup,
	opRemoveFromGroup,
	opAssignGroupRoles,
	opRevokeGroupRoles,
	opGroup,
	opGroups,
	opGroupMembers,
	opGroupAccounts,
	opGroupsOf,
	opAddDomain,
	opVerifyDomain,
	opRemoveDomain,
	opDomains,
	opDomain,
	opRecheckDomains,
	opSetSignUpPolicy,
	opSetInvitationPolicy,
	opAddConnection,
	opRemoveConnection,
	opMarkConnectionTested,
	opConnections,
	opConnection,
	opEnforceSSO,
	opStopEnforcingSSO,
	opSetSSOExemption,
	opSignInRequirement,
	opVouchesFor,
	opReportSignIn,
	opAddDirectory,
	opRotateDirectorySecret,
	opRemoveDirectory,
	opDirectories,
	opProvisionedUsers,
	opToken,
	opProvision,
	opUpdateProvisioned,
	opDeprovision,
	opProvisioned,
	opProvisionedByUserName,
	opProvisionedByExternalID,
	opListProvisioned,
	opCreateProvisionedGroup,
	opUpdateProvisionedGroup,
	opDeleteProvisionedGroup,
	opProvisionedGroup,
	opProvisionedGroupByExternalID,
	opProvisionedGroupsByName,
	opListProvisionedGroups,
	opProvisionedGroupMembers,
	opProvisionedGroupsOf,
	opInProvisionedGroup,
	opSetHIPAAEntitlement,
	opEnableHIPAA,
	opDisableHIPAA,
	opHIPAAReport,
	opAddAccount,
	opAccountRequests,
	opAcceptAccountRequest,
	opRequestInvitation,
	opDismissRequest,
	opDeleteOrganization,
	opRestoreOrganization,
	opPreviewMerge,
	opMergeOrganizations,
	opImportUsers,
	opImportableUsers,
	opSetLimits,
	opSetImportEntitlement,
	opPurge,
	opCan,
	opPermissions,
	opCanMany,
	opCanInOrganization,
	opOrganizationPermissions,
	opEvents,
	opLogHead,
	opVerifyLog,
	opRelay,
	opAtomically,
	opPreview,
	opOutcome,
	opActorOutcome,
}
