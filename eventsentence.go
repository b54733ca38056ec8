package tenancy

import (
	"maps"
	"slices"
)

// eventSentences says what each type of event means, in English (EVT-8). Sentences
// describes the table.
var eventSentences = map[string]string{
	"OrganizationCreated":          "{actor} created {Organization}, owned by {Owner}",
	"OrganizationCreated/self":     "{Owner} created {Organization}",
	"OrganizationRenamed":          "{actor} renamed {Organization}",
	"OwnershipTransferred":         "{actor} made {Owner} the Owner of {Organization}",
	"OrganizationSuspended":        "{actor} suspended {Organization}",
	"OrganizationReactivated":      "{actor} reactivated {Organization}",
	"OrganizationDeleted":          "{actor} deleted {Organization}",
	"OrganizationRestored":         "{actor} restored {Organization}",
	"OrganizationPurged":           "{actor} erased the name of {Organization}",
	"OrganizationMerged":           "{actor} merged {Organization} into {Into}",
	"LimitsSet":                    "{actor} gave {Organization} limits of its own",
	"LimitsSet/off":                "{actor} ended the limits that {Organization} had of its own",
	"ImportEntitlementSet":         "{actor} entitled {Organization} to import users",
	"ImportEntitlementSet/off":     "{actor} ended the entitlement of {Organization} to import users",
	"HIPAAEntitlementSet":          "{actor} entitled {Organization} to designate accounts for HIPAA",
	"HIPAAEntitlementSet/off":      "{actor} ended the entitlement of {Organization} to designate accounts for HIPAA",
	"MemberJoined":                 "{actor} made {User} a member of {Organization} as {Role}",
	"MemberJoined/self":            "{User} joined {Organization} as {Role}",
	"MemberLeft":                   "{actor} removed {User} from {Organization}",
	"MemberLeft/self":              "{User} left {Organization}",
	"OrganizationRoleChanged":      "{actor} gave {User} the role {Role} in {Organization}",
	"OrganizationRoleChanged/self": "{User} took the role {Role} in {Organization}",
	"UserImported":                 "{actor} imported {User} into {Organization}",
	"AccountCreated":               "{actor} created {Account}, owned by {Owner}",
	"AccountCreated/self":          "{Owner} created {Account}",
	"AccountCreated/sub":           "{actor} created {Account}, a subaccount of {Parent}",
	"AccountRenamed":               "{actor} renamed {Account}",
	"AccountSuspended":             "{actor} suspended {Account}",
	"AccountReactivated":           "{actor} reactivated {Account}",
	"AccountClosed":                "{actor} closed {Account}",
	"AccountManaged":               "{actor} brought {Account} into {Organization}",
	"AccountReleased":              "{actor} took {Account} out of the organization",
	"AccountTransferred":           "{actor} made {Owner} the owner of {Account}",
	"AccountTransferred/self":      "{Owner} became the owner of {Account}",
	"RolesAssigned":                "{actor} gave {User} {roles} on {Account}",
	"RolesAssigned/self":           "{User} took {roles} on {Account}",
	"TemporaryRolesAssigned":       "{actor} gave {User} {roles} on {Account} until {Until}",
	"TemporaryRolesAssigned/self":  "{User} took {roles} on {Account} until {Until}",
	"TemporaryRolesEnded":          "{actor} removed temporary roles of {User} on {Account}, which had ended",
	"RolesRevoked":                 "{actor} took all roles on {Account} from {User}",
	"RolesRevoked/self":            "{User} gave up all roles on {Account}",
	"PhoneVerified":                "{actor} recorded a verified phone number for {Account}",
	"AccountUpgraded":              "{actor} upgraded {Account} from the trial",
	"AccountInvoiced":              "{actor} set {Account} to be billed by invoice",
	"PricingSet":                   "{actor} set the pricing of {Account}",
	"HIPAAEnabled":                 "{actor} designated {Account} for HIPAA",
	"HIPAADisabled":                "{actor} ended the HIPAA designation of {Account}",
	"UserCreated":                  "{actor} signed up {User}",
	"UserCreated/self":             "{User} signed up",
	"UserUpdated":                  "{actor} changed the name of {User}",
	"UserUpdated/self":             "{User} changed their own name",
	"UserEmailChanged":             "{actor} changed the address of {User}",
	"UserDeactivated":              "{actor} deactivated {User}",
	"UserReactivated":              "{actor} reactivated {User}",
	"UserDeleted":                  "{actor} deleted {User}",
	"UserDeleted/self":             "{User} deleted themselves",
	"UserProvisioned":              "{actor} created {User}, a user who has not signed up yet",
	"UserClaimed":                  "{User}, whom a directory had created, came for the first time",
	"InvitationSent":               "{actor} invited {Invitation} to {Organization} as {Role}",
	"InvitationSent/account":       "{actor} invited {Invitation} to {Account} as {Roles}",
	"InvitationSent/temporary":     "{actor} invited {Invitation} to {Account} as {Roles} for {RolesFor}",
	"InvitationSent/request":       "{actor} asked for {Account} to become part of {Organization}",
	"InvitationAccepted":           "{actor} accepted the invitation of {Invitation} for {User}",
	"InvitationAccepted/self":      "{User} accepted the invitation of {Invitation}",
	"InvitationAccepted/request":   "{User} accepted the request for an account",
	"InvitationDeclined":           "{actor} declined the invitation of {Invitation}",
	"InvitationDeclined/host":      "the invitation of {Invitation} was declined by whoever it was sent to",
	"InvitationRevoked":            "{actor} revoked the invitation of {Invitation}",
	"InvitationRevoked/request":    "{actor} revoked the request for an account",
	"RequestOpened":                "{Request} asked to be invited to {Organization}",
	"RequestSettled":               "{actor} settled the request of {Request} to be invited",
	"RequestSettled/dismissed":     "{actor} dismissed the request of {Request} to be invited",
	"InvitationPolicySet":          "{actor} set the invitation policy of {Organization}: {Policy}",
	"DomainAdded":                  "{actor} added the domain {Domain} to {Organization}",
	"DomainVerified":               "{actor} verified the domain {Domain}",
	"DomainLapsing":                "the platform did not find the record that proves the domain {Domain}: it lapses on {Lapses}",
	"DomainRecovered":              "the platform found the record that proves the domain {Domain} again",
	"DomainLost":                   "the platform ended the verification of the domain {Domain}, whose record was not found",
	"DomainRemoved":                "{actor} removed the domain {Domain}",
	"DomainPolicySet":              "{actor} set the sign-up policy of the domain {Domain}: {Policy}",
	"SignUpPolicySet":              "{actor} set the sign-up policy of {Organization}: {Policy}",
	"ConnectionAdded":              "{actor} added the connection {Connection} to {Organization}",
	"ConnectionTested":             "{actor} recorded a successful test of the connection {Connection}",
	"ConnectionRemoved":            "{actor} removed the connection {Connection}",
	"SSOEnforced":                  "{actor} enforced single sign-on with the connection {Connection} on the domain {Domain}",
	"SSOEnforcementStopped":        "{actor} stopped enforcing single sign-on on the domain {Domain}",
	"SSOExemptionSet":              "{actor} exempted {User} from single sign-on",
	"SSOExemptionSet/off":          "{actor} ended the exemption of {User} from single sign-on",
	"ServiceAccountCreated":        "{actor} created {User}, a service account of {Organization}",
	"KeyCreated":                   "{actor} created the key {Key} for {User}",
	"KeyRevoked":                   "{actor} revoked the key {Key}",
	"GroupCreated":                 "{actor} created the group {Group} in {Organization}",
	"GroupRenamed":                 "{actor} renamed the group {Group}",
	"GroupDeleted":                 "{actor} deleted the group {Group}",
	"UsersAddedToGroup":            "{actor} added {Users} to the group {Group}",
	"UsersAddedToGroup/self":       "{Users} joined the group {Group}",
	"UsersRemovedFromGroup":        "{actor} removed {Users} from the group {Group}",
	"UsersRemovedFromGroup/self":   "{Users} left the group {Group}",
	"GroupRolesAssigned":           "{actor} gave the group {Group} {roles} on {Account}",
	"GroupRolesRevoked":            "{actor} took all roles on {Account} from the group {Group}",
	"DirectoryAdded":               "{actor} added the directory {Directory} to {Organization}",
	"DirectorySecretRotated":       "{actor} gave the directory {Directory} a new secret",
	"DirectoryRemoved":             "{actor} removed the directory {Directory}",
	"DirectoryPurged":              "{actor} erased what the directory {Directory} said of people",
	"IdentityProvisioned":          "{actor} added an entry for {Identity} to {Organization}",
	"IdentityUpdated":              "{actor} changed the directory's entry for {Identity}",
	"IdentityLinked":               "{actor} linked the directory's entry for {Identity} to {User}",
	"IdentityLinked/self":          "{User} was linked to the directory's entry for {Identity} by joining",
	"IdentityUnlinked":             "{actor} unlinked the directory's entry for {Identity} from its user",
	"IdentityRemoved":              "{actor} removed the directory's entry for {Identity}",
	"IdentityForgotten":            "{actor} erased the directory's entry for {Identity}",
	"IdentitiesAddedToGroup":       "{actor} added the directory's entries for {Identities} to the group {Group}",
	"IdentitiesRemovedFromGroup":   "{actor} removed the directory's entries for {Identities} from the group {Group}",

	// Who acted, if it is nobody with a name.
	"system":    "the platform",
	"operator":  "the platform's staff",
	"directory": "a directory whose name is not shown",

	// What has no name, because it is no longer kept.
	"gone/OR": "an organization whose name is no longer kept",
	"gone/AC": "an account whose name is no longer kept",
	"gone/US": "a deleted user",
	"gone/DN": "whose name is no longer kept",
	"gone/CN": "whose name is no longer kept",
	"gone/GR": "whose name is no longer kept",
	"gone/IN": "somebody whose address is no longer kept",
	"gone/RQ": "somebody whose address is no longer kept",
	"gone/KY": "whose name is no longer kept",
	"gone/DR": "whose name is no longer kept",
	"gone/PV": "a person whose name is no longer kept",

	// What has no name that the reader sees.
	"hidden/OR": "an organization whose name is not shown",
	"hidden/AC": "an account whose name is not shown",
	"hidden/US": "a user whose name is not shown",
	"hidden/DN": "whose name is not shown",
	"hidden/CN": "whose name is not shown",
	"hidden/GR": "whose name is not shown",
	"hidden/IN": "somebody whose address is not shown",
	"hidden/RQ": "somebody whose address is not shown",
	"hidden/KY": "whose name is not shown",
	"hidden/DR": "whose name is not shown",
	"hidden/PV": "a person whose name is not shown",

	// Roles, policies and durations.
	"role":                           "the role {Roles}",
	"roles":                          "the roles {Roles}",
	"OrganizationRole/owner":         "Owner",
	"OrganizationRole/administrator": "Administrator",
	"OrganizationRole/standard_user": "Standard User",
	"AccountRole/owner":              "Owner",
	"AccountRole/administrator":      "Administrator",
	"AccountRole/developer":          "Developer",
	"AccountRole/billing_manager":    "Billing Manager",
	"AccountRole/support":            "Support",
	"SignUpPolicy/":                  "as the organization has it",
	"SignUpPolicy/invitation_only":   "invitation only",
	"SignUpPolicy/automatic":         "everybody joins",
	"SignUpPolicy/closed":            "closed",
	"InvitationPolicy/":              "anybody",
	"InvitationPolicy/live_domains":  "only addresses on verified domains",
	"Duration/day":                   "1 day",
	"Duration/days":                  "{n} days",
	"Duration/hour":                  "1 hour",
	"Duration/hours":                 "{n} hours",
	"Duration/minute":                "1 minute",
	"Duration/minutes":               "{n} minutes",
	"Duration/second":                "1 second",
	"Duration/seconds":               "{n} seconds",
	"and":                            "and",
}

