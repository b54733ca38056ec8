package tenancy_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// notResults are types that methods of a Session, a Platform, a Provisioner or the Directory return and
// that a host does not send.
var notResults = []reflect.Type{reflect.TypeFor[tenancy.Session](), reflect.TypeFor[tenancy.Platform](),
	reflect.TypeFor[tenancy.Directory](), reflect.TypeFor[tenancy.Provisioner]()}

// writesItself are the types with a form of their own in JSON, which is not that of their
// fields.
var writesItself = []reflect.Type{reflect.TypeFor[tenancy.Personal](), reflect.TypeFor[tenancy.Secret](),
	reflect.TypeFor[tenancy.RoleSet](), reflect.TypeFor[tenancy.Actor](), reflect.TypeFor[tenancy.Stream](),
	reflect.TypeFor[tenancy.ItemPlace]()}

// resultTypes returns every struct of the library that the results of the operations lead
// to, the items of lists included, and all event types.
func resultTypes() map[string]reflect.Type {
	found, seen := map[string]reflect.Type{}, map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		if seen[typ] || slices.Contains(notResults, typ) || slices.Contains(writesItself, typ) {
			return
		}
		seen[typ] = true
		switch typ.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Array:
			walk(typ.Elem())
		case reflect.Struct:
			if typ.PkgPath() != reflect.TypeFor[tenancy.Session]().PkgPath() {
				return
			}
			found[typ.Name()] = typ
			for field := range typ.Fields() {
				if field.IsExported() || field.Anonymous {
					walk(field.Type)
				}
			}
		}
	}
	for _, receiver := range notResults {
		for method := range reflect.PointerTo(receiver).Methods() {
			for out := range method.Type.Outs() {
				if out.Kind() == reflect.Func { // a list: func(yield func(item, error) bool)
					out = out.In(0).In(0)
				}
				walk(out)
			}
		}
	}
	walk(reflect.TypeFor[tenancy.CodeInfo]())
	for _, zero := range tenancy.EventTypes() {
		walk(reflect.TypeOf(zero))
	}
	return found
}

// shownAtZero are the fields, and types of fields, whose zero value says something.
func shownAtZero(in reflect.Type, field reflect.StructField) bool {
	switch field.Type.Kind() {
	case reflect.Bool, reflect.Int:
		return true
	}
	return field.Type == reflect.TypeFor[tenancy.Actor]() || field.Type == reflect.TypeFor[tenancy.EventData]() ||
		in == reflect.TypeFor[tenancy.CodeInfo]() || in == reflect.TypeFor[tenancy.Named]()
}

// TestResultFields looks at every field of every result (GEN-19).
func TestResultFields(t *testing.T) {
	types := resultTypes()
	require.Greater(t, len(types), 100)
	require.Contains(t, types, "OrganizationUser", "the items of lists are among them")
	lowerCamel := regexp.MustCompile(`^[a-z]+([A-Z][a-z0-9]+)*$`)
	for _, name := range slices.Sorted(maps.Keys(types)) {
		typ := types[name]
		t.Run("GEN-19 "+name, func(t *testing.T) {
			for field := range typ.Fields() {
				tag := field.Tag.Get("json")
				if field.Anonymous { // a LoggedEvent has a form of its own
					require.Empty(t, tag, "the fields of what is embedded are the result's own")
					_, marshals := reflect.New(field.Type).Interface().(json.Marshaler)
					require.False(t, marshals && typ != reflect.TypeFor[tenancy.LoggedEvent](), "%s would write itself in place of the whole", field.Name)
					continue
				}
				if !field.IsExported() {
					continue
				}
				key, option, _ := strings.Cut(tag, ",")
				require.Regexp(t, lowerCamel, key, field.Name)
				if !shownAtZero(typ, field) {
					require.Equal(t, "omitzero", option, field.Name)
				}
				// Nothing is written as a list of numbers, and no time zero as a date.
				if field.Type.Kind() == reflect.Array {
					require.Implements(t, (*fmt.Stringer)(nil), reflect.Zero(field.Type).Interface(), field.Name)
				}
			}
		})
	}
}

