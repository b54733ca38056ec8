package console

import (
	"context"

	"github.com/add4b1c6/tenancy"
)

// policyRoutes serves the page of the organization's sign-up policy.
func (c *console) policyRoutes() {
	if !c.shows(PartDomains) {
		return
	}
	c.getIn("/sign-up", tenancy.ViewDomains, signUp)
	c.postIn("/sign-up", tenancy.ManageDomains, signUp, setSignUpPolicy, fields{tenancy.CodePolicy: "policy"})
	c.says("sign-up", "The sign-up policy was changed.")
}

// signUpChoice is a sign-up policy in words.
type signUpChoice struct{ Name, Means string }

// signUpChoices are the sign-up policies in words, in the order of the pages.
var signUpChoices = []struct {
	policy tenancy.SignUpPolicy
	signUpChoice
}{
	{tenancy.PolicyInvitationOnly, signUpChoice{"By invitation",
		"Somebody with an address on the domain can sign up only if this organization has invited them. Others are told to ask for an invitation."}},
	{tenancy.PolicyAutomatic, signUpChoice{"Automatically",
		"Whoever signs up with an address on the domain joins this organization as a Standard User, or with the role that they were invited to. While the domain's record has not been found lately, nobody joins by this."}},
	{tenancy.PolicyClosed, signUpChoice{"Closed",
		"Whoever signs up with an address on the domain does so on their own. They cannot join this organization or be given roles on its accounts in any way, unless they are a member already."}},
}

// inherited is the policy of a domain that has none of its own, in a form.
const inherited = "inherited"

// signUpOptions are the policies as choices of a form.
func (v *visit) signUpOptions() (choices []option) {
	for _, c := range signUpChoices {
		choices = append(choices, option{Value: string(c.policy), Label: v.t(c.Name), Hint: v.t(c.Means)})
	}
	return choices
}

// signUpOf returns the policy that applies to a domain, in the reader's language. If it is
// the organization's and the reader may not see that, it is zero.
func (v *visit) signUpOf(d tenancy.Domain) signUpChoice {
	policy := d.Policy
	if policy == tenancy.PolicyInherited && v.org.Settings != nil {
		policy = v.org.Settings.SignUpPolicy
	}
	for _, c := range signUpChoices {
		if c.policy == policy {
			return signUpChoice{v.t(c.Name), v.t(c.Means)}
		}
	}
	return signUpChoice{}
}

// signUpPage is what the page of the sign-up policy shows.
type signUpPage struct {
	Policy  tenancy.SignUpPolicy // "": the reader may not see it
	Choices []option
	Domains list[domainPolicy]
}

// domainPolicy is a domain and the policy that applies to it.
type domainPolicy struct {
	tenancy.ListedDomain
	Own     bool // it is the domain's own
	Applies signUpChoice
}

// signUp shows what happens when somebody with an address on a domain of the organization
// signs up, and on which domains it is another.
func signUp(v *visit) (*page, error) {
	found, err := collect(v, v.s.Domains(v.ctx(), v.org.ID, tenancy.DomainQuery{After: v.after()}))
	if err != nil {
		return nil, err
	}
	data := signUpPage{Choices: v.signUpOptions(), Domains: list[domainPolicy]{Pager: found.Pager}}
	if v.org.Settings != nil {
		data.Policy = v.org.Settings.SignUpPolicy
	}
	for _, d := range found.Items {
		data.Domains.Items = append(data.Domains.Items,
			domainPolicy{d, d.Policy != tenancy.PolicyInherited, v.signUpOf(d.Domain)})
	}
	return &page{template: "signup", title: v.t("Sign-up policy"), at: "sign-up", data: data}, nil
}

// policyOf reads the policy that a form chose.
func (v *visit) policyOf() (tenancy.SignUpPolicy, error) {
	switch policy := v.value("policy"); policy {
	case "":
		return "", tenancy.CodePolicy
	case inherited:
		return tenancy.PolicyInherited, nil
	default:
		return tenancy.SignUpPolicy(policy), nil
	}
}

func setSignUpPolicy(v *visit) (string, error) {
	policy, err := v.policyOf()
	if err == nil && policy == tenancy.PolicyInherited {
		err = tenancy.CodePolicy // the organization has a policy of its own
	}
	if err == nil {
		_, err = v.once().SetSignUpPolicy(v.ctx(), v.org.ID, tenancy.SignUpPolicyChange{Policy: policy})
	}
	return done(v.at("sign-up"), "sign-up"), err
}

// setDomainPolicy gives a domain a policy of its own, or the organization's again.
func setDomainPolicy(v *visit) (string, error) {
	id, err := pathID[tenancy.DomainID](v, "domain")
	if err != nil {
		return "", err
	}
	policy, err := v.policyOf()
	if err != nil {
		return "", err
	}
	return done(v.at("domains", id), "domain-policy"),
		v.onDomain(func(ctx context.Context, s *tenancy.Session, d tenancy.Domain) error {
			_, err := s.SetSignUpPolicy(ctx, v.org.ID, tenancy.SignUpPolicyChange{Domain: d.ID, Policy: policy})
			return err
		})
}
