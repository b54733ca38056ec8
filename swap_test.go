package tenancy_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// plainAnswers are the names that get an answer whether what they name is there or not,
// and the rule that says so: the answer, and what it changes, is the same for another
// tenant's as for an absent one.
var plainAnswers = map[string]string{
	"AccountsOf, an organization's Org":       "GEN-5 what may not be seen is absent as a whole: a filter by it finds nothing of one's own",
	"UpdateProvisionedGroup, taking out Hire": "PRV-9 who is not in the group is not taken out of it, whoever they are",
	"ProvisionedGroupMembers Hire":            "PRV-10 the list goes on behind any ID",
	"InProvisionedGroup Hire":                 "PRV-10 who is not in the group is not in it, whoever they are",
	"AddAccount Loose":                        "ACC-4 the answer is the same pending one whether the ID exists or not",
	"Accounts, an account's Account":          "GEN-5 what may not be seen is absent as a whole: a filter by it finds nothing of one's own",
	"Can, oneself Account":                    "GEN-5 about oneself what one does not reach is the same plain no, there or not",
	"Permissions, oneself Account":            "GEN-5 about oneself what one does not reach is the same plain no, there or not",
	"CanMany, oneself Account":                "GEN-5 about oneself what one does not reach is the same plain no, there or not",
	"CanInOrganization, oneself Org":          "GEN-5 about oneself what one does not reach is the same plain no, there or not",
	"OrganizationPermissions, oneself Org":    "GEN-5 about oneself what one does not reach is the same plain no, there or not",
}

// rightful are the names whose knowledge is the right itself, so that another tenant's
// works.
var rightful = map[string]string{"DeclineInvitation Secret": "USR-10 the secret alone is enough"}

// nameless are the operations that take no ID and no secret, so that there is nothing
// to swap.
var nameless = map[string]string{
	"Token":                        "PRV-1 the directory is the one whose secret it is",
	"Provision":                    "PRV-1 it names a person by address",
	"ProvisionedByUserName":        "PRV-10 it names a person by address",
	"ProvisionedByExternalID":      "PRV-10 it names a person by the directory's own ID",
	"ListProvisioned":              "PRV-10 of the directory whose secret it is",
	"ProvisionedGroupByExternalID": "PRV-10 it names a group by the directory's own ID",
	"ProvisionedGroupsByName":      "PRV-10 it names groups by name",
	"ListProvisionedGroups":        "PRV-10 of the directory whose secret it is",
	"UserByEmail":                  "GEN-15 it names a person by address, for those who see everybody",
	"InvitationsToAddress":         "USR-19 System's, by a proven address",
	"RequestInvitation":            "USR-18 the organization is the one that has the address's domain",
	"Purge":                        "ORG-11 System's, of all tenants",
	"RecheckDomains":               "DOM-4 System's, of all tenants",
	"Relay":                        "EVT-5 System's, of all tenants",
	"Atomically":                   "GEN-11 the operations in it take them",
	"Preview":                      "GEN-8 the operations in it take them",
}

func TestErrands(t *testing.T) {
	ways := map[string][]errand{}
	for _, e := range errands {
		ways[e.op] = append(ways[e.op], e)
	}
	for _, row := range tenancy.OperationsTable() {
		t.Run("SEC-14 what "+row.Name+" takes is swapped", func(t *testing.T) {
			require.NotEmpty(t, ways[row.Name], "a new operation needs an errand")
			method, found := operationMethod(row.Name)
			require.True(t, found)
			taken := map[reflect.Type]int{}
			for i := 2; i < method.Type.NumIn(); i++ {
				count(taken, method.Type.In(i))
			}
			require.Equal(t, nameless[row.Name] != "", len(taken) == 0)
			swapped := map[string]reflect.Type{}
			for _, e := range ways[row.Name] {
				for _, name := range e.names() {
					field, found := reflect.TypeFor[names]().FieldByName(name)
					require.True(t, found, name)
					swapped[name] = field.Type
				}
			}
			for _, typ := range swapped {
				taken[typ]--
			}
			for typ, left := range taken {
				require.LessOrEqual(t, left, 0, "of its %v one is swapped by no errand", typ)
			}
		})
	}
}