// sample fills every field that JSON shows, with a value that is told by its number.
func sample(v reflect.Value, n *int) {
	*n++
	switch v.Type() {
	case reflect.TypeFor[tenancy.Personal]():
		v.Set(reflect.ValueOf(tenancy.NewPersonal(fmt.Sprint("personal ", *n))))
		return
	case reflect.TypeFor[tenancy.Secret]():
		v.Set(reflect.ValueOf(tenancy.ParseSecret(fmt.Sprint("secret ", *n))))
		return
	case reflect.TypeFor[tenancy.RoleSet]():
		v.Set(reflect.ValueOf(tenancy.Roles(tenancy.Support, "auditor")))
		return
	case reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Date(2026, 11, 30, 12, 0, *n%60, 0, time.UTC)))
		return
	case reflect.TypeFor[tenancy.Actor]():
		v.Set(reflect.ValueOf(tenancy.Actor{Operator: "ann-7"}))
		return
	case reflect.TypeFor[tenancy.Stream]():
		v.Set(reflect.ValueOf(tenancy.Stream{Organization: tenancy.OrganizationID{15: byte(*n)}}))
		return
	case reflect.TypeFor[tenancy.EventData]():
		v.Set(reflect.ValueOf(tenancy.OrganizationRoleChanged{Organization: tenancy.OrganizationID{15: 1},
			User: tenancy.UserID{15: 2}, Role: tenancy.Administrator}))
		return
	case reflect.TypeFor[error]():
		v.Set(reflect.ValueOf(&tenancy.Error{Op: "ImportUsers", Err: tenancy.CodeNotEligible}))
		return
	case reflect.TypeFor[tenancy.OrganizationRole]():
		v.Set(reflect.ValueOf(tenancy.Administrator))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				sample(v.Field(i), n)
			}
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		sample(v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		sample(v.Index(0), n)
	case reflect.Array:
		v.Index(v.Len() - 1).SetUint(uint64(*n % 256))
	case reflect.String:
		v.SetString(fmt.Sprint("text ", *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n))
	case reflect.Uint64:
		v.SetUint(uint64(*n))
	}
}

// TestResultJSON pins the JSON of every result: with nothing in it, with everything, and
// with the personal data revealed. Events are pinned in events.txt (GEN-19).
func TestResultJSON(t *testing.T) {
	events := map[string]bool{}
	for _, zero := range tenancy.EventTypes() {
		events[tenancy.EventType(zero)] = true
	}
	var text strings.Builder
	types := resultTypes()
	for _, name := range slices.Sorted(maps.Keys(types)) {
		if events[name] || name == "CodeInfo" || name == "listed" {
			continue
		}
		full, n := reflect.New(types[name]).Elem(), 0
		sample(full, &n)
		before := fmt.Sprintf("%#v", full.Interface())
		fmt.Fprintln(&text, name)
		for _, value := range []any{reflect.Zero(types[name]).Interface(), full.Interface(),
			tenancy.Revealed(full.Interface())} {
			switch e := value.(type) { // there is no event without data
			case tenancy.Event:
				if e.Data == nil {
					continue
				}
			case tenancy.LoggedEvent:
				if e.Data == nil {
					continue
				}
			}
			sent, err := json.Marshal(value)
			require.NoError(t, err, name)
			fmt.Fprintf(&text, "\t%s\n", sent)
			if _, revealed := value.(json.Marshaler); !revealed || events[name] {
				require.NotContains(t, string(sent), "personal ", "SEC-25")
			}
			require.NotContains(t, string(sent), "secret ", "an invitation's secret is revealed by its own method alone")
			require.NotContains(t, string(sent), "0001-01-01", "no zero time is a date")
			require.NotRegexp(t, `[A-Z]{2}0{32}`, string(sent), "no zero ID is an ID")
		}
		require.Equal(t, before, fmt.Sprintf("%#v", full.Interface()), "Revealed changes nothing")
		if sent, err := json.Marshal(full.Interface()); err == nil && strings.Contains(string(sent), "[redacted]") &&
			!slices.Contains([]string{"SentInvitation", "CreatedKey", "DirectoryWithSecret", "DirectoryToken", "Provisioned"}, name) {
			clear, err := json.Marshal(tenancy.Revealed(full.Interface()))
			require.NoError(t, err)
			require.Contains(t, string(clear), "personal ", name)
			require.NotContains(t, string(clear), "[redacted]", name)
		}
	}
	golden(t, "results.txt", text.String())
}