// Sentences returns the sentences of the events in English, and the words that fill their
// places, for Sentence and RevealSentence (EVT-8). A host that translates them changes
// the values and passes the table. Its keys are of three kinds:
//
//   - The name of a type of event, such as "MemberLeft", with its sentence. A place in
//     braces is {actor}, who acted; {roles}, the field Roles with the word for it, as in
//     "the roles Developer and Support"; or a field of the type, such as {Account}.
//   - The name of a type and a case of it, with the sentence for that case:
//     "MemberLeft/self". A table that lacks it has the type's sentence stand for all cases.
//     The cases are
//     "self": whom the event is about did it themselves, or signed up through the host;
//     "off": something ended, as of SSOExemptionSet;
//     "sub": of AccountCreated, a subaccount;
//     "account", "temporary" and "request": of InvitationSent, to an account, to one with
//     roles that end, and a request for an account, which InvitationAccepted and
//     InvitationRevoked have too, where they can tell;
//     "host": of InvitationDeclined, with the invitation's secret through the host;
//     "dismissed": of RequestSettled, by DismissRequest.
//   - Words. "system" and "operator" are the host and an Operator of it as actors, and
//     "directory" is a directory without a name as one. "gone/" and "hidden/" with the
//     prefix of a kind of ID are for what else has no name: it is no longer kept, or the
//     reader does not see it (Named). They stand where the name would. "role" and "roles" fill {roles}.
//     The name of an enumeration or of Duration and a value, as in "AccountRole/developer",
//     is what that is called, and {n} in it a number. "and" stands before the last of
//     several. Words that a table lacks are said in English.
func Sentences() map[string]string { return maps.Clone(eventSentences) }

