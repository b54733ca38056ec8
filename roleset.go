package tenancy

import (
	"encoding/json"
	"slices"
	"strings"
)

// RoleSet is a set of account roles. It is immutable and comparable. The zero value
// is the empty set.
type RoleSet struct {
	builtIn uint8  // bit i: accountRoles[i]
	others  string // the host's, sorted, joined by commas
}

// Roles returns the set of some roles. A comma in a name separates two roles, since no
// role has one in its name.
func Roles(roles ...AccountRole) RoleSet {
	var set RoleSet
	var others []string
	for _, role := range roles {
		for name := range strings.SplitSeq(string(role), ",") {
			if i := slices.Index(accountRoles[:], AccountRole(name)); i >= 0 {
				set.builtIn |= 1 << i
			} else {
				others = append(others, name)
			}
		}
	}
	slices.Sort(others)
	set.others = strings.Join(slices.Compact(others), ",")
	return set
}

// Has reports whether a role is in the set.
func (s RoleSet) Has(role AccountRole) bool { return slices.Contains(s.All(), role) }

// IsZero reports whether the set is empty.
func (s RoleSet) IsZero() bool { return s == RoleSet{} }

// All returns the roles: the built-in ones from Owner to Support, then the host's by
// name.
func (s RoleSet) All() []AccountRole {
	var all []AccountRole
	for i, role := range accountRoles {
		if s.builtIn>>i&1 == 1 {
			all = append(all, role)
		}
	}
	if s.others != "" {
		for name := range strings.SplitSeq(s.others, ",") {
			all = append(all, AccountRole(name))
		}
	}
	return all
}

// with returns the union of two sets.
func (s RoleSet) with(t RoleSet) RoleSet {
	switch {
	case s.others == "" || s.others == t.others:
		return RoleSet{s.builtIn | t.builtIn, t.others}
	case t.others == "":
		return RoleSet{s.builtIn | t.builtIn, s.others}
	}
	return Roles(append(s.All(), t.All()...)...)
}

// String returns the roles joined by commas.
func (s RoleSet) String() string {
	var names []string
	for _, role := range s.All() {
		names = append(names, string(role))
	}
	return strings.Join(names, ",")
}

// MarshalText returns what String does.
func (s RoleSet) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText returns. It keeps a role that no Directory
// names; such a role permits nothing.
func (s *RoleSet) UnmarshalText(text []byte) error {
	*s = RoleSet{}
	if len(text) == 0 {
		return nil
	}
	var roles []AccountRole
	for name := range strings.SplitSeq(string(text), ",") {
		roles = append(roles, AccountRole(name))
	}
	*s = Roles(roles...)
	return nil
}

// MarshalJSON returns the list of the roles, in the order of All (GEN-19).
func (s RoleSet) MarshalJSON() ([]byte, error) {
	return json.Marshal(append([]AccountRole{}, s.All()...))
}

// UnmarshalJSON reads a list of roles. A name that cannot be a role's is CodeRoles, and
// leaves the set as it was. It keeps a role that no Directory names, which permits
// nothing and which no operation gives.
func (s *RoleSet) UnmarshalJSON(text []byte) error {
	var roles []AccountRole
	if err := json.Unmarshal(text, &roles); err != nil {
		return &Error{Op: "ParseRoles", Err: CodeRoles}
	}
	for _, role := range roles {
		if !Reference(role).valid() {
			return &Error{Op: "ParseRoles", Err: CodeRoles}
		}
	}
	*s = Roles(roles...)
	return nil
}
