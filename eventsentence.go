package tenancy

import (
	"fmt"
	"maps"
	"reflect"
	"strings"
)

// eventSentences says what each type of event means, in English (EVT-8). A place in braces is
// {actor}, who acted, or a field of the type. The table is data, for a host that
// translates it: Sentences returns a copy.
var eventSentences = map[string]string{
	"OrganizationCreated":        "{actor} created {Organization}, owned by {Owner}",
	"OrganizationRenamed":        "{actor} renamed {Organization}",
	"OwnershipTransferred":       "{actor} made {Owner} the Owner of {Organization}",
	"OrganizationSuspended":      "{actor} suspended {Organization}",
	"OrganizationReactivated":    "{actor} reactivated {Organization}",
	"MemberJoined":               "{User} became a member of {Organization} as {Role}",
	"MemberLeft":                 "{User} is no longer a member of {Organization}",
	"OrganizationRoleChanged":    "{actor} gave {User} the role {Role} in {Organization}",
	"AccountCreated":             "{actor} created {Account}, owned by {Owner}",
	"AccountRenamed":             "{actor} renamed {Account}",
	"AccountSuspended":           "{actor} suspended {Account}",
	"AccountReactivated":         "{actor} reactivated {Account}",
	"AccountClosed":              "{actor} closed {Account}",
	"AccountManaged":             "{Account} became part of {Organization}",
	"AccountReleased":            "{Account} left the organization",
	"AccountTransferred":         "{actor} made {Owner} the owner of {Account}",
	"RolesAssigned":              "{actor} gave {User} on {Account} the roles {Roles}",
	"TemporaryRolesAssigned":     "{actor} gave {User} on {Account} the roles {Roles} until {Until}",
	"TemporaryRolesEnded":        "temporary roles of {User} on {Account} that had ended were removed",
	"RolesRevoked":               "{User} no longer has a role on {Account}",
	"PhoneVerified":              "{actor} recorded a verified phone number of {Account}",
	"AccountUpgraded":            "{actor} upgraded {Account}",
	"AccountInvoiced":            "{actor} put {Account} on invoices",
	"PricingSet":                 "{actor} set the pricing of {Account}",
	"UserCreated":                "{User} signed up",
	"UserUpdated":                "{actor} changed the name of {User}",
	"UserEmailChanged":           "{actor} changed the address of {User}",
	"UserDeactivated":            "{actor} deactivated {User}",
	"UserReactivated":            "{actor} reactivated {User}",
	"UserDeleted":                "{actor} deleted {User}",
	"InvitationSent":             "{actor} sent the invitation {Invitation}",
	"InvitationAccepted":         "{User} accepted the invitation {Invitation}",
	"InvitationDeclined":         "the invitation {Invitation} was declined",
	"InvitationRevoked":          "the invitation {Invitation} was revoked",
	"DomainAdded":                "{actor} added the domain {Domain} to {Organization}",
	"DomainVerified":             "{actor} verified the domain {Domain}",
	"DomainLapsing":              "the record that proves the domain {Domain} was not found: it lapses at {Lapses}",
	"DomainRecovered":            "the record that proves the domain {Domain} was found again",
	"DomainLost":                 "the domain {Domain} is no longer verified",
	"DomainRemoved":              "{actor} removed the domain {Domain}",
	"DomainPolicySet":            "{actor} set the sign-up policy of the domain {Domain} to {Policy}",
	"SignUpPolicySet":            "{actor} set the sign-up policy of {Organization} to {Policy}",
	"InvitationPolicySet":        "{actor} set the invitation policy of {Organization} to {Policy}",
	"ConnectionAdded":            "{actor} added the connection {Connection} to {Organization}",
	"ConnectionTested":           "{actor} tested the connection {Connection}",
	"ConnectionRemoved":          "{actor} removed the connection {Connection}",
	"SSOEnforced":                "{actor} enforced single sign-on with {Connection} on the domain {Domain}",
	"SSOEnforcementStopped":      "{actor} stopped enforcing single sign-on on the domain {Domain}",
	"SSOExemptionSet":            "{actor} set the exemption of {User} from single sign-on: {Exempt}",
	"HIPAAEntitlementSet":        "{actor} set the HIPAA entitlement of {Organization}: {On}",
	"HIPAAEnabled":               "{actor} designated {Account} for HIPAA",
	"HIPAADisabled":              "{actor} took the HIPAA designation off {Account}",
	"RequestOpened":              "somebody asked to be invited to {Organization}: {Request}",
	"RequestSettled":             "the request {Request} to be invited was settled",
	"OrganizationDeleted":        "{actor} deleted {Organization}",
	"OrganizationRestored":       "{actor} restored {Organization}",
	"OrganizationPurged":         "the name of {Organization} was erased",
	"OrganizationMerged":         "{actor} merged {Organization} into {Into}",
	"ImportEntitlementSet":       "{actor} set the import entitlement of {Organization}: {On}",
	"UserImported":               "{actor} imported {User} into {Organization}",
	"ServiceAccountCreated":      "{actor} created the service account {User} in {Organization}",
	"KeyCreated":                 "{actor} created the key {Key} of {User}",
	"KeyRevoked":                 "{actor} revoked the key {Key}",
	"LimitsSet":                  "{actor} set limits of {Organization}",
	"GroupCreated":               "{actor} created the group {Group} in {Organization}",
	"GroupRenamed":               "{actor} renamed the group {Group}",
	"GroupDeleted":               "{actor} deleted the group {Group}",
	"UsersAddedToGroup":          "{actor} added to the group {Group}: {Users}",
	"UsersRemovedFromGroup":      "no longer in the group {Group}: {Users}",
	"GroupRolesAssigned":         "{actor} gave the group {Group} on {Account} the roles {Roles}",
	"GroupRolesRevoked":          "the group {Group} no longer has roles on {Account}",
	"DirectoryAdded":             "{actor} added the directory {Directory} to {Organization}",
	"DirectorySecretRotated":     "{actor} gave the directory {Directory} another secret",
	"DirectoryRemoved":           "{actor} removed the directory {Directory}",
	"DirectoryPurged":            "what the directory {Directory} said of people was erased",
	"UserProvisioned":            "{actor} created the user {User}, who has not signed up",
	"UserClaimed":                "{User} came for the first time, whom a directory had created",
	"IdentityProvisioned":        "{Directory} added the person {Identity} to {Organization}",
	"IdentityUpdated":            "what a directory says of the person {Identity} was changed",
	"IdentityLinked":             "the directory's person {Identity} is {User}",
	"IdentityUnlinked":           "the directory's person {Identity} is linked to no user now",
	"IdentityRemoved":            "the directory's person {Identity} was removed",
	"IdentityForgotten":          "what a directory said of the person {Identity} was erased",
	"IdentitiesAddedToGroup":     "{actor} added the directory's people to the group {Group}: {Identities}",
	"IdentitiesRemovedFromGroup": "the directory's people no longer in the group {Group}: {Identities}",
}

