package tenancy

import (
	"slices"
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
		"USR-16 prefix of an address":       {UserQuery{Search: "DEE@"}, []bool{false, false, false, true}},
		"USR-16 prefix of a name, any case": {UserQuery{Search: "éLO"}, []bool{true, false, false, false}},
		"USR-16 a prefix, no part":          {UserQuery{Search: "acme"}, []bool{false, false, false, false}},
		"USR-16 all filters hold":           {UserQuery{Role: new(Administrator), State: StateActive, Search: "b"}, []bool{false, false, false, false}},
	} {
		t.Run(what, func(t *testing.T) {
			for i, u := range []userItem{managed, outsider, pending, requested} {
				require.Equal(t, row.takes[i], row.query.takes(u) && u.foundBy(searchOf(row.query.Search)))
			}
		})
	}
}

func TestFold(t *testing.T) {
	t.Run("USR-16 what differs in case alone is folded alike", func(t *testing.T) {
		for r := range rune(unicode.MaxRune + 1) {
			text := string(r)
			folded := fold(text)
			others := []string{string(unicode.SimpleFold(r)), folded}
			if r != 'ı' && r != 'İ' { // which only Turkish takes for i and I
				others = append(others, strings.ToUpper(text), strings.ToLower(text))
			}
			for _, other := range others {
				if other != text && fold(other) != folded {
					require.Failf(t, "folded otherwise", "%U %q", r, folded)
				}
			}
		}
	})
	for what, row := range map[string]struct {
		text string
		same bool
		is   string
	}{
		"sigma":                        {"ΣΟΦΟΣ", true, "σοφος"},
		"final sigma":                  {"σοφος", true, "σοφοσ"},
		"an accent in capitals":        {"ÉLODIE", true, "éLODIE"},
		"an accent makes a difference": {"elodie", false, "élodie"},
		"a combining accent":           {"e\u0301lodie", true, "élodie"},
		"a combining mark that stays":  {"x\u0301", false, "x"},
		"the Kelvin sign":              {"\u212aelvin", true, "kelvin"},
		"sharp s":                      {"straße", true, "STRASSE"},
		"capital sharp s":              {"STRAẞE", true, "straße"},
		"dotless i is not i":           {"ırmak", false, "irmak"},
		"i with a dot is not i":        {"İzmir", false, "izmir"},
		"i with a dot in lower case":   {"İzmir", true, "i\u0307zmir"},
		"full-width letters":           {"Ａｎａ", true, "ana"},
		"half-width kana":              {"ｱﾅ", true, "アナ"},
		"a ligature":                   {"ﬁne", true, "fine"},
		"iota below":                   {"ᾳ", true, "ΑΙ"},
		"a zero-width space":           {"a\u200bna", true, "ana"},
		"a zero-width joiner":          {"a\u200dna", true, "ana"},
		"a soft hyphen":                {"a\u00adna", true, "ana"},
		"a byte order mark":            {"\ufeffana", true, "ana"},
		"a variation selector":         {"☺\ufe0f", true, "☺"},
		"a control character":          {"a\x00na", true, "ana"},
		"Hangul in parts":              {"\u1112\u1161\u11ab", true, "한"},
		"nothing":                      {"", true, "\u200b"},
		"a letter of another script":   {"а", false, "a"},
		"a hyphen makes a difference":  {"anne-marie", false, "annemarie"},
	} {
		t.Run("USR-16 "+what, func(t *testing.T) { require.Equal(t, row.same, fold(row.text) == fold(row.is)) })
	}
}

