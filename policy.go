package tenancy

import (
	"cmp"
	"context"
	"slices"
)

// SignUpPolicyChange is the input of SetSignUpPolicy.
type SignUpPolicyChange struct {
	Domain DomainID // zero: the policy is the organization's own
	// Policy is the new one. For a domain PolicyInherited means that the
	// organization's applies again; for an organization it means
	// PolicyInvitationOnly.
	Policy SignUpPolicy
}

// SetSignUpPolicy sets what happens when somebody with an address on a verified domain
// of the organization signs up: for all of its domains, or for the one named (DOM-6,
// USR-1). The Owner and Administrators may call it. Setting the policy that it has
// changes nothing (GEN-6).
//
// Errors: CodeID, CodePolicy; CodeNotFound, also if the domain is not the
// organization's, CodeNotAllowed; CodeMerged; CodeOrganizationSuspended.
func (s *Session) SetSignUpPolicy(
	ctx context.Context, org OrganizationID, in SignUpPolicyChange,
) (Organization, error) {
	var check form
	check.id(org)
	check.that(slices.Contains(signUpPolicies, in.Policy), CodePolicy)
	return update(ctx, s, call{opSetSignUpPolicy, org.String(), check.err},
		func(r *reads) setSignUpPolicyFacts { return r.loadSetSignUpPolicy(org, in.Domain) },
		func(f setSignUpPolicyFacts, c *changes) (Organization, error) { return decideSetSignUpPolicy(f, in, c) })
}

// signUpPolicies are all there are.
var signUpPolicies = []SignUpPolicy{PolicyInherited, PolicyInvitationOnly, PolicyAutomatic, PolicyClosed}

// setSignUpPolicyFacts is the organization whose policy is set, and the domain that
// was named.
type setSignUpPolicyFacts struct {
	standing
	domain *DomainRecord // nil: none was named, or there is none
}

func (r *reads) loadSetSignUpPolicy(org OrganizationID, domain DomainID) setSignUpPolicyFacts {
	return setSignUpPolicyFacts{r.standing(org), find(r, domainByID(domain))}
}

func decideSetSignUpPolicy(f setSignUpPolicyFacts, in SignUpPolicyChange, c *changes) (Organization, error) {
	if err := c.authorize(f.standing); err != nil {
		return Organization{}, err
	}
	o := f.organization
	if !in.Domain.IsZero() && (f.domain == nil || f.domain.Organization != o.ID) {
		return Organization{}, CodeNotFound
	}
	if err := f.alive(); err != nil {
		return Organization{}, err
	}
	own := cmp.Or(in.Policy, PolicyInvitationOnly)
	switch {
	case in.Domain.IsZero() && o.SignUpPolicy != own:
		c.say(SignUpPolicySet{o.ID, own}, streamOfOrganization(o.ID))
	case f.domain != nil && f.domain.Policy != in.Policy:
		c.say(DomainPolicySet(in), streamOfOrganization(o.ID))
	}
	return c.viewOrganizationNow(f.standing), nil
}

// SetInvitationPolicy sets whom the organization may invite: anybody, which is the
// default, or only addresses on its live domains. Its accounts may invite anybody
// (USR-5). The policy is checked when somebody is invited. The Owner and
// Administrators may call it. Setting the policy that it has changes nothing (GEN-6).
//
// Errors: CodeID, CodePolicy; CodeNotFound, CodeNotAllowed; CodeMerged;
// CodeOrganizationSuspended.
func (s *Session) SetInvitationPolicy(
	ctx context.Context, org OrganizationID, policy InvitationPolicy,
) (Organization, error) {
	var check form
	check.id(org)
	check.that(policy == InviteAnybody || policy == InviteLiveDomains, CodePolicy)
	return update(ctx, s, call{opSetInvitationPolicy, org.String(), check.err},
		func(r *reads) setInvitationPolicyFacts { return r.loadSetInvitationPolicy(org) },
		func(f setInvitationPolicyFacts, c *changes) (Organization, error) {
			return decideSetInvitationPolicy(f, policy, c)
		})
}

