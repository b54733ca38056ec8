package tenancy

import (
	"slices"
	"strings"
)

// OrganizationRole is a member's role in an organization. Zero is StandardUser; the higher value has the higher rank.
type OrganizationRole uint8

// The organization roles (ROLE-1 to 3).
const (
	StandardUser  OrganizationRole = iota // Standard User (Account Creation)
	Administrator                         // manages users, accounts, domains and settings
	Owner                                 // everything; one at a time
)

var organizationRoles = [...]string{"standard_user", "administrator", "owner"}

// String gives "standard_user", "administrator" or "owner".
func (r OrganizationRole) String() string {
	if int(r) < len(organizationRoles) {
		return organizationRoles[r]
	}
	return "unknown"
}

// MarshalText gives what String does.
func (r OrganizationRole) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads what MarshalText gives; the error is CodeRole.
func (r *OrganizationRole) UnmarshalText(text []byte) error {
	i := slices.Index(organizationRoles[:], string(text))
	if i < 0 {
		return &Error{Op: "ParseRole", Err: CodeRole}
	}
	*r = OrganizationRole(i)
	return nil
}

// AccountRole is a role on an account: one of the five below, or the host's own (Options.Roles).
type AccountRole string

// The built-in account roles (ROLE-6).
const (
	AccountOwner         AccountRole = "owner"
	AccountAdministrator AccountRole = "administrator"
	Developer            AccountRole = "developer"
	BillingManager       AccountRole = "billing_manager"
	Support              AccountRole = "support"
)

var accountRoles = [...]AccountRole{AccountOwner, AccountAdministrator, Developer, BillingManager, Support}

// RoleSet is a set of account roles. It is immutable and comparable; the zero value is empty.
type RoleSet struct {
	builtIn uint8  // bit i: accountRoles[i]
	others  string // the host's, sorted, joined by commas
}

// Roles makes a set. A comma in a name separates two, since no role has one in its name.
func Roles(roles ...AccountRole) RoleSet {
	var set RoleSet
	var others []string
	for _, role := range roles {
		for name := range strings.SplitSeq(string(role), ",") {
			if i := slices.Index(accountRoles[:], AccountRole(name)); i >= 0 {
				set.builtIn |= 1 << i
			} else {
				others = append(others, name)
			}
		}
	}
	slices.Sort(others)
	set.others = strings.Join(slices.Compact(others), ",")
	return set
}

// Has says whether a role is in the set.
func (s RoleSet) Has(role AccountRole) bool { return slices.Contains(s.All(), role) }

// IsZero says whether the set is empty.
func (s RoleSet) IsZero() bool { return s == RoleSet{} }

// All gives the roles: the built-in ones from Owner to Support, then the host's by name.
func (s RoleSet) All() []AccountRole {
	var all []AccountRole
	for i, role := range accountRoles {
		if s.builtIn>>i&1 == 1 {
			all = append(all, role)
		}
	}
	if s.others != "" {
		for name := range strings.SplitSeq(s.others, ",") {
			all = append(all, AccountRole(name))
		}
	}
	return all
}

// with gives the union of two sets.
func (s RoleSet) with(t RoleSet) RoleSet {
	if s.others == "" || s.others == t.others {
		return RoleSet{s.builtIn | t.builtIn, t.others}
	}
	return Roles(append(s.All(), t.All()...)...)
}

// String gives the roles joined by commas.
func (s RoleSet) String() string {
	var names []string
	for _, role := range s.All() {
		names = append(names, string(role))
	}
	return strings.Join(names, ",")
}

// MarshalText gives what String does.
func (s RoleSet) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText gives. A role that no Directory names is kept, and permits nothing.
func (s *RoleSet) UnmarshalText(text []byte) error {
	*s = RoleSet{}
	if len(text) == 0 {
		return nil
	}
	var roles []AccountRole
	for name := range strings.SplitSeq(string(text), ",") {
		roles = append(roles, AccountRole(name))
	}
	*s = Roles(roles...)
	return nil
}

// Permission is something one may do on an account: one of those below, or the host's own (Options.Roles).
type Permission string

// The built-in permissions on an account (ROLE-6).
const (
	Build             Permission = "build"              // resources, developer tools, credentials
	Bill              Permission = "bill"               // billing
	ReadUsage         Permission = "read_usage"         // logs and usage
	ManageSettings    Permission = "manage_settings"    //
	ManageMembers     Permission = "manage_members"     //
	ManageSubaccounts Permission = "manage_subaccounts" //
	SuspendAccount    Permission = "suspend_account"    // and reactivate
	CloseAccount      Permission = "close_account"      //
	TransferAccount   Permission = "transfer_account"   // to another owner
	DesignateHIPAA    Permission = "designate_hipaa"    //
)

// OrganizationPermission is something one may do in an organization.
type OrganizationPermission string