// count counts the IDs and secrets that a value of a type holds.
func count(taken map[reflect.Type]int, typ reflect.Type) {
	switch {
	case typ == reflect.TypeFor[tenancy.Secret](), typ.Kind() == reflect.Array && typ.Len() == 16:
		taken[typ]++
	case typ == reflect.TypeFor[[]tenancy.LogHead](): // of the same stream
	case typ.Kind() == reflect.Slice:
		count(taken, typ.Elem())
	case typ.Kind() == reflect.Struct:
		for field := range typ.Fields() {
			count(taken, field.Type)
		}
	}
}

// TestTenantSwap calls every operation with an ID or secret of another tenant's in
// place of one's own, and with one that nobody has: it is refused alike, as not found,
// and changes nothing (GEN-5).
func TestTenantSwap(t *testing.T) {
	t.Parallel()
	ours, theirs := tenants(t)
	for field, value := range reflect.ValueOf(ours.names).Fields() {
		if field.IsExported() {
			require.False(t, value.IsZero() || value.Equal(reflect.ValueOf(theirs.names).FieldByName(field.Name)),
				field.Name)
		}
	}
	for _, e := range errands {
		t.Run("SEC-14 SEC-15 "+e.String(), func(t *testing.T) {
			s := swap{ours.given(t, e), theirs.in(t), e}
			s.other.scene = s.scene
			if e.given != nil {
				e.given(s.other)
			}
			before := s.kept()
			for _, who := range s.people() {
				s.by(who)
			}
			require.True(t, maps.Equal(before, s.kept()), "something has changed")
		})
	}
}

// TestEventsAboutForeigners filters a log by IDs of another tenant's, as subject and as
// actor: nothing is found, as if nobody had them, and whoever may not read the log is not
// told more (EVT-7, SEC-14).
func TestEventsAboutForeigners(t *testing.T) {
	t.Parallel()
	ours, theirs := tenants(t)
	stream := organizationStream(ours.Org)
	found := 0
	for field, value := range reflect.ValueOf(theirs.names).Fields() {
		if value.Kind() != reflect.Array || !field.IsExported() {
			continue
		}
		text := func(n names) string {
			return reflect.ValueOf(n).FieldByName(field.Name).Interface().(fmt.Stringer).String()
		}
		queries := []tenancy.EventQuery{{Subject: text(theirs.names)}}
		if user, is := value.Interface().(tenancy.UserID); is {
			queries = append(queries, tenancy.EventQuery{Actor: &tenancy.Actor{User: user}})
		}
		for _, q := range queries {
			require.Empty(t, items(t, ours.as(ours.Admin).Events(t.Context(), stream, q)), field.Name)
			for _, err := range ours.as(ours.Standard).Events(t.Context(), stream, q) {
				refused(t, err, tenancy.CodeNotAllowed)
			}
			for _, err := range ours.as(theirs.Owner).Events(t.Context(), stream, q) {
				refused(t, err, tenancy.CodeNotFound)
			}
		}
		found += len(items(t,
			ours.as(ours.Admin).Events(t.Context(), stream, tenancy.EventQuery{Subject: text(ours.names)})))
	}
	require.Positive(t, found, "their own are found")
}

// swap is an errand of a tenant's, done with what is another's.
type swap struct {
	*tenant
	other  *tenant
	errand errand
}

// people are who does it: some of each rank, whoever can, and an independent user.
func (s swap) people() []string {
	if s.errand.by == "idp" {
		return []string{"idp", "other idp"}
	}
	who := []string{"Owner", "Admin", "Keeper", "Standard", "Guest"}
	if !slices.Contains(who, s.errand.by) {
		who = append(who, s.errand.by)
	}
	return who
}

// kept is all there is but for fences: to ask for the outcome of an operation that was
// not done leaves one (GEN-13).
func (s swap) kept() map[tenancy.Entry]tenancy.Record {
	all := s.everything()
	maps.DeleteFunc(all, func(_ tenancy.Entry, record tenancy.Record) bool {
		operation, is := record.(tenancy.OperationRecord)
		return is && operation.Fence
	})
	return all
}

