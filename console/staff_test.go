package console_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/console"
	"github.com/add4b1c6/tenancy/tenancyhttp"
)

// operator is who of the host's staff acts in the tests.
const operator = "staff-9"

// staffSite is the staff's pages over the scene, and somebody who looks at them. Whoever is
// no member of the staff is sent away.
func staffSite(t *testing.T) (*site, browser, *bytes.Buffer) {
	s := newSite(t, console.Options{})
	s.withOrganizations()
	var log bytes.Buffer
	pages, err := console.NewStaffHandler(s.Dir, &console.StaffOptions{
		Prefix: prefix, Operator: func(r *http.Request) (tenancy.OperatorID, error) {
			if r.Header.Get("Actor") != (tenancy.UserID{}).String() {
				return "", tenancyhttp.Problem{Code: "sign_in", Status: http.StatusUnauthorized, Title: "Sign in first."}
			}
			return operator, nil
		},
		Customer: console.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))},
	})
	require.NoError(t, err)
	s.pages = pages
	return s, s.as(tenancy.UserID{}), &log
}

// at is a path of the staff's pages.
func at(parts ...any) string {
	var path strings.Builder
	path.WriteString(prefix)
	for _, part := range parts {
		path.WriteString("/" + fmt.Sprint(part))
	}
	return path.String()
}

// Every link and form of the staff's pages answers, those of the pages that a user sees
// included, which change nothing.
func TestEveryLinkOfTheStaffAnswers(t *testing.T) {
	s, staff, _ := staffSite(t)
	s.Unchanged(func() {
		var forms []string
		others := func(path string) bool {
			return strings.HasPrefix(path, prefix+"/as/") && !strings.HasPrefix(path, at("as", s.acme.Administrator))
		}
		for path, p := range staff.crawlBut(others) {
			if !strings.Contains(path, "/as/") {
				forms = append(forms, p.actions()...)
			}
		}
		slices.Sort(forms)
		require.NotEmpty(t, forms)
		for _, action := range slices.Compact(forms) {
			p := staff.send(http.MethodPost, action, "")
			require.Equal(t, http.StatusBadRequest, p.Status, "%s: %s", action, p.text())
		}
	})
}

// The customer's handler has none of the staff's pages, and a user is no Operator.
func TestStaffIsApart(t *testing.T) {
	s, staff, _ := staffSite(t)
	paths := []string{
		at("status"), at("find") + "?id=" + s.acme.Owner.String(), at("users", s.acme.Member),
		at("users", s.acme.Member, "address"), at("as", s.acme.Member, ""), at("organizations", s.acme.Organization, "limits"),
		at("organizations", s.acme.Organization, "suspension"), at("organizations", s.acme.Organization, "hipaa-entitlement"),
	}
	for _, path := range paths[:7] {
		require.NotEqual(t, http.StatusNotFound, staff.send(http.MethodGet, path, "").Status, path)
	}
	for _, user := range []tenancy.UserID{s.acme.Owner, s.acme.Guest} {
		for _, path := range paths {
			for _, method := range []string{http.MethodGet, http.MethodPost} {
				p := s.as(user).send(method, path, "operation="+tenancy.NewOperationID().String())
				require.Contains(t, []int{http.StatusUnauthorized, http.StatusNotFound, http.StatusMethodNotAllowed}, p.Status, path)
			}
		}
	}
	s.mount(console.Options{})
	for _, path := range paths {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			p := s.as(s.acme.Owner).send(method, path, "operation="+tenancy.NewOperationID().String())
			require.Equal(t, http.StatusNotFound, p.Status, path)
		}
	}
	for _, o := range []*console.StaffOptions{nil, {}} {
		_, err := console.NewStaffHandler(s.Dir, o)
		require.ErrorIs(t, err, tenancy.CodeOption)
	}
	_, err := console.NewStaffHandler(nil, &console.StaffOptions{Operator: func(*http.Request) (tenancy.OperatorID, error) { return "x", nil }})
	require.ErrorIs(t, err, tenancy.CodeOption)
}

// Somebody whom Operator names without an ID is not System.
func TestNobodyIsNotSystem(t *testing.T) {
	s := newSite(t, console.Options{})
	var err error
	s.pages, err = console.NewStaffHandler(s.Dir, &console.StaffOptions{
		Prefix: prefix, Operator: func(*http.Request) (tenancy.OperatorID, error) { return "", nil },
		Customer: console.Options{Logger: slog.New(slog.DiscardHandler)},
	})
	require.NoError(t, err)
	require.Equal(t, http.StatusInternalServerError, s.as(s.acme.Owner).send(http.MethodGet, prefix+"/", "").Status)
}

