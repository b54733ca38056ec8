package console

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/add4b1c6/tenancy"
)

// logLine is an event as a sentence.
type logLine struct {
	Number uint64
	Path   string // of the event's page
	Time   time.Time
	Parts  []logPart
}

// logPart is a piece of a sentence: words, a name that leads to a page, or a time.
type logPart struct {
	Text string
	Path string    // "": it leads nowhere
	ID   bool      // the text is an ID, since what it names has no name
	Name bool      // it is a name
	Time time.Time // zero: it is none
}

// line is an event as a sentence in the reader's language, with names where IDs are.
func (v *visit) line(l logOf, e tenancy.LoggedEvent) logLine {
	line := logLine{Number: e.Sequence, Path: fmt.Sprintf("%s/%d", l.Base, e.Sequence), Time: e.Time.Time()}
	for _, said := range e.SentenceParts(v.locale.events) {
		part := logPart{Text: said.Text, Name: said.Name, Time: said.Time}
		if operator, is := strings.CutPrefix(said.ID, "operator/"); is && v.p != nil {
			part.Text, part.ID = operator, true
		} else if said.ID != "" && !is {
			part.Path = l.link(said.ID)
		}
		line.Parts = append(line.Parts, part)
	}
	if first := &line.Parts[0]; !first.Name && !first.ID {
		r, size := utf8.DecodeRuneInString(first.Text)
		first.Text = string(unicode.ToUpper(r)) + first.Text[size:]
	}
	return line
}

// eventWords are the sentences of events, and the words in them, in a language.
func (l *locale) eventWords() map[string]string {
	table := tenancy.Sentences()
	for key, sentence := range table {
		table[key] = l.say(sentence)
	}
	return table
}

// actor names who acted.
func (v *visit) actor(l logOf, e tenancy.LoggedEvent, actor tenancy.Actor) logPart {
	switch {
	case actor.Operator != "" && v.p != nil:
		return logPart{Text: string(actor.Operator), ID: true}
	case actor.Operator != "":
		return logPart{Text: v.t("the platform's staff")}
	case actor == tenancy.Actor{}:
		return logPart{Text: v.t("the platform")}
	}
	return named(l, e, actor.String())
}

// named is what an ID is called.
func named(l logOf, e tenancy.LoggedEvent, id string) logPart {
	part := logPart{Text: id, ID: true, Path: l.link(id)}
	switch named := e.NameOf(id); {
	case !named.Name.IsZero():
		part.Text, part.ID, part.Name = named.Name.Reveal(), false, true
	case !named.Email.IsZero():
		part.Text, part.ID, part.Name = named.Email.Reveal(), false, true
	}
	return part
}

// parts are the words for a value of an event's data.
func (v *visit) parts(l logOf, e tenancy.LoggedEvent, field reflect.Value) (parts []logPart) {
	switch value := field.Interface().(type) {
	case bool:
		if value {
			return []logPart{{Text: v.t("yes")}}
		}
		return []logPart{{Text: v.t("no")}}
	case tenancy.Instant:
		if value == 0 {
			return nil
		}
		return []logPart{{Time: value.Time()}}
	case tenancy.Duration:
		return []logPart{{Text: v.span(time.Duration(value))}}
	case tenancy.Actor:
		return []logPart{v.actor(l, e, value)}
	case tenancy.OrganizationRole:
		return []logPart{{Text: v.locale.role(value)}}
	case tenancy.RoleSet:
		var names []string
		for _, role := range value.All() {
			names = append(names, v.locale.role(role))
		}
		return []logPart{{Text: strings.Join(names, ", ")}}
	case tenancy.SignUpPolicy:
		return []logPart{{Text: v.t(signUpPolicyNames[value])}}
	case tenancy.InvitationPolicy:
		return []logPart{{Text: v.t(invitationPolicyNames[value])}}
	}
	switch text, isText := field.Interface().(fmt.Stringer); {
	case field.Kind() == reflect.Array && isText:
		if field.IsZero() {
			return nil
		}
		return []logPart{named(l, e, text.String())}
	case field.Kind() == reflect.Slice:
		for i := range field.Len() {
			if i > 0 {
				parts = append(parts, logPart{Text: ", "})
			}
			parts = append(parts, v.parts(l, e, field.Index(i))...)
		}
		return parts
	case field.Kind() == reflect.Struct:
		encoded, _ := json.Marshal(field.Interface()) // of IDs, numbers and texts, which always succeeds
		return []logPart{{Text: string(encoded), Name: true}}
	}
	return []logPart{{Text: fmt.Sprint(field.Interface()), Name: true}}
}

// span is a duration in words, in the largest unit of which it is a whole number.
func (v *visit) span(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d == 0:
		return ""
	case d == day:
		return v.t("1 day")
	case d%day == 0:
		return v.t("%s days", int(d/day))
	case d == time.Hour:
		return v.t("1 hour")
	case d%time.Hour == 0:
		return v.t("%s hours", int(d/time.Hour))
	}
	return d.String()
}

