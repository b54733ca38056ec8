package tenancy_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// private is the text that nothing may print.
const private = "Zebediah@Quarles.example"

// standings returns a value wherever a host may have it.
func standings[T comparable](value T) map[string]any {
	type exported struct {
		Op    string
		Value T
	}
	type unexported struct {
		op    string
		value T
	}
	type deep struct {
		pointer   *T
		slice     []T
		array     [2]T
		byKey     map[T]int
		byValue   map[string]T
		inAny     any
		inner     exported
		pointerIn *unexported
	}
	pointer := &value
	all := deep{
		pointer, []T{value}, [2]T{value, value}, map[T]int{value: 1}, map[string]T{"k": value}, value,
		exported{"op", value}, &unexported{"op", value},
	}
	return map[string]any{
		"itself":                        value,
		"a pointer":                     pointer,
		"a pointer to a pointer":        &pointer,
		"an exported field":             exported{"op", value},
		"an exported field, pointed to": &exported{"op", value},
		"an unexported field":           unexported{"op", value},
		"unexported, pointed to":        &unexported{"op", value},
		"unexported pointer":            deep{pointer: pointer},
		"unexported slice":              deep{slice: all.slice},
		"unexported array":              deep{array: all.array},
		"unexported map, as a key":      deep{byKey: all.byKey},
		"unexported map, as a value":    deep{byValue: all.byValue},
		"unexported interface":          deep{inAny: value},
		"unexported pointer in one":     deep{inAny: pointer},
		"unexported struct":             deep{inner: all.inner},
		"unexported pointer to one":     deep{pointerIn: all.pointerIn},
		"everything":                    []any{all, &all},
		"a slice":                       []T{value},
		"a slice of pointers":           []*T{pointer},
		"an array":                      [1]T{value},
		"a map's key":                   map[T]int{value: 1},
		"a map's value":                 map[string]T{"k": value},
		"a map's slice":                 map[string][]T{"k": {value}},
		"an interface":                  []any{value, pointer},
		"a slice of structs":            []exported{{"op", value}},
		"a map of structs":              map[string]unexported{"k": {"op", value}},
	}
}

// verbs are all that fmt knows, and one that it does not.
var verbs = []string{
	"%v", "%+v", "%#v", "%s", "%q", "%+q", "%#q", "%x", "%X", "% x", "%#x", "%d", "%b", "%o", "%O", "%c", "%U",
	"%e", "%E", "%f", "%g", "%t", "%T", "%p", "%z", "%80v", "%.3s",
}

// printed returns what each way to print makes of a value.
func printed(value any) map[string]string {
	all := map[string]string{
		"Sprint": fmt.Sprint(
			value), "Sprintln": fmt.Sprintln("a", value), "Errorf": fmt.Errorf("failed: %v", value).Error(),
	}
	for _, verb := range verbs {
		all[verb] = fmt.Sprintf(verb, value)
	}
	for name, handler := range map[string]func(*bytes.Buffer) slog.Handler{
		"slog text": func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
		"slog JSON": func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
	} {
		var b bytes.Buffer
		logger := slog.New(handler(&b)).With("with", value).WithGroup("group")
		logger.Info("text", "value", value, slog.Group("inner", slog.Any("value", value)), value)
		all[name] = b.String()
	}
	text, err := json.Marshal(value)
	all["JSON"] = fmt.Sprint(string(text), err)
	text, err = json.MarshalIndent(map[string]any{"value": value}, "", " ")
	all["JSON, indented"] = fmt.Sprint(string(text), err)
	text, err = xml.Marshal(value)
	all["XML"] = fmt.Sprint(string(text), err)
	var b bytes.Buffer
	err = template.Must(template.New("").Parse("{{.}} {{printf `%v` .}}")).Execute(&b, value)
	all["a template"] = fmt.Sprint(b.String(), err)
	return all
}

