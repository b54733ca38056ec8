package tenancy

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What the platform keeps of how an account is reached and paid for (ACC-10, BIL-1).
// Main accounts have it, and their subaccounts share it.

// VerifyPhone records a main account's phone number, which the host has verified, in
// place of the one before (ACC-10). Operators and System may call it. Setting the number
// that the account has changes nothing (GEN-6).
//
// Errors: CodeID; CodePhone if the number is not E.164; CodeNotFound, CodeNotAllowed;
// CodeClosed; CodeSubaccount.
func (p *Platform) VerifyPhone(ctx context.Context, account AccountID, number string) (Account, error) {
	var check form
	check.id(account)
	check.phone(number)
	return update(ctx, p.Session, call{opVerifyPhone, account.String(), check.err},
		func(r *reads) verifyPhoneFacts { return r.loadVerifyPhone(account) },
		func(f verifyPhoneFacts, c *changes) (Account, error) { return decideVerifyPhone(f, number, c) })
}

// verifyPhoneFacts is the account whose number was verified.
type verifyPhoneFacts struct{ accountStanding }

func (r *reads) loadVerifyPhone(account AccountID) verifyPhoneFacts {
	return verifyPhoneFacts{r.accountStanding(account)}
}

func decideVerifyPhone(f verifyPhoneFacts, number string, c *changes) (Account, error) {
	if err := c.authorizeMain(f.accountStanding); err != nil {
		return Account{}, err
	}
	if f.account.Personal.Phone.Reveal() != number {
		c.say(PhoneVerified{f.account.ID}, f.account.stream())
		edit(c.world, accountByID(f.account.ID), func(a *AccountRecord) {
			a.Personal.Phone = NewPersonal(number)
		})
	}
	return c.viewAccountNow(f.accountStanding), nil
}

// UpgradeAccount ends a main account's trial for good (BIL-1). Operators and System may
// call it.
//
// Errors: CodeID; CodeNotFound, CodeNotAllowed; CodeClosed; CodeSubaccount; CodeBilling
// if the account is not on trial.
func (p *Platform) UpgradeAccount(ctx context.Context, account AccountID) (Account, error) {
	var check form
	check.id(account)
	return update(ctx, p.Session, call{opUpgradeAccount, account.String(), check.err},
		func(r *reads) upgradeAccountFacts { return r.loadUpgradeAccount(account) }, decideUpgradeAccount)
}

// upgradeAccountFacts is the account whose trial ends.
type upgradeAccountFacts struct{ accountStanding }

func (r *reads) loadUpgradeAccount(account AccountID) upgradeAccountFacts {
	return upgradeAccountFacts{r.accountStanding(account)}
}

func decideUpgradeAccount(f upgradeAccountFacts, c *changes) (Account, error) {
	if err := c.authorizeMain(f.accountStanding); err != nil {
		return Account{}, err
	}
	if f.account.Plan != PlanTrial {
		return Account{}, CodeBilling
	}
	c.say(AccountUpgraded{f.account.ID}, f.account.stream())
	return c.viewAccountNow(f.accountStanding), nil
}

// InvoiceAccount puts a main account on invoice for good, which also ends its trial
// (BIL-1). Operators and System may call it.
//
// Errors: CodeID; CodeNotFound, CodeNotAllowed; CodeClosed; CodeSubaccount; CodeBilling
// if the account is on invoice already.
func (p *Platform) InvoiceAccount(ctx context.Context, account AccountID) (Account, error) {
	var check form
	check.id(account)
	return update(ctx, p.Session, call{opInvoiceAccount, account.String(), check.err},
		func(r *reads) invoiceAccountFacts { return r.loadInvoiceAccount(account) }, decideInvoiceAccount)
}

// invoiceAccountFacts is the account that is put on invoice.
type invoiceAccountFacts struct{ accountStanding }

func (r *reads) loadInvoiceAccount(account AccountID) invoiceAccountFacts {
	return invoiceAccountFacts{r.accountStanding(account)}
}

func decideInvoiceAccount(f invoiceAccountFacts, c *changes) (Account, error) {
	if err := c.authorizeMain(f.accountStanding); err != nil {
		return Account{}, err
	}
	if f.account.Billing == BillingInvoiced {
		return Account{}, CodeBilling
	}
	c.say(AccountInvoiced{f.account.ID}, f.account.stream())
	return c.viewAccountNow(f.accountStanding), nil
}

// maxPricingBytes is how long a pricing model may be.
const maxPricingBytes = 4096

// SetPricing sets a main account's pricing model: any text that the host understands, of
// up to 4096 bytes of UTF-8 without control characters. The empty text is the default
// model (BIL-1). Operators and System may call it. Setting the model that the account
// has changes nothing (GEN-6).
//
// Errors: CodeID; CodeInput if the text is not such a text; CodeNotFound,
// CodeNotAllowed; CodeClosed; CodeSubaccount.
func (p *Platform) SetPricing(ctx context.Context, account AccountID, pricing string) (Account, error) {
	var check form
	check.id(account)
	check.that(len(pricing) <= maxPricingBytes && utf8.ValidString(pricing), CodeInput)
	check.that(!strings.ContainsFunc(pricing, unicode.IsControl), CodeInput)
	return update(ctx, p.Session, call{opSetPricing, account.String(), check.err},
		func(r *reads) setPricingFacts { return r.loadSetPricing(account) },
		func(f setPricingFacts, c *changes) (Account, error) { return decideSetPricing(f, pricing, c) })
}

// setPricingFacts is the account whose pricing model is set.
type setPricingFacts struct{ accountStanding }

func (r *reads) loadSetPricing(account AccountID) setPricingFacts {
	return setPricingFacts{r.accountStanding(account)}
}

func decideSetPricing(f setPricingFacts, pricing string, c *changes) (Account, error) {
	if err := c.authorizeMain(f.accountStanding); err != nil {
		return Account{}, err
	}
	if f.account.Personal.Pricing.Reveal() != pricing {
		c.say(PricingSet{f.account.ID}, f.account.stream())
		edit(c.world, accountByID(f.account.ID), func(a *AccountRecord) {
			a.Personal.Pricing = NewPersonal(pricing)
		})
	}
	return c.viewAccountNow(f.accountStanding), nil
}

// PhoneVerified says that an account has a verified phone number now.
type PhoneVerified struct {
	Account AccountID `json:"account,omitzero"`
}

// AccountUpgraded says that an account is no longer on trial.
type AccountUpgraded struct {
	Account AccountID `json:"account,omitzero"`
}

// AccountInvoiced says that an account is on invoice, and no longer on trial.
type AccountInvoiced struct {
	Account AccountID `json:"account,omitzero"`
}

// PricingSet says that an account has another pricing model.
type PricingSet struct {
	Account AccountID `json:"account,omitzero"`
}

func (e PhoneVerified) apply(*world) {}

func (e AccountUpgraded) apply(w *world) {
	edit(w, accountByID(e.Account), func(a *AccountRecord) { a.Plan = PlanFull })
}

func (e AccountInvoiced) apply(w *world) {
	edit(w, accountByID(e.Account), func(a *AccountRecord) { a.Plan, a.Billing = PlanFull, BillingInvoiced })
}

func (e PricingSet) apply(*world) {}

var billingEvents = []EventData{PhoneVerified{}, AccountUpgraded{}, AccountInvoiced{}, PricingSet{}}