// The permissions in an organization (ROLE-1 to 3).
const (
	ViewOrganization   OrganizationPermission = "view_organization"   // its name and one's own role
	CreateAccounts     OrganizationPermission = "create_accounts"     //
	ManageUsers        OrganizationPermission = "manage_users"        // members, invitations, roles up to Administrator
	ManageAccounts     OrganizationPermission = "manage_accounts"     // all its accounts, HIPAA designation
	ManageDomains      OrganizationPermission = "manage_domains"      // and single sign-on
	ManageOrganization OrganizationPermission = "manage_organization" // name, policies, merges
	ReadLog            OrganizationPermission = "read_log"            //
	ReleaseAccounts    OrganizationPermission = "release_accounts"    // let an account out
	TransferOwnership  OrganizationPermission = "transfer_ownership"  //
	DeleteOrganization OrganizationPermission = "delete_organization" //
)

// organizationTable says which role has which permission in an organization: a column for each role, x for yes (ROLE-1 to 3, ROLE-8).
var organizationTable = []struct {
	permission OrganizationPermission
	roles      string // StandardUser Administrator Owner
}{
	{ViewOrganization, "x x x"},
	{CreateAccounts, "x x x"},
	{ManageUsers, "- x x"},
	{ManageAccounts, "- x x"},
	{ManageDomains, "- x x"},
	{ManageOrganization, "- x x"},
	{ReadLog, "- x x"},
	{ReleaseAccounts, "- - x"},
	{TransferOwnership, "- - x"},
	{DeleteOrganization, "- - x"},
}

// accountTable says which role has which permission on an account: a column for each account role, one for the managing organization's Owner
// and Administrators (who have no role on the account by that), and one that says whether it holds in a suspended account (ROLE-6, ROLE-8).
var accountTable = []struct {
	permission Permission
	roles      string // Owner Administrator Developer BillingManager Support
	manager    bool
	suspended  bool
}{
	{Build, "x x x - -", false, false},
	{Bill, "x x - x -", false, true},
	{ReadUsage, "x x x x x", false, true},
	{ManageSettings, "x x - - -", true, false},
	{ManageMembers, "x x - - -", true, true},
	{ManageSubaccounts, "x x - - -", true, false},
	{SuspendAccount, "x x - - -", true, true},
	{CloseAccount, "x - - - -", true, true},
	{TransferAccount, "x - - - -", true, true},
	{DesignateHIPAA, "- - - - -", true, true},
}

// mask reads a row of the tables: bit i for the i-th column.
func mask(row string) (m uint8) {
	for i, cell := range strings.Fields(row) {
		if cell == "x" {
			m |= 1 << i
		}
	}
	return m
}

// may says whether a role has a permission in its organization.
func (r OrganizationRole) may(p OrganizationPermission) bool {
	for _, row := range organizationTable {
		if row.permission == p {
			return mask(row.roles)>>r&1 == 1
		}
	}
	return false
}

// manages says whether a role manages the organization's accounts.
func (r OrganizationRole) manages() bool { return r == Owner || r == Administrator }

// RoleOptions adds account roles and permissions of the host's own (ROLE-7). Names are References without commas of other meaning: 1–64 of
// A–Z a–z 0–9 . _ / -, none of them a built-in role's or permission's.
type RoleOptions struct {
	// Permissions of the host's. Owner and Administrator of an account have them all; nobody has them in a suspended account or by an
	// organization role.
	Permissions []Permission
	// Roles names, for each role of the host's, the permissions it has, built-in ones or the host's; a built-in role named here gets
	// permissions of the host's besides its own. Developer, BillingManager and Support can be named, Owner and Administrator have all anyway.
	Roles map[AccountRole][]Permission
}

// grantRule is a row of the account table made ready for Can.
type grantRule struct {
	builtIn   uint8
	others    []AccountRole
	manager   bool
	suspended bool
}

// permissionTable is the account table with the host's additions.
type permissionTable struct {
	rules map[Permission]grantRule
	roles map[AccountRole]bool // that may be given
}

// tableWith makes the table, or CodeOption.
func tableWith(host RoleOptions) (permissionTable, error) {
	t := permissionTable{rules: map[Permission]grantRule{}, roles: map[AccountRole]bool{}}
	for _, row := range accountTable {
		t.rules[row.permission] = grantRule{builtIn: mask(row.roles), manager: row.manager, suspended: row.suspended}
	}
	own := map[Permission]bool{}
	for _, p := range host.Permissions {
		if _, taken := t.rules[p]; taken || !Reference(p).valid() {
			return t, CodeOption
		}
		own[p] = true
		t.rules[p] = grantRule{builtIn: mask("x x - - -")}
	}
	for _, role := range accountRoles {
		t.roles[role] = true
	}
	for role, permissions := range host.Roles {
		i := slices.Index(accountRoles[:], role)
		if !Reference(role).valid() || i == 0 || i == 1 {
			return t, CodeOption
		}
		t.roles[role] = true
		for _, p := range permissions {
			rule, known := t.rules[p]
			if !known || i >= 0 && !own[p] || i < 0 && rule.builtIn == 0 {
				return t, CodeOption // unknown, a built-in role's own meaning, or one that no account role has
			}
			if i >= 0 {
				rule.builtIn |= 1 << i
			} else {
				rule.others = append(rule.others, role)
			}
			t.rules[p] = rule
		}
	}
	return t, nil
}

