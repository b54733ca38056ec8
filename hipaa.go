package tenancy

import (
	"context"
	"iter"
	"slices"
	"time"
)

// HIPAAEntitlement says whether an organization may designate accounts as subject to HIPAA, and by which Business Associate Addendum.
type HIPAAEntitlement struct {
	On        bool
	Reference Reference // the addendum's; needed to turn it on
	Executed  time.Time // when the addendum was executed; needed to turn it on
}

// HIPAALine is an account or subaccount in an organization's report.
type HIPAALine struct {
	Account    AccountID
	Parent     AccountID // zero: a main account
	Name       Personal
	State      State
	Designated time.Time // since when; zero: not
	By         Actor     // who designated it, when it is
	Gap        bool      // an open subaccount that is not designated although its parent is (HIP-4)
	listed
}

// HIPAAQuery says which lines of the report: the zero value is all of them.
type HIPAAQuery struct{ After Cursor }

// HIPAAEntitlementSet says whether an organization is entitled to designate accounts.
type HIPAAEntitlementSet struct {
	Organization OrganizationID
	On           bool
	Reference    Reference
	Executed     Instant
}

// HIPAAEnabled says that an account is subject to HIPAA.
type HIPAAEnabled struct {
	Account AccountID
	By      Actor
	Since   Instant
}

// HIPAADisabled says that an account is subject to HIPAA no more.
type HIPAADisabled struct{ Account AccountID }

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

// designated says whether a main account or one of its open subaccounts is: then it stays where it is (HIP-7).
func (f family) designated() bool {
	return slices.ContainsFunc(f.all(), func(a AccountRecord) bool { return a.Designated != 0 })
}

// anyDesignated says so of any of several.
func anyDesignated(families []family) bool { return slices.ContainsFunc(families, family.designated) }

// SetHIPAAEntitlement says whether an organization may designate accounts: on, once a Business Associate Addendum has been executed, with its
// reference and date, and off again (HIP-1). Off, the reference and date are forgotten. An Operator alone. Set already like this, nothing
// happens (GEN-6).
//
// Errors: CodeID, CodeReference, CodeInput (on without a date); CodeNotFound, CodeNotAllowed; CodeMerged, CodeEnded, CodeHIPAADesignated (off
// while an account or subaccount that is not closed is designated).
func (p *Platform) SetHIPAAEntitlement(ctx context.Context, org OrganizationID, entitlement HIPAAEntitlement) (Organization, error) {
	var f form
	f.id(org)
	set := HIPAAEntitlementSet{Organization: org}
	if entitlement.On {
		f.reference(entitlement.Reference)
		f.that(!entitlement.Executed.IsZero(), CodeInput)
		set = HIPAAEntitlementSet{org, true, entitlement.Reference, instantOf(entitlement.Executed)}
	}
	type facts struct {
		standing
		accounts []AccountRecord
	}
	return update(ctx, p.Session, call{opSetHIPAAEntitlement, org.String(), f.err},
		func(r *reads) facts {
			f := facts{standing: r.standing(org)}
			if !entitlement.On {
				f.accounts = all(r, accountsIn(org, AccountID{}))
			}
			return f
		},
		func(f facts, c *changes) (Organization, error) {
			none := Organization{}
			if err := c.authorizeAlive(f.standing); err != nil {
				return none, err
			}
			o := f.organization
			if set == (HIPAAEntitlementSet{org, o.HIPAA, o.HIPAAReference, o.HIPAAExecuted}) {
				return c.viewOrganizationNow(f.standing), nil
			}
			if slices.ContainsFunc(f.accounts, func(a AccountRecord) bool { return a.Closed == 0 && a.Designated != 0 }) {
				return none, CodeHIPAADesignated
			}
			c.say(set, streamOfOrganization(org))
			return c.viewOrganizationNow(f.standing), nil
		})
}

// hipaaFacts is an account to be designated or not, and its organization.
type hipaaFacts struct {
	accountStanding
	organization *OrganizationRecord
}

func (r *reads) hipaa(account AccountID) hipaaFacts {
	f := hipaaFacts{accountStanding: r.accountStanding(account)}
	if f.account != nil && !f.account.Organization.IsZero() {
		f.organization = find(r, organizationByID(f.account.Organization))
	}
	return f
}

