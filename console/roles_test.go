package console_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/console"
)

// rights reads a table of the page about the roles: yes or no, by row and column.
func (p seen) rights(table int) (rows [][]bool) {
	for tr := range p.named("table")[table].Descendants() {
		if tr.Type != html.ElementNode || tr.Data != "tr" {
			continue
		}
		var row []bool
		for td := range tr.Descendants() {
			if td.Type == html.ElementNode && td.Data == "td" {
				row = append(row, strings.HasPrefix(textIn(td), "Yes"))
			}
		}
		if row != nil {
			rows = append(rows, row)
		}
	}
	return rows
}

// What the page says of the roles is what the library decides (ROLE-1 to 3, ROLE-6, ROLE-8).
func TestRolesAreExplained(t *testing.T) {
	s := newSite(t, console.Options{})
	page := s.as(s.acme.Member).get(s.in("roles"))
	page.wellMade()
	may := page.rights(0)
	require.Len(t, may, len(console.OrganizationRights()))
	for i, permission := range console.OrganizationRights() {
		for column, user := range []tenancy.UserID{s.acme.Owner, s.acme.Administrator, s.acme.Member} {
			d, err := s.Host.CanInOrganization(t.Context(), user, permission, s.acme.Organization)
			require.NoError(t, err)
			require.Equal(t, d.Allowed, may[i][column], "%s, column %d", permission, column)
		}
	}

	holders := []tenancy.UserID{s.acme.Owner}
	for _, role := range []tenancy.AccountRole{
		tenancy.AccountAdministrator, tenancy.Developer, tenancy.BillingManager, tenancy.Support,
	} {
		holders = append(holders, s.Guest(s.acme.Owner, s.acme.Account, "has-"+string(role[:3]), role))
	}
	// The Owner of the organization owns the account, and manages it too, so somebody else is
	// asked about: an account that a Standard User owns.
	account, err := s.As(s.acme.Owner).CreateAccount(t.Context(), s.acme.Organization,
		tenancy.NewAccount{Name: "x", Owner: s.acme.Member})
	require.NoError(t, err)
	holders[0] = s.acme.Member
	holders = append(holders, s.acme.Administrator)
	may = page.rights(1)
	require.Len(t, may, len(console.AccountRights()))
	for i, permission := range console.AccountRights() {
		for column, user := range holders {
			on := s.acme.Account
			if column == 0 {
				on = account.ID
			}
			d, err := s.Host.Can(t.Context(), user, permission, on)
			require.NoError(t, err)
			require.Equal(t, d.Allowed, may[i][column], "%s, column %d", permission, column)
		}
	}
}