// by gives the first role of a set that has the permission.
func (g *grantRule) by(set RoleSet) (AccountRole, bool) {
	if hit := set.builtIn & g.builtIn; hit != 0 {
		for i, role := range accountRoles {
			if hit>>i&1 == 1 {
				return role, true
			}
		}
	}
	if set.others != "" && len(g.others) > 0 {
		for name := range strings.SplitSeq(set.others, ",") {
			if slices.Contains(g.others, AccountRole(name)) {
				return AccountRole(name), true
			}
		}
	}
	return "", false
}

// operationRow is a row of THE table: who may call an operation. What the columns allow is asked of this table alone (authorize); what a row
// says in words is decided by the operation's own rule.
type operationRow struct {
	name         string
	on           string                 // what it acts on
	organization OrganizationPermission // a member whose role has it may; "": no member as such
	account      Permission             // whoever has it on the account, or manages the account through its organization, may; "": nobody as such
	operator     bool
	system       bool
	others       string // who else: an actor for what is theirs
	codes        []Code // the refusals it gives, beside those that every operation can: see everyOperation
}

// everyOperation has the refusals that any operation can give: a session or context that is not fit, an operation ID that is used up (Once), and a
// store under load.
var everyOperation = []Code{CodeActor, CodeReference, CodeInTransaction, CodeAlreadyDone, CodeOperationTaken, CodeBusy, CodeAmbiguous}

