package console

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/add4b1c6/tenancy"
)

// limitField is a limit in the form that sets them.
type limitField struct {
	Name, Label string
	Value       string // "": none
}

// limitFields are the limits in the order of the form, with those that an organization has.
func (v *visit) limitFields(limits *tenancy.Limits) []limitField {
	of := func(name, label string, at *int) limitField {
		f := limitField{Name: name, Label: v.t(label)}
		if *at > 0 {
			f.Value = strconv.Itoa(*at)
		}
		return f
	}
	return []limitField{
		of("members", "Users", &limits.Members), of("accounts", "Main accounts", &limits.Accounts),
		of("subaccounts", "Subaccounts of a main account", &limits.Subaccounts),
		of("trial_subaccounts", "Subaccounts of a main account on trial", &limits.TrialSubaccounts),
		of("domains", "Domains", &limits.Domains), of("groups", "Groups", &limits.Groups),
		of("group_members", "Members of a group", &limits.GroupMembers),
		of("account_groups", "Groups with roles on one account", &limits.AccountGroups),
		of("service_accounts", "Service accounts", &limits.ServiceAccounts),
		of("keys", "Keys of a service account", &limits.Keys),
		of("directories", "Directories", &limits.Directories), of("identities", "People of a directory", &limits.Identities),
	}
}

// staffLimitsPage is the form of an organization's limits.
type staffLimitsPage struct {
	tenancy.Organization
	Own    bool // it has limits of its own
	Fields []limitField
}

func staffLimits(v *visit) (*page, error) {
	limits := tenancy.Limits{}
	own := v.org.Settings != nil && v.org.Settings.Limits != nil
	if own {
		limits = *v.org.Settings.Limits
	}
	data := staffLimitsPage{v.org, own, v.limitFields(&limits)}
	return &page{template: "staff-limits", title: v.t("Limits"), data: data}, nil
}

func setLimits(v *visit) (string, error) {
	next := done(v.url("organizations", v.org.ID), "limits-set")
	if v.value("own") != "yes" {
		_, err := v.operateOnce().SetLimits(v.ctx(), v.org.ID, nil)
		return next, err
	}
	limits := &tenancy.Limits{}
	for name, at := range map[string]*int{
		"members": &limits.Members, "accounts": &limits.Accounts, "subaccounts": &limits.Subaccounts,
		"trial_subaccounts": &limits.TrialSubaccounts, "domains": &limits.Domains, "groups": &limits.Groups,
		"group_members": &limits.GroupMembers, "account_groups": &limits.AccountGroups,
		"service_accounts": &limits.ServiceAccounts, "keys": &limits.Keys, "directories": &limits.Directories,
		"identities": &limits.Identities,
	} {
		if text := v.value(name); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil || n < 0 {
				return "", &refusal{status: http.StatusBadRequest, sentence: "This is not a number.", field: name}
			}
			*at = n
		}
	}
	_, err := v.operateOnce().SetLimits(v.ctx(), v.org.ID, limits)
	return next, err
}

// staffOwnerPage is the replacement of an Owner.
type staffOwnerPage struct {
	tenancy.Organization
	Owner    tenancy.User
	Next     string // the ID of the one who was chosen; "": nobody yet
	Previous []option
}

func staffOwner(v *visit) (*page, error) {
	data := staffOwnerPage{Organization: v.org, Next: v.query("user"), Previous: []option{
		{previousAdministrator, v.locale.role(tenancy.Administrator), ""},
		{previousStandardUser, v.locale.role(tenancy.StandardUser), ""},
		{previousLeaves, v.t("Nothing: they leave the organization"), ""},
	}}
	var err error
	if v.org.Settings != nil && !v.org.Settings.Owner.IsZero() {
		if data.Owner, _, err = v.s.User(v.ctx(), v.org.Settings.Owner); err != nil {
			return nil, err
		}
	}
	return &page{template: "staff-owner", title: v.t("Replace the Owner"), data: data}, nil
}

// The choices of what becomes of the previous Owner.
const (
	previousAdministrator = "administrator"
	previousStandardUser  = "standard_user"
	previousLeaves        = "leaves"
)

func replaceOwner(v *visit) (string, error) {
	user, err := formID[tenancy.UserID](v, "user")
	if err != nil {
		return "", &refusal{status: http.StatusBadRequest, sentence: tenancy.CodeID.Sentence(), field: "user"}
	}
	in := tenancy.OwnerReplacement{User: user, Reference: v.reference()}
	choice := slices.Index([]string{previousAdministrator, previousStandardUser, previousLeaves}, v.value("previous"))
	if choice < 0 {
		return "", &refusal{status: http.StatusBadRequest, sentence: "Choose one of these.", field: "previous"}
	}
	in.Previous = []tenancy.PreviousOwner{
		tenancy.PreviousAdministrator, tenancy.PreviousStandardUser, tenancy.PreviousLeaves,
	}[choice]
	_, err = v.operateOnce().ReplaceOwner(v.ctx(), v.org.ID, in)
	return done(v.url("organizations", v.org.ID), "owner-replaced"), err
}

func staffHIPAA(v *visit) (*page, error) { return v.staffPage("staff-hipaa", v.t("HIPAA entitlement")) }

func setHIPAAEntitlement(v *visit) (string, error) {
	in := tenancy.HIPAAEntitlement{On: v.value("on") == "yes"}
	if in.On {
		in.Reference = v.reference()
		var wrong bool
		if in.Executed, wrong = day(v.value("executed")); wrong {
			return "", &refusal{status: http.StatusBadRequest, sentence: "This is not a day.", field: "executed"}
		}
	}
	_, err := v.operateOnce().SetHIPAAEntitlement(v.ctx(), v.org.ID, in)
	return done(v.url("organizations", v.org.ID), "hipaa-entitlement"), err
}

// Executed is the day of the addendum, for its field.
func (p staffOrganizationPage) Executed() string {
	if p.Settings == nil || p.Settings.HIPAAEntitlement.Executed.IsZero() {
		return ""
	}
	return p.Settings.HIPAAEntitlement.Executed.UTC().Format(time.DateOnly)
}

func staffImport(v *visit) (*page, error) {
	return v.staffPage("staff-import", v.t("Import entitlement"))
}

func setImportEntitlement(v *visit) (string, error) {
	in := tenancy.ImportEntitlement{On: v.value("on") == "yes"}
	if in.On {
		in.Reference = v.reference()
	}
	_, err := v.operateOnce().SetImportEntitlement(v.ctx(), v.org.ID, in)
	return done(v.url("organizations", v.org.ID), "import-entitlement"), err
}
