package console_test

import (
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/tenancytest"
)

// madeUp is the ID of no organization.
var madeUp = tenancy.OrganizationID{15: 1}.String()

var tenancytestStart = tenancytest.Start

// second is another organization of the Owner of acme.
func (s *site) second() tenancy.OrganizationID {
	_, err := s.Host.VerifyPhone(s.Context(), s.acme.Account, "+491711234567")
	require.NoError(s, err)
	made, err := s.As(s.acme.Owner).CreateOrganization(s.Context(), tenancy.NewOrganization{Name: `Second <b>"Works"</b>`, AllStay: true})
	require.NoError(s, err)
	return made.ID
}

// withOrganizations gives the organization what its settings, its log and merging show.
func (s *site) withOrganizations() {
	second := s.second()
	s.Join(s.acme.Owner, second, `زينب "<i>Zoë</i>"`, "zoe@elsewhere.example", tenancy.Administrator)
	_, err := s.Staff.SetLimits(s.Context(), s.acme.Organization, &tenancy.Limits{Members: 500, Accounts: 50, Keys: 20})
	require.NoError(s, err)
	_, err = s.Staff.SetImportEntitlement(s.Context(), s.acme.Organization, tenancy.ImportEntitlement{On: true, Reference: "ticket/12"})
	require.NoError(s, err)
	_, err = s.As(s.acme.Owner).RenameOrganization(s.Context(), s.acme.Organization, `مجموعة <script>alert("1")</script> & Söhne`)
	require.NoError(s, err)
}

// fieldOf is a field of the form that posts to a path.
func (p seen) fieldOf(action, name string) *html.Node {
	p.t.Helper()
	for _, f := range p.named("form") {
		if attribute(f, "action") != action {
			continue
		}
		for n := range f.Descendants() {
			if n.Type == html.ElementNode && attribute(n, "name") == name {
				return n
			}
		}
	}
	require.Fail(p.t, "no such field", "%s of %s on %s", name, action, p.path)
	return nil
}