// THE table, in the order of a customer's life (ROLE-8): a row for every operation.
var (
	opSignUp = &operationRow{name: "SignUp", on: "address", operator: true, system: true,
		codes: []Code{CodeEmail, CodeName, CodeNotAllowed, CodeEmailTaken, CodeSecretRefused, CodeInvitationOnly, CodeMemberLimit}}
	opCreateOrganization = &operationRow{name: "CreateOrganization", on: "-", others: "any user for themself",
		codes: []Code{CodeName, CodeID, CodeInput, CodeNotAllowed, CodeNotFound, CodeManaged, CodePhoneNeeded, CodeHIPAADesignated}}
	opOrganization = &operationRow{name: "Organization", on: "organization", organization: ViewOrganization, operator: true, system: true,
		codes: []Code{CodeID, CodeNotFound}}
	opOrganizations = &operationRow{name: "Organizations", on: "user", operator: true, system: true, others: "any user about themself",
		codes: []Code{CodeInput, CodeCursor, CodeNotFound}}
	opRenameOrganization = &operationRow{name: "RenameOrganization", on: "organization", organization: ManageOrganization,
		codes: []Code{CodeID, CodeName, CodeNotFound, CodeNotAllowed, CodeMerged}}
	opTransferOwnership = &operationRow{name: "TransferOwnership", on: "organization", organization: TransferOwnership,
		codes: []Code{CodeID, CodeInput, CodeEmail, CodeNotFound, CodeNotAllowed, CodeMerged, CodeAlreadyOwner, CodeNotMember, CodeInactive, CodeOwnsOrganization}}
	opReplaceOwner = &operationRow{name: "ReplaceOwner", on: "organization", operator: true,
		codes: []Code{CodeID, CodeInput, CodeNotFound, CodeNotAllowed, CodeMerged, CodeEnded, CodeAlreadyOwner, CodeInactive, CodeManagedElsewhere, CodeOtherMember,
			CodeSignUpClosed, CodeOwnsOrganization, CodeMemberLimit, CodeAccountLimit}}

	opUser = &operationRow{name: "User", on: "user", operator: true, system: true, others: "any user about themself, Owner and Administrators about whom they see, who may manage an account's members about who has a role there",
		codes: []Code{CodeID, CodeNotFound}}
	opUserByEmail = &operationRow{name: "UserByEmail", on: "address", operator: true, system: true,
		codes: []Code{CodeEmail, CodeNotFound, CodeNotAllowed}}
	opUsers = &operationRow{name: "Users", on: "organization", organization: ManageUsers, operator: true, system: true,
		codes: []Code{CodeID, CodeInput, CodeRole, CodeCursor, CodeNotFound, CodeNotAllowed}}
	opUpdateUser = &operationRow{name: "UpdateUser", on: "user", organization: ManageUsers, others: "the user",
		codes: []Code{CodeID, CodeName, CodeNotFound, CodeNotAllowed, CodeTheOwner}}
	opChangeEmail = &operationRow{name: "ChangeEmail", on: "user", operator: true, system: true,
		codes: []Code{CodeID, CodeEmail, CodeNotFound, CodeNotAllowed, CodeEmailTaken, CodeSSOAddress, CodeInvitationOnly, CodeSignUpClosed}}
	opSetOrganizationRole = &operationRow{name: "SetOrganizationRole", on: "organization", organization: ManageUsers,
		codes: []Code{CodeID, CodeRole, CodeNotFound, CodeNotAllowed, CodeMerged, CodeOneself, CodeTheOwner, CodeNotMember}}
	opRemoveUser = &operationRow{name: "RemoveUser", on: "organization", organization: ManageUsers,
		codes: []Code{CodeID, CodeInput, CodeNotFound, CodeNotAllowed, CodeMerged, CodeRelease, CodeOneself, CodeTheOwner, CodeNotMember, CodeInactive, CodeOwnsAccounts, CodeHIPAADesignated}}
	opLeave = &operationRow{name: "Leave", on: "organization", organization: ViewOrganization,
		codes: []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeMerged, CodeOwnerLeaves, CodeOwnsAccounts}}
	opDeactivateUser = &operationRow{name: "DeactivateUser", on: "user", organization: ManageUsers, operator: true,
		codes: []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeOneself, CodeTheOwner}}
	opReactivateUser = &operationRow{name: "ReactivateUser", on: "user", organization: ManageUsers, operator: true,
		codes: []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeOneself, CodeTheOwner}}
	opDeleteUser = &operationRow{name: "DeleteUser", on: "user", organization: ManageUsers, operator: true, others: "the user, in no organization",
		codes: []Code{CodeID, CodeInput, CodeNotFound, CodeNotAllowed, CodeOneself, CodeOwnsOrganization, CodeOwnsAccounts, CodeNotMember, CodeManagedElsewhere, CodeInactive}}

	opInviteUser = &operationRow{name: "InviteUser", on: "organization", organization: ManageUsers,
		codes: []Code{CodeID, CodeEmail, CodeRole, CodeNotFound, CodeNotAllowed, CodeMerged, CodeMember, CodeInvitationPending, CodeSignUpClosed, CodeOffDomain, CodeMailLimit}}
	opInviteToAccount = &operationRow{name: "InviteToAccount", on: "account", account: ManageMembers,
		codes: []Code{CodeID, CodeEmail, CodeRoles, CodeNotFound, CodeNotAllowed, CodeClosed, CodeInvitationPending, CodeSignUpClosed, CodeMailLimit}}
	opResendInvitation = &operationRow{name: "ResendInvitation", on: "invitation", organization: ManageUsers, account: ManageMembers,
		codes: []Code{CodeID, CodeInput, CodeNotFound, CodeNotAllowed, CodeSettled, CodeExpired, CodeMember, CodeSignUpClosed, CodeOffDomain, CodeMailLimit}}
	opRevokeInvitation = &operationRow{name: "RevokeInvitation", on: "invitation", organization: ManageUsers, account: ManageMembers,
		codes: []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeSettled}}
	opInvitations = &operationRow{name: "Invitations", on: "organization", organization: ManageUsers, operator: true, system: true,
		codes: []Code{CodeID, CodeInput, CodeCursor, CodeNotFound, CodeNotAllowed}}
	opAccountInvitations = &operationRow{name: "AccountInvitations", on: "account", account: ManageMembers, operator: true, system: true,
		codes: []Code{CodeID, CodeInput, CodeCursor, CodeNotFound, CodeNotAllowed}}
	opInvitation = &operationRow{name: "Invitation", on: "secret", system: true, others: "the invitee",
		codes: []Code{CodeNotFound}}
	opAcceptInvitation = &operationRow{name: "AcceptInvitation", on: "secret", others: "the invitee",
		codes: []Code{CodeNotFound, CodeSettled, CodeExpired, CodeInviter, CodeSignUpClosed, CodeMember,
			CodeManagedElsewhere, CodeNoLiveDomain, CodeCandidateDomain, CodeOwnerOffDomain, CodeMergeClosed, CodeHIPAADesignated, CodeMemberLimit, CodeAccountLimit, CodeTermsChanged}}
	opDeclineInvitation = &operationRow{name: "DeclineInvitation", on: "secret", system: true, others: "whoever has the secret",
		codes: []Code{CodeNotAllowed, CodeNotFound, CodeSettled}}

	opCreateAccount = &operationRow{name: "CreateAccount", on: "organization", organization: CreateAccounts, others: "any user in no organization, for themself",
		codes: []Code{CodeName, CodeInput, CodeNotFound, CodeNotAllowed, CodeMerged, CodeManaged, CodeNotMember, CodeInactive, CodeAccountLimit}}
	opCreateSubaccount = &operationRow{name: "CreateSubaccount", on: "account", account: ManageSubaccounts,
		codes: []Code{CodeID, CodeName, CodeNotFound, CodeNotAllowed, CodeClosed, CodeSubaccount, CodeSuspended, CodeSubaccountLimit}}
	opAccount = &operationRow{name: "Account", on: "account", operator: true, system: true, others: "whoever has a role on it or manages it",
		codes: []Code{CodeID, CodeNotFound}}
	opAccounts = &operationRow{name: "Accounts", on: "organization", organization: ManageAccounts, operator: true, system: true,
		codes: []Code{CodeID, CodeInput, CodeCursor, CodeNotFound, CodeNotAllowed}}
	opAccountsOf = &operationRow{name: "AccountsOf", on: "user", operator: true, system: true, others: "any user about themself, Owner and Administrators about whom they see",
		codes: []Code{CodeID, CodeCursor, CodeNotFound}}
	opAccess = &operationRow{name: "Access", on: "account", account: ManageMembers, operator: true, system: true,
		codes: []Code{CodeID, CodeCursor, CodeNotFound, CodeNotAllowed}}
	opRenameAccount = &operationRow{name: "RenameAccount", on: "account", account: ManageSettings, operator: true, system: true,
		codes: []Code{CodeID, CodeName, CodeNotFound, CodeNotAllowed, CodeClosed}}
	opSuspendAccount = &operationRow{name: "SuspendAccount", on: "account", account: SuspendAccount, operator: true, system: true,
		codes: []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeClosed, CodeParentSuspended}}
	opReactivateAccount = &operationRow{name: "ReactivateAccount", on: "account", account: SuspendAccount, operator: true, system: true,
		codes: []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeClosed, CodeParentSuspended}}
	opCloseAccount = &operationRow{name: "CloseAccount", on: "account", account: CloseAccount, operator: true,
		codes: []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeClosed, CodeParentSuspended}}
	opTransferAccount = &operationRow{name: "TransferAccount", on: "account", account: TransferAccount,
		codes: []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeClosed, CodeSubaccount, CodeUnmanaged, CodeAlreadyOwner, CodeNotMember, CodeInactive}}
	opMoveAccount = &operationRow{name: "MoveAccount", on: "account", others: "the Owner of both organizations, who owns it",
		codes: []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeMerged, CodeClosed, CodeSubaccount, CodeSameOrganization, CodeHIPAADesignated, CodeAccountLimit}}
	opAssignRoles = &operationRow{name: "AssignRoles", on: "account", account: ManageMembers,
		codes: []Code{CodeID, CodeRoles, CodeNotFound, CodeNotAllowed, CodeClosed, CodeOwnerGrant, CodeNotMember}}
	opRevokeRoles = &operationRow{name: "RevokeRoles", on: "account", account: ManageMembers, others: "Owner and Administrators of a member's organization",
		codes: []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeTheOwner, CodeClosed, CodeOwnerGrant, CodeNoGrant}}
	opRelinquish = &operationRow{name: "Relinquish", on: "account", others: "any user for themself",
		codes: []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeClosed, CodeOwnerGrant, CodeNoGrant}}
	opVerifyPhone = &operationRow{name: "VerifyPhone", on: "account", operator: true, system: true,
		codes: []Code{CodeID, CodePhone, CodeNotFound, CodeNotAllowed, CodeClosed, CodeSubaccount}}
	opUpgradeAccount = &operationRow{name: "UpgradeAccount", on: "account", operator: true, system: true,
		codes: []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeClosed, CodeSubaccount, CodeBilling}}
	opInvoiceAccount = &operationRow{name: "InvoiceAccount", on: "account", operator: true, system: true,
		codes: []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeClosed, CodeSubaccount, CodeBilling}}
	opSetPricing = &operationRow{name: "SetPricing", on: "account", operator: true, system: true,
		codes: []Code{CodeID, CodeInput, CodeNotFound, CodeNotAllowed, CodeClosed, CodeSubaccount}}

	opAddDomain = &operationRow{name: "AddDomain", on: "organization", organization: ManageDomains,
		codes: []Code{CodeID, CodeDomainName, CodeDomainReserved, CodeMailProvider, CodeNotFound, CodeNotAllowed, CodeMerged, CodeDomainAdded, CodeDomainLimit}}
	opVerifyDomain = &operationRow{name: "VerifyDomain", on: "domain", organization: ManageDomains,
		codes: []Code{CodeID, CodeInput, CodeNotFound, CodeNotAllowed, CodeProofMissing, CodeDomainTaken, CodeClaimChanged, CodeResolver}}
	opRemoveDomain = &operationRow{name: "RemoveDomain", on: "domain", organization: ManageDomains, operator: true,
		codes: []Code{CodeID, CodeNotFound, CodeNotAllowed}}
	opDomains = &operationRow{name: "Domains", on: "organization", organization: ManageDomains, operator: true, system: true,
		codes: []Code{CodeID, CodeCursor, CodeNotFound, CodeNotAllowed}}
	opRecheckDomains = &operationRow{name: "RecheckDomains", on: "-", system: true,
		codes: []Code{CodeInput, CodeNotAllowed}}
	opSetSignUpPolicy = &operationRow{name: "SetSignUpPolicy", on: "organization", organization: ManageDomains,
		codes: []Code{CodeID, CodePolicy, CodeNotFound, CodeNotAllowed, CodeMerged}}
	opSetInvitationPolicy = &operationRow{name: "SetInvitationPolicy", on: "organization", organization: ManageOrganization,
		codes: []Code{CodeID, CodePolicy, CodeNotFound, CodeNotAllowed, CodeMerged}}
	opAddConnection = &operationRow{name: "AddConnection", on: "organization", organization: ManageDomains,
		codes: []Code{CodeID, CodeName, CodeNotFound, CodeNotAllowed, CodeMerged}}
	opRemoveConnection = &operationRow{name: "RemoveConnection", on: "connection", organization: ManageDomains,
		codes: []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeEnforced}}
	opMarkConnectionTested = &operationRow{name: "MarkConnectionTested", on: "connection", operator: true, system: true,
		codes: []Code{CodeID, CodeNotFound, CodeNotAllowed}}
	opConnections = &operationRow{name: "Connections", on: "organization", organization: ManageDomains, operator: true, system: true,
		codes: []Code{CodeID, CodeCursor, CodeNotFound, CodeNotAllowed}}
	opEnforceSSO = &operationRow{name: "EnforceSSO", on: "domain", organization: ManageDomains,
		codes: []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeUnverified, CodeUntested}}
	opStopEnforcingSSO = &operationRow{name: "StopEnforcingSSO", on: "domain", organization: ManageDomains,
		codes: []Code{CodeID, CodeNotFound, CodeNotAllowed}}
	opSetSSOExemption = &operationRow{name: "SetSSOExemption", on: "organization", organization: ManageDomains,
		codes: []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeMerged, CodeOneself, CodeTheOwner, CodeNotMember}}
	opSignInRequirement = &operationRow{name: "SignInRequirement", on: "user", operator: true, system: true,
		codes: []Code{CodeID, CodeNotFound, CodeNotAllowed}}

	opSetHIPAAEntitlement = &operationRow{name: "SetHIPAAEntitlement", on: "organization", operator: true,
		codes: []Code{CodeID, CodeReference, CodeInput, CodeNotFound, CodeNotAllowed, CodeMerged, CodeEnded, CodeHIPAADesignated}}
	opEnableHIPAA = &operationRow{name: "EnableHIPAA", on: "account", account: DesignateHIPAA,
		codes: []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeClosed, CodeHIPAANotEntitled}}
	opDisableHIPAA = &operationRow{name: "DisableHIPAA", on: "account", account: DesignateHIPAA, operator: true,
		codes: []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeClosed}}
	opHIPAAReport = &operationRow{name: "HIPAAReport", on: "organization", organization: ManageAccounts, operator: true, system: true,
		codes: []Code{CodeID, CodeCursor, CodeNotFound, CodeNotAllowed}}
	opAddAccount = &operationRow{name: "AddAccount", on: "organization", organization: ManageAccounts,
		codes: []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeMerged, CodeAccountManaged, CodeAccountRequested}}
	opAccountRequests = &operationRow{name: "AccountRequests", on: "user", operator: true, system: true, others: "any user about themself",
		codes: []Code{CodeID, CodeCursor, CodeNotFound}}
	opAcceptAccountRequest = &operationRow{name: "AcceptAccountRequest", on: "account request", others: "the account's owner",
		codes: []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeNotTheirs, CodeSettled, CodeExpired, CodeInviter, CodeClosed, CodeHIPAADesignated, CodeAccountLimit}}
	opRequestInvitation = &operationRow{name: "RequestInvitation", on: "address", operator: true, system: true,
		codes: []Code{CodeEmail, CodeNotAllowed, CodeNotRefused, CodeRequestOpen}}
	opDismissRequest = &operationRow{name: "DismissRequest", on: "request", organization: ManageUsers,
		codes: []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeMerged, CodeSettled}}
	opDeleteOrganization = &operationRow{name: "DeleteOrganization", on: "organization", organization: DeleteOrganization, operator: true,
		codes: []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeMerged, CodeEnded, CodeOwnsOrganization, CodeHIPAADesignated, CodeAccountLimit}}
	opRestoreOrganization = &operationRow{name: "RestoreOrganization", on: "organization", operator: true,
		codes: []Code{CodeID, CodeNotFound, CodeNotAllowed, CodeMerged, CodeRestoreWindow, CodeFormerOwner}}
	opPreviewMerge = &operationRow{name: "PreviewMerge", on: "organization", operator: true, system: true, others: "the Owner of both, the Candidates' Owner while invited, Owner and Administrators while they can import that Owner",
		codes: []Code{CodeID, CodeInput, CodeSameOrganization, CodeNotFound}}
	opMergeOrganizations = &operationRow{name: "MergeOrganizations", on: "organization", organization: TransferOwnership,
		codes: []Code{CodeID, CodeSameOrganization, CodeNotFound, CodeNotAllowed, CodeMerged, CodeNoLiveDomain, CodeCandidateDomain, CodeOwnerOffDomain, CodeMergeClosed, CodeMemberLimit, CodeAccountLimit}}
	opImportUsers = &operationRow{name: "ImportUsers", on: "organization", organization: ManageUsers,
		codes: []Code{CodeID, CodeInput, CodeNotFound, CodeNotAllowed, CodeMerged, CodeNotEntitled, CodeNoLiveDomain, CodeEmail, CodeNotEligible, CodeMember, CodeManagedElsewhere, CodeSignUpClosed, CodeMemberLimit, CodeAccountLimit, CodeCandidateDomain, CodeMergeClosed}}
	opImportableUsers = &operationRow{name: "ImportableUsers", on: "domain", organization: ManageUsers, operator: true, system: true,
		codes: []Code{CodeID, CodeCursor, CodeNotFound, CodeNotAllowed, CodeNotEntitled, CodeNoLiveDomain}}
	opSetLimits = &operationRow{name: "SetLimits", on: "organization", operator: true,
		codes: []Code{CodeID, CodeInput, CodeNotFound, CodeNotAllowed, CodeMerged, CodeEnded}}
	opSetImportEntitlement = &operationRow{name: "SetImportEntitlement", on: "organization", operator: true,
		codes: []Code{CodeID, CodeReference, CodeNotFound, CodeNotAllowed, CodeMerged, CodeEnded}}
	opPurge = &operationRow{name: "Purge", on: "-", system: true,
		codes: []Code{CodeInput, CodeNotAllowed}}

	opCan = &operationRow{name: "Can", on: "account", account: ManageMembers, operator: true, system: true, others: "any user about themself",
		codes: []Code{CodeID, CodePermission, CodeNotFound, CodeNotAllowed}}
	opCanInOrganization = &operationRow{name: "CanInOrganization", on: "organization", organization: ManageUsers, operator: true, system: true, others: "any user about themself",
		codes: []Code{CodeID, CodePermission, CodeNotFound, CodeNotAllowed}}

	opEvents = &operationRow{name: "Events", on: "stream", organization: ReadLog, operator: true, system: true, others: "the user whose stream it is",
		codes: []Code{CodeInput, CodeCursor, CodeNotFound, CodeNotAllowed}}
	opLogHead = &operationRow{name: "LogHead", on: "stream", organization: ReadLog, operator: true, system: true, others: "the user whose stream it is",
		codes: []Code{CodeInput, CodeNotFound, CodeNotAllowed}}
	opVerifyLog = &operationRow{name: "VerifyLog", on: "stream", organization: ReadLog, operator: true, system: true, others: "the user whose stream it is",
		codes: []Code{CodeInput, CodeNotFound, CodeNotAllowed}}
	opRelay = &operationRow{name: "Relay", on: "-", system: true,
		codes: []Code{CodeInput, CodeNotAllowed}}
	opAtomically = &operationRow{name: "Atomically", on: "-", operator: true, system: true, others: "any user",
		codes: []Code{CodeInput}}
	opPreview = &operationRow{name: "Preview", on: "-", operator: true, system: true, others: "any user",
		codes: []Code{CodeInput}}
	opOutcome = &operationRow{name: "Outcome", on: "operation", operator: true, system: true, others: "whoever acted",
		codes: []Code{CodeID, CodeNotFound}}
	opActorOutcome = &operationRow{name: "ActorOutcome", on: "operation", system: true,
		codes: []Code{CodeID, CodeInput, CodeNotFound, CodeNotAllowed}}
)