// leaks reports whether a text holds the private one or a part of it, as it is, in
// hexadecimal or in decimal.
func leaks(text string) bool {
	text = strings.ToLower(text)
	for _, part := range []string{"zebediah", "quarles"} {
		decimal := strings.Trim(fmt.Sprint([]byte(part[1:])), "[]")
		for _, form := range []string{part, hex.EncodeToString([]byte(part[1:])), fmt.Sprintf("% x", part[1:]), decimal} {
			if strings.Contains(text, form) {
				return true
			}
		}
	}
	return strings.Contains(text, "zeb") || strings.Contains(text, "7a6562") || strings.Contains(text, "5a6562")
}

// TestRedacted prints what holds private text in every way, wherever it stands (GEN-4,
// SEC-26).
func TestRedacted(t *testing.T) {
	type mail struct{ tenancy.Personal }
	type login struct {
		tenancy.ProvenEmail
		tenancy.Secret
	}
	personal, secret, proven := tenancy.NewPersonal(private), tenancy.ParseSecret(private), tenancy.Proven(private)
	record := tenancy.UserRecord{Personal: tenancy.UserPersonal{Email: personal, Address: personal, Name: personal}}
	for name, standing := range map[string]map[string]any{
		"Personal": standings(personal), "Secret": standings(secret), "ProvenEmail": standings(proven),
		"embedded": standings(mail{personal}), "two embedded": standings(login{proven, secret}),
		"a record":  standings(record),
		"a view":    standings(tenancy.User{Email: personal, Name: personal}),
		"an import": {"results": []tenancy.ImportedUser{{Email: personal}}},
		"an input":  standings(tenancy.NewSignUp{Email: proven, Secret: secret}),
	} {
		for where, value := range standing {
			t.Run("GEN-4 "+name+": "+where, func(t *testing.T) {
				for how, text := range printed(value) {
					require.False(t, leaks(text), "%s: %s", how, text)
				}
			})
		}
	}
	t.Run("the search finds a plain string in every place, and in every way that prints one", func(t *testing.T) {
		found := map[string]bool{}
		for where, value := range standings(private) {
			leaked := false
			for how, text := range printed(value) {
				leaked = leaked || leaks(text)
				found[how] = found[how] || leaks(text)
			}
			unseen := []string{"unexported pointer", "unexported pointer in one"} // fmt does not follow these
			require.Equal(t, !slices.Contains(unseen, where), leaked, where)
		}
		for how, leaked := range found {
			require.True(t, leaked || how == "%T" || how == "%p", how)
		}
	})
}

// TestRedactedShows has the word stand where the text would, and all else as it is.
func TestRedactedShows(t *testing.T) {
	type call struct {
		Op   string
		Name tenancy.Personal
	}
	value := call{"rename", tenancy.NewPersonal(private)}
	for verb, want := range map[string]string{
		"%v": "{rename [redacted]}", "%+v": "{Op:rename Name:[redacted]}", "%s": "{rename [redacted]}",
	} {
		require.Equal(t, want, fmt.Sprintf(verb, value))
		require.Equal(t, "&"+want, fmt.Sprintf(verb, &value))
	}
	text, err := json.Marshal(value)
	require.NoError(t, err)
	require.Equal(t, `{"Op":"rename","Name":"[redacted]"}`, string(text))
	for _, hidden := range []any{
		tenancy.NewPersonal(private), tenancy.ParseSecret(private), tenancy.Proven(private),
		tenancy.Personal{}, tenancy.Secret{}, tenancy.ProvenEmail{},
	} {
		for _, verb := range verbs {
			if verb != "%T" && verb != "%p" {
				require.Equal(t, "[redacted]", fmt.Sprintf(verb, hidden), verb)
			}
		}
		var text, object bytes.Buffer
		slog.New(slog.NewTextHandler(&text, nil)).Info("m", "value", hidden)
		slog.New(slog.NewJSONHandler(&object, nil)).Info("m", "value", hidden)
		require.Contains(t, text.String(), "value=[redacted]\n")
		require.Contains(t, object.String(), `"value":"[redacted]"}`)
	}
}

