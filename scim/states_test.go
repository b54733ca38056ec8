package scim_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/scim"
	"github.com/add4b1c6/tenancy/tenancytest"
)

// org returns the organization.
func (s *scene) org() tenancy.OrganizationID { return s.owner.Organization.ID }

// answered requires an error of a status, with a scimType or none.
func (s *scene) answered(status int, scimType any, method, path, body string) {
	s.tb.Helper()
	w := s.ask(method, path, body)
	require.Equal(s.tb, status, w.Code, "%s", w.Body)
	require.Equal(s.tb, scimType, decode(s.tb, w)["scimType"])
}

const (
	somebody = `{"userName": "new@acme.example"}`
	inactive = `{"Operations": [{"op": "replace", "path": "active", "value": false}]}`
)

// PRV-11: what the organization's state forbids is 403, or 400 where the directory's own
// word is wrong.
func TestStatesOfTheOrganization(t *testing.T) {
	t.Run("closed", func(t *testing.T) {
		s := newScene(t, scim.Options{})
		_, err := s.session().SetSignUpPolicy(t.Context(), s.org(), tenancy.SignUpPolicyChange{Policy: tenancy.PolicyClosed})
		require.NoError(t, err)
		s.answered(403, nil, "POST", "/Users", somebody)
		s.Sound()
	})
	t.Run("a domain that lapsed refuses new users and changes of address, and nothing else", func(t *testing.T) {
		s := newScene(t, scim.Options{})
		id := s.add("a@acme.example")
		s.Names.Answer(tenancytest.Servfail)
		s.Clock.Advance(200 * 24 * time.Hour)
		s.answered(403, nil, "POST", "/Users", somebody)
		s.answered(403, nil, "PATCH", "/Users/"+id, `{"Operations": [{"op": "replace", "path": "userName", "value": "b@acme.example"}]}`)
		require.Equal(t, 200, s.ask("PATCH", "/Users/"+id, inactive).Code)
	})
	t.Run("an address on no domain of the organization", func(t *testing.T) {
		s := newScene(t, scim.Options{})
		s.answered(400, "invalidValue", "POST", "/Users", `{"userName": "a@other.example"}`)
	})
	t.Run("the member limit", func(t *testing.T) {
		s := newScene(t, scim.Options{})
		operator := s.Dir.Operator("support")
		_, err := operator.SetLimits(t.Context(), s.org(), &tenancy.Limits{Members: 2})
		require.NoError(t, err)
		s.add("a@acme.example")
		s.answered(403, nil, "POST", "/Users", somebody)
	})
	t.Run("suspension", func(t *testing.T) {
		s := newScene(t, scim.Options{})
		id := s.add("a@acme.example")
		_, err := s.Dir.Operator("support").SuspendOrganization(t.Context(), s.org(), "ticket-1")
		require.NoError(t, err)
		s.answered(403, nil, "POST", "/Users", somebody)
		require.Equal(t, 200, s.ask("GET", "/Users/"+id, "").Code)
	})
	t.Run("PRV-6 the Owner", func(t *testing.T) {
		s := newScene(t, scim.Options{})
		s.Prove(s.owner.User.ID, s.org(), "owner.example.com")
		id := s.add(tenancytest.Address("owner"))
		s.answered(403, nil, "PATCH", "/Users/"+id, inactive)
		s.answered(403, nil, "DELETE", "/Users/"+id, "")
		require.Equal(t, 200, s.ask("PATCH", "/Users/"+id, `{"Operations": [{"op": "replace", "path": "title", "value": "CEO"}]}`).Code)
	})
}