// operations lists the rows of THE table.
var operations = []*operationRow{
	opSignUp,
	opCreateOrganization,
	opOrganization,
	opOrganizations,
	opRenameOrganization,
	opTransferOwnership,
	opReplaceOwner,
	opUser,
	opUserByEmail,
	opUsers,
	opUpdateUser,
	opChangeEmail,
	opSetOrganizationRole,
	opRemoveUser,
	opLeave,
	opDeactivateUser,
	opReactivateUser,
	opDeleteUser,
	opInviteUser,
	opInviteToAccount,
	opResendInvitation,
	opRevokeInvitation,
	opInvitations,
	opAccountInvitations,
	opInvitation,
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
	opAddDomain,
	opVerifyDomain,
	opRemoveDomain,
	opDomains,
	opRecheckDomains,
	opSetSignUpPolicy,
	opSetInvitationPolicy,
	opAddConnection,
	opRemoveConnection,
	opMarkConnectionTested,
	opConnections,
	opEnforceSSO,
	opStopEnforcingSSO,
	opSetSSOExemption,
	opSignInRequirement,
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
	opCanInOrganization,
	opEvents,
	opLogHead,
	opVerifyLog,
	opRelay,
	opAtomically,
	opPreview,
	opOutcome,
	opActorOutcome,
}