func TestWords(t *testing.T) {
	user := func(name, address string) UserRecord {
		return UserRecord{Personal: UserPersonal{Name: NewPersonal(name), Address: NewPersonal(address)}}
	}
	long := strings.Repeat("ä", 64)
	for what, row := range map[string]struct {
		user UserRecord
		want []string
	}{
		"USR-16 the words of the name and the address": {user("Zoe  van\tDam", "zd@acme.com"), []string{"DAM", "VAN", "ZD@ACME.COM", "ZOE"}},
		"USR-16 not what another one begins with":      {user("Ana An Anastasia", "ana@acme.com"), []string{"ANA@ACME.COM", "ANASTASIA"}},
		"USR-16 a word twice":                          {user("Bo BO", "x@acme.com"), []string{"BO", "X@ACME.COM"}},
		"USR-16 no name":                               {user("", "x@acme.com"), []string{"X@ACME.COM"}},
		"USR-16 nobody":                                {UserRecord{}, nil},
		"USR-16 nothing to be seen":                    {user("\u200b", ""), nil},
		"USR-16 no more than 64 characters":            {user(long, strings.Repeat("a", 64)+"@acme.com"), []string{strings.Repeat("A", 64), strings.ToUpper(long)}},
	} {
		t.Run(what, func(t *testing.T) { require.Equal(t, row.want, row.user.words()) })
	}
	t.Run("USR-16 a phrase in one character is bounded", func(t *testing.T) {
		words := user(strings.Repeat("\ufdfa", 64), "x@acme.com").words()
		require.LessOrEqual(t, len(words), maxWords+1)
	})
	t.Run("USR-16 whatever is found by its words is found in the index", func(t *testing.T) {
		for _, u := range []UserRecord{user("Ana An Anastasia", "ana@acme.com"), user(long, "x@xn--bcher-kva.example"),
			user("Straße 7", strings.Repeat("a", 64)+"@acme.com"), user("\U0010ffff \ud7ff", "y@acme.com")} {
			for _, typed := range append(wordsOf(u.Personal.Name.Reveal()), fold(u.Personal.Address.Reveal())) {
				for end := range typed {
					if end == 0 || !searchOf(typed[:end]).finds(u.Personal.Name.Reveal(), u.Personal.Address.Reveal()) {
						continue
					}
					for _, prefix := range searchOf(typed[:end]).asked() {
						until := afterPrefix(prefix)
						require.True(t, slices.ContainsFunc(u.words(), func(word string) bool {
							return strings.HasPrefix(word, prefix) && word >= prefix && (until == "" || word < until)
						}), "%q of %q", prefix, u.words())
					}
				}
			}
		}
	})
}

func TestSearch(t *testing.T) {
	for what, row := range map[string]struct {
		text string
		want bool
	}{
		"USR-16 no text":                         {"", true},
		"USR-16 white space":                     {" \t\u3000", true},
		"USR-16 nothing to be seen":              {"\u200b", true},
		"USR-16 the first word":                  {"jos", true},
		"USR-16 the last":                        {"núñ", true},
		"USR-16 each word of the text":           {"núñ josé", true},
		"USR-16 a word of the name, the address": {"núñ jn@", true},
		"USR-16 one that is not there":           {"josé nobody", false},
		"USR-16 the same word twice":             {"jo jo", true},
		"USR-16 within a word":                   {"osé", false},
		"USR-16 within the address":              {"acme", false},
		"USR-16 beyond the word":                 {"joséx", false},
		"USR-16 the address as given":            {"JN@bücher", true},
		"USR-16 the address in canonical form":   {"jn@xn--bcher-kva.example", true},
		"USR-16 without the accent":              {"jose", false},
		"USR-16 the accent apart":                {"jose\u0301", true},
		"USR-16 no two words in one":             {"josénúñez", false},
		"USR-16 full-width space":                {"josé\u3000núñez", true},
	} {
		t.Run(what, func(t *testing.T) {
			require.Equal(t, row.want,
				searchOf(row.text).finds("José Núñez", "jn@bücher.example", "jn@xn--bcher-kva.example"))
		})
	}
}

func TestAfterPrefix(t *testing.T) {
	for prefix, want := range map[string]string{
		"a": "b", "az": "a{", "": "", "\U0010ffff": "", "a\U0010ffff": "b", "\ud7ff": "\ue000", "é": "ê",
	} {
		require.Equal(t, want, afterPrefix(prefix), "%q", prefix)
	}
}