func TestRevealed(t *testing.T) {
	type page struct {
		Users []tenancy.User           `json:"users"`
		By    map[string]*tenancy.User `json:"by"`
		Any   any                      `json:"any"`
		Array [1]tenancy.Personal      `json:"array"`
		Next  tenancy.Cursor           `json:"next"`
		Sent  tenancy.SentInvitation   `json:"sent"`
		Proof tenancy.ProvenEmail      `json:"proof"`
		own   tenancy.Personal
	}
	ana := tenancy.User{ID: tenancy.UserID{15: 1}, Name: tenancy.NewPersonal(`Ana "A" <O'Neil>`)}
	value := page{Users: []tenancy.User{ana}, By: map[string]*tenancy.User{"ana": &ana}, Any: []any{&ana, nil, 1},
		Array: [1]tenancy.Personal{ana.Name}, Sent: tenancy.SentInvitation{Secret: tenancy.ParseSecret("s3cr3t")},
		Proof: tenancy.Proven("ana@acme.example"), own: ana.Name}
	t.Run("GEN-19 every name is shown, within the host's own values too", func(t *testing.T) {
		sent, err := json.Marshal(map[string]any{"page": tenancy.Revealed(&value)})
		require.NoError(t, err)
		require.Equal(t, 4, strings.Count(string(sent), `Ana \"A\"`), string(sent))
		require.NotContains(t, string(sent), "s3cr3t")
		require.NotContains(t, string(sent), "ana@acme.example")
		again, err := json.Marshal(value)
		require.NoError(t, err)
		require.NotContains(t, string(again), "Ana", "the value itself stays redacted")
		require.Equal(t, "Ana \"A\" <O'Neil>", value.Users[0].Name.Reveal())
		require.Equal(t, ana.Name, value.Array[0])
	})
	t.Run("SEC-25 what Revealed returns prints as redacted", func(t *testing.T) {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			require.Equal(t, "[redacted]", fmt.Sprintf(verb, tenancy.Revealed(ana)))
		}
		var text bytes.Buffer
		log := slog.New(slog.NewJSONHandler(&text, nil))
		log.Info("m", "value", tenancy.Revealed(ana))
		require.NotContains(t, text.String(), "Ana")
	})
	t.Run("nothing, and what leads to itself", func(t *testing.T) {
		sent, err := json.Marshal(tenancy.Revealed(nil))
		require.NoError(t, err)
		require.Equal(t, "null", string(sent))
		type ring struct {
			Name tenancy.Personal
			Next *ring
		}
		r := &ring{Name: ana.Name}
		r.Next = r
		_, err = json.Marshal(tenancy.Revealed(r))
		require.Error(t, err)
		r.Next = &ring{Name: ana.Name}
		sent, err = json.Marshal(tenancy.Revealed(r))
		require.NoError(t, err)
		require.Equal(t, 2, strings.Count(string(sent), "Ana"))
	})
}

// TestJSONOfErrors writes errors as a response holds them (GEN-19, GEN-16).
func TestJSONOfErrors(t *testing.T) {
	terms := &tenancy.Terms{Accounts: []tenancy.TermsAccount{{ID: tenancy.AccountID{15: 1}, Name: tenancy.NewPersonal("Ana")}}}
	for want, err := range map[string]error{
		`{"code":"member","sentence":"This person is already a member.","name":"InviteUser","subject":"OR01"}`: &tenancy.Error{
			Op: "InviteUser", Subject: "OR01", Err: tenancy.CodeMember},
		`{"name":"InviteUser"}`: &tenancy.Error{Op: "InviteUser", Err: errors.New("password=123")},
		`{"code":"terms_changed","sentence":"What you agreed to has changed meanwhile. Look at it again.",` +
			`"name":"AcceptInvitation","terms":{"accounts":[{"id":"AC00000000000000000000000000000001","name":"[redacted]"}]}}`: &tenancy.Error{
			Op: "AcceptInvitation", Err: tenancy.CodeTermsChanged, Terms: terms},
	} {
		sent, failed := json.Marshal(err)
		require.NoError(t, failed)
		require.Equal(t, want, string(sent))
		clear, failed := json.Marshal(tenancy.Revealed(err))
		require.NoError(t, failed)
		require.Equal(t, strings.ReplaceAll(want, "[redacted]", "Ana"), string(clear))
	}
}