// standing is what the actor is in an organization.
type standing struct {
	organization *OrganizationRecord // nil: there is none
	rank         *MembershipRecord   // the actor's; nil: none
}

// standing asks for the organization acted on, the actor's membership and the head of its stream. Of a merged one it is the membership of the
// survivor: whoever may see that is told that the organization was merged (ORG-13).
func (r *reads) standing(org OrganizationID) standing {
	st := standing{organization: find(r, organizationByID(org))}
	if r.actor.isUser() {
		st.rank = find(r, memberOf(org, r.actor.User))
		if o := st.organization; o != nil && !o.MergedInto.IsZero() {
			st.rank = find(r, memberOf(o.MergedInto, r.actor.User))
		}
	}
	r.stream(streamOfOrganization(org))
	return st
}

// managesUsers says whether the actor may see and manage the organization's users.
func (st standing) managesUsers() bool { return st.rank != nil && st.rank.Role.may(ManageUsers) }

// alive refuses what is done to an organization that has ended.
func (st standing) alive() error {
	switch st.organization.State {
	case StateMerged:
		return CodeMerged
	case StateDeleted:
		return CodeEnded
	}
	return nil
}

// platform answers for Operators and System: what the operation's row says.
func (c *changes) platform() error {
	if c.actor.isOperator() && c.row.operator || c.actor.isSystem() && c.row.system {
		return nil
	}
	return CodeNotAllowed
}

