package scim_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/scim"
)

// PRV-11: nothing can fail once a user or a group is made. A provider that got a failure
// would try again, be told that there is such a user, or make a second group of the name.
func TestNothingIsReadOnceAResourceIsMade(t *testing.T) {
	s := newScene(t, scim.Options{})
	user := s.add("a@acme.example")
	w := s.ask("POST", "/Groups", `{"displayName": "Staff", "members": [{"value": "`+user+`"}]}`)
	require.Equal(t, 201, w.Code)
	require.Zero(t, s.calls.of("ProvisionedGroupsOf"))
	require.Zero(t, s.calls.of("ProvisionedGroupMembers"))
	made := decode(t, w)
	require.Len(t, made["members"], 1)
	id, _ := made["id"].(string)
	require.Equal(t, made, decode(t, s.ask("GET", "/Groups/"+id, "")))
	require.NotContains(t, decode(t, s.ask("POST", "/Groups?excludedAttributes=members", `{"displayName": "Staff"}`)), "members")
}

// PRV-11: a list of users ends where they are in many groups, as one of groups does where
// these have many members.
func TestUsersInManyGroups(t *testing.T) {
	s := newScene(t, scim.Options{})
	members := make([]tenancy.ProvisionedID, 100)
	for i := range members {
		made, err := s.provisioner().Provision(t.Context(), tenancy.NewProvisioned{UserName: fmt.Sprintf("u%d@acme.example", i)})
		require.NoError(t, err)
		members[i] = made.ID
	}
	for i := range 210 {
		_, err := s.provisioner().CreateProvisionedGroup(t.Context(),
			tenancy.NewProvisionedGroup{Name: fmt.Sprint("group ", i), Members: members})
		require.NoError(t, err)
	}
	body := decode(t, s.ask("GET", "/Users", ""))
	require.EqualValues(t, 100, body["totalResults"])
	require.EqualValues(t, 96, body["itemsPerPage"], "it ends after the user that passes 20,000")
	require.EqualValues(t, 100, decode(t, s.ask("GET", "/Users?excludedAttributes=groups", ""))["itemsPerPage"])
}

// PRV-10: a filter that goes over the pages gives the part that is asked for, and counts
// all.
func TestPartsOfWhatAFilterFinds(t *testing.T) {
	s := newScene(t, scim.Options{})
	var ids []string
	for i := range 5 {
		ids = append(ids, s.add(fmt.Sprintf("u%d@acme.example", i)))
	}
	for _, row := range []struct {
		query string
		found []string
	}{
		{"", ids}, {"&startIndex=2&count=2", ids[1:3]}, {"&startIndex=5", ids[4:]}, {"&startIndex=6", nil}, {"&count=0", nil},
	} {
		body := decode(t, s.ask("GET", "/Users?attributes=id&filter="+url.QueryEscape("active eq true")+row.query, ""))
		require.EqualValues(t, 5, body["totalResults"], row.query)
		var found []string
		for _, one := range body["Resources"].([]any) {
			found = append(found, one.(map[string]any)["id"].(string))
		}
		require.Equal(t, row.found, found, row.query)
	}
	require.EqualValues(t, 1, decode(t, s.ask("GET", "/Users?filter=id+eq+%22"+ids[0]+"%22&count=0", ""))["totalResults"])
}

// PRV-11: the names of attributes are the same in any case of ASCII. A letter beyond it
// that folds to an s makes another name, so that nobody in between reads another request.
func TestNamesThatFoldAlike(t *testing.T) {
	s := newScene(t, scim.Options{})
	id := s.add("a@acme.example")
	operations := func(title string) string { return `[{"op": "replace", "path": "title", "value": "` + title + `"}]` }
	w := s.ask("PATCH", "/Users/"+id, `{"Operation`+"\u017f"+`": `+operations("one")+`, "Operations": `+operations("two")+`}`)
	require.Equal(t, 200, w.Code)
	require.Equal(t, "two", decode(t, w)["title"])
	w = s.ask("PATCH", "/Users/"+id, `{"Operation`+"\u017f"+`": `+operations("three")+`}`)
	require.Equal(t, 400, w.Code)
}