// last is the last event of a stream.
func (s *site) last(stream tenancy.Stream) tenancy.LoggedEvent {
	found, _, err := tenancy.Collect(s.Host.Events(s.Context(), stream, tenancy.EventQuery{Backwards: true}), 1)
	require.NoError(s, err)
	return found[0]
}

// Each action of the staff's is done once, and logged as an Operator's, with the reference
// (ORG-15, ORG-14, GEN-12, HIP-1, GEN-13).
func TestStaffActs(t *testing.T) {
	s, staff, _ := staffSite(t)
	acme := at("organizations", s.acme.Organization)
	stream := tenancy.Stream{Organization: s.acme.Organization}
	for _, step := range []struct {
		path, says string
		values     map[string]string
		event      tenancy.EventData
		check      func(tenancy.Organization)
	}{
		{"suspension", "The organization was suspended.", map[string]string{"reference": "t-1"},
			tenancy.OrganizationSuspended{}, func(o tenancy.Organization) { require.True(t, o.Suspended) }},
		{"reactivation", "The organization was reactivated.", map[string]string{"reference": "t-2"},
			tenancy.OrganizationReactivated{}, func(o tenancy.Organization) { require.False(t, o.Suspended) }},
		{"limits", "The limits were set.", map[string]string{"own": "yes", "members": "12", "keys": "", "correlation": "t-3"},
			tenancy.LimitsSet{}, func(o tenancy.Organization) {
				require.Equal(t, tenancy.Limits{Members: 12, Accounts: 50}, *o.Settings.Limits)
			}},
		{"hipaa", "The HIPAA entitlement was set.", map[string]string{"on": "yes", "reference": "baa-1", "executed": "2025-12-24"},
			tenancy.HIPAAEntitlementSet{}, func(o tenancy.Organization) {
				require.True(t, o.Settings.HIPAAEntitlement.On)
				require.Equal(t, "2025-12-24", o.Settings.HIPAAEntitlement.Executed.Format("2006-01-02"))
			}},
		{"import", "The import entitlement was set.", map[string]string{"on": "", "reference": ""},
			tenancy.ImportEntitlementSet{}, func(o tenancy.Organization) { require.False(t, o.Settings.ImportEntitlement.On) }},
		{"owner", "The organization has another Owner.", map[string]string{"user": s.acme.Administrator.String(), "previous": "leaves", "reference": "t-4"},
			tenancy.OwnershipTransferred{}, func(o tenancy.Organization) { require.Equal(t, s.acme.Administrator, o.Settings.Owner) }},
	} {
		path := acme + "/" + step.path
		page := staff.get(path)
		staff.submit(page, path, step.values).says(step.says)
		org, err := s.Host.Organization(t.Context(), s.acme.Organization)
		require.NoError(t, err)
		step.check(org)
		if org.Suspended {
			require.NotContains(t, staff.get(acme).text()+staff.get(prefix+"/").text(), "Active Suspended")
		}
		head, err := s.Host.LogHead(t.Context(), stream)
		require.NoError(t, err)
		again := staff.post(page, path, step.values)
		require.Equal(t, http.StatusSeeOther, again.Status, step.path)
		same, err := s.Host.LogHead(t.Context(), stream)
		require.NoError(t, err)
		require.Equal(t, head, same, "a second click changes nothing")
		logged := false
		for e, err := range s.Host.Events(t.Context(), stream, tenancy.EventQuery{Types: []string{tenancy.EventType(step.event)}, Backwards: true}) {
			require.NoError(t, err)
			require.Equal(t, tenancy.Actor{Operator: operator}, e.Actor)
			logged = true
			if reference := step.values["correlation"]; reference != "" {
				require.Equal(t, tenancy.Reference(reference), e.Correlation)
			}
			break
		}
		require.True(t, logged, step.path)
	}
}