// EnableHIPAA designates one account or subaccount; subaccounts that are there already don't follow, later ones do (HIP-3, HIP-4). Owner or
// Administrator of its organization, not the account's. Designated already, nothing happens (GEN-6).
//
// Errors: CodeID; CodeNotFound, CodeNotAllowed; CodeClosed, CodeHIPAANotEntitled.
func (s *Session) EnableHIPAA(ctx context.Context, account AccountID) (Account, error) {
	return s.designate(ctx, opEnableHIPAA, account, func(f hipaaFacts, c *changes) error {
		switch {
		case f.account.Designated != 0:
		case !f.organization.HIPAA:
			return CodeHIPAANotEntitled
		default:
			c.say(HIPAAEnabled{account, c.actor, c.now}, f.account.stream())
		}
		return nil
	})
}

// DisableHIPAA takes the designation off one account or subaccount; its subaccounts keep theirs (HIP-3). Owner or Administrator of its
// organization, not the account's, or an Operator. It needs no entitlement: a merge can bring designated accounts to an organization without. Not
// designated, nothing happens (GEN-6).
//
// Errors: CodeID; CodeNotFound, CodeNotAllowed; CodeClosed.
func (s *Session) DisableHIPAA(ctx context.Context, account AccountID) (Account, error) {
	return s.designate(ctx, opDisableHIPAA, account, func(f hipaaFacts, c *changes) error {
		if f.account.Designated != 0 {
			c.say(HIPAADisabled{account}, f.account.stream())
		}
		return nil
	})
}

// designate is an operation on one account that is not closed, whose rest is change.
func (s *Session) designate(ctx context.Context, op *operationRow, account AccountID, change func(hipaaFacts, *changes) error) (Account, error) {
	var f form
	f.id(account)
	return update(ctx, s, call{op, account.String(), f.err},
		func(r *reads) hipaaFacts { return r.hipaa(account) },
		func(f hipaaFacts, c *changes) (Account, error) {
			if err := c.authorizeAccount(f.accountStanding); err != nil {
				return Account{}, err
			}
			if err := f.open(); err != nil {
				return Account{}, err
			}
			if err := change(f, c); err != nil {
				return Account{}, err
			}
			return c.viewAccount(*get(c.world, accountByID(account)), f.accountStanding), nil
		})
}

// HIPAAReport lists every account and subaccount of an organization, closed ones too, by ID: designated or not, since when and by whom, and the
// subaccounts that are not although their parent is (HIP-6). Owner, Administrator, Operator, System.
//
// Errors: CodeID, CodeCursor; CodeNotFound, CodeNotAllowed.
func (s *Session) HIPAAReport(ctx context.Context, org OrganizationID, query HIPAAQuery) iter.Seq2[HIPAALine, error] {
	type facts struct {
		standing
		accounts []AccountRecord
		parents  []*AccountRecord
	}
	l := listOf("HIPAAReport", org.String())
	return pages(l, query.After, func(from place, malformed error) (page[HIPAALine], error) {
		f := form{malformed}
		f.id(org)
		return look(ctx, s, call{opHIPAAReport, org.String(), f.err},
			func(r *reads) facts {
				org := r.shown(org)
				f := facts{standing: r.standing(org), accounts: list(r, accountsIn(org, AccountID(from.key.ID)), pageSize)}
				for _, a := range f.accounts {
					f.parents = append(f.parents, find(r, accountByID(a.Parent)))
				}
				return f
			},
			func(f facts, c *changes) (page[HIPAALine], error) {
				if err := c.authorize(f.standing); err != nil {
					return page[HIPAALine]{}, err
				}
				p := page[HIPAALine]{end: len(f.accounts) < pageSize}
				for i, a := range f.accounts {
					p.next = place{key: Key{ID: a.ID}}
					p.items = append(p.items, HIPAALine{Account: a.ID, Parent: a.Parent, Name: a.Personal.Name, State: a.stateUnder(f.parents[i]),
						Designated: a.Designated.Time(), By: a.DesignatedBy, listed: listed{l, p.next},
						Gap: f.parents[i] != nil && f.parents[i].Designated != 0 && a.Designated == 0 && a.Closed == 0})
				}
				return p, nil
			})
	})
}
