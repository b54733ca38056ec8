package reference

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/add4b1c6/tenancy"
)

// CreateAccount is ACC-1, BIL-1 and HIP-5.
func (m *Model) CreateAccount(by Actor, org tenancy.OrganizationID, in tenancy.NewAccount, made tenancy.AccountID) Answer {
	var form refusals
	form.when(!validName(in.Name), tenancy.CodeName)
	if form != nil {
		return refuse(form...)
	}
	owner := in.Owner
	if owner.IsZero() {
		owner = by.User
	}
	if org.IsZero() {
		return m.createUnmanaged(by, in, owner, made)
	}
	if no := m.inOrganization(by, org, who{may: tenancy.CreateAccounts, service: true, names: !in.Owner.IsZero()}); no != nil {
		return refuse(no...)
	}
	if !m.person(owner) && owner == by.User { // USR-20: it owns none, and names a person
		return refuse(tenancy.CodeServiceAccount)
	}
	if owner != by.User {
		// for the Owner and Administrators: whoever manages accounts
		if !m.may(by.User, org, tenancy.ManageAccounts) {
			no := refusals{tenancy.CodeNotAllowed}
			no.when(!m.person(by.User), tenancy.CodeServiceAccount)
			return refuse(no...)
		}
		if codes, certain := m.named(by, org, owner); codes != nil {
			if !certain {
				codes = append(codes, tenancy.CodeNotMember)
			}
			return refuse(codes...)
		}
	}
	no := m.heirInside(org, owner)
	no.when(over(m.limits(org).Accounts, m.mainAccounts(org), 1), tenancy.CodeAccountLimit)
	no.when(m.suspended(by, org), tenancy.CodeOrganizationSuspended)
	if no != nil {
		return refuse(no...)
	}
	m.makeAccount(made, in.Name, owner, org)
	return done()
}

// createUnmanaged is CreateAccount by a user who is in no organization, for themself.
func (m *Model) createUnmanaged(by Actor, in tenancy.NewAccount, owner tenancy.UserID, made tenancy.AccountID) Answer {
	var form refusals
	form.when(!in.Owner.IsZero() && in.Owner != by.User, tenancy.CodeInput)
	if no := m.acts(by); no != nil {
		return refuse(append(no, form...)...)
	}
	if by.platform() {
		return refuse(append(form, tenancy.CodeNotAllowed)...)
	}
	if !m.person(by.User) {
		return refuse(append(form, tenancy.CodeServiceAccount, tenancy.CodeManaged)...)
	}
	if form != nil {
		return refuse(form...)
	}
	if len(m.organizationsOf(by.User)) > 0 {
		return refuse(tenancy.CodeManaged)
	}
	m.makeAccount(made, in.Name, owner, tenancy.OrganizationID{})
	return done()
}

func (m *Model) makeAccount(id tenancy.AccountID, name string, owner tenancy.UserID, org tenancy.OrganizationID) {
	m.Accounts[id] = Account{Name: strings.TrimSpace(name), Owner: owner, Organization: org,
		Plan: tenancy.PlanTrial, Billing: tenancy.BillingOwn, Created: m.Now}
	m.Grants[GrantKey{id, owner}] = Grant{Roles: tenancy.Roles(tenancy.AccountOwner)}
}

// suspendedNow reports whether an account counts as suspended: itself or its main account.
func (m *Model) suspendedNow(account tenancy.AccountID) bool {
	a := m.Accounts[account]
	return a.suspended() || !a.Parent.IsZero() && m.Accounts[a.Parent].suspended()
}

