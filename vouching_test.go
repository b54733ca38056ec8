package tenancy_test

import (
	"reflect"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// TestNoInputVouches looks at what every operation takes. Only the host brings in an
// address, through a type that makes it say that it has proven it, and no input says of
// anything else that it was verified (USR-2).
func TestNoInputVouches(t *testing.T) {
	proven := reflect.TypeFor[tenancy.ProvenEmail]()
	vouches := regexp.MustCompile(`(?i)^[a-z]*(verif|prove|confirm|trust)`)
	var takes func(where string, typ reflect.Type, names map[string]bool) bool
	takes = func(where string, typ reflect.Type, names map[string]bool) (email bool) {
		switch {
		case typ == proven:
			return true
		case typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice:
			return takes(where, typ.Elem(), names)
		case typ.Kind() != reflect.Struct || typ.PkgPath() != proven.PkgPath():
			return false
		}
		for field := range typ.Fields() {
			if field.IsExported() {
				names[field.Name+" of "+where] = true
				email = takes(where, field.Type, names) || email
			}
		}
		return email
	}
	inputs := func(session reflect.Type) (withEmail []string, names map[string]bool) {
		names = map[string]bool{}
		for m := range session.Methods() {
			for j := 1; j < m.Type.NumIn(); j++ {
				if takes(m.Name, m.Type.In(j), names) {
					withEmail = append(withEmail, m.Name)
				}
			}
		}
		return withEmail, names
	}
	users, fields := inputs(reflect.TypeFor[*tenancy.Session]())
	hosts, hostFields := inputs(reflect.TypeFor[*tenancy.Platform]())
	t.Run("SEC-1 USR-2 no user brings in an address", func(t *testing.T) {
		require.Empty(t, users)
		require.Contains(t, hosts, "SignUp")
		require.Contains(t, hosts, "ChangeEmail")
	})
	t.Run("SEC-2 USR-2 no input says that something is verified", func(t *testing.T) {
		require.NotEmpty(t, fields)
		for _, all := range []map[string]bool{fields, hostFields} {
			for name := range all {
				require.False(t, vouches.MatchString(name), name)
			}
		}
	})
}
