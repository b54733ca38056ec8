package tenancy

import "context"

// Limits are how many of something there may be. Zero means no limit (GEN-12). They
// are checked when something is added, and lowering them removes nothing.
type Limits struct {
	Members          int `json:"members,omitzero"`          // of an organization, who take a seat: it does not hold them inactive
	Accounts         int `json:"accounts,omitzero"`         // an organization's main accounts that are not closed
	Subaccounts      int `json:"subaccounts,omitzero"`      // of a main account, not closed
	TrialSubaccounts int `json:"trialSubaccounts,omitzero"` // of a main account on trial, not closed
	Domains          int `json:"domains,omitzero"`          // of an organization
	ServiceAccounts  int `json:"serviceAccounts,omitzero"`  // of an organization
	Keys             int `json:"keys,omitzero"`             // of a service account, that are not revoked
	Groups           int `json:"groups,omitzero"`           // of an organization
	GroupMembers     int `json:"groupMembers,omitzero"`     // of a group
	AccountGroups    int `json:"accountGroups,omitzero"`    // with roles on one account
	Directories      int `json:"directories,omitzero"`      // of an organization
	Identities       int `json:"identities,omitzero"`       // of a directory, not removed
}

// TwilioLimits returns the numbers that Twilio publishes for its organizations: 10
// accounts, 1,000 subaccounts, 1 on trial; and the defaults of this library: 100 domains,
// and 100 groups with roles on one account (GEN-12).
func TwilioLimits() *Limits {
	return &Limits{Accounts: 10, Subaccounts: 1000, TrialSubaccounts: 1, Domains: 100, AccountGroups: 100}
}

// SetLimits sets an organization's limits in place of the directory's. Nil removes
// them, so that the directory's apply again; in given limits zero means no limit
// (GEN-12). Lowering a limit removes nobody. Only an Operator may call it. Setting
// the limits that the organization has changes nothing (GEN-6).
//
// Errors: CodeID, CodeInput if a limit is negative; CodeNotFound, CodeNotAllowed;
// CodeMerged, CodeEnded.
func (p *Platform) SetLimits(ctx context.Context, org OrganizationID, limits *Limits) (Organization, error) {
	var check form
	check.id(org)
	set := LimitsSet{Organization: org}
	if limits != nil {
		set.Own, set.Limits = true, *limits
	}
	check.that(!set.Limits.negative(), CodeInput)
	return update(ctx, p.Session, call{opSetLimits, org.String(), check.err},
		func(r *reads) setLimitsFacts { return r.loadSetLimits(org) },
		func(f setLimitsFacts, c *changes) (Organization, error) { return decideSetLimits(f, set, c) })
}

// setLimitsFacts is the organization whose limits are set.
type setLimitsFacts struct{ standing }

func (r *reads) loadSetLimits(org OrganizationID) setLimitsFacts {
	return setLimitsFacts{r.standing(org)}
}

func decideSetLimits(f setLimitsFacts, set LimitsSet, c *changes) (Organization, error) {
	if err := c.authorizeAlive(f.standing); err != nil {
		return Organization{}, err
	}
	o := f.organization
	if set != (LimitsSet{o.ID, o.Limited, o.Limits}) {
		c.say(set, streamOfOrganization(o.ID))
	}
	return c.viewOrganizationNow(f.standing), nil
}

// limitsOf returns the limits that apply to an organization: its own, or the
// directory's (GEN-12).
func (d *Directory) limitsOf(o OrganizationRecord) Limits {
	if o.Limited {
		return o.Limits
	}
	return d.limits
}

// negative reports whether a limit is below zero.
func (l Limits) negative() bool {
	return min(l.Members, l.Accounts, l.Subaccounts, l.TrialSubaccounts, l.Domains, l.ServiceAccounts, l.Keys,
		l.Groups, l.GroupMembers, l.AccountGroups, l.Directories, l.Identities) < 0
}

// room refuses seats and accounts that would not fit into an organization as it is now
// (GEN-12). Its record has both counts, so that a limit costs nothing that grows.
func (c *changes) room(org OrganizationID, seats, accounts int) error {
	o := get(c.world, organizationByID(org))
	limits := c.dir.limitsOf(*o)
	switch {
	case exceeds(o.Seats, seats, limits.Members):
		return CodeMemberLimit
	case exceeds(o.Accounts, accounts, limits.Accounts):
		return CodeAccountLimit
	}
	return nil
}

// exceeds reports whether adding some to what there is passes a limit. Adding
// nothing never does, and a limit of zero is none.
func exceeds(there, added, limit int) bool {
	return added > 0 && limit > 0 && there+added > limit
}

// LimitsSet says which limits apply to an organization.
type LimitsSet struct {
	Organization OrganizationID `json:"organization,omitzero"`
	Own          bool           `json:"own"` // the organization's own apply, not the directory's
	Limits       Limits         `json:"limits,omitzero"`
}

func (e LimitsSet) apply(w *world) {
	edit(w, organizationByID(e.Organization), func(o *OrganizationRecord) {
		o.Limited, o.Limits = e.Own, e.Limits
	})
}

var limitEvents = []EventData{LimitsSet{}}