// Sentences returns the sentence of each type of event in English, by the type's name,
// with places such as {actor} and {Account} for Sentence and RevealSentence to fill in
// (EVT-8). A host that translates them passes a table of its own instead.
func Sentences() map[string]string { return maps.Clone(eventSentences) }

// Sentence says what happened, with IDs and without names. The table holds a sentence
// for each type; nil means Sentences(). A type that the table does not have is told by
// its name. A place that the type does not have is left as it is.
func (e Event) Sentence(table map[string]string) string {
	return e.sentence(table, func(id string) string { return id })
}

// RevealSentence is Sentence with names in place of IDs where Names has them, and with
// addresses where it has only those. What it returns is personal data.
func (e LoggedEvent) RevealSentence(table map[string]string) string {
	return e.sentence(table, func(id string) string {
		switch named := e.NameOf(id); {
		case !named.Name.IsZero():
			return named.Name.Reveal()
		case !named.Email.IsZero():
			return named.Email.Reveal()
		}
		return id
	})
}

// sentence fills in a sentence; call says what an ID is called.
func (e Event) sentence(table map[string]string, call func(id string) string) string {
	if table == nil {
		table = eventSentences
	}
	rest, ok := table[EventType(e.Data)]
	if !ok {
		return EventType(e.Data)
	}
	var b strings.Builder
	for {
		before, after, open := strings.Cut(rest, "{")
		b.WriteString(before)
		place, behind, closed := strings.Cut(after, "}")
		if !open || !closed {
			b.WriteString(rest[len(before):])
			return b.String()
		}
		if text, ok := e.fill(place, call); ok {
			b.WriteString(text)
		} else {
			b.WriteString("{" + place + "}")
		}
		rest = behind
	}
}

// fill returns what stands in a place.
func (e Event) fill(place string, call func(id string) string) (string, bool) {
	if place == "actor" {
		return call(e.Actor.String()), true
	}
	field := reflect.ValueOf(e.Data).FieldByName(place)
	if !field.IsValid() {
		return "", false
	}
	switch value := field.Interface().(type) {
	case bool:
		if value {
			return "yes", true
		}
		return "no", true
	case Instant:
		text, _ := value.MarshalText()
		return string(text), true
	case Actor:
		return call(value.String()), true
	case []UserID:
		return callAll(value, call), true
	case []ProvisionedID:
		return callAll(value, call), true
	case OrganizationRole:
		return value.words(), true
	default:
		if field.Kind() == reflect.Array {
			return call(fmt.Sprint(value)), true
		}
		return fmt.Sprint(value), true
	}
}

// callAll says what each of several is called.
func callAll[K idKind](ids []ID[K], call func(id string) string) string {
	var called []string
	for _, id := range ids {
		called = append(called, call(id.String()))
	}
	return strings.Join(called, ", ")
}