// CreateSubaccount is ACC-2.
func (m *Model) CreateSubaccount(by Actor, parent tenancy.AccountID, name string, made tenancy.AccountID) Answer {
	var form refusals
	form.when(parent.IsZero(), tenancy.CodeID)
	form.when(!validName(name), tenancy.CodeName)
	if form != nil {
		return refuse(form...)
	}
	if no := m.onAccount(by, parent, who{on: tenancy.ManageSubaccounts, service: true}); no != nil {
		return refuse(no...)
	}
	a := m.Accounts[parent]
	limits, n := m.limits(a.Organization), len(m.below(parent))
	var no refusals
	no.when(a.closed(), tenancy.CodeClosed)
	no.when(!a.Parent.IsZero(), tenancy.CodeSubaccount)
	no.when(m.suspendedNow(parent) && m.Mutant != "ACC-2", tenancy.CodeSuspended)
	no.when(over(limits.Subaccounts, n, 1), tenancy.CodeSubaccountLimit)
	no.when(a.Plan == tenancy.PlanTrial && over(limits.TrialSubaccounts, n, 1), tenancy.CodeSubaccountLimit)
	no.when(m.suspended(by, a.Organization), tenancy.CodeOrganizationSuspended)
	if no != nil {
		return refuse(no...)
	}
	sub := Account{Name: strings.TrimSpace(name), Owner: a.Owner, Organization: a.Organization, Parent: parent,
		Created: m.Now}
	if a.Designated != 0 { // HIP-4: those created later in a designated account are designated
		sub.Designated, sub.DesignatedBy = m.Now, by.recorded()
	}
	m.Accounts[made] = sub
	return done()
}

// changeAccount is what operations have in common that set something of an open account,
// which may be so already (GEN-6). A closed account takes no operation (ACC-5).
func (m *Model) changeAccount(by Actor, account tenancy.AccountID, w who, waits bool, change func(*Account)) Answer {
	if account.IsZero() {
		return refuse(tenancy.CodeID)
	}
	if no := m.onAccount(by, account, w); no != nil {
		return refuse(no...)
	}
	a := m.Accounts[account]
	was := a
	var no refusals
	no.when(a.closed(), tenancy.CodeClosed)
	no.when(waits && m.suspended(by, a.Organization), tenancy.CodeOrganizationSuspended)
	change(&a)
	if no != nil {
		return Answer{Codes: no, Open: a == was && !a.closed()}
	}
	m.Accounts[account] = a
	return done()
}

// RenameAccount is ACC-5.
func (m *Model) RenameAccount(by Actor, account tenancy.AccountID, name string) Answer {
	if !validName(name) {
		form := refusals{tenancy.CodeName}
		form.when(account.IsZero(), tenancy.CodeID)
		return refuse(form...)
	}
	return m.changeAccount(by, account, who{on: tenancy.ManageSettings, operator: true, system: true, service: true},
		true, func(a *Account) { a.Name = strings.TrimSpace(name) })
}

// SuspendAccount is ACC-5, and ReactivateAccount with on false. A subaccount's own status is
// the platform's alone while its main account is suspended. Suspending goes on in a suspended
// organization; reactivating does not (ORG-15).
func (m *Model) SuspendAccount(by Actor, account tenancy.AccountID, on bool) Answer {
	if account.IsZero() {
		return refuse(tenancy.CodeID)
	}
	w := who{on: tenancy.SuspendAccount, operator: true, system: true, service: true}
	if no := m.onAccount(by, account, w); no != nil {
		return refuse(no...)
	}
	a := m.Accounts[account]
	was := a
	if by.platform() {
		a.SuspendedByPlatform = on
	} else {
		a.SuspendedByCustomer = on
	}
	var no refusals
	no.when(a.closed(), tenancy.CodeClosed)
	no.when(!by.platform() && !a.Parent.IsZero() && m.Accounts[a.Parent].suspended() && m.Mutant != "ACC-5",
		tenancy.CodeParentSuspended)
	no.when(!on && m.suspended(by, a.Organization), tenancy.CodeOrganizationSuspended)
	if no != nil {
		return Answer{Codes: no, Open: a == was && !a.closed()}
	}
	m.Accounts[account] = a
	return done()
}

// CloseAccount is ACC-5: by an Operator an unmanaged account alone.
func (m *Model) CloseAccount(by Actor, account tenancy.AccountID) Answer {
	if account.IsZero() {
		return refuse(tenancy.CodeID)
	}
	a := m.Accounts[account]
	w := who{on: tenancy.CloseAccount, operator: a.Organization.IsZero(), service: true}
	if no := m.onAccount(by, account, w); no != nil {
		return refuse(no...)
	}
	var no refusals
	no.when(a.closed(), tenancy.CodeClosed)
	no.when(!by.platform() && !a.Parent.IsZero() && m.Accounts[a.Parent].suspended(), tenancy.CodeParentSuspended)
	if no != nil {
		return refuse(no...)
	}
	for _, id := range m.withBelow(account) {
		closing := m.Accounts[id]
		closing.Closed = m.Now
		m.Accounts[id] = closing
		for at := range m.Grants { // every grant but the owner's
			if at.Account == id && at.User != closing.Owner {
				delete(m.Grants, at)
			}
		}
		m.ungroup(id) // GRP-4
		for invitation, i := range m.Invitations {
			if i.Kind == tenancy.InvitationToAccount && i.Account == id {
				m.revoke(invitation)
			}
		}
	}
	return done()
}