// What is refused is said at its field, with what was entered.
func TestStaffIsRefused(t *testing.T) {
	s, staff, _ := staffSite(t)
	acme := at("organizations", s.acme.Organization)
	for _, step := range []struct{ path, field, value string }{
		{acme + "/suspension", "reference", "no reference!"}, {acme + "/limits", "members", "-3"}, {acme + "/limits", "keys", "many"},
		{acme + "/owner", "user", "x"}, {acme + "/owner", "reference", "no reference!"}, {acme + "/hipaa", "executed", "soon"},
		{acme + "/import", "reference", "no reference!"},
		{at("users", s.acme.Member, "address"), "email", "x"}, {at("users", s.acme.Member, "address"), "correlation", "no reference!"},
	} {
		values := map[string]string{"on": "yes", "own": "yes", "proven": "yes", "email": "new@acme.example",
			"user": s.acme.Administrator.String(), "reference": "t-1", "executed": "2025-01-01"}
		values[step.field] = step.value
		s.Unchanged(func() {
			page := staff.post(staff.get(step.path), step.path, values)
			require.Equal(t, http.StatusBadRequest, page.Status, step.path)
			page.wellMade()
			field := page.fieldOf(step.path, step.field)
			require.Equal(t, "true", attribute(field, "aria-invalid"), "%s: %s", step.path, step.field)
			require.Equal(t, step.value, attribute(field, "value"))
		})
	}
	unproven := staff.post(staff.get(at("users", s.acme.Member, "address")), at("users", s.acme.Member, "address"), map[string]string{"email": "new@acme.example"})
	require.Equal(t, http.StatusBadRequest, unproven.Status)
}

// A person is deactivated, reactivated, given another address and deleted by the staff
// (USR-13, USR-17, USR-14), each once.
func TestStaffActsOnPerson(t *testing.T) {
	s, staff, _ := staffSite(t)
	member := at("users", s.acme.Member)
	read := func() tenancy.User {
		user, _, err := s.Host.User(t.Context(), s.acme.Member)
		require.NoError(t, err)
		return user
	}
	page := staff.get(member)
	staff.submit(page, member+"/deactivation", map[string]string{"correlation": "t-5"}).says("The user was deactivated by the staff")
	require.True(t, read().Inactive.Operator)
	require.Equal(t, tenancy.Reference("t-5"), s.last(tenancy.Stream{Organization: s.acme.Organization}).Correlation)
	staff.submit(staff.get(member), member+"/reactivation", nil).says("no longer deactivated by the staff")
	require.Equal(t, http.StatusSeeOther, staff.post(page, member+"/deactivation", nil).Status)
	require.Equal(t, tenancy.StateActive, read().State)
	staff.submit(staff.get(member+"/address"), member+"/address", map[string]string{"email": "m2@acme.example", "proven": "yes"}).
		says("The user has another address.")
	require.Equal(t, "m2@acme.example", read().Email.Reveal())
	staff.submit(staff.get(member+"/deletion"), member+"/deletion", nil).says("The user was deleted")
	require.Equal(t, tenancy.StateDeleted, read().State)
	staff.get(member).says("Name erased")
	staff.get(member + "/log").says("What happened to this person outside of organizations.")
	require.Equal(t, http.StatusNotFound, staff.send(http.MethodGet, member+"/deletion", "").Status)
	require.Equal(t, tenancy.Actor{Operator: operator}, s.last(tenancy.Stream{Organization: s.acme.Organization}).Actor)

	owner := staff.get(at("users", s.acme.Owner))
	require.NotContains(t, owner.links(), at("users", s.acme.Owner, "deletion"), "nobody deletes an Owner")
	staff.get(at("users", s.acme.Owner, "deletion")).says(tenancy.CodeOwnsOrganization.Sentence())
}

// An organization that was deleted is restored within its window (ORG-12).
func TestStaffRestores(t *testing.T) {
	s, staff, _ := staffSite(t)
	other := s.Company("other")
	require.NoError(t, s.As(other.Owner).DeleteOrganization(t.Context(), other.Organization, tenancy.OrganizationDeletion{}))
	path := at("organizations", other.Organization)
	require.Contains(t, staff.get(prefix+"/?state=deleted").links(), path)
	require.Contains(t, staff.get(path).links(), path+"/restoration")
	staff.submit(staff.get(path+"/restoration"), path+"/restoration", nil).says("The organization was restored")
	require.NotContains(t, staff.get(path).links(), path+"/restoration")
	late := staff.send(http.MethodPost, path+"/restoration", staff.blank())
	late.refuses(tenancy.CodeRestoreWindow)
}