var signUpPolicyNames = map[tenancy.SignUpPolicy]string{
	tenancy.PolicyInherited: "as the organization has it", tenancy.PolicyInvitationOnly: "invitation only",
	tenancy.PolicyAutomatic: "everybody joins", tenancy.PolicyClosed: "closed",
}

var invitationPolicyNames = map[tenancy.InvitationPolicy]string{
	tenancy.InviteAnybody: "anybody", tenancy.InviteLiveDomains: "only addresses on verified domains",
}

// eventField is a field of an event's data.
type eventField struct {
	Name  string // as files and programs have it
	Parts []logPart
	IDs   []string // those that it holds, to look for
}

// eventFields are the fields of an event's data that hold something.
func (v *visit) eventFields(l logOf, e tenancy.LoggedEvent) (fields []eventField) {
	data := reflect.ValueOf(e.Data)
	for i := range data.NumField() {
		name, _, _ := strings.Cut(data.Type().Field(i).Tag.Get("json"), ",")
		f := eventField{Name: name, Parts: v.parts(l, e, data.Field(i)), IDs: idsIn(data.Field(i))}
		if len(f.Parts) > 0 && f.Parts[0] != (logPart{}) {
			fields = append(fields, f)
		}
	}
	return fields
}

// idsIn are the IDs that a value is or holds.
func idsIn(field reflect.Value) (ids []string) {
	text, isText := field.Interface().(fmt.Stringer)
	switch {
	case field.Kind() == reflect.Array && isText && !field.IsZero():
		ids = append(ids, text.String())
	case field.Kind() == reflect.Slice:
		for i := range field.Len() {
			ids = append(ids, idsIn(field.Index(i))...)
		}
	}
	return ids
}

// logKinds are the choices of what kind of events are shown.
func (v *visit) logKinds() []option {
	kinds := []option{{Value: "", Label: v.t("Everything")}}
	for _, k := range eventKinds {
		if v.p != nil || k.part == "" || v.shows(k.part) {
			kinds = append(kinds, option{Value: k.key, Label: v.t(k.label)})
		}
	}
	return kinds
}

// typesOf are the types of events of a kind. What is no kind has none of its own, and so is
// any.
func typesOf(kind string) []string {
	for _, k := range eventKinds {
		if k.key == kind {
			return strings.Fields(k.types)
		}
	}
	return nil
}

// eventKinds are the kinds of events in words. Each type of event is of one kind. What is of a
// part that the host hides is not offered to a customer's people.
var eventKinds = []struct {
	key, label string
	part       Part // "": of none that can be hidden
	types      string
}{
	{"organization", "The organization", "", `OrganizationCreated OrganizationRenamed OwnershipTransferred OrganizationSuspended
		OrganizationReactivated OrganizationDeleted OrganizationRestored OrganizationPurged OrganizationMerged LimitsSet
		ImportEntitlementSet`},
	{"members", "Members and their roles", "", `MemberJoined MemberLeft OrganizationRoleChanged UserImported`},
	{"users", "Users and their state", "", `UserCreated UserUpdated UserEmailChanged UserDeactivated UserReactivated UserDeleted
		UserProvisioned UserClaimed`},
	{"invitations", "Invitations and requests", "", `InvitationSent InvitationAccepted InvitationDeclined InvitationRevoked
		RequestOpened RequestSettled InvitationPolicySet`},
	{"accounts", "Accounts", "", `AccountCreated AccountRenamed AccountSuspended AccountReactivated AccountClosed AccountManaged
		AccountReleased AccountTransferred PhoneVerified AccountUpgraded AccountInvoiced PricingSet`},
	{"roles", "Roles on accounts", "", `RolesAssigned TemporaryRolesAssigned TemporaryRolesEnded RolesRevoked`},
	{"groups", "Groups", PartGroups, `GroupCreated GroupRenamed GroupDeleted UsersAddedToGroup UsersRemovedFromGroup GroupRolesAssigned
		GroupRolesRevoked IdentitiesAddedToGroup IdentitiesRemovedFromGroup`},
	{"domains", "Domains and sign-up", PartDomains, `DomainAdded DomainVerified DomainLapsing DomainRecovered DomainLost DomainRemoved
		DomainPolicySet SignUpPolicySet`},
	{"sso", "Single sign-on", PartSSO, `ConnectionAdded ConnectionTested ConnectionRemoved SSOEnforced SSOEnforcementStopped
		SSOExemptionSet`},
	{"directories", "Directories", PartDirectories, `DirectoryAdded DirectorySecretRotated DirectoryRemoved DirectoryPurged IdentityProvisioned
		IdentityUpdated IdentityLinked IdentityUnlinked IdentityRemoved IdentityForgotten`},
	{"service-accounts", "Service accounts and keys", PartServiceAccounts, `ServiceAccountCreated KeyCreated KeyRevoked`},
	{"hipaa", "HIPAA", PartHIPAA, `HIPAAEntitlementSet HIPAAEnabled HIPAADisabled`},
}