// setInvitationPolicyFacts is the organization whose policy is set.
type setInvitationPolicyFacts struct{ standing }

func (r *reads) loadSetInvitationPolicy(org OrganizationID) setInvitationPolicyFacts {
	return setInvitationPolicyFacts{r.standing(org)}
}

func decideSetInvitationPolicy(
	f setInvitationPolicyFacts, policy InvitationPolicy, c *changes,
) (Organization, error) {
	if err := c.authorizeAlive(f.standing); err != nil {
		return Organization{}, err
	}
	if o := f.organization; o.InvitationPolicy != policy {
		c.say(InvitationPolicySet{o.ID, policy}, streamOfOrganization(o.ID))
	}
	return c.viewOrganizationNow(f.standing), nil
}

// signUpPolicy returns a domain's own policy, or its organization's. A domain that is
// not verified has none: PolicyInherited.
func (d DomainRecord) signUpPolicy(o *OrganizationRecord) SignUpPolicy {
	if o == nil || d.State == StateUnverified {
		return PolicyInherited
	}
	return cmp.Or(d.Policy, o.SignUpPolicy, PolicyInvitationOnly)
}

// coverage is what affects signing up with an address: the organization that has its
// domain verified, and that organization's pending invitation for it.
type coverage struct {
	domain       *DomainRecord // nil: nobody has it
	organization *OrganizationRecord
	invitation   *InvitationRecord
}

// coverage asks for what affects an address, which is canonical.
func (r *reads) coverage(address string) (cover coverage) {
	if cover.domain = find(r, verifiedDomain(emailDomain(address))); cover.domain != nil {
		cover.organization = find(r, organizationByID(cover.domain.Organization))
		cover.invitation = find(r, pendingInvitation(cover.domain.Organization, address))
	}
	return cover
}

// policy returns the sign-up policy that applies to the address. PolicyInherited means
// none: no organization has the domain verified, or automatic joining would need it to
// be live (USR-1, DOM-4).
func (cover coverage) policy(c *changes) SignUpPolicy {
	if cover.domain == nil || cover.organization == nil {
		return PolicyInherited
	}
	policy := cover.domain.signUpPolicy(cover.organization)
	if policy == PolicyAutomatic && !cover.domain.live(c.now, c.dir.domainLive) {
		return PolicyInherited
	}
	return policy
}

// invited reports whether the organization that has the domain has a pending
// invitation for the address.
func (cover coverage) invited(now Instant) bool {
	return cover.invitation != nil && now < cover.invitation.Expires
}

// closedTo reports whether the address, if it is not a member's, is kept out of an
// organization and its accounts: its domain is closed there (USR-1).
func (cover coverage) closedTo(org OrganizationID, c *changes) bool {
	return cover.policy(c) == PolicyClosed && cover.domain.Organization == org
}

// DomainPolicySet says which sign-up policy a domain has.
type DomainPolicySet struct {
	Domain DomainID     `json:"domain,omitzero"`
	Policy SignUpPolicy `json:"policy,omitzero"`
}

// SignUpPolicySet says which sign-up policy an organization has.
type SignUpPolicySet struct {
	Organization OrganizationID `json:"organization,omitzero"`
	Policy       SignUpPolicy   `json:"policy,omitzero"`
}

// InvitationPolicySet says whom an organization may invite.
type InvitationPolicySet struct {
	Organization OrganizationID   `json:"organization,omitzero"`
	Policy       InvitationPolicy `json:"policy,omitzero"`
}

func (e DomainPolicySet) apply(w *world) {
	edit(w, domainByID(e.Domain), func(d *DomainRecord) { d.Policy = e.Policy })
}

func (e SignUpPolicySet) apply(w *world) {
	edit(w, organizationByID(e.Organization), func(o *OrganizationRecord) { o.SignUpPolicy = e.Policy })
}

func (e InvitationPolicySet) apply(w *world) {
	edit(w, organizationByID(e.Organization), func(o *OrganizationRecord) { o.InvitationPolicy = e.Policy })
}