// TransferAccount is ACC-6.
func (m *Model) TransferAccount(by Actor, account tenancy.AccountID, to tenancy.UserID) Answer {
	if account.IsZero() || to.IsZero() {
		return refuse(tenancy.CodeID)
	}
	if no := m.onAccount(by, account, who{on: tenancy.TransferAccount, service: true}); no != nil {
		return refuse(no...)
	}
	way := m.on(account, by.User, tenancy.TransferAccount)
	var rights refusals
	// ACC-11: what is given has no end. To oneself neither by that nor by a group (GRP-3).
	rights.when(way.byEndAlone(), tenancy.CodeOutlasts)
	rights.when(way.byGroupAtMost() && to == by.User, tenancy.CodeOneself)
	if codes, certain := m.namedOn(by, account, to); codes != nil {
		if !certain {
			codes = append(codes, tenancy.CodeNotMember)
		}
		return refuse(append(codes, rights...)...)
	}
	if rights != nil {
		return refuse(rights...)
	}
	a := m.Accounts[account]
	var no refusals
	no.when(a.closed(), tenancy.CodeClosed)
	no.when(!a.Parent.IsZero(), tenancy.CodeSubaccount)
	no.when(a.Organization.IsZero(), tenancy.CodeUnmanaged)
	no.when(to == a.Owner, tenancy.CodeAlreadyOwner)
	if !a.Organization.IsZero() {
		for _, code := range m.heirInside(a.Organization, to) {
			no.when(true, code)
		}
	}
	no.when(m.suspended(by, a.Organization), tenancy.CodeOrganizationSuspended)
	if no != nil {
		return refuse(no...)
	}
	m.passes(account, to)
	m.Grants[GrantKey{account, a.Owner}] = Grant{Roles: tenancy.Roles(tenancy.AccountAdministrator)}
	return done()
}

// MoveAccount is ORG-6.
func (m *Model) MoveAccount(by Actor, account tenancy.AccountID, to tenancy.OrganizationID) Answer {
	if account.IsZero() || to.IsZero() {
		return refuse(tenancy.CodeID)
	}
	if no := m.acts(by); no != nil {
		return refuse(no...)
	}
	a, ok := m.Accounts[account]
	var no refusals
	if !by.platform() {
		sees, perhaps := m.seesAccount(by.User, account)
		no.when(!sees, tenancy.CodeNotFound)
		if perhaps {
			no.when(true, tenancy.CodeNotAllowed)
		}
	}
	no.when(!ok, tenancy.CodeNotFound)
	target, exists := m.Organizations[to]
	_, member := m.member(to, by.User)
	merged := target.State == tenancy.StateMerged && (by.platform() || m.seesSurvivor(by.User, to))
	no.when(!exists || !by.platform() && !member && !merged, tenancy.CodeNotFound)
	// the actor owns the account and both organizations. The right and the two IDs that are
	// not found are of two levels of GEN-5, where both are acted on.
	right := !by.platform() && a.Owner == by.User && m.Organizations[a.Organization].Owner == by.User &&
		(merged || member && target.Owner == by.User)
	if !right {
		no.when(true, tenancy.CodeNotAllowed)
		no.when(!m.person(by.User), tenancy.CodeServiceAccount)
		no.when(merged, tenancy.CodeMerged)
		if len(no) == 2 && no[0] == tenancy.CodeNotFound && !ok {
			no = no[:1]
		}
		return refuse(no...)
	}
	no.when(merged, tenancy.CodeMerged)
	no.when(a.closed(), tenancy.CodeClosed)
	no.when(!a.Parent.IsZero(), tenancy.CodeSubaccount)
	no.when(a.Organization == to, tenancy.CodeSameOrganization)
	no.when(m.designatedWithin(account) && !target.HIPAA.On && m.Mutant != "HIP-7", tenancy.CodeHIPAADesignated)
	no.when(a.Organization != to && over(m.limits(to).Accounts, m.mainAccounts(to), 1), tenancy.CodeAccountLimit)
	no.when(m.suspended(by, to) || m.suspended(by, a.Organization), tenancy.CodeOrganizationSuspended)
	if no != nil {
		return refuse(no...)
	}
	m.moves(account, to)
	return done()
}