// A claim is removed once, and only by the path of the organization that has it (DOM-5).
func TestStaffRemovesClaim(t *testing.T) {
	s, staff, _ := staffSite(t)
	other := s.Company("other")
	wrong := at("organizations", s.acme.Organization, "domains", other.Domain)
	require.Equal(t, http.StatusNotFound, staff.send(http.MethodGet, wrong, "").Status)
	require.Equal(t, http.StatusNotFound, staff.send(http.MethodPost, wrong, staff.blank()).Status)
	path := at("organizations", other.Organization, "domains", other.Domain)
	page := staff.get(path)
	staff.submit(page, path, map[string]string{"correlation": "t-6"}).says("The claim to the domain was removed.")
	_, err := s.Host.Domain(t.Context(), other.Domain)
	require.ErrorIs(t, err, tenancy.CodeNotFound)
	require.Equal(t, http.StatusSeeOther, staff.post(page, path, nil).Status)
}

// Organizations and people are found by their IDs, and people by their address, which is in
// no URL.
func TestStaffFinds(t *testing.T) {
	s, staff, _ := staffSite(t)
	for id, path := range map[string]string{
		s.acme.Organization.String(): at("organizations", s.acme.Organization), s.acme.Guest.String(): at("users", s.acme.Guest),
		s.acme.Account.String(): at("organizations", s.acme.Organization), s.acme.Domain.String(): at("organizations", s.acme.Organization, "domains"),
		madeUp: prefix + "/?missing=yes", "x": prefix + "/?missing=yes",
	} {
		require.Equal(t, path, staff.send(http.MethodGet, prefix+"/find?id="+id, "").Header.Get("Location"))
	}
	staff.get(prefix + "/?missing=yes").says("There is nothing with this ID.")
	home := staff.get(prefix + "/")
	found := staff.post(home, prefix+"/people", map[string]string{"email": " Member@ACME.example"})
	require.Equal(t, at("users", s.acme.Member), found.Header.Get("Location"))
	nobody := staff.post(home, prefix+"/people", map[string]string{"email": "nobody@acme.example"})
	nobody.says("Nobody has this address.")
	require.Equal(t, "nobody@acme.example", attribute(nobody.fieldOf(prefix+"/people", "email"), "value"))
}

// The staff sees what a user sees, with a banner on each page. Nothing can be changed there,
// the log does not say that the user did anything, and the host is told.
func TestStaffSeesWhatAUserSees(t *testing.T) {
	s, staff, log := staffSite(t)
	own := at("as", s.acme.Owner)
	s.Unchanged(func() {
		home := staff.get(own + "/")
		home.says("You see what \u2068owner\u2069 sees.")
		require.Contains(t, home.links(), own+"/organizations/"+s.acme.Organization.String())
		require.Contains(t, home.links(), at("users", s.acme.Owner))
		settings := staff.get(own + "/organizations/" + s.acme.Organization.String() + "/settings")
		settings.says("You see what \u2068owner\u2069 sees.")
		require.NotEmpty(t, settings.actions())
		for _, button := range settings.named("button") {
			disabled := false
			for up := button.Parent; up != nil; up = up.Parent {
				disabled = disabled || up.Data == "fieldset" && has(up, "disabled")
			}
			require.True(t, disabled || attribute(button, "type") == "button", textIn(button))
		}
		for _, action := range settings.actions() {
			require.True(t, strings.HasPrefix(action, own+"/"), action)
			refused := staff.post(settings, action, map[string]string{"name": "Taken over"})
			require.Equal(t, http.StatusForbidden, refused.Status)
			refused.says("nothing can be changed here")
		}
		require.NotContains(t, home.Body+settings.Body, "/as/~")
		for _, path := range []string{at("as", s.acme.Member) + "/organizations/" + s.acme.Organization.String() + "/log", at("as", "~", ""), at("as", madeUp, "")} {
			require.Contains(t, []int{http.StatusForbidden, http.StatusNotFound}, staff.send(http.MethodGet, path, "").Status, path)
		}
		file := staff.get(own + "/organizations/" + s.acme.Organization.String() + "/log/export?format=csv")
		require.Contains(t, file.Header.Get("Content-Disposition"), "attachment")
		require.Contains(t, file.Body, "OrganizationRenamed")
	})
	require.Contains(t, log.String(), "operator="+operator+" user="+s.acme.Owner.String())
	require.NotContains(t, log.String(), "@")
}

// A check shows that the store is sound, with the logs too (GEN-10).
func TestStaffChecksTheStore(t *testing.T) {
	_, staff, _ := staffSite(t)
	for _, replay := range []string{"", "yes"} {
		staff.submit(staff.get(at("status")), at("status"), map[string]string{"replay": replay}).says("Everything fits together.")
	}
}