// sentenceCase returns which case of its type's sentences an event is; "": none.
func (e Event) sentenceCase() string {
	by := e.Actor.User
	is := func(user UserID) bool { return e.Actor.isUser() && user == by }
	came := func(user UserID) bool { return is(user) || e.Actor.isSystem() && e.Name == opSignUp.name }
	var self, off bool
	switch data := e.Data.(type) {
	case OrganizationCreated:
		self = came(data.Owner)
	case AccountCreated:
		if !data.Parent.IsZero() {
			return "sub"
		}
		self = came(data.Owner)
	case UserCreated:
		self = came(data.User)
	case MemberJoined:
		self = came(data.User)
	case RolesAssigned:
		self = came(data.User)
	case TemporaryRolesAssigned:
		self = came(data.User)
	case InvitationAccepted:
		if e.Name == opAcceptAccountRequest.name {
			return "request"
		}
		self = came(data.User)
	case MemberLeft:
		self = is(data.User)
	case OrganizationRoleChanged:
		self = is(data.User)
	case AccountTransferred:
		self = is(data.Owner)
	case RolesRevoked:
		self = is(data.User)
	case UserUpdated:
		self = is(data.User)
	case UserDeleted:
		self = is(data.User)
	case IdentityLinked:
		self = is(data.User)
	case UsersAddedToGroup:
		self = slices.Equal(data.Users, []UserID{by})
	case UsersRemovedFromGroup:
		self = slices.Equal(data.Users, []UserID{by})
	case SSOExemptionSet:
		off = !data.Exempt
	case HIPAAEntitlementSet:
		off = !data.On
	case ImportEntitlementSet:
		off = !data.On
	case LimitsSet:
		off = !data.Own
	case InvitationSent:
		return data.sentenceCase()
	case InvitationDeclined:
		if e.Actor.isSystem() {
			return "host"
		}
	case InvitationRevoked:
		if e.Name == opAddAccount.name || e.Name == opMoveAccount.name {
			return "request"
		}
	case RequestSettled:
		if e.Name == opDismissRequest.name {
			return "dismissed"
		}
	}
	switch {
	case self:
		return "self"
	case off:
		return "off"
	}
	return ""
}

func (e InvitationSent) sentenceCase() string {
	switch {
	case e.Kind == InvitationOfAccount:
		return "request"
	case e.Kind == InvitationToAccount && e.RolesFor != 0:
		return "temporary"
	case e.Kind == InvitationToAccount:
		return "account"
	}
	return ""
}