// billed is what the operations on a main account's billing and phone have in common: for
// Operators and System, not on a closed account, and not on a subaccount.
func (m *Model) billed(by Actor, account tenancy.AccountID, form refusals, change func(*Account) (no refusals)) Answer {
	form.when(account.IsZero(), tenancy.CodeID)
	if form != nil {
		return refuse(form...)
	}
	if no := m.onAccount(by, account, who{operator: true, system: true}); no != nil {
		return refuse(no...)
	}
	a := m.Accounts[account]
	var no refusals
	no.when(a.closed(), tenancy.CodeClosed)
	no.when(!a.Parent.IsZero(), tenancy.CodeSubaccount)
	if no != nil {
		return refuse(no...)
	}
	if no := change(&a); no != nil {
		return refuse(no...)
	}
	m.Accounts[account] = a
	return done()
}

var phone = regexp.MustCompile(`^\+[1-9][0-9]{1,14}$`) // E.164

// VerifyPhone is ACC-10.
func (m *Model) VerifyPhone(by Actor, account tenancy.AccountID, number string) Answer {
	var form refusals
	form.when(!phone.MatchString(number), tenancy.CodePhone)
	return m.billed(by, account, form, func(a *Account) refusals {
		a.Phone = number
		return nil
	})
}

// UpgradeAccount is BIL-1: from trial to full, and never back.
func (m *Model) UpgradeAccount(by Actor, account tenancy.AccountID) Answer {
	return m.billed(by, account, nil, func(a *Account) (no refusals) {
		no.when(a.Plan == tenancy.PlanFull, tenancy.CodeBilling)
		a.Plan = tenancy.PlanFull
		return no
	})
}

// InvoiceAccount is BIL-1: invoiced, and full.
func (m *Model) InvoiceAccount(by Actor, account tenancy.AccountID) Answer {
	return m.billed(by, account, nil, func(a *Account) (no refusals) {
		no.when(a.Billing == tenancy.BillingInvoiced, tenancy.CodeBilling)
		a.Plan, a.Billing = tenancy.PlanFull, tenancy.BillingInvoiced
		return no
	})
}

// SetPricing is BIL-1.
func (m *Model) SetPricing(by Actor, account tenancy.AccountID, pricing string) Answer {
	var form refusals
	form.when(len(pricing) > 4096 || !utf8.ValidString(pricing) || strings.ContainsFunc(pricing, unicode.IsControl),
		tenancy.CodeInput)
	return m.billed(by, account, form, func(a *Account) refusals {
		a.Pricing = pricing
		return nil
	})
}

// EnableHIPAA is HIP-3.
func (m *Model) EnableHIPAA(by Actor, account tenancy.AccountID) Answer {
	if account.IsZero() {
		return refuse(tenancy.CodeID)
	}
	if no := m.onAccount(by, account, who{on: tenancy.DesignateHIPAA, service: true}); no != nil {
		return refuse(no...)
	}
	a := m.Accounts[account]
	var no refusals
	no.when(a.closed(), tenancy.CodeClosed)
	no.when(!m.Organizations[a.Organization].HIPAA.On && m.Mutant != "HIP-3", tenancy.CodeHIPAANotEntitled)
	no.when(m.suspended(by, a.Organization), tenancy.CodeOrganizationSuspended)
	if no != nil { // to designate a designated account changes nothing (GEN-6)
		return Answer{Codes: no, Open: a.Designated != 0 && !a.closed()}
	}
	if a.Designated == 0 {
		a.Designated, a.DesignatedBy = m.Now, by.recorded()
	}
	m.Accounts[account] = a
	return done()
}

// DisableHIPAA is HIP-3: also by an Operator, and without an entitlement.
func (m *Model) DisableHIPAA(by Actor, account tenancy.AccountID) Answer {
	w := who{on: tenancy.DesignateHIPAA, operator: true, service: true}
	return m.changeAccount(by, account, w, true,
		func(a *Account) { a.Designated, a.DesignatedBy = 0, tenancy.Actor{} })
}