// by has somebody do it: first with what is their own, then with everything that is the
// other tenant's.
func (s swap) by(who string) {
	s.Helper()
	_, err := s.over(s.copied(), tenancy.Options{}).run(s.errand, who, s.names)
	if who == s.errand.by {
		require.NoError(s, err, who)
	}
	if who == "staff" || who == "host" {
		return // they see every tenant
	}
	if s.hosts() {
		require.Contains(s, []tenancy.Code{tenancy.CodeNotAllowed, tenancy.CodeNotFound}, tenancy.CodeOf(err), who)
	}
	for i, name := range s.errand.names() {
		want := tenancy.CodeNotFound
		if i >= len(strings.Fields(s.errand.on)) && tenancy.CategoryOf(err) == tenancy.ErrPermissionDenied {
			want = tenancy.CodeOf(err) // the right comes first
		}
		foreign := s.other.like(name)
		if who == "idp" { // what is another directory's of the same organization
			foreign = append(foreign, s.foreign(name)...)
		}
		for _, id := range foreign {
			s.swapped(who, name, id, want)
		}
	}
	s.wholly(who)
}

// foreign gives all that another directory of the organization keeps, or its people, of
// the kind that a name is.
func (s swap) foreign(name string) (all []any) {
	for _, id := range []any{s.OtherHire, s.OtherTeam, s.Group, s.Fired} {
		if reflect.TypeOf(id) == reflect.TypeOf(s.named(name)) {
			all = append(all, id)
		}
	}
	return all
}

// swapped wants what is another's, and what is nobody's, to be answered alike.
func (s swap) swapped(who, name string, id any, want tenancy.Code) {
	s.Helper()
	what := fmt.Sprintf("%s with another's %s: %v", who, name, id)
	key := s.errand.String() + " " + name
	if plainAnswers[key] != "" {
		require.Equal(s, s.aside(who, name, nobodys(id)), s.aside(who, name, id), what)
		return
	}
	absent := s.answer(who, name, nobodys(id))
	s.refused(absent, want, what)
	if rightful[key] == "" {
		require.Equal(s, absent, s.answer(who, name, id), what)
	}
}

// hosts says whether it is an operation that only a Platform has. There a user's rights
// may be looked at before anything else: no user can call it but by a Platform that the
// host makes of their session (GEN-1).
func (s swap) hosts() bool {
	_, people := reflect.TypeFor[*tenancy.Session]().MethodByName(s.errand.op)
	_, directories := reflect.TypeFor[*tenancy.Provisioner]().MethodByName(s.errand.op)
	return !people && !directories
}

// refused wants a refusal with a code, and no result.
func (s swap) refused(got answer, want tenancy.Code, what string) {
	s.Helper()
	if s.hosts() && got.err.Err == tenancy.CodeNotAllowed {
		want = tenancy.CodeNotAllowed
	}
	require.Equal(s, want, got.err.Err, what)
	require.Equal(s, s.errand.op, got.err.Op, what)
	require.True(s, got.empty, what)
}

// wholly does it with nothing but what is the other tenant's, where that makes a
// difference.
func (s swap) wholly(who string) {
	s.Helper()
	of := s.errand.names()
	if len(of) < 2 || plainAnswers[s.errand.String()+" "+of[0]] != "" {
		return
	}
	with := s.other.names
	theirs := answered(s.run(s.errand, who, with))
	for _, name := range of {
		set(&with, name, nobodys(with.named(name)))
	}
	absent := answered(s.run(s.errand, who, with))
	id := regexp.MustCompile(`[A-Z]{2}[0-9a-f]{32}`)
	for _, a := range []*answer{&theirs, &absent} {
		a.err.Subject, a.text = id.ReplaceAllString(a.err.Subject, ""), id.ReplaceAllString(a.text, "")
	}
	s.refused(absent, tenancy.CodeNotFound, who)
	require.Equal(s, absent, theirs, who)
}