// authorize decides by the table whether the actor may do this operation to an organization: CodeNotFound if they may not even see it, then
// CodeNotAllowed (GEN-5), then CodeMerged (ORG-13). Whether the organization is alive is the next question: alive.
func (c *changes) authorize(st standing) error {
	switch {
	case st.organization == nil || c.actor.isUser() && st.rank == nil:
		return CodeNotFound
	case !c.actor.isUser():
		return c.platform()
	case c.row.organization == "" || !st.rank.Role.may(c.row.organization):
		return CodeNotAllowed
	case !st.organization.MergedInto.IsZero():
		return CodeMerged
	}
	return nil
}

// accountStanding is what the actor is to an account.
type accountStanding struct {
	account     *AccountRecord    // nil: there is none
	parent      *AccountRecord    // of a subaccount
	grant       *GrantRecord      // the actor's on the account
	parentGrant *GrantRecord      // the actor's on the parent
	rank        *MembershipRecord // the actor's in the managing organization
}

// accountStanding asks for the account acted on, what the actor is to it, and the head of its stream.
func (r *reads) accountStanding(id AccountID) accountStanding {
	st := accountStanding{account: find(r, accountByID(id))}
	if r.actor.isUser() {
		st.grant = find(r, grantOn(id, r.actor.User))
	}
	if st.account == nil {
		return st
	}
	r.stream(st.account.stream())
	if !st.account.Parent.IsZero() {
		st.parent = find(r, accountByID(st.account.Parent))
	}
	if !r.actor.isUser() {
		return st
	}
	if !st.account.Parent.IsZero() {
		st.parentGrant = find(r, grantOn(st.account.Parent, r.actor.User))
	}
	if !st.account.Organization.IsZero() {
		st.rank = find(r, memberOf(st.account.Organization, r.actor.User))
	}
	return st
}