// PRV-11: a token or a secret in any other place than the header is none.
func TestSecretsInOtherPlaces(t *testing.T) {
	s := newScene(t, scim.Options{})
	for _, one := range []struct{ path, name, value string }{
		{"/Users?access_token=" + s.secret, "X", "y"},
		{"/Users", "Proxy-Authorization", "Bearer " + s.secret},
		{"/Users", "Authorization", s.secret},
		{"/Users", "Authorization", "Basic " + s.secret},
		{"/Users", "Authorization", "Bearer " + s.secret + ", Bearer " + s.secret},
		{"/Users", "Cookie", "Authorization=Bearer " + s.secret},
	} {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/scim/v2"+one.path, strings.NewReader(""))
		r.Header.Set(one.name, one.value)
		w := httptest.NewRecorder()
		s.handler.ServeHTTP(w, r)
		require.Equal(t, 401, w.Code, one)
		require.NotContains(t, w.Body.String(), s.secret)
	}
}

// PRV-11: a client who goes away changes nothing halfway, and is no error of the service.
func TestAClientWhoGoesAway(t *testing.T) {
	var log bytes.Buffer
	s := newScene(t, scim.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	ctx, cancel := context.WithCancel(t.Context())
	s.calls.before = map[string]func(){"Provision": cancel}
	r := httptest.NewRequestWithContext(ctx, "POST", "/scim/v2/Users", strings.NewReader(`{"userName": "elsa@acme.example"}`))
	r.Header.Set("Authorization", "Bearer "+s.secret)
	s.handler.ServeHTTP(httptest.NewRecorder(), r)
	require.Contains(t, log.String(), "level=INFO")
	require.NotContains(t, log.String(), "level=ERROR")
	require.Empty(t, s.mailed)
	s.calls.before = nil
	require.EqualValues(t, 0, decode(t, s.ask("GET", "/Users", ""))["totalResults"])
	s.add("elsa@acme.example")
	require.Len(t, s.mailed, 1)
	s.Sound()
}

// PRV-1, PRV-9, GEN-5: the IDs of another organization's users and groups are nobody's, in
// every place that takes one, and nothing of theirs changes.
func TestIDsOfAnotherOrganization(t *testing.T) {
	s := newScene(t, scim.Options{})
	foreignUser := s.add("a@acme.example")
	foreignGroup, _ := decode(t, s.ask("POST", "/Groups", `{"displayName": "Theirs", "externalId": "g", "members": [{"value": "`+foreignUser+`"}]}`))["id"].(string)
	theirs := s.secret
	before := s.ask("GET", "/Groups/"+foreignGroup, "").Body.String()

	other := s.Found("other")
	s.Prove(other.User.ID, other.Organization.ID, "other.example")
	added, err := s.As(other.User.ID).AddDirectory(t.Context(), other.Organization.ID, "Entra")
	require.NoError(t, err)
	s.secret = added.Secret.Reveal()
	own := s.add("b@other.example")
	group, _ := decode(t, s.ask("POST", "/Groups", `{"displayName": "Ours", "externalId": "g"}`))["id"].(string)
	require.NotEmpty(t, group)

	s.answered(400, "invalidValue", "POST", "/Users", `{"userName": "x@acme.example"}`)
	s.answered(400, "invalidValue", "PATCH", "/Users/"+own, `{"Operations": [{"op": "replace", "path": "userName", "value": "a@acme.example"}]}`)
	for _, value := range []string{`"` + foreignUser + `"`, `[{"value": "` + foreignUser + `"}]`, `{"value": "` + foreignUser + `"}`} {
		for _, op := range []string{"add", "replace"} {
			s.answered(400, "invalidValue", "PATCH", "/Groups/"+group, `{"Operations": [{"op": "`+op+`", "path": "members", "value": `+value+`}]}`)
			s.answered(400, "invalidValue", "PATCH", "/Groups/"+group, `{"Operations": [{"op": "`+op+`", "value": {"members": `+value+`}}]}`)
		}
		s.answered(400, "invalidValue", "PUT", "/Groups/"+group, `{"displayName": "x", "members": `+value+`}`)
		s.answered(400, "invalidValue", "POST", "/Groups", `{"displayName": "x", "members": `+value+`}`)
		s.answered(404, nil, "PATCH", "/Groups/"+foreignGroup, `{"Operations": [{"op": "remove", "path": "members", "value": `+value+`}]}`)
	}
	for _, op := range []string{"add", "replace", "remove"} {
		s.answered(400, "noTarget", "PATCH", "/Groups/"+group, `{"Operations": [{"op": "`+op+`", "path": "members[value eq \"`+foreignUser+`\"]", "value": {"value": "`+own+`"}}]}`)
	}
	s.answered(404, nil, "PUT", "/Groups/"+foreignGroup, `{"displayName": "x"}`)
	s.answered(404, nil, "DELETE", "/Groups/"+foreignGroup, "")
	s.answered(404, nil, "DELETE", "/Users/"+foreignUser, "")
	s.answered(404, nil, "PATCH", "/Users/"+foreignUser, inactive)
	for _, path := range []string{
		"/Users?filter=id+eq+%22" + foreignUser + "%22", "/Groups?filter=id+eq+%22" + foreignGroup + "%22",
		"/Groups?filter=id+eq+%22" + group + "%22+and+members+eq+%22" + foreignUser + "%22",
		"/Groups?filter=members+eq+%22" + foreignUser + "%22", "/Users?filter=userName+eq+%22a@acme.example%22",
		"/Groups?filter=displayName+eq+%22Theirs%22",
	} {
		require.EqualValues(t, 0, decode(t, s.ask("GET", path, ""))["totalResults"], path)
	}
	s.secret = theirs
	require.Equal(t, before, s.ask("GET", "/Groups/"+foreignGroup, "").Body.String())
	s.Sound()
}

// PRV-7, PRV-8: a directory whose organization ended is unknown, and so is a token of it.
func TestADirectoryWhoseOrganizationEnded(t *testing.T) {
	s := newScene(t, scim.Options{})
	id := s.add("a@acme.example")
	token, err := s.provisioner().Token(t.Context())
	require.NoError(t, err)
	err = s.session().DeleteOrganization(t.Context(), s.org(), tenancy.OrganizationDeletion{})
	require.NoError(t, err)
	for _, secret := range []string{s.secret, token.Token.Reveal()} {
		w := s.send("GET", "/Users/"+id, nil, "Authorization", "Bearer "+secret)
		require.Equal(t, 401, w.Code, "%s", w.Body)
	}
}

// PRV-11: no part of what is asked for is left out: a second filter, attributes that are
// named twice, and groups of one name behind the hundredth.
func TestNothingThatIsAskedForIsLeftOut(t *testing.T) {
	s := newScene(t, scim.Options{})
	s.add("a@acme.example")
	filter := "filter=" + url.QueryEscape("active eq true")
	s.answered(400, "invalidFilter", "GET", "/Users?"+filter+"&"+filter, "")
	one := decode(t, s.ask("GET", "/Users?attributes=userName&attributes=active", ""))["Resources"].([]any)[0].(map[string]any)
	require.Equal(t, true, one["active"])
	require.Equal(t, "a@acme.example", one["userName"])

	var last string
	for i := range 100 {
		if i == 99 {
			require.EqualValues(t, 99, decode(t, s.ask("GET", "/Groups?filter=displayName+eq+%22Staff%22", ""))["totalResults"])
		}
		last, _ = decode(t, s.ask("POST", "/Groups", `{"displayName": "Staff"}`))["id"].(string)
	}
	s.answered(400, "tooMany", "GET", "/Groups?filter=displayName+eq+%22Staff%22", "")
	s.answered(400, "tooMany", "GET", "/Groups?filter=displayName+eq+%22Staff%22+and+id+eq+%22"+last+"%22", "")
	require.EqualValues(t, 1, decode(t, s.ask("GET", "/Groups?filter=id+eq+%22"+last+"%22", ""))["totalResults"])
}