// cursors are the lists, from a cursor on.
var cursors = map[string]func(call, tenancy.Cursor) (any, error){
	"Organizations": func(c call, after tenancy.Cursor) (any, error) {
		return lists(c.s.Organizations(c, tenancy.OrganizationQuery{After: after}))
	},
	"Keys": func(c call, after tenancy.Cursor) (any, error) {
		return lists(c.s.Keys(c, c.Robot, tenancy.KeyQuery{After: after}))
	},
	"Users": func(c call, after tenancy.Cursor) (any, error) {
		return lists(c.s.Users(c, c.Org, tenancy.UserQuery{After: after}))
	},
	"Invitations": func(c call, after tenancy.Cursor) (any, error) {
		return lists(c.s.Invitations(c, c.Org, tenancy.InvitationQuery{After: after}))
	},
	"AccountInvitations": func(c call, after tenancy.Cursor) (any, error) {
		return lists(c.s.AccountInvitations(c, c.Account, tenancy.InvitationQuery{After: after}))
	},
	"InvitationsTo": func(c call, after tenancy.Cursor) (any, error) {
		c.s = &tenancy.Platform{Session: c.dir.As(c.Rival)}
		return lists(c.s.InvitationsTo(c, c.Rival, tenancy.OfferQuery{After: after}))
	},
	"InvitationsToAddress": func(c call, after tenancy.Cursor) (any, error) {
		return lists(c.dir.System().InvitationsToAddress(c, tenancy.Proven("new@a-corp.example"), tenancy.OfferQuery{After: after}))
	},
	"Accounts": func(c call, after tenancy.Cursor) (any, error) {
		return lists(c.s.Accounts(c, c.Org, tenancy.AccountQuery{After: after}))
	},
	"AccountsOf": func(c call, after tenancy.Cursor) (any, error) {
		return lists(c.s.AccountsOf(c, c.Owner, tenancy.AccountsOfQuery{After: after}))
	},
	"Access": func(c call, after tenancy.Cursor) (any, error) {
		return lists(c.s.Access(c, c.Account, tenancy.ReachQuery{After: after}))
	},
	"Domains": func(c call, after tenancy.Cursor) (any, error) {
		return lists(c.s.Domains(c, c.Org, tenancy.DomainQuery{After: after}))
	},
	"Groups": func(c call, after tenancy.Cursor) (any, error) {
		return lists(c.s.Groups(c, c.Org, tenancy.GroupQuery{After: after}))
	},
	"GroupMembers": func(c call, after tenancy.Cursor) (any, error) {
		return lists(c.s.GroupMembers(c, c.Group, tenancy.GroupQuery{After: after}))
	},
	"GroupAccounts": func(c call, after tenancy.Cursor) (any, error) {
		return lists(c.s.GroupAccounts(c, c.Group, tenancy.GroupQuery{After: after}))
	},
	"GroupsOf": func(c call, after tenancy.Cursor) (any, error) {
		return lists(c.s.GroupsOf(c, c.Owner, tenancy.GroupQuery{After: after}))
	},
	"Directories": func(c call, after tenancy.Cursor) (any, error) {
		return lists(c.s.Directories(c, c.Org, tenancy.DirectoryQuery{After: after}))
	},
	"ProvisionedUsers": func(c call, after tenancy.Cursor) (any, error) {
		return lists(c.s.ProvisionedUsers(c, c.Directory, tenancy.ProvisionedQuery{After: after}))
	},
	"Connections": func(c call, after tenancy.Cursor) (any, error) {
		return lists(c.s.Connections(c, c.Org, tenancy.ConnectionQuery{After: after}))
	},
	"HIPAAReport": func(c call, after tenancy.Cursor) (any, error) {
		return lists(c.s.HIPAAReport(c, c.Org, tenancy.HIPAAQuery{After: after}))
	},
	"AccountRequests": func(c call, after tenancy.Cursor) (any, error) {
		return lists(c.s.AccountRequests(c, c.Owner, tenancy.AccountRequestQuery{After: after}))
	},
	"ImportableUsers": func(c call, after tenancy.Cursor) (any, error) {
		return lists(c.s.ImportableUsers(c, c.Domain, tenancy.ImportableUserQuery{After: after}))
	},
}

// idless are the lists whose cursors hold no ID but a number.
var idless = []string{"Events"}

// TestCursorSwap forges cursors, which hold IDs: where a list goes on from another
// tenant's it gives what it gives from nobody's next to it.
func TestCursorSwap(t *testing.T) {
	ours, theirs := tenants(t)
	for op := range tenancy.OperationCodes() {
		takes := slices.Contains(tenancy.OperationCodes()[op], tenancy.CodeCursor)
		require.Equal(t, takes, cursors[op] != nil || slices.Contains(idless, op), op)
	}
	for op, list := range cursors {
		t.Run("SEC-14 SEC-24 "+op, func(t *testing.T) {
			from := func(after tenancy.Cursor) (any, error) {
				return list(call{t.Context(), ours.actor("Owner"), nil, ours.dir, ours.names}, after)
			}
			all, err := from("")
			require.NoError(t, err)
			items := reflect.ValueOf(all)
			require.NotZero(t, items.Len())
			cursor := items.Index(0).Interface().(interface{ Cursor() tenancy.Cursor }).Cursor()
			for _, id := range theirs.ids() {
				for _, forge := range forgeries {
					foreign, err := from(forged(t, cursor, forge, id))
					absent, none := from(forged(t, cursor, forge, nobodys(id).([16]byte)))
					require.Equal(t, none, err)
					require.True(t, bytes.Equal(shown(t, absent), shown(t, foreign)), "%x %v", id, forge)
				}
			}
		})
	}
}

