package tenancy

import "context"

// whileSuspended is what an operation does while an organization that it acts on is
// suspended (ORG-15). The zero value is the safe one: it refuses. Any other value than
// suspendedGoesOn says in words what goes on and what does not, and the operation's own
// decide function decides. What a row lets Operators and System do goes on in any case.
type whileSuspended string

const (
	suspendedRefuses whileSuspended = ""
	suspendedGoesOn  whileSuspended = "goes on"
)

// actsOn notes an organization that the operation acts on, or whose own it acts on. The
// authorize functions note those that they decide about. If it is suspended and the row
// refuses that, the operation is refused once it has decided everything else: no refusal
// of the right, and of whom the input names, comes later than this one (GEN-5). Nil: the
// account acted on is unmanaged.
func (c *changes) actsOn(o *OrganizationRecord) {
	if c.row.suspended == suspendedRefuses {
		c.barredBy(o)
	}
}

// barredBy is actsOn for what an operation does that is refused while the organization is
// suspended although other things that it does are not.
func (c *changes) barredBy(o *OrganizationRecord) { c.suspended = c.suspended || c.bars(o) }

// bars reports whether an organization is suspended, and the actor is a user or a directory,
// whom that keeps from what it forbids (ORG-15).
func (c *changes) bars(o *OrganizationRecord) bool {
	return (c.actor.isUser() || c.actor.isDirectory()) && o.isSuspended()
}

// isSuspended reports whether there is an organization, and it is suspended.
func (o *OrganizationRecord) isSuspended() bool { return o != nil && o.Suspended }

// SuspendOrganization suspends an organization, for unpaid bills or abuse (ORG-15). The
// reference says why, and stands in the event. Operators and System may call it.
// Suspending an organization that is suspended changes nothing (GEN-6).
//
// Suspension is a mark beside the organization's state. Deleting and restoring the
// organization keep it, and after ReactivateOrganization everything is as it was. While it
// stands, everybody may read, and this goes on:
//
//   - Members leave, give up their roles on accounts, and change their own names. The
//     Owner hands the organization over.
//   - What only takes away: deactivating a member, removing or deleting one who owns no
//     account there, revoking roles and invitations, dismissing requests, suspending and
//     closing accounts, removing a connection that is not enforced.
//   - Rechecks of domains, Purge, Relay, and what Operators and System may do.
//
// Everything else that acts on the organization, or on what is its, is refused as
// CodeOrganizationSuspended. Nobody joins it or gets a role on its accounts, no account
// leaves it, and its invitations wait. It neither merges nor is merged. Its policies
// PolicyInvitationOnly and PolicyClosed hold, and PolicyAutomatic refuses. Only an
// Operator deletes it, which leaves its main accounts suspended by the platform. On its
// accounts Can allows ReadUsage and Bill alone, and CanInOrganization allows
// ViewOrganization, ReadLog and TransferOwnership. docs/operations.md says what each
// operation does.
//
// Errors: CodeID, CodeReference; CodeNotFound, CodeNotAllowed; CodeMerged, CodeEnded.
func (p *Platform) SuspendOrganization(
	ctx context.Context, org OrganizationID, why Reference,
) (Organization, error) {
	var check form
	check.id(org)
	check.reference(why)
	return update(ctx, p.Session, call{opSuspendOrganization, org.String(), check.err},
		func(r *reads) markFacts { return r.loadMark(org) },
		func(f markFacts, c *changes) (Organization, error) { return decideSuspendOrganization(f, why, c) })
}

// markFacts is the organization that is suspended or reactivated.
type markFacts struct{ standing }

func (r *reads) loadMark(org OrganizationID) markFacts { return markFacts{r.standing(org)} }

func decideSuspendOrganization(f markFacts, why Reference, c *changes) (Organization, error) {
	if err := c.authorizeAlive(f.standing); err != nil {
		return Organization{}, err
	}
	if o := f.organization; !o.Suspended {
		c.say(OrganizationSuspended{o.ID, why}, streamOfOrganization(o.ID))
	}
	return c.viewOrganizationNow(f.standing), nil
}

// ReactivateOrganization lifts the suspension of an organization (ORG-15). Everything is
// as it was before: members, roles, invitations that have not expired, policies and
// domains. The reference says why, and stands in the event. Operators and System may call
// it, whoever of them suspended the organization. Reactivating an organization that is not
// suspended changes nothing (GEN-6).
//
// Errors: CodeID, CodeReference; CodeNotFound, CodeNotAllowed; CodeMerged, CodeEnded: a
// deleted organization is restored first.
func (p *Platform) ReactivateOrganization(
	ctx context.Context, org OrganizationID, why Reference,
) (Organization, error) {
	var check form
	check.id(org)
	check.reference(why)
	return update(ctx, p.Session, call{opReactivateOrganization, org.String(), check.err},
		func(r *reads) markFacts { return r.loadMark(org) },
		func(f markFacts, c *changes) (Organization, error) { return decideReactivateOrganization(f, why, c) })
}

func decideReactivateOrganization(f markFacts, why Reference, c *changes) (Organization, error) {
	if err := c.authorizeAlive(f.standing); err != nil {
		return Organization{}, err
	}
	if o := f.organization; o.Suspended {
		c.say(OrganizationReactivated{o.ID, why}, streamOfOrganization(o.ID))
	}
	return c.viewOrganizationNow(f.standing), nil
}

// OrganizationSuspended says that an organization was suspended.
type OrganizationSuspended struct {
	Organization OrganizationID `json:"organization,omitzero"`
	Reference    Reference      `json:"reference,omitzero"` // why
}

// OrganizationReactivated says that an organization's suspension was lifted.
type OrganizationReactivated struct {
	Organization OrganizationID `json:"organization,omitzero"`
	Reference    Reference      `json:"reference,omitzero"` // why
}

func (e OrganizationSuspended) apply(w *world) {
	edit(w, organizationByID(e.Organization), func(o *OrganizationRecord) { o.Suspended = true })
}

func (e OrganizationReactivated) apply(w *world) {
	edit(w, organizationByID(e.Organization), func(o *OrganizationRecord) { o.Suspended = false })
}
