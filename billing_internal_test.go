package tenancy

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestBillingTable has every plan and way of billing, and what changes it (BIL-1).
func TestBillingTable(t *testing.T) {
	upgrade := func(st accountStanding) (Account, error) {
		return decideUpgradeAccount(upgradeAccountFacts{st}, deciding(opUpgradeAccount, Actor{}, *st.account))
	}
	invoice := func(st accountStanding) (Account, error) {
		return decideInvoiceAccount(invoiceAccountFacts{st}, deciding(opInvoiceAccount, Actor{}, *st.account))
	}
	for _, row := range []struct {
		name    string
		plan    Plan
		billing Billing
		decide  func(accountStanding) (Account, error)
		wants   error
		then    Billing
	}{
		{"upgrade on trial", PlanTrial, BillingOwn, upgrade, nil, BillingOwn},
		{"upgrade twice", PlanFull, BillingOwn, upgrade, CodeBilling, ""},
		{"upgrade on invoice", PlanFull, BillingInvoiced, upgrade, CodeBilling, ""},
		{"invoice on trial", PlanTrial, BillingOwn, invoice, nil, BillingInvoiced},
		{"invoice", PlanFull, BillingOwn, invoice, nil, BillingInvoiced},
		{"invoice twice", PlanFull, BillingInvoiced, invoice, CodeBilling, ""},
	} {
		t.Run("BIL-1 "+row.name, func(t *testing.T) {
			a := AccountRecord{ID: AccountID{1}, Owner: UserID{1}, Plan: row.plan, Billing: row.billing}
			got, err := row.decide(accountStanding{account: &a})
			require.Equal(t, row.wants, err)
			if err == nil {
				require.Equal(t, PlanFull, got.Plan)
				require.Equal(t, row.then, got.Billing)
			}
		})
	}
}
