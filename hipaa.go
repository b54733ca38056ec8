package tenancy

import (
	"context"
	"iter"
	"slices"
	"time"
)

// HIPAAEntitlement says whether an organization may designate accounts as subject to
// HIPAA, and by which Business Associate Addendum. The zero value is an organization
// that may not.
type HIPAAEntitlement struct {
	On        bool      `json:"on"`
	Reference Reference `json:"reference,omitzero"` // the addendum's; needed to turn it on
	Executed  time.Time `json:"executed,omitzero"`  // when the addendum was executed; needed to turn it on
}

// SetHIPAAEntitlement sets whether an organization may designate accounts (HIP-1): on,
// once a Business Associate Addendum has been executed, with its reference and date, and
// off again. Turning it off forgets the reference and the date. Only an Operator may
// call it. Setting what is set already changes nothing (GEN-6).
//
// Errors: CodeID, CodeReference, CodeInput if it is on without a date; CodeNotFound,
// CodeNotAllowed; CodeMerged, CodeEnded; CodeHIPAADesignated if it is turned off while
// an account or subaccount that is not closed is designated.
func (p *Platform) SetHIPAAEntitlement(
	ctx context.Context, org OrganizationID, in HIPAAEntitlement,
) (Organization, error) {
	var check form
	check.id(org)
	set := HIPAAEntitlementSet{Organization: org}
	if in.On {
		check.reference(in.Reference)
		check.that(!in.Executed.IsZero(), CodeInput)
		set = HIPAAEntitlementSet{org, true, in.Reference, instantOf(in.Executed)}
	}
	return update(ctx, p.Session, call{opSetHIPAAEntitlement, org.String(), check.err},
		func(r *reads) setHIPAAEntitlementFacts { return r.loadSetHIPAAEntitlement(set) },
		func(f setHIPAAEntitlementFacts, c *changes) (Organization, error) {
			return decideSetHIPAAEntitlement(f, set, c)
		})
}

// setHIPAAEntitlementFacts is the organization that is entitled, or no longer.
type setHIPAAEntitlementFacts struct {
	standing
	accounts []AccountRecord // all of them, if the entitlement is turned off
}

func (r *reads) loadSetHIPAAEntitlement(set HIPAAEntitlementSet) setHIPAAEntitlementFacts {
	f := setHIPAAEntitlementFacts{standing: r.standing(set.Organization)}
	if !set.On {
		f.accounts = all(r, accountsIn(set.Organization, AccountID{}))
	}
	return f
}

func decideSetHIPAAEntitlement(
	f setHIPAAEntitlementFacts, set HIPAAEntitlementSet, c *changes,
) (Organization, error) {
	if err := c.authorizeAlive(f.standing); err != nil {
		return Organization{}, err
	}
	o := f.organization
	if set == (HIPAAEntitlementSet{o.ID, o.HIPAA, o.HIPAAReference, o.HIPAAExecuted}) {
		return c.viewOrganizationNow(f.standing), nil
	}
	if slices.ContainsFunc(f.accounts, AccountRecord.isOpenDesignated) {
		return Organization{}, CodeHIPAADesignated
	}
	c.say(set, streamOfOrganization(o.ID))
	return c.viewOrganizationNow(f.standing), nil
}

// isOpenDesignated reports whether an account is designated and not closed.
func (a AccountRecord) isOpenDesignated() bool { return a.Closed == 0 && a.Designated != 0 }

// EnableHIPAA designates an account or subaccount as subject to HIPAA. The subaccounts
// that a main account has do not follow, and those created later do (HIP-3, HIP-4). The
// Owner and Administrators of its organization may call it, and not the account's. To
// designate a designated account changes nothing (GEN-6).
//
// Errors: CodeID; CodeNotFound, CodeNotAllowed; CodeClosed, CodeHIPAANotEntitled;
// CodeOrganizationSuspended.
func (s *Session) EnableHIPAA(ctx context.Context, account AccountID) (Account, error) {
	var check form
	check.id(account)
	return update(ctx, s, call{opEnableHIPAA, account.String(), check.err},
		func(r *reads) designationFacts { return r.loadDesignation(account) }, decideEnableHIPAA)
}

// designationFacts is an account that is designated, or no longer.
type designationFacts struct{ accountStanding }

func (r *reads) loadDesignation(account AccountID) designationFacts {
	return designationFacts{r.accountStanding(account)}
}

func decideEnableHIPAA(f designationFacts, c *changes) (Account, error) {
	if err := c.authorizeOpen(f.accountStanding); err != nil {
		return Account{}, err
	}
	if f.account.Designated == 0 {
		if !f.organization.HIPAA {
			return Account{}, CodeHIPAANotEntitled
		}
		c.say(HIPAAEnabled{f.account.ID, c.actor, c.now}, f.account.stream())
	}
	return c.viewAccountNow(f.accountStanding), nil
}

// DisableHIPAA ends the designation of an account or subaccount. Its subaccounts keep
// theirs (HIP-3). The Owner and Administrators of its organization may call it, and not
// the account's, or an Operator. The organization need not be entitled, since a merge
// can bring designated accounts to one that is not. For an account that is not
// designated nothing changes (GEN-6).
//
// Errors: CodeID; CodeNotFound, CodeNotAllowed; CodeClosed; CodeOrganizationSuspended.
func (s *Session) DisableHIPAA(ctx context.Context, account AccountID) (Account, error) {
	var check form
	check.id(account)
	return update(ctx, s, call{opDisableHIPAA, account.String(), check.err},
		func(r *reads) designationFacts { return r.loadDesignation(account) }, decideDisableHIPAA)
}

