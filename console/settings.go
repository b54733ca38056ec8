package console

import (
	"net/http"

	"github.com/add4b1c6/tenancy"
)

// settingsRoutes serves the page of an organization's settings.
func (c *console) settingsRoutes() {
	c.getIn("/settings", tenancy.ViewOrganization, settings)
	c.postIn("/settings/name", tenancy.ManageOrganization, settings, renameOrganization, fields{tenancy.CodeName: "name"})
	c.postIn("/settings/invitations", tenancy.ManageOrganization, settings, setInvitationPolicy,
		fields{tenancy.CodePolicy: "policy"})
	c.says("organization-renamed", "The organization has a new name.")
	c.says("invitation-policy", "Whom the organization invites was changed.")
}

// settingsPage is what the settings show.
type settingsPage struct {
	Owner    tenancy.User // zero: the reader may not see who it is
	IsOwner  bool         // the reader is the Owner
	Policies []option     // of invitations
	Limits   []limitLine
	Limited  bool // limits are known
}

// limitLine is a limit, and how much of it is used.
type limitLine struct {
	Label, Hint string
	Counted     bool // Used is known
	Used, Limit int  // Limit zero: none
	Full        bool
}

// settings shows an organization's settings: to everybody its name and ID, and to whoever may
// see them its policies, limits and entitlements.
func settings(v *visit) (*page, error) {
	data := settingsPage{}
	if set := v.org.Settings; set != nil {
		data.IsOwner = set.Owner == v.self()
		data.Policies = invitationPolicies(v)
		data.Limits, data.Limited = v.limits(set)
		if v.may[tenancy.ViewUsers] {
			var err error
			if data.Owner, _, err = v.s.User(v.ctx(), set.Owner); err != nil {
				return nil, err
			}
		}
	}
	return &page{template: "settings", title: v.t("Settings"), at: "settings", data: data}, nil
}

// invitationPolicies are the choices of whom the organization invites. A form needs a value
// for each, so the default has one of its own.
func invitationPolicies(v *visit) []option {
	return []option{
		{anybody, v.t("Anybody"), v.t("An invitation can go to every address.")},
		{string(tenancy.InviteLiveDomains), v.t("Only addresses on your verified domains"),
			v.t("Other people can still be invited to single accounts.")},
	}
}

// anybody stands for tenancy.InviteAnybody in a form.
const anybody = "anybody"

// Policy is the choice that the organization has made.
func (p settingsPage) Policy(set *tenancy.OrganizationSettings) string {
	if set.InvitationPolicy == tenancy.InviteAnybody {
		return anybody
	}
	return string(set.InvitationPolicy)
}

// limits are the limits of an organization, its own or the host's, with what it uses. It
// reports whether there are any to show.
func (v *visit) limits(set *tenancy.OrganizationSettings) ([]limitLine, bool) {
	limits, known := tenancy.Limits{}, true
	switch {
	case set.Limits != nil:
		limits = *set.Limits
	case v.o.Limits != nil:
		limits = *v.o.Limits
	default:
		known = false
	}
	lines := []limitLine{
		{Label: v.t("Users"), Hint: v.t("Deactivated users take no place."), Counted: true, Used: set.Seats, Limit: limits.Members},
		{Label: v.t("Main accounts"), Counted: true, Used: set.Accounts, Limit: limits.Accounts},
		{Label: v.t("Groups"), Counted: true, Used: set.Groups, Limit: limits.Groups},
		{Label: v.t("Service accounts"), Counted: true, Used: set.ServiceAccounts, Limit: limits.ServiceAccounts},
		{Label: v.t("Directories"), Counted: true, Used: set.Directories, Limit: limits.Directories},
	}
	for _, l := range []limitLine{
		{Label: v.t("Domains"), Limit: limits.Domains},
		{Label: v.t("Subaccounts of a main account"), Limit: limits.Subaccounts},
		{Label: v.t("Subaccounts of a main account on trial"), Limit: limits.TrialSubaccounts},
		{Label: v.t("Members of a group"), Limit: limits.GroupMembers},
		{Label: v.t("Groups with roles on one account"), Limit: limits.AccountGroups},
		{Label: v.t("Keys of a service account"), Limit: limits.Keys},
		{Label: v.t("People of a directory"), Limit: limits.Identities},
	} {
		if l.Limit > 0 {
			lines = append(lines, l)
		}
	}
	for i := range lines {
		lines[i].Full = lines[i].Counted && lines[i].Limit > 0 && lines[i].Used >= lines[i].Limit
	}
	return lines, known
}

func renameOrganization(v *visit) (string, error) {
	_, err := v.once().RenameOrganization(v.ctx(), v.org.ID, v.value("name"))
	return done(v.at("settings"), "organization-renamed"), err
}

func setInvitationPolicy(v *visit) (string, error) {
	policy := tenancy.InvitationPolicy(v.value("policy"))
	switch policy {
	case tenancy.InviteAnybody: // nothing was chosen
		return "", &refusal{status: http.StatusBadRequest, sentence: "Choose one of these.", field: "policy"}
	case anybody:
		policy = tenancy.InviteAnybody
	}
	_, err := v.once().SetInvitationPolicy(v.ctx(), v.org.ID, policy)
	return done(v.at("settings"), "invitation-policy"), err
}
