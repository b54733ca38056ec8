package tenancy_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

func TestBilling(t *testing.T) {
	t.Run("ACC-10 VerifyPhone", func(t *testing.T) {
		c := newCast(t)
		said := c.said(organizationStream(c.org), func() {
			verified, err := c.staff.VerifyPhone(c.ctx(), c.work, "+4930123456")
			require.NoError(t, err)
			require.Equal(t, "+4930123456", verified.Private.Phone.Reveal())
		})
		require.Equal(t, []tenancy.EventData{tenancy.PhoneVerified{Account: c.work}}, said)
		c.unchanged(func() { require.NoError(t, second(c.host.VerifyPhone(c.ctx(), c.work, "+4930123456")), "GEN-6") })
		require.NoError(t, second(c.host.VerifyPhone(c.ctx(), c.work, "+12025550123")))
		require.Equal(t, "+12025550123", c.accountAs(c.cleo, c.work).Private.Phone.Reveal())
		for _, number := range []string{"", "+", "4930123456", "+0930123456", "+4930 123456", "+49301234567890123", "+493012345６", "+49\xff0123456", strings.Repeat("+1", 1<<20)} {
			refused(t, second(c.host.VerifyPhone(c.ctx(), c.work, number)), tenancy.CodePhone)
		}
	})
	t.Run("BIL-1 trial to full, never back, on invoice and full", func(t *testing.T) {
		c := newCast(t)
		plan := func(account tenancy.AccountID) (tenancy.Plan, tenancy.Billing) {
			a := c.accountAs(c.cleo, account)
			return a.Plan, a.Billing
		}
		both := c.account(c.cleo, c.org, "Both")
		sub := c.subaccount(c.cleo, both, "Part")
		said := c.said(organizationStream(c.org), func() {
			require.NoError(t, second(c.staff.UpgradeAccount(c.ctx(), c.work)))
			require.NoError(t, second(c.host.InvoiceAccount(c.ctx(), both)))
		})
		require.Equal(t,
			[]tenancy.EventData{tenancy.AccountUpgraded{Account: c.work}, tenancy.AccountInvoiced{Account: both}},
			said)
		p, b := plan(c.work)
		require.Equal(t, tenancy.PlanFull, p)
		require.Equal(t, tenancy.BillingOwn, b)
		for _, account := range []tenancy.AccountID{both, sub} { // the parent's hold for a subaccount
			p, b = plan(account)
			require.Equal(t, tenancy.PlanFull, p)
			require.Equal(t, tenancy.BillingInvoiced, b)
		}
		c.unchanged(func() {
			refused(t, second(c.host.UpgradeAccount(c.ctx(), c.work)), tenancy.CodeBilling)
			refused(t, second(c.host.UpgradeAccount(c.ctx(), both)), tenancy.CodeBilling)
			refused(t, second(c.host.InvoiceAccount(c.ctx(), both)), tenancy.CodeBilling)
		})
		require.NoError(t, second(c.host.InvoiceAccount(c.ctx(), c.work)))
	})
	t.Run("BIL-1 SetPricing", func(t *testing.T) {
		c := newCast(t)
		long := strings.Repeat("é", 2048)
		for _, pricing := range []string{"gold", long, ""} {
			said := c.said(organizationStream(c.org), func() {
				priced, err := c.host.SetPricing(c.ctx(), c.work, pricing)
				require.NoError(t, err)
				require.Equal(t, pricing, priced.Private.Pricing.Reveal())
			})
			require.Equal(t, []tenancy.EventData{tenancy.PricingSet{Account: c.work}}, said)
			c.unchanged(func() { require.NoError(t, second(c.staff.SetPricing(c.ctx(), c.work, pricing)), "GEN-6") })
		}
		for _, pricing := range []string{long + "x", "a\nb", "\x00", "\u0085", "\xff"} {
			refused(t, second(c.host.SetPricing(c.ctx(), c.work, pricing)), tenancy.CodeInput)
		}
	})
	t.Run("BIL-1 ACC-10 Operators and System alone, whatever Platform a host makes", func(t *testing.T) {
		c := newCast(t)
		c.unchanged(func() {
			for user, code := range map[tenancy.UserID]tenancy.Code{c.owner: tenancy.CodeNotAllowed, c.cleo: tenancy.CodeNotAllowed, c.other: tenancy.CodeNotFound} {
				p := &tenancy.Platform{Session: c.as(user)}
				refused(t, second(p.VerifyPhone(c.ctx(), c.work, "+4930123456")), code)
				refused(t, second(p.UpgradeAccount(c.ctx(), c.work)), code)
				refused(t, second(p.InvoiceAccount(c.ctx(), c.work)), code)
				refused(t, second(p.SetPricing(c.ctx(), c.work, "x")), code)
			}
		})
	})
	t.Run("INV-4 a subaccount has none of them, nor an owner of its own", func(t *testing.T) {
		c := newCast(t)
		sub := c.subaccount(c.cleo, c.work, "Part")
		c.unchanged(func() {
			for _, err := range []error{
				second(c.host.VerifyPhone(c.ctx(), sub, "+4930123456")),
				second(c.host.UpgradeAccount(c.ctx(), sub)),
				second(c.host.InvoiceAccount(c.ctx(), sub)),
				second(c.host.SetPricing(c.ctx(), sub, "x")),
				second(c.as(c.owner).TransferAccount(c.ctx(), sub, c.dan)),
			} {
				refused(t, err, tenancy.CodeSubaccount)
			}
		})
	})
}