// stream is the stream an account belongs to: its organization's, or its owner's.
func (a AccountRecord) stream() Stream {
	if a.Organization.IsZero() {
		return streamOfUser(a.Owner)
	}
	return streamOfOrganization(a.Organization)
}

// roles is the actor's roles on the account, those on its parent included (ACC-3).
func (st accountStanding) roles() (set RoleSet) {
	if st.grant != nil {
		set = st.grant.Roles
	}
	if st.parentGrant != nil {
		set = set.with(st.parentGrant.Roles)
	}
	return set
}

// manages says whether the actor manages the account through its organization.
func (st accountStanding) manages() bool { return st.rank != nil && st.rank.Role.manages() }

// sees says whether the actor, a user, may see the account (GEN-5).
func (st accountStanding) sees() bool {
	return st.account != nil && (st.manages() || !st.roles().IsZero())
}

// has says whether the actor, a user, has a permission on the account, suspended or not.
func (c *changes) has(st accountStanding, p Permission) bool {
	rule, known := c.dir.table.rules[p]
	if !known {
		return false
	}
	_, granted := rule.by(st.roles())
	return granted || rule.manager && st.manages()
}

// authorizeAccount decides by the table whether the actor may do this operation to an account: CodeNotFound if they may not even see it, then
// CodeNotAllowed (GEN-5). Whether the account is closed is the next question: open.
func (c *changes) authorizeAccount(st accountStanding) error {
	switch {
	case st.account == nil || c.actor.isUser() && !st.sees():
		return CodeNotFound
	case !c.actor.isUser():
		return c.platform()
	case !c.has(st, c.row.account):
		return CodeNotAllowed
	}
	return nil
}

// open refuses what is done to a closed account (ACC-5).
func (st accountStanding) open() error {
	if st.account.Closed != 0 {
		return CodeClosed
	}
	return nil
}
