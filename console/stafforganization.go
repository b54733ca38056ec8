package console

import (
	"strings"

	"github.com/add4b1c6/tenancy"
)

// staffOrganizationRoutes serves the staff's pages of an organization.
func (c *console) staffOrganizationRoutes() {
	c.get("/organizations/{org}", ofOrganization(staffOrganization))
	c.get("/organizations/{org}/users", ofOrganization(staffUsers))
	c.get("/organizations/{org}/accounts", ofOrganization(staffAccounts))
	c.get("/organizations/{org}/domains", ofOrganization(staffDomains))
	c.staffForm("/suspension", staffSuspension, suspendOrganization)
	c.staffForm("/reactivation", staffSuspension, reactivateOrganization)
	c.staffForm("/restoration", staffRestoration, restoreOrganization)
	c.staffForm("/limits", staffLimits, setLimits)
	c.staffForm("/owner", staffOwner, replaceOwner)
	c.staffForm("/hipaa", staffHIPAA, setHIPAAEntitlement)
	c.staffForm("/import", staffImport, setImportEntitlement)
	c.get("/organizations/{org}/domains/{domain}", ofOrganization(staffDomain))
	c.post("/organizations/{org}/domains/{domain}", ofOrganization(staffDomain), acts(removeDomainByStaff), nil)
	log := func(v *visit) (logOf, error) {
		id, err := pathID[tenancy.OrganizationID](v, "org")
		return v.staffLog(tenancy.Stream{Organization: id}, v.url("organizations", id, "log")), err
	}
	c.staffLogRoutes("/organizations/{org}", log)
	c.says("org-suspended", "The organization was suspended.")
	c.says("org-reactivated", "The organization was reactivated.")
	c.says("org-restored", "The organization was restored, with its former Owner alone.")
	c.says("limits-set", "The limits were set.")
	c.says("owner-replaced", "The organization has another Owner.")
	c.says("hipaa-entitlement", "The HIPAA entitlement was set.")
	c.says("import-entitlement", "The import entitlement was set.")
	c.says("claim-removed", "The claim to the domain was removed.")
}

// staffForm serves a page of an organization with the form that posts to it.
func (c *console) staffForm(path string, show screen, do action) {
	where := "/organizations/{org}" + path
	at := fields{tenancy.CodeReference: "reference", tenancy.CodeInput: "executed"}
	c.get(where, ofOrganization(show))
	c.post(where, ofOrganization(show), acts(do), at)
}

// staffLogRoutes serves a log to the staff.
func (c *console) staffLogRoutes(path string, where logWhere) {
	c.get(path+"/log", showLog(where))
	c.get(path+"/log/{number}", showEvent(where))
	c.get(path+"/log/export", exportLog(where))
	c.get(path+"/log/verification", verification(where))
	c.post(path+"/log/verification", verification(where), verifyLog(where), nil)
}

// staffLog is a log as the staff's pages have it.
func (v *visit) staffLog(stream tenancy.Stream, base string) logOf {
	of := navLink{Label: v.t("Organization"), Path: strings.TrimSuffix(base, "/log")}
	if !stream.User.IsZero() {
		of.Label = v.t("User")
	}
	return logOf{stream: stream, Base: base, Of: of, link: func(id string) string { return v.url("find") + "?id=" + id }}
}

// ofOrganization is a screen of the organization of the path.
func ofOrganization(show screen) screen {
	return func(v *visit) (*page, error) {
		if err := v.readOrganization(); err != nil {
			return nil, err
		}
		return show(v)
	}
}

// acts is an action on the organization of the path.
func acts(do action) action {
	return func(v *visit) (string, error) {
		if err := v.readOrganization(); err != nil {
			return "", err
		}
		return do(v)
	}
}

func (v *visit) readOrganization() error {
	id, err := pathID[tenancy.OrganizationID](v, "org")
	if err == nil {
		v.org, err = v.s.Organization(v.ctx(), id)
	}
	return err
}

// staffOrganizationPage is what the page of an organization shows.
type staffOrganizationPage struct {
	tenancy.Organization
	Owner   tenancy.User // zero: nobody
	Limits  []limitLine
	Limited bool
}

// Active reports whether the organization has not ended.
func (p staffOrganizationPage) Active() bool { return p.State == tenancy.StateActive }

// staffPage is a page about the organization, with nothing but it.
func (v *visit) staffPage(template, title string) (*page, error) {
	return &page{template: template, title: title, data: staffOrganizationPage{Organization: v.org}}, nil
}