// TestDecodedValues reads back what a host's own API gets (GEN-19).
func TestDecodedValues(t *testing.T) {
	back := func(value any) {
		t.Helper()
		sent, err := json.Marshal(value)
		require.NoError(t, err)
		read := reflect.New(reflect.TypeOf(value))
		require.NoError(t, json.Unmarshal(sent, read.Interface()), string(sent))
		require.Equal(t, value, read.Elem().Interface(), string(sent))
	}
	user, org := tenancy.UserID{15: 1}, tenancy.OrganizationID{15: 2}
	for _, value := range []any{
		user, tenancy.UserID{}, tenancy.Owner, tenancy.Roles(), tenancy.Roles(tenancy.Support, "auditor"),
		tenancy.Actor{}, tenancy.Actor{User: user}, tenancy.Actor{Operator: "ann-7"}, tenancy.Actor{Directory: tenancy.DirectoryID{15: 3}}, tenancy.Stream{User: user},
		tenancy.Stream{Organization: org}, tenancy.StateActive, tenancy.KindPending, tenancy.Instant(1764504000000000),
		tenancy.LogHead{Stream: tenancy.Stream{Organization: org}, Sequence: 3, Hash: tenancy.Hash{31: 7}},
		tenancy.UserQuery{Kind: tenancy.KindManaged, Role: new(tenancy.Owner), State: tenancy.StateActive, After: "abc"},
		tenancy.UserQuery{}, tenancy.OrganizationQuery{User: user}, tenancy.AccountQuery{Kind: tenancy.KindPending},
		tenancy.Limits{Members: 3}, tenancy.Created{Users: []tenancy.UserID{user}},
	} {
		back(value)
	}
	t.Run("GEN-19 what is not a role, a hash, a stream or an actor is refused", func(t *testing.T) {
		for text, into := range map[string]any{
			`"an auditor"`: new(tenancy.OrganizationRole), `""`: new(tenancy.OrganizationRole), `0`: new(tenancy.OrganizationRole),
			`[""]`: new(tenancy.RoleSet), `["a,owner"]`: new(tenancy.RoleSet), `"owner"`: new(tenancy.RoleSet),
			`"someone"`: new(tenancy.Actor), `{}`: new(tenancy.Actor), `"AC00000000000000000000000000000001"`: new(tenancy.Stream),
			`"00"`: new(tenancy.Hash), `"US00000000000000000000000000000000"`: new(tenancy.Stream),
		} {
			require.Error(t, json.Unmarshal([]byte(text), into), "%s %T", text, into)
			require.Zero(t, reflect.ValueOf(into).Elem().Interface())
		}
	})
	t.Run("GEN-19 an item's cursor stands in its JSON and continues the list", func(t *testing.T) {
		s := newScene(t)
		ana := s.found("ana")
		for _, name := range []string{"One", "Two"} {
			_, err := s.dir.As(ana.User.ID).CreateAccount(s.ctx(), ana.Organization.ID, tenancy.NewAccount{Name: name})
			require.NoError(t, err)
		}
		list := func(after tenancy.Cursor) []tenancy.OrganizationAccount {
			return items(t, s.dir.As(ana.User.ID).Accounts(s.ctx(), ana.Organization.ID, tenancy.AccountQuery{After: after}))
		}
		all := list("")
		sent, err := json.Marshal(all[0])
		require.NoError(t, err)
		var shown struct{ Cursor tenancy.Cursor }
		require.NoError(t, json.Unmarshal(sent, &shown))
		require.Equal(t, all[0].Cursor(), shown.Cursor)
		require.Equal(t, all[1:], list(shown.Cursor))
	})
}
