package console

import (
	"context"
	"fmt"
	"strings"

	"github.com/add4b1c6/tenancy"
)

// domainRoutes serves the pages of an organization's domains.
func (c *console) domainRoutes() {
	if !c.shows(PartDomains) {
		return
	}
	const sees, manages = tenancy.ViewDomains, tenancy.ManageDomains
	c.getIn("/domains", sees, domains)
	c.postIn("/domains", manages, domains, addDomain, fields{
		tenancy.CodeDomainName: "name", tenancy.CodeDomainReserved: "name", tenancy.CodeMailProvider: "name",
		tenancy.CodeDomainAdded: "name",
	})
	c.getIn("/domains/{domain}", sees, domain)
	c.postIn("/domains/{domain}/verification", manages, domain, verifyDomain, nil)
	c.postIn("/domains/{domain}/sign-up", manages, domain, setDomainPolicy, fields{tenancy.CodePolicy: "policy"})
	c.getIn("/domains/{domain}/removal", manages, removalOfDomain)
	c.postIn("/domains/{domain}/removal", manages, removalOfDomain, removeDomain, nil)
	c.says("domain-added", "The domain was added. It counts once its record is published and verified.")
	c.says("domain-verified", "The record was found. The domain is verified.")
	c.says("record-missing", "The record was not found. Looked for just now.")
	c.says("domain-policy", "The sign-up policy of this domain was changed.")
	c.says("domain-removed", "The domain was removed. Nobody lost their membership.")
	c.says("domain-claim-removed", "The domain was removed. It was not verified, so nothing else changes.")
}

// domainsPage is what the list of domains shows.
type domainsPage struct {
	Domains list[tenancy.ListedDomain]
}

// domains lists the domains of an organization, with how far each is proven.
func domains(v *visit) (*page, error) {
	found, err := collect(v, v.s.Domains(v.ctx(), v.org.ID, tenancy.DomainQuery{After: v.after()}))
	if err != nil {
		return nil, err
	}
	return &page{template: "domains", title: v.t("Domains"), at: "domains", data: domainsPage{found}}, nil
}

func addDomain(v *visit) (string, error) {
	added, err := v.once().AddDomain(v.ctx(), v.org.ID, v.value("name"))
	if err != nil {
		return v.at("domains"), err
	}
	return done(v.at("domains", added.ID), "domain-added"), nil
}

// domainPage is what the page of a domain shows.
type domainPage struct {
	tenancy.Domain
	Label      string       // the record's name without the domain, as some providers take it
	Policies   []option     // that it can have
	Applies    signUpChoice // the policy that applies to it; zero: the reader may not see the organization's
	Connection tenancy.Connection
}

// domain shows a domain: the record to publish, what it is good for, and how people with an
// address on it sign up and in.
func domain(v *visit) (*page, error) {
	d, err := v.domainOf(v.ctx(), v.s)
	if err != nil {
		return nil, err
	}
	data := domainPage{Domain: d, Label: strings.TrimSuffix(d.RecordName, "."+d.Name), Applies: v.signUpOf(d)}
	asAll := option{Value: inherited, Label: v.t("Use the organization's policy")}
	if now := v.signUpOf(tenancy.Domain{}).Name; now != "" {
		asAll.Label = v.t("Use the organization's policy (now: %s)", now)
	}
	data.Policies = append([]option{asAll}, v.signUpOptions()...)
	if !d.Connection.IsZero() && v.may[tenancy.ManageIdentity] {
		if data.Connection, err = v.s.Connection(v.ctx(), d.Connection); err != nil {
			return nil, err
		}
	}
	return &page{template: "domain", title: v.t("Domain"), at: "domains", data: data}, nil
}

// domainOf reads the domain that the path names, which is the organization's.
func (v *visit) domainOf(ctx context.Context, s *tenancy.Session) (tenancy.Domain, error) {
	id, err := pathID[tenancy.DomainID](v, "domain")
	if err != nil {
		return tenancy.Domain{}, err
	}
	d, err := s.Domain(ctx, id)
	if err == nil && d.Organization != v.org.ID {
		err = tenancy.CodeNotFound
	}
	return d, err
}

// onDomain makes an operation on the domain that the path names.
func (v *visit) onDomain(do func(context.Context, *tenancy.Session, tenancy.Domain) error) error {
	return v.together(func(ctx context.Context, s *tenancy.Session) error {
		d, err := v.domainOf(ctx, s)
		if err != nil {
			return err
		}
		return do(ctx, s, d)
	})
}

// verifyDomain has the record looked up. It takes no operation ID: looking again does no
// harm.
func verifyDomain(v *visit) (string, error) {
	d, err := v.domainOf(v.ctx(), v.s)
	if err != nil {
		return "", err
	}
	if d, err = v.s.VerifyDomain(v.ctx(), d.ID); err != nil {
		return "", err
	}
	if d.State != tenancy.StateVerified {
		return done(v.at("domains", d.ID), "record-missing"), nil
	}
	return done(v.at("domains", d.ID), "domain-verified"), nil
}

// domainRemovalPage is what the page shows on which a domain is removed.
type domainRemovalPage struct{ tenancy.Domain }

// Said is what the page says of the domain, in its form.
func (p domainRemovalPage) Said() string {
	return fmt.Sprintf("claim=%t sso=%t", p.State == tenancy.StateUnverified, !p.Connection.IsZero())
}

func removalOfDomain(v *visit) (*page, error) {
	d, err := v.domainOf(v.ctx(), v.s)
	if err != nil {
		return nil, err
	}
	return &page{template: "domainremoval", title: v.t("Remove domain"), at: "domains", data: domainRemovalPage{d}}, nil
}

func removeDomain(v *visit) (string, error) {
	notice := "domain-removed"
	err := v.onDomain(func(ctx context.Context, s *tenancy.Session, d tenancy.Domain) error {
		if d.State == tenancy.StateUnverified {
			notice = "domain-claim-removed"
		}
		if err := v.saidStill(domainRemovalPage{d}.Said()); err != nil {
			return err
		}
		return s.RemoveDomain(ctx, d.ID)
	})
	return done(v.at("domains"), notice), err
}