func decideDisableHIPAA(f designationFacts, c *changes) (Account, error) {
	if err := c.authorizeOpen(f.accountStanding); err != nil {
		return Account{}, err
	}
	if f.account.Designated != 0 {
		c.say(HIPAADisabled{f.account.ID}, f.account.stream())
	}
	return c.viewAccountNow(f.accountStanding), nil
}

// HIPAAQuery selects lines of a report. The zero value selects all of them.
type HIPAAQuery struct {
	After Cursor `json:"after,omitzero"` // of a line of the same report; "": from the start
}

// HIPAALine is an account or subaccount in an organization's report.
type HIPAALine struct {
	Account    AccountID `json:"account,omitzero"`
	Parent     AccountID `json:"parent,omitzero"` // zero: it is a main account
	Name       Personal  `json:"name,omitzero"`
	State      State     `json:"state,omitzero"`
	Designated time.Time `json:"designated,omitzero"` // since when; zero: it is not designated
	By         Actor     `json:"by,omitzero"`         // who designated it; zero: it is not designated
	Gap        bool      `json:"gap"`                 // its parent is designated, and it is neither designated nor closed (HIP-4)
	listed
}

// HIPAAReport lists every account and subaccount of an organization by ID, also closed
// ones: whether it is designated, since when and by whom, and which subaccounts are not
// although their parent is (HIP-6). The Owner, Administrators, Operators and System may
// call it.
//
// Errors: CodeID, CodeCursor; CodeNotFound, CodeNotAllowed.
func (s *Session) HIPAAReport(
	ctx context.Context, org OrganizationID, query HIPAAQuery,
) iter.Seq2[HIPAALine, error] {
	l := listOf("HIPAAReport", org.String())
	return pages(l, query.After, func(from place, malformed error) (page[HIPAALine], error) {
		check := form{malformed}
		check.id(org)
		return look(ctx, s, call{opHIPAAReport, org.String(), check.err},
			func(r *reads) hipaaReportFacts { return r.loadHIPAAReport(org, from) },
			func(f hipaaReportFacts, c *changes) (page[HIPAALine], error) { return decideHIPAAReport(f, l, c) })
	})
}

// hipaaReportFacts is a page of an organization's accounts.
type hipaaReportFacts struct {
	standing
	accounts []AccountRecord
	parents  []*AccountRecord // of the accounts, in the same places; nil: it is a main account
}

func (r *reads) loadHIPAAReport(org OrganizationID, from place) hipaaReportFacts {
	org = r.shown(org)
	f := hipaaReportFacts{
		standing: r.standing(org),
		accounts: list(r, accountsIn(org, AccountID(from.key.ID)), pageSize),
	}
	for _, a := range f.accounts {
		f.parents = append(f.parents, find(r, accountByID(a.Parent)))
	}
	return f
}

func decideHIPAAReport(f hipaaReportFacts, l listID, c *changes) (page[HIPAALine], error) {
	if err := c.authorize(f.standing); err != nil {
		return page[HIPAALine]{}, err
	}
	p := page[HIPAALine]{end: len(f.accounts) < pageSize}
	for i, a := range f.accounts {
		p.next = place{key: Key{ID: a.ID}}
		p.items = append(p.items, HIPAALine{
			Account: a.ID, Parent: a.Parent, Name: a.Personal.Name, State: a.stateUnder(f.parents[i]),
			Designated: a.Designated.Time(), By: a.DesignatedBy, Gap: a.lags(f.parents[i]),
			listed: listedAt(l, p.next),
		})
	}
	return p, nil
}

// lags reports whether an account is open and not designated although its parent is. A
// nil parent is that of a main account.
func (a AccountRecord) lags(parent *AccountRecord) bool {
	if parent == nil || parent.Designated == 0 {
		return false
	}
	return a.Designated == 0 && a.Closed == 0
}

// designated reports whether a main account or one of its open subaccounts is: then it
// stays where it is (HIP-7).
func (accounts family) designated() bool {
	return slices.ContainsFunc(accounts.all(), func(a AccountRecord) bool { return a.Designated != 0 })
}

// anyDesignated reports whether one of several main accounts is designated, or a
// subaccount of it.
func anyDesignated(families []family) bool { return slices.ContainsFunc(families, family.designated) }

// HIPAAEntitlementSet says whether an organization is entitled to designate accounts.
type HIPAAEntitlementSet struct {
	Organization OrganizationID `json:"organization,omitzero"`
	On           bool           `json:"on"`
	Reference    Reference      `json:"reference,omitzero"`
	Executed     Instant        `json:"executed,omitzero"`
}

// HIPAAEnabled says that an account is subject to HIPAA.
type HIPAAEnabled struct {
	Account AccountID `json:"account,omitzero"`
	By      Actor     `json:"by,omitzero"`
	Since   Instant   `json:"since,omitzero"`
}

// HIPAADisabled says that an account is no longer subject to HIPAA.
type HIPAADisabled struct {
	Account AccountID `json:"account,omitzero"`
}

func (e HIPAAEntitlementSet) apply(w *world) {
	edit(w, organizationByID(e.Organization), func(o *OrganizationRecord) {
		o.HIPAA, o.HIPAAReference, o.HIPAAExecuted = e.On, e.Reference, e.Executed
	})
}

func (e HIPAAEnabled) apply(w *world) {
	edit(w, accountByID(e.Account), func(a *AccountRecord) { a.Designated, a.DesignatedBy = e.Since, e.By })
}

func (e HIPAADisabled) apply(w *world) {
	edit(w, accountByID(e.Account), func(a *AccountRecord) { a.Designated, a.DesignatedBy = 0, Actor{} })
}

var hipaaEvents = []EventData{HIPAAEntitlementSet{}, HIPAAEnabled{}, HIPAADisabled{}}
