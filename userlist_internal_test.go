package tenancy

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

func TestUserQueryTakes(t *testing.T) {
	item := func(kind Kind, role OrganizationRole, state State, address, name string) userItem {
		return userItem{
			OrganizationUser: OrganizationUser{
				Kind: kind,
				Role: role,
				User: User{State: state, Name: NewPersonal(name)},
			},
			address: address,
		}
	}
	managed := item(KindManaged, Administrator, StateActive, "ana@acme.com", "Élodie")
	outsider := item(KindIndependent, StandardUser, StateActive, "bo@acme.com", "Bo")
	pending := item(KindPending, StandardUser, "", "cy@acme.com", "")
	requested := item(KindRequested, StandardUser, "", "dee@acme.com", "")
	for what, row := range map[string]struct {
		query UserQuery
		takes []bool // managed, outsider, pending, requested
	}{
		"USR-16 no filter":                  {UserQuery{}, []bool{true, true, true, true}},
		"USR-16 role, theirs or offered":    {UserQuery{Role: new(StandardUser)}, []bool{false, false, true, false}},
		"USR-16 role of a member":           {UserQuery{Role: new(Administrator)}, []bool{true, false, false, false}},
		"USR-16 state, of members alone":    {UserQuery{State: StateActive}, []bool{true, false, false, false}},
		"USR-16 another state":              {UserQuery{State: StateInactive}, []bool{false, false, false, false}},
		"USR-16 prefix of an address":       {UserQuery{Prefix: "DEE@"}, []bool{false, false, false, true}},
		"USR-16 prefix of a name, any case": {UserQuery{Prefix: "éLO"}, []bool{true, false, false, false}},
		"USR-16 a prefix, no part":          {UserQuery{Prefix: "acme"}, []bool{false, false, false, false}},
		"USR-16 all filters hold":           {UserQuery{Role: new(Administrator), State: StateActive, Prefix: "b"}, []bool{false, false, false, false}},
	} {
		t.Run(what, func(t *testing.T) {
			for i, u := range []userItem{managed, outsider, pending, requested} {
				require.Equal(t, row.takes[i], row.query.takes(u) && u.beginsWith(fold(row.query.Prefix)))
			}
		})
	}
}

func TestFold(t *testing.T) {
	t.Run("USR-16 what differs in case alone is folded alike, and nothing else is", func(t *testing.T) {
		for r := range rune(unicode.MaxRune + 1) {
			text, next := string(r), string(unicode.SimpleFold(r))
			if fold(text) != fold(next) || !strings.EqualFold(text, fold(text)) {
				require.Failf(t, "folded otherwise", "%U %q", r, fold(text))
			}
		}
	})
	for typed, text := range map[string]string{"ΣΟΦΟΣ": "σοφος", "ÉLODIE": "éLODIE", "\u212aelvin": "kelvin", "": ""} {
		require.Equal(t, fold(text), fold(typed), typed)
	}
	require.NotEqual(t, fold("elodie"), fold("élodie"))
}