// shown is a list as it is seen, without its cursors.
func shown(t *testing.T, list any) []byte {
	t.Helper()
	text, err := json.Marshal(list)
	require.NoError(t, err)
	return regexp.MustCompile(`"cursor":"[^"]*"`).ReplaceAll(text, nil)
}

// forgeries are what a cursor is made to say: its section, and where the ID goes, in
// the first, the second, or both places for one.
var forgeries = func() (all [][]byte) {
	for section := range byte(4) {
		all = append(all, []byte{section, 10}, []byte{section, 26}, []byte{section, 10, 26})
	}
	return all
}()

// forged gives a cursor with another section and ID in it, and without a text.
func forged(t *testing.T, cursor tenancy.Cursor, forge []byte, id [16]byte) tenancy.Cursor {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(string(cursor))
	require.NoError(t, err)
	b[9] = forge[0]
	for _, at := range forge[1:] {
		copy(b[at:], id[:])
	}
	return tenancy.Cursor(base64.RawURLEncoding.EncodeToString(b[:42]))
}

// ids gives the IDs of all that is the tenant's.
func (t *tenant) ids() (all [][16]byte) {
	for field, value := range reflect.ValueOf(t.names).Fields() {
		if field.IsExported() && value.Kind() == reflect.Array {
			all = append(all, value.Convert(reflect.TypeFor[[16]byte]()).Interface().([16]byte))
		}
	}
	return all
}

// answer is what an operation answers, as far as it can be compared.
type answer struct {
	err     tenancy.Error // zero: none
	text    string        // of the error
	empty   bool          // the result is zero
	result  string
	changed []tenancy.Entry // where it was done in a copy
}

func answered(result any, err error) (a answer) {
	a.empty = result == nil || reflect.ValueOf(result).IsZero()
	a.result = fmt.Sprintf("%+v", result)
	if e, is := errors.AsType[*tenancy.Error](err); is {
		a.err, a.text = *e, err.Error()
	} else if err != nil {
		a.text = err.Error()
	}
	return a
}

// answer does it with one thing swapped, whose ID is cut out of the answer.
func (s swap) answer(who, name string, id any) answer {
	s.Helper()
	with := s.names
	set(&with, name, id)
	a := answered(s.run(s.errand, who, with))
	for _, text := range []*string{&a.err.Subject, &a.text, &a.result} {
		*text = strings.ReplaceAll(*text, fmt.Sprint(id), "")
	}
	return a
}

// aside is answer in a copy of the store, with what has changed there.
func (s swap) aside(who, name string, id any) answer {
	s.Helper()
	before := s.everything()
	s.tenant = s.over(s.copied(), tenancy.Options{})
	a := s.answer(who, name, id)
	for at, record := range s.everything() {
		if before[at] != record {
			a.changed = append(a.changed, at)
		}
	}
	slices.SortFunc(a.changed, func(x, y tenancy.Entry) int { return strings.Compare(fmt.Sprint(x), fmt.Sprint(y)) })
	return a
}

// like gives all that is the tenant's of the kind that a name is.
func (t *tenant) like(name string) (all []any) {
	of := reflect.ValueOf(t.names)
	for field, value := range of.Fields() {
		if field.IsExported() && field.Type == of.FieldByName(name).Type() {
			all = append(all, value.Interface())
		}
	}
	return all
}

// set gives a name another meaning.
func set(n *names, name string, id any) {
	reflect.ValueOf(n).Elem().FieldByName(name).Set(reflect.ValueOf(id))
}

// nobodys gives an ID or secret that stands for nothing, next to one that does.
func nobodys(id any) any {
	if _, is := id.(tenancy.Secret); is {
		return tenancy.ParseSecret("nobody's")
	}
	v := reflect.New(reflect.TypeOf(id)).Elem()
	v.Set(reflect.ValueOf(id))
	v.Index(15).SetUint(v.Index(15).Uint() ^ 1)
	return v.Interface()
}