// PRV-1: a secret that was replaced without a time for the old one, and that of a directory
// that was removed, are 401, and so are the tokens that were made with them.
func TestSecretsEnd(t *testing.T) {
	s := newScene(t, scim.Options{})
	ask := func(secret string) int {
		return s.send("GET", "/Users", nil, "Authorization", "Bearer "+secret).Code
	}
	token := func(secret string) string {
		made, err := s.Dir.AsDirectory(tenancy.ParseSecret(secret)).Token(t.Context())
		require.NoError(t, err)
		return made.Token.Reveal()
	}
	first, firstToken := s.secret, token(s.secret)
	require.Equal(t, 200, ask(firstToken))
	rotated, err := s.session().RotateDirectorySecret(t.Context(), s.directory, tenancy.DirectoryRotation{PreviousFor: new(time.Duration)})
	require.NoError(t, err)
	second := rotated.Secret.Reveal()
	require.Equal(t, 401, ask(first))
	require.Equal(t, 401, ask(firstToken))
	require.Equal(t, 200, ask(second))

	secondToken := token(second)
	s.Clock.Advance(59 * time.Minute)
	require.Equal(t, 200, ask(secondToken))
	s.Clock.Advance(2 * time.Minute)
	require.Equal(t, 401, ask(secondToken))

	secondToken = token(second)
	_, err = s.session().RemoveDirectory(t.Context(), s.directory, tenancy.DirectoryRemoval{})
	require.NoError(t, err)
	require.Equal(t, 401, ask(second))
	require.Equal(t, 401, ask(secondToken))
}

// PRV-2, PRV-9, GEN-5: what another directory keeps, of the same organization too, looks as
// if it were not there.
func TestDirectoriesDoNotSeeEachOther(t *testing.T) {
	s := newScene(t, scim.Options{})
	user := s.add("a@acme.example")
	group, _ := decode(t, s.ask("POST", "/Groups", `{"displayName": "Staff", "externalId": "g", "members": [{"value": "`+user+`"}]}`))["id"].(string)
	added, err := s.session().AddDirectory(t.Context(), s.org(), "Entra")
	require.NoError(t, err)
	s.secret = added.Secret.Reveal()

	none := s.ask("GET", "/Users/PV00000000000070008000000000000001", "")
	for _, one := range []struct{ method, path, body string }{
		{"GET", "/Users/" + user, ""}, {"PUT", "/Users/" + user, somebody}, {"PATCH", "/Users/" + user, inactive}, {"DELETE", "/Users/" + user, ""},
		{"GET", "/Groups/" + group, ""}, {"PUT", "/Groups/" + group, `{"displayName": "x"}`}, {"DELETE", "/Groups/" + group, ""},
		{"PATCH", "/Groups/" + group, `{"Operations": [{"op": "remove", "path": "members"}]}`},
		{"PATCH", "/Groups/" + group, `{"Operations": [{"op": "remove", "path": "members[value eq \"` + user + `\"]"}]}`},
	} {
		w := s.ask(one.method, one.path, one.body)
		require.Equal(t, none.Code, w.Code, one)
		require.Equal(t, none.Body.String(), w.Body.String(), one)
	}
	for _, path := range []string{
		"/Users", "/Groups", "/Users?filter=userName+eq+%22a@acme.example%22", "/Users?filter=id+eq+%22" + user + "%22",
		"/Groups?filter=externalId+eq+%22g%22", "/Groups?filter=displayName+eq+%22Staff%22", "/Groups?filter=members+eq+%22" + user + "%22",
	} {
		require.EqualValues(t, 0, decode(t, s.ask("GET", path, ""))["totalResults"], path)
	}
	s.answered(409, "uniqueness", "POST", "/Users", `{"userName": "a@acme.example"}`)
	s.answered(400, "invalidValue", "POST", "/Groups", `{"displayName": "x", "members": [{"value": "`+user+`"}]}`)
	s.Sound()
}

// PRV-2, PRV-5: what the directory says reaches the user.
func TestTheUserFollows(t *testing.T) {
	s := newScene(t, scim.Options{})
	id := s.add("a@acme.example")
	patch := func(body string) {
		w := s.ask("PATCH", "/Users/"+id, `{"Operations": [`+body+`]}`)
		require.Equal(t, 200, w.Code, "%s", w.Body)
	}
	user := func() tenancy.User {
		up, err := s.Host.UserByEmail(t.Context(), "b@acme.example")
		require.NoError(t, err)
		return up
	}
	patch(`{"op": "replace", "value": {"userName": "b@acme.example", "displayName": "Ana Silva", "name.givenName": "Ana"}}`)
	require.Equal(t, "Ana Silva", user().Name.Reveal())
	patch(`{"op": "remove", "path": "displayName"}`)
	require.Equal(t, "Ana", user().Name.Reveal())
	patch(`{"op": "remove", "path": "name"}`)
	require.Equal(t, "Ana", user().Name.Reveal(), "emptying leaves it as it was")
	s.Sound()
}
