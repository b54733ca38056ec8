package scim

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// text returns a path as it is written.
func (p path) text() string {
	text := strings.Join(p.names, ".")
	if p.names[0] == enterpriseSchema {
		text = enterpriseSchema
		if len(p.names) > 1 {
			text += ":" + strings.Join(p.names[1:], ".")
		}
	}
	if p.within != nil {
		text += "[" + conditionsText(p.within) + "]"
	}
	if p.sub != "" {
		text += "." + p.sub
	}
	return text
}

func conditionsText(conditions []condition) string {
	var texts []string
	for _, c := range conditions {
		if c.path.within != nil && c.path.sub == "" {
			texts = append(texts, c.path.text())
			continue
		}
		value, _ := json.Marshal(c.value)
		texts = append(texts, c.path.text()+" eq "+string(value))
	}
	return strings.Join(texts, " and ")
}

// Every filter is parsed or refused, within its bounds, and what was parsed is written so
// that it is parsed alike.
func FuzzFilter(f *testing.F) {
	for _, seed := range []string{
		`userName eq "ana@acme.example"`, `id eq "PV01" and members eq "PV02"`, `(active eq True)`,
		`emails[type eq "work" and primary eq true].value eq "a@acme.example"`, `emails[value eq "x"]`,
		`urn:ietf:params:scim:schemas:core:2.0:User:userName eq "\u00e9\"\\"`,
		`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq null`, `externalId eq -1.5e3`,
		`userName pr`, `not (a eq "b")`, `a eq "b" or c eq "d"`, `((((`, `a eq "`, `a.b.c eq false`, `urn: eq 1`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, filter string) {
		conditions, err := parseFilter(filter)
		if err != nil {
			require.Equal(t, invalidFilter, refusalOf(err).scimType)
			return
		}
		require.NotEmpty(t, conditions)
		require.LessOrEqual(t, len(conditions), maxConditions)
		if written := conditionsText(conditions); len(written) <= maxFilter {
			again, err := parseFilter(written)
			require.NoError(t, err, written)
			require.Equal(t, conditions, again, written)
		}
	})
}

// Every path is parsed or refused, and every operation on it either is refused or leaves a
// document that is kept and read back as it is.
func FuzzPatchPath(f *testing.F) {
	for _, seed := range []string{
		`title`, `name.givenName`, `phoneNumbers[type eq "work"].value`, `addresses[type eq "work" and primary eq true]`,
		`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager`, `urn:ietf:params:scim:schemas:core:2.0:User:title`,
		enterpriseSchema, `emails[type eq "work"].value`, `members[value eq "x"]`, `active`, `userName`, `roles[primary eq "True"].value`,
	} {
		f.Add(seed, `"x"`)
		f.Add(seed, `{"value": "x", "type": "work", "primary": true}`)
		f.Add(seed, `[{"value": "x"}, null, ""]`)
		f.Add(seed, `"True"`)
	}
	f.Fuzz(func(t *testing.T, where, value string) {
		p, err := parsePath(where)
		if err != nil {
			require.Contains(t, []string{invalidPath, invalidFilter}, refusalOf(err).scimType)
			return
		}
		said, err := parseObject(fmt.Appendf(nil, `{"value": %s}`, value))
		if err != nil || len(said) != 1 {
			return
		}
		n := node{"userName": "a@acme.example", "active": true}
		for _, v := range []verb{add, replace, add, remove} {
			for _, whole := range []bool{false, true} {
				if err := (edit{v, said[0].value, p, whole}).apply(n, userRoot); err != nil {
					require.Equal(t, 400, refusalOf(err).status)
					return
				}
				require.NotEmpty(t, n.text("userName"))
				require.IsType(t, true, n["active"])
				rest := attributesOf(n)
				again := decodeAttributes(rest)
				require.Equal(t, rest, attributesOf(again), "%s %s", v, where)
			}
		}
	})
}