// TestReveal keeps the texts (GEN-4).
func TestReveal(t *testing.T) {
	for _, text := range []string{"", "a", private, strings.Repeat("\u00e9", 1000), "\x00\xff"} {
		copied := string(slices.Clone([]byte(text)))
		require.Equal(t, text, tenancy.NewPersonal(text).Reveal())
		require.True(t, tenancy.NewPersonal(text) == tenancy.NewPersonal(copied))
		require.False(t, tenancy.NewPersonal(text) == tenancy.NewPersonal(text+" "))
		require.Equal(t, text == "", tenancy.NewPersonal(text).IsZero())
		require.Equal(t, text == "", tenancy.NewPersonal(text) == tenancy.Personal{})
		require.Equal(t, text[:min(len(text), 256)], tenancy.ParseSecret(text).Reveal())
		require.True(t, tenancy.ParseSecret(text) == tenancy.ParseSecret(copied))
		require.Equal(t, text == "", tenancy.ParseSecret(text).IsZero())
		require.Equal(t, text == "", tenancy.ParseSecret(text) == tenancy.Secret{})
		require.True(t, tenancy.Proven(text) == tenancy.Proven(copied))
		require.Equal(t, text == "", tenancy.Proven(text) == tenancy.ProvenEmail{})
	}
	require.Empty(t, tenancy.Personal{}.Reveal())
	require.Empty(t, tenancy.Secret{}.Reveal())
}

// TestRecordsComparable has == work on records, as worlds and stores need it.
func TestRecordsComparable(t *testing.T) {
	for _, info := range tenancy.Indexes() {
		require.True(t, reflect.TypeOf(info.Record).Comparable(), info.Name)
	}
}

// plainStrings are the strings that results and records hold outside of Personal and
// Secret, each with the reason that it is not personal.
var plainStrings = map[string]string{
	"AccountRole":            "a role",
	"OrganizationRole":       "a role",
	"RoleSet.others":         "roles",
	"Billing":                "one of a few words",
	"Code":                   "one of a few words",
	"InvitationKind":         "one of a few words",
	"InvitationPolicy":       "one of a few words",
	"Kind":                   "one of a few words",
	"OrganizationPermission": "one of a few words, or the host's",
	"Permission":             "one of a few words, or the host's",
	"Plan":                   "one of a few words",
	"SignUpPolicy":           "one of a few words",
	"SignUpResult":           "one of a few words",
	"State":                  "one of a few words",
	"TamperingReason":        "one of a few words",
	"Why":                    "one of a few words",
	"Domain.Name":            "a company's domain, which is public",
	"DomainPersonal.Name":    "a company's domain, which is public",
	"Domain.RecordName":      "published in DNS",
	"Domain.RecordValue":     "published in DNS",
	"DomainPersonal.Token":   "published in DNS",
	"Error.Op":               "an operation",
	"Event.Name":             "an operation",
	"OperationRecord.Name":   "an operation",
	"Outcome.Name":           "an operation",
	"Error.Subject":          "the text form of an ID",
	"Named.ID":               "the text form of an ID, or of an actor",
	"OperationRecord.Made":   "the text forms of IDs",
	"Violation.Subject":      "the text forms of IDs",
	"Key.Text":               "part of a place in a list: see TestCursorsHoldNothingPersonal",
	"Reference":              "the host's opaque token, which must not be personal (EVT-3)",
	"TermsToken":             "a digest",
	"Violation.Detail":       "the library's own sentence",
	"Violation.Rule":         "a rule",
}

