package console_test

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/console"
)

// The report says which accounts are designated, since when and by whom, and which subaccounts
// are not although their main account is (HIP-6). They are designated from there.
func TestHIPAAReport(t *testing.T) {
	s := newSite(t, console.Options{})
	a := s.withAccounts() // "Below" is older than its main account's designation
	admin, path := s.as(s.acme.Administrator), s.in("hipaa")
	page := admin.get(path)
	page.says("baa-1")
	page.says("Its main account is designated, and it is not.")
	page.says("Subaccount of")
	require.Contains(t, page.text(), "owner", "who designated it")
	require.NotContains(t, page.actions(), path+"/"+a.hostile.String()+"/designation")
	require.NotContains(t, page.actions(), path+"/"+a.closed.String()+"/designation")
	closed := path + "/" + a.closed.String() + "/designation"
	refused := admin.send(http.MethodPost, closed, admin.blank())
	refused.refuses(tenancy.CodeClosed)

	admin.twice(page, path+"/"+a.below.String()+"/designation", nil).says("The account is now designated as subject to HIPAA.")
	require.False(t, s.accountNow(a.below).HIPAA.IsZero())
	require.NotContains(t, admin.get(path).text(), "Its main account is designated, and it is not.")

	rival := s.Company("rival")
	none := path + "/" + tenancy.AccountID{15: 1}.String() + "/designation"
	admin.alike(http.MethodPost, []string{path + "/" + rival.Account.String() + "/designation"}, []string{none})
	for _, p := range []string{"hipaa", "hipaa.csv"} {
		require.Equal(t, http.StatusForbidden, s.as(s.acme.Member).send(http.MethodGet, s.in(p), "").Status)
		require.Equal(t, http.StatusNotFound, s.as(rival.Owner).send(http.MethodGet, s.in(p), "").Status)
	}
}

// Without the agreement nothing is designated (HIP-3), and that is said.
func TestHIPAAReportWithoutAgreement(t *testing.T) {
	s := newSite(t, console.Options{})
	page := s.as(s.acme.Owner).get(s.in("hipaa"))
	page.says("Your organization has no HIPAA agreement")
	require.Empty(t, page.actions())
	hidden := newSite(t, console.Options{Hide: []console.Part{console.PartHIPAA}})
	require.Equal(t, http.StatusNotFound, hidden.as(hidden.acme.Owner).send(http.MethodGet, hidden.in("hipaa"), "").Status)
}

// The file has a line for each account, and no cell that is a formula to a spreadsheet.
func TestHIPAAFile(t *testing.T) {
	s := newSite(t, console.Options{})
	a := s.withAccounts()
	formulas := []string{`=HYPERLINK("https://evil.example")`, "+1", "-1", "@SUM(A1)", "＝1", "plain, \"quoted\"",
		"other;=1+1", "other; @SUM(A1)", "\u200b=1", "\ufeff=1", "\u2003=1"}
	for _, name := range formulas {
		_, err := s.As(s.acme.Owner).CreateAccount(t.Context(), s.acme.Organization, tenancy.NewAccount{Name: name})
		require.NoError(t, err)
	}
	file := s.as(s.acme.Owner).get(s.in("hipaa.csv"))
	require.Equal(t, "text/csv; charset=utf-8", file.Header.Get("Content-Type"))
	require.Contains(t, file.Header.Get("Content-Disposition"), "attachment")
	rows, err := csv.NewReader(strings.NewReader(file.Body)).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 1+len(s.accountsOf(tenancy.KindManaged)))
	names := map[string]bool{}
	for _, row := range rows {
		names[row[1]] = true
		for _, cell := range row {
			for part := range strings.SplitSeq(cell, ";") { // which parts cells where the comma is for decimals
				require.NotRegexp(t, `^[\s\p{Z}\p{Cf}]*[=+\-@＝]`, part)
			}
		}
		switch row[0] {
		case a.hostile.String():
			require.Equal(t, []string{"", "active", "2026-01-01T12:00:00Z", s.acme.Owner.String(), ""}, row[2:])
		case a.below.String():
			require.Equal(t, []string{a.hostile.String(), "active", "", "", "yes"}, row[2:])
		}
	}
	require.True(t, names["'@SUM(A1)"])
	require.True(t, names["plain, \"quoted\""])
}
