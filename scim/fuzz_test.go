package scim_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy/scim"
)

// Whatever a body is, the answer is SCIM, and none that providers repeat.
func FuzzBody(f *testing.F) {
	for _, seed := range []string{
		`{"userName": "a@acme.example", "active": "True", "emails": [{"value": "x"}]}`,
		`{"Operations": [{"op": "Add", "path": "members", "value": [{"value": "PV00000000000000000000000000000001"}]}]}`,
		`{"Operations": [{"op": "remove", "path": "members[value eq \"PV00000000000000000000000000000001\"]"}]}`,
		`{"Operations": [{"op": "replace", "value": {"name.givenName": "x", "displayName": "y", "phoneNumbers[type eq \"work\"].value": "1"}}]}`,
		`{"displayName": "g", "members": [{"value": "PV00000000000000000000000000000001"}]}`,
		`{"filter": "userName eq \"a@acme.example\"", "count": 1, "attributes": ["name.givenName"]}`,
		`{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": "x"}, "userName": "b@acme.example"}`,
		`{`, `[]`, `{"a": [[[[]]]]}`, "{\"\xff\": 1}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		s := newScene(t, scim.Options{})
		user := s.add("first@acme.example")
		w := s.ask("POST", "/Groups", `{"displayName": "Staff", "members": [{"value": "`+user+`"}]}`)
		require.Equal(t, 201, w.Code)
		group, _ := decode(t, w)["id"].(string)
		for _, one := range [][2]string{
			{"POST", "/Users"}, {"PATCH", "/Users/" + user}, {"PUT", "/Users/" + user}, {"POST", "/Users/.search"},
			{"POST", "/Groups"}, {"PATCH", "/Groups/" + group}, {"PUT", "/Groups/" + group}, {"POST", "/Groups/.search"},
			{"POST", "/token"}, {"GET", "/Users/" + user}, {"GET", "/Groups/" + group}, {"GET", "/Users"},
		} {
			w := s.ask(one[0], one[1], string(body))
			require.Less(t, w.Code, 500, one)
			require.True(t, w.Code == 204 || json.Valid(w.Body.Bytes()), one)
		}
	})
}