// plainIn adds each string that a type holds outside of the types that redact themselves:
// a field by its struct and name, a type of its own by its name.
func plainIn(typ reflect.Type, at string, seen map[reflect.Type]bool, add func(string)) {
	switch typ {
	case reflect.TypeFor[tenancy.Personal](), reflect.TypeFor[tenancy.Secret](), reflect.TypeFor[time.Time](),
		reflect.TypeFor[tenancy.Directory](), reflect.TypeFor[tenancy.Session](), reflect.TypeFor[tenancy.Platform]():
		return
	}
	switch typ.Kind() {
	case reflect.String:
		if typ.PkgPath() != "" {
			at = typ.Name()
		}
		add(at)
	case reflect.Pointer, reflect.Slice, reflect.Array:
		plainIn(typ.Elem(), at, seen, add)
	case reflect.Map:
		plainIn(typ.Key(), at, seen, add)
		plainIn(typ.Elem(), at, seen, add)
	case reflect.Func: // a list
		for in := range typ.In(0).Ins() {
			plainIn(in, at, seen, add)
		}
	case reflect.Struct:
		if !seen[typ] {
			seen[typ] = true
			for field := range typ.Fields() {
				plainIn(field.Type, typ.Name()+"."+field.Name, seen, add)
			}
		}
	}
}

// TestResultsHoldNothingPersonal walks all that operations return and stores keep (GEN-4).
func TestResultsHoldNothingPersonal(t *testing.T) {
	found := map[string]bool{}
	seen := map[reflect.Type]bool{}
	add := func(at string) { found[at] = true }
	for _, typ := range []reflect.Type{
		reflect.TypeFor[*tenancy.Directory](), reflect.TypeFor[*tenancy.Session](), reflect.TypeFor[*tenancy.Platform](),
	} {
		for method := range typ.Methods() {
			for out := range method.Type.Outs() {
				plainIn(out, method.Name, seen, add)
			}
		}
	}
	for _, info := range tenancy.Indexes() {
		plainIn(reflect.TypeOf(info.Record), "", seen, add)
	}
	plainIn(reflect.TypeFor[tenancy.Error](), "", seen, add)
	plainIn(reflect.TypeFor[tenancy.Event](), "", seen, add)
	for _, data := range tenancy.EventTypes() {
		plainIn(reflect.TypeOf(data), "", seen, add)
	}
	allowed := slices.Sorted(maps.Keys(plainStrings))
	require.Equal(t, allowed, slices.Sorted(maps.Keys(found)), "the first have a reason each")
	for _, typ := range []reflect.Type{
		reflect.TypeFor[tenancy.UserPersonal](), reflect.TypeFor[tenancy.ImportableUser](), reflect.TypeFor[tenancy.ImportedUser](),
		reflect.TypeFor[tenancy.TermsOrganization](), reflect.TypeFor[tenancy.MergePlan](),
	} {
		require.True(t, seen[typ], "the walk came to %v", typ)
	}
}

// recorder keeps what an assertion prints.
type recorder struct{ printed strings.Builder }

func (r *recorder) Errorf(format string, args ...any) { fmt.Fprintf(&r.printed, format, args...) }
func (r *recorder) FailNow()                          {}

// A failing assertion prints values by reflection and follows pointers.
func TestNothingPersonalInAssertions(t *testing.T) {
	const text, other = "Zebediah@Quarles.example", "Ana@Quarles.example"
	type host struct{ value any }
	for name, pair := range map[string][2]any{
		"GEN-4 Personal":    {tenancy.NewPersonal(text), tenancy.NewPersonal(other)},
		"GEN-4 Secret":      {tenancy.ParseSecret(text), tenancy.ParseSecret(other)},
		"GEN-4 ProvenEmail": {tenancy.Proven(text), tenancy.Proven(other)},
		"GEN-4 a record": {
			tenancy.UserRecord{Personal: tenancy.UserPersonal{Name: tenancy.NewPersonal(text)}},
			tenancy.UserRecord{Personal: tenancy.UserPersonal{Name: tenancy.NewPersonal(other)}},
		},
		"GEN-4 a host's struct": {host{tenancy.NewPersonal(text)}, &host{tenancy.NewPersonal(other)}},
	} {
		t.Run(name, func(t *testing.T) {
			r := &recorder{}
			require.Equal(r, pair[0], pair[1])
			require.NotEmpty(t, r.printed.String())
			for _, hidden := range []string{"Zebediah", "Quarles", "Ana@"} {
				require.False(t, strings.Contains(r.printed.String(), hidden))
			}
		})
	}
}