func staffOrganization(v *visit) (*page, error) {
	data := staffOrganizationPage{Organization: v.org}
	if set := v.org.Settings; set != nil {
		data.Limits, data.Limited = v.limits(set)
		if !set.Owner.IsZero() {
			var err error
			if data.Owner, _, err = v.s.User(v.ctx(), set.Owner); err != nil {
				return nil, err
			}
		}
	}
	return &page{template: "staff-organization", title: v.t("Organization"), data: data}, nil
}

// staffUsersPage is the users of an organization.
type staffUsersPage struct {
	tenancy.Organization
	Search string
	Users  list[tenancy.OrganizationUser]
}

func staffUsers(v *visit) (*page, error) {
	data := staffUsersPage{Organization: v.org, Search: v.query("q")}
	var err error
	query := tenancy.UserQuery{Search: data.Search, After: v.after()}
	if data.Users, err = collect(v, v.s.Users(v.ctx(), v.org.ID, query)); err != nil {
		return nil, err
	}
	return &page{template: "staff-users", title: v.t("Users"), data: data}, nil
}

// staffAccountsPage is the accounts of an organization.
type staffAccountsPage struct {
	tenancy.Organization
	Accounts list[tenancy.OrganizationAccount]
}

func staffAccounts(v *visit) (*page, error) {
	data := staffAccountsPage{Organization: v.org}
	var err error
	query := tenancy.AccountQuery{Kind: tenancy.KindManaged, After: v.after()}
	if data.Accounts, err = collect(v, v.s.Accounts(v.ctx(), v.org.ID, query)); err != nil {
		return nil, err
	}
	return &page{template: "staff-accounts", title: v.t("Accounts"), data: data}, nil
}

// staffDomainsPage is the domains of an organization.
type staffDomainsPage struct {
	tenancy.Organization
	Domains list[tenancy.ListedDomain]
}

func staffDomains(v *visit) (*page, error) {
	data := staffDomainsPage{Organization: v.org}
	var err error
	if data.Domains, err = collect(v, v.s.Domains(v.ctx(), v.org.ID, tenancy.DomainQuery{After: v.after()})); err != nil {
		return nil, err
	}
	return &page{template: "staff-domains", title: v.t("Domains"), data: data}, nil
}

// staffDomainPage is a claim to a domain that the staff may end.
type staffDomainPage struct {
	tenancy.Organization
	Domain tenancy.Domain
}

func staffDomain(v *visit) (*page, error) {
	domain, err := v.domainOf(v.ctx(), v.s)
	if err != nil {
		return nil, err
	}
	return &page{template: "staff-domain", title: v.t("Domain"), data: staffDomainPage{v.org, domain}}, nil
}

// removeDomainByStaff ends a claim. After the first click there is none, which the operation
// answers.
func removeDomainByStaff(v *visit) (string, error) {
	id, err := pathID[tenancy.DomainID](v, "domain")
	if err != nil {
		return "", err
	}
	switch domain, err := v.s.Domain(v.ctx(), id); {
	case err != nil && tenancy.CodeOf(err) != tenancy.CodeNotFound:
		return "", err
	case err == nil && domain.Organization != v.org.ID:
		return "", tenancy.CodeNotFound
	}
	return done(v.url("organizations", v.org.ID, "domains"), "claim-removed"), v.operateOnce().RemoveDomain(v.ctx(), id)
}

func staffSuspension(v *visit) (*page, error) {
	return v.staffPage("staff-suspension", v.t("Suspension"))
}

func suspendOrganization(v *visit) (string, error) {
	_, err := v.operateOnce().SuspendOrganization(v.ctx(), v.org.ID, v.reference())
	return done(v.url("organizations", v.org.ID), "org-suspended"), err
}

func reactivateOrganization(v *visit) (string, error) {
	_, err := v.operateOnce().ReactivateOrganization(v.ctx(), v.org.ID, v.reference())
	return done(v.url("organizations", v.org.ID), "org-reactivated"), err
}

func staffRestoration(v *visit) (*page, error) {
	return v.staffPage("staff-restoration", v.t("Restore organization"))
}

func restoreOrganization(v *visit) (string, error) {
	_, err := v.operateOnce().RestoreOrganization(v.ctx(), v.org.ID)
	return done(v.url("organizations", v.org.ID), "org-restored"), err
}
