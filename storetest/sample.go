package storetest

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"strings"

	"github.com/add4b1c6/tenancy"
)

// id returns the n-th sample ID. Sample IDs begin with bytes that come in another order
// if they are taken for signed or for little-endian numbers. IDs of different kinds
// have the same bytes: only their index tells them apart.
func id(n int) (b [16]byte) {
	heads := [...][2]byte{{0x00, 0x01}, {0x80, 0x00}, {0x01, 0x00}, {0xff, 0xff}, {0x7f, 0xff}, {0x00, 0xff}}
	binary.BigEndian.PutUint64(b[8:], uint64(n+1))
	copy(b[:], heads[n%len(heads)][:])
	return b
}

func orgID(n int) tenancy.OrganizationID    { return id(n) }
func userID(n int) tenancy.UserID           { return id(n) }
func accountID(n int) tenancy.AccountID     { return id(n) }
func keyID(n int) tenancy.KeyID             { return id(n) }
func operationID(n int) tenancy.OperationID { return id(n) }

// texts are texts that a database may order, fold, pad, trim, escape or split in
// another way than by their bytes.
var texts = [...]string{
	"a", "A", "a\x01", "a ", " a", "ab", "a-b", "a_b", "_b", "%", "'", `\`, "Z", "e\u0301", "\u00e9", "\u00c9",
	"\u00df", "ss", "\u0131", "i",
	"\uff71", "\U00010000", strings.Repeat("\U0001F600", 60),
}

// text returns the n-th sample text.
func text(n int) string { return texts[n%len(texts)] + strings.Repeat("~", n/len(texts)) }

// address returns the n-th sample address, which is as odd as the text in it.
func address(n int) tenancy.Personal { return tenancy.NewPersonal(text(n) + "@sample.example") }

// instant returns the n-th sample instant.
func instant(n int) tenancy.Instant {
	instants := [...]tenancy.Instant{1, 2, 10, -1_000_000, 999, 1000, 1 << 50, math.MaxInt64 - 1000,
		1_767_225_600_000_000}
	return instants[n%len(instants)] + tenancy.Instant(n/len(instants))
}

// actor returns the n-th sample actor.
func actor(n int) tenancy.Actor {
	actors := [...]tenancy.Actor{
		{}, {Operator: "a"}, {Operator: "A"}, {Operator: "a.b"}, {Operator: "a-b"}, {Operator: "a_b"},
		{Operator: "ab"}, {Operator: "Z/9"},
		{User: userID(0)}, {User: userID(3)},
	}
	return actors[n%len(actors)]
}

// stream returns the n-th sample stream: an organization's and a user's by turns.
func stream(n int) tenancy.Stream {
	if n%2 == 1 {
		return tenancy.Stream{User: userID(n)}
	}
	return tenancy.Stream{Organization: orgID(n)}
}

// everyByte has every byte once.
var everyByte = func() string {
	var b [256]byte
	for i := range b {
		b[i] = byte(i)
	}
	return string(b[:])
}()

// eventDatas are data that a store loses if it takes data for text: empty, with zero
// bytes, not UTF-8, with escapes.
var eventDatas = [...]string{
	"n\xbatext", "", "\x00", "\x00\x00\x00\x00\x00\x00\x00\x10", "\xff\xfe", "\xc3(", "a\x00b", "\r\n ",
	`\x4142`, "NULL", "'", everyByte,
}

// eventData returns the n-th sample of an event's data.
func eventData(n int) string { return eventDatas[n%len(eventDatas)] }

// eventType returns the n-th sample of an event type's name. The library has no type
// with most of these names.
func eventType(n int) string { return [...]string{"OrganizationRenamed", "Happened", text(n)}[n%3] }

// sample makes a record that an index finds by the given numbers of the record's own
// ID, of the group that is its Key.In, and of the text, as far as the index uses them.
// What else the record holds collides with no other sample.
type sample func(own, group, text int) tenancy.Record

var samples = map[tenancy.Index]sample{
	tenancy.IndexOrganizations: func(own, _, _ int) tenancy.Record {
		return tenancy.OrganizationRecord{ID: orgID(own)}
	},
	tenancy.IndexOrganizationsDue: func(own, _, text int) tenancy.Record {
		return tenancy.OrganizationRecord{ID: orgID(own), State: tenancy.StateDeleted, Ended: instant(text)}
	},
	tenancy.IndexOrganizationsInto: func(own, group, _ int) tenancy.Record {
		return tenancy.OrganizationRecord{ID: orgID(own), State: tenancy.StateMerged, MergedInto: orgID(group),
			Purged: 1}
	},
	tenancy.IndexUsers: func(own, _, _ int) tenancy.Record { return tenancy.UserRecord{ID: userID(own)} },
	tenancy.IndexUsersByAddress: func(own, _, text int) tenancy.Record {
		return tenancy.UserRecord{ID: userID(own), Personal: tenancy.UserPersonal{Address: address(text)}}
	},
	tenancy.IndexUsersOnDomain: func(own, group, n int) tenancy.Record {
		return tenancy.UserRecord{ID: userID(own), Managed: n%2 == 1,
			Personal: tenancy.UserPersonal{Address: tenancy.NewPersonal(fmt.Sprintf("user%d@group%d.example",
				own, group))}}
	},
	tenancy.IndexMembers: func(own, group, _ int) tenancy.Record {
		return tenancy.MembershipRecord{Organization: orgID(group), User: userID(own)}
	},
	tenancy.IndexMembershipsOf: func(own, group, _ int) tenancy.Record {
		return tenancy.MembershipRecord{Organization: orgID(own), User: userID(group)}
	},
	tenancy.IndexWords: func(own, group, n int) tenancy.Record {
		word, independent := strings.CutPrefix(text(n), " ") // which no word begins with
		return tenancy.WordRecord{Organization: orgID(group), User: userID(own), Independent: independent,
			Personal: tenancy.WordPersonal{Word: tenancy.NewPersonal(word)}}
	},
	tenancy.IndexFormerMembers: func(own, group, _ int) tenancy.Record {
		return tenancy.FormerMemberRecord{Organization: orgID(group), User: userID(own)}
	},
	tenancy.IndexFormerMembersOf: func(own, group, _ int) tenancy.Record {
		return tenancy.FormerMemberRecord{Organization: orgID(own), User: userID(group)}
	},
	tenancy.IndexFormerMembersDue: func(own, _, text int) tenancy.Record {
		return tenancy.FormerMemberRecord{Organization: orgID(1), User: userID(own), LeftAt: instant(text)}
	},
	tenancy.IndexAccounts: func(own, _, _ int) tenancy.Record { return tenancy.AccountRecord{ID: accountID(own)} },
	tenancy.IndexAccountsIn: func(own, group, _ int) tenancy.Record {
		return tenancy.AccountRecord{ID: accountID(own), Organization: orgID(group), Closed: 1}
	},
	tenancy.IndexOpenAccountsOf: func(own, group, _ int) tenancy.Record {
		return tenancy.AccountRecord{ID: accountID(own), Owner: userID(group)}
	},
	tenancy.IndexOpenSubaccountsOf: func(own, group, _ int) tenancy.Record {
		return tenancy.AccountRecord{ID: accountID(own), Owner: userID(own), Parent: accountID(group)}
	},
	tenancy.IndexGrants: func(own, group, _ int) tenancy.Record {
		return tenancy.GrantRecord{Account: accountID(group), User: userID(own)}
	},
	tenancy.IndexGrantsOf: func(own, group, _ int) tenancy.Record {
		return tenancy.GrantRecord{Account: accountID(own), User: userID(group)}
	},
	tenancy.IndexGrantsDue: func(own, _, text int) tenancy.Record {
		return tenancy.GrantRecord{Account: accountID(1), User: userID(own), Until: instant(text)}
	},
	tenancy.IndexIndependentUsers: func(own, group, text int) tenancy.Record {
		return tenancy.IndependentUserRecord{Organization: orgID(group), User: userID(text), Account: accountID(own)}
	},
	tenancy.IndexIndependentAccounts: func(own, group, text int) tenancy.Record {
		return tenancy.IndependentAccountRecord{Organization: orgID(group), Account: accountID(text),
			User: userID(own)}
	},
	tenancy.IndexInvitations: func(own, _, _ int) tenancy.Record {
		return tenancy.InvitationRecord{ID: id(own)}
	},
	tenancy.IndexInvitationsBySecret: func(own, _, n int) tenancy.Record {
		return tenancy.InvitationRecord{ID: id(own),
			Personal: tenancy.InvitationPersonal{Secret: sha256.Sum256([]byte(text(n)))}}
	},
	tenancy.IndexPendingInvitations: func(own, group, text int) tenancy.Record {
		return tenancy.InvitationRecord{ID: id(own), Kind: tenancy.InvitationToAccount,
			Account: accountID(group), State: tenancy.StatePending,
			Personal: tenancy.InvitationPersonal{Address: address(text)}}
	},
	tenancy.IndexInvitationsIn: func(own, group, _ int) tenancy.Record {
		return tenancy.InvitationRecord{ID: id(own), Kind: tenancy.InvitationToOrganization,
			Organization: orgID(group)}
	},
	tenancy.IndexInvitationsFor: func(own, group, _ int) tenancy.Record {
		return tenancy.InvitationRecord{ID: id(own), Kind: tenancy.InvitationOfAccount,
			Organization: orgID(own), Account: accountID(group),
			State: tenancy.StatePending}
	},
	tenancy.IndexInvitationsByAddress: func(own, group, _ int) tenancy.Record {
		return tenancy.InvitationRecord{ID: id(own), Kind: tenancy.InvitationToOrganization,
			State:    tenancy.StateDeclined,
			Personal: tenancy.InvitationPersonal{Address: address(group)}}
	},
	tenancy.IndexInvitationsDue: func(own, _, text int) tenancy.Record {
		return tenancy.InvitationRecord{ID: id(own), Kind: tenancy.InvitationToAccount, Expires: instant(text),
			Personal: tenancy.InvitationPersonal{Address: address(own)}}
	},
	tenancy.IndexRequests: func(own, _, _ int) tenancy.Record { return tenancy.RequestRecord{ID: id(own)} },
	tenancy.IndexOpenRequests: func(own, group, text int) tenancy.Record {
		return tenancy.RequestRecord{ID: id(own), Organization: orgID(group), State: tenancy.StateOpen,
			Personal: tenancy.RequestPersonal{Address: address(text)}}
	},
	tenancy.IndexRequestsIn: func(own, group, _ int) tenancy.Record {
		return tenancy.RequestRecord{ID: id(own), Organization: orgID(group)}
	},
	tenancy.IndexRequestsByAddress: func(own, group, _ int) tenancy.Record {
		return tenancy.RequestRecord{ID: id(own), Organization: orgID(own),
			Personal: tenancy.RequestPersonal{Address: address(group)}}
	},
	tenancy.IndexRequestsDue: func(own, _, text int) tenancy.Record {
		return tenancy.RequestRecord{ID: id(own), Settled: instant(text),
			Personal: tenancy.RequestPersonal{Address: address(own)}}
	},
	tenancy.IndexDomains: func(own, _, _ int) tenancy.Record {
		return tenancy.DomainRecord{ID: id(own), Organization: orgID(own),
			Personal: tenancy.DomainPersonal{Name: text(own)}}
	},
	tenancy.IndexDomainsIn: func(own, group, _ int) tenancy.Record {
		return tenancy.DomainRecord{ID: id(own), Organization: orgID(group), State: tenancy.StateUnverified,
			Personal: tenancy.DomainPersonal{Name: text(own)}}
	},
	tenancy.IndexDomainsByName: func(own, group, n int) tenancy.Record {
		return tenancy.DomainRecord{ID: id(own), Organization: orgID(group), State: tenancy.StateUnverified,
			Personal: tenancy.DomainPersonal{Name: text(n)}}
	},
	tenancy.IndexVerifiedDomains: func(own, _, n int) tenancy.Record {
		return tenancy.DomainRecord{ID: id(own), Organization: orgID(own), State: tenancy.StateLapsing,
			Personal: tenancy.DomainPersonal{Name: text(n)}}
	},
	tenancy.IndexConnections: func(own, _, _ int) tenancy.Record { return tenancy.ConnectionRecord{ID: id(own)} },
	tenancy.IndexConnectionsIn: func(own, group, _ int) tenancy.Record {
		return tenancy.ConnectionRecord{ID: id(own), Organization: orgID(group)}
	},
	tenancy.IndexKeys: func(own, _, _ int) tenancy.Record { return tenancy.KeyRecord{ID: keyID(own)} },
	tenancy.IndexKeysBySecret: func(own, _, text int) tenancy.Record {
		return tenancy.KeyRecord{ID: keyID(own), Personal: tenancy.KeyPersonal{Secret: sha256.Sum256([]byte{byte(text)})}}
	},
	tenancy.IndexKeysOf: func(own, group, _ int) tenancy.Record {
		return tenancy.KeyRecord{ID: keyID(own), User: userID(group)}
	},
	tenancy.IndexKeysDue: func(own, _, text int) tenancy.Record {
		return tenancy.KeyRecord{ID: keyID(own), Revoked: instant(text),
			Personal: tenancy.KeyPersonal{Secret: sha256.Sum256([]byte{byte(own), byte(own >> 8), 1})}}
	},
	tenancy.IndexGroups: func(own, _, _ int) tenancy.Record { return tenancy.GroupRecord{ID: id(own)} },
	tenancy.IndexGroupsIn: func(own, group, _ int) tenancy.Record {
		return tenancy.GroupRecord{ID: id(own), Organization: orgID(group)}
	},
	tenancy.IndexGroupMembers: func(own, group, _ int) tenancy.Record {
		return tenancy.GroupMemberRecord{Group: id(group), User: userID(own)}
	},
	tenancy.IndexGroupsOf: func(own, group, _ int) tenancy.Record {
		return tenancy.GroupMemberRecord{Group: id(own), User: userID(group)}
	},
	tenancy.IndexGroupRoles: func(own, group, _ int) tenancy.Record {
		return tenancy.GroupRolesRecord{Account: accountID(group), Group: id(own)}
	},
	tenancy.IndexGroupRolesOf: func(own, group, _ int) tenancy.Record {
		return tenancy.GroupRolesRecord{Account: accountID(own), Group: id(group)}
	},
	tenancy.IndexDirectoryGroups: func(own, group, _ int) tenancy.Record {
		return tenancy.GroupRecord{ID: id(own), Directory: id(group)}
	},
	tenancy.IndexGroupsByExternalID: func(own, group, n int) tenancy.Record {
		return tenancy.GroupRecord{ID: id(own), Directory: id(group),
			Personal: tenancy.GroupPersonal{ExternalID: tenancy.NewPersonal(text(n))}}
	},
	tenancy.IndexGroupsByName: func(own, group, n int) tenancy.Record {
		return tenancy.GroupRecord{ID: id(own), Directory: id(group),
			Personal: tenancy.GroupPersonal{Name: tenancy.NewPersonal(text(n))}}
	},
	tenancy.IndexDirectories: func(own, _, _ int) tenancy.Record { return tenancy.DirectoryRecord{ID: id(own)} },
	tenancy.IndexDirectoriesIn: func(own, group, _ int) tenancy.Record {
		return tenancy.DirectoryRecord{ID: id(own), Organization: orgID(group)}
	},
	tenancy.IndexDirectoriesDue: func(own, _, n int) tenancy.Record {
		return tenancy.DirectoryRecord{ID: id(own), Removed: instant(n)}
	},
	tenancy.IndexProvisioned: func(own, _, _ int) tenancy.Record { return tenancy.ProvisionedRecord{ID: id(own)} },
	tenancy.IndexProvisionedIn: func(own, group, n int) tenancy.Record {
		return tenancy.ProvisionedRecord{ID: id(own), Directory: id(group), Removed: tenancy.Instant(n % 2)}
	},
	tenancy.IndexProvisionedByAddress: func(own, group, n int) tenancy.Record {
		return tenancy.ProvisionedRecord{ID: id(own), Directory: id(group), User: userID(own),
			Personal: tenancy.ProvisionedPersonal{Address: address(n)}}
	},
	tenancy.IndexProvisionedByExternalID: func(own, group, n int) tenancy.Record {
		return tenancy.ProvisionedRecord{ID: id(own), Directory: id(group), User: userID(own),
			Personal: tenancy.ProvisionedPersonal{ExternalID: tenancy.NewPersonal(text(n))}}
	},
	tenancy.IndexProvisionedOf: func(own, group, _ int) tenancy.Record {
		return tenancy.ProvisionedRecord{ID: id(own), User: userID(group), Removed: 7}
	},
	tenancy.IndexProvisionedPending: func(own, group, n int) tenancy.Record {
		return tenancy.ProvisionedRecord{ID: id(own), Organization: orgID(group), Directory: id(own),
			Personal: tenancy.ProvisionedPersonal{Address: address(n)}}
	},
	tenancy.IndexProvisionedRemoved: func(own, group, n int) tenancy.Record {
		return tenancy.ProvisionedRecord{ID: id(own), Directory: id(group), Removed: 7,
			Personal: tenancy.ProvisionedPersonal{ExternalID: tenancy.NewPersonal(text(n)), Address: address(n)}}
	},
	tenancy.IndexProvisionedMembers: func(own, group, _ int) tenancy.Record {
		return tenancy.ProvisionedMemberRecord{Group: id(group), Identity: id(own)}
	},
	tenancy.IndexProvisionedGroups: func(own, group, _ int) tenancy.Record {
		return tenancy.ProvisionedMemberRecord{Group: id(own), Identity: id(group)}
	},
	tenancy.IndexHeads:  func(own, _, _ int) tenancy.Record { return tenancy.HeadRecord{Stream: stream(own)} },
	tenancy.IndexLeases: func(own, _, _ int) tenancy.Record { return tenancy.LeaseRecord{Stream: stream(own)} },
	tenancy.IndexOperations: func(own, _, n int) tenancy.Record {
		return tenancy.OperationRecord{Actor: actor(n), ID: operationID(own)}
	},
	tenancy.IndexOperationsDue: func(own, _, n int) tenancy.Record {
		return tenancy.OperationRecord{ID: operationID(own), Time: instant(n)}
	},
}

// filler fills values field by field. No two fields that a filler has filled have the
// same value, as far as their types allow that.
type filler struct {
	n      int
	values fillerValues
}

// fillerValues are functions that return the n-th value of each type.
type fillerValues struct {
	number func(n int) int64
	whole  func(n int) uint64
	bytes  func(n int) [32]byte
	text   func(n int) string
	ref    func(n int) tenancy.Reference
	roles  func(n int) tenancy.RoleSet
}

// ordinary, greatest and least are the values that fields are filled with: everyday
// values, and the limits of what a field can hold.
var (
	ordinary = fillerValues{
		number: func(n int) int64 { return int64(n) },
		whole:  func(n int) uint64 { return uint64(n) },
		bytes:  func(n int) [32]byte { return sha256.Sum256([]byte{byte(n), byte(n >> 8)}) },
		text:   func(n int) string { return fmt.Sprintf("n\u00ba %d \u2192@\u4f8b\u3048.example", n) },
		ref:    func(n int) tenancy.Reference { return tenancy.Reference(fmt.Sprintf("Ref-%d_a/b.c", n)) },
		roles: func(n int) tenancy.RoleSet {
			return tenancy.Roles(tenancy.Support, tenancy.AccountRole(fmt.Sprintf("role-%d", n)), "auditor",
				tenancy.Developer)
		},
	}
	greatest = fillerValues{
		number: func(n int) int64 { return math.MaxInt64 - int64(n) },
		whole:  func(n int) uint64 { return math.MaxUint64 - uint64(n) },
		bytes: func(n int) (b [32]byte) {
			for i := range b {
				b[i] = 0xff
			}
			b[15] -= byte(n)
			return b
		},
		text: func(n int) string {
			return strings.Repeat("\U0010fffd", 64-n%8) + "@" + strings.Repeat("\u00e9", 32)
		},
		ref: func(n int) tenancy.Reference {
			return tenancy.Reference(strings.Repeat("z", 62) + fmt.Sprintf("%02d", n%100))
		},
		roles: func(n int) tenancy.RoleSet {
			all := []tenancy.AccountRole{tenancy.AccountOwner, tenancy.AccountAdministrator, tenancy.Developer,
				tenancy.BillingManager, tenancy.Support}
			for i := range 20 {
				all = append(all, tenancy.AccountRole(fmt.Sprintf("%060d.%03d", n, i)))
			}
			return tenancy.Roles(all...)
		},
	}
	least = fillerValues{
		number: func(n int) int64 { return math.MinInt64 + int64(n) },
		whole:  func(int) uint64 { return 1 },
		bytes:  func(n int) (b [32]byte) { b[15] = byte(n); return b },
		text:   func(n int) string { return strings.Repeat("\x01", 1+n%8) + "@\x7f" },
		ref:    func(int) tenancy.Reference { return "0" },
		roles:  func(int) tenancy.RoleSet { return tenancy.Roles("-") },
	}
)

// filled returns a value of the type of zero with every field filled.
func (f *filler) filled(zero any) any {
	v := reflect.New(reflect.TypeOf(zero)).Elem()
	f.fill(v)
	return v.Interface()
}

func (f *filler) fill(v reflect.Value) {
	if !whole(v.Type()) {
		for _, field := range v.Fields() {
			f.fill(field)
		}
		return
	}
	f.n++
	switch v.Interface().(type) {
	case tenancy.Actor:
		v.Set(reflect.ValueOf(f.actor()))
		return
	case tenancy.Stream:
		v.Set(reflect.ValueOf(f.stream()))
		return
	case tenancy.RoleSet:
		v.Set(reflect.ValueOf(f.values.roles(f.n)))
		return
	case tenancy.Reference:
		v.Set(reflect.ValueOf(f.values.ref(f.n)))
		return
	case tenancy.Personal:
		v.Set(reflect.ValueOf(tenancy.NewPersonal(f.values.text(f.n))))
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(f.values.number(f.n))
	case reflect.Uint64:
		v.SetUint(f.values.whole(f.n))
	case reflect.String:
		v.SetString(f.values.text(f.n))
	case reflect.Array:
		b := f.values.bytes(f.n)
		reflect.Copy(v, reflect.ValueOf(b[:]))
	default:
		panic("storetest: no sample value of type " + v.Type().String())
	}
}

// whole reports whether a type is filled as one value. The fields of most structs are
// filled one by one.
func whole(t reflect.Type) bool {
	switch t {
	case reflect.TypeFor[tenancy.Actor](),
		reflect.TypeFor[tenancy.Stream](),
		reflect.TypeFor[tenancy.RoleSet](),
		reflect.TypeFor[tenancy.Personal]():
		return true
	}
	return t.Kind() != reflect.Struct
}

// actor returns a user and an Operator by turns. No actor is both.
func (f *filler) actor() tenancy.Actor {
	if f.n%2 == 1 {
		return tenancy.Actor{Operator: f.values.ref(f.n)}
	}
	return tenancy.Actor{User: first16(f.values.bytes(f.n))}
}

// stream returns an organization's stream and a user's by turns. No stream is both.
func (f *filler) stream() tenancy.Stream {
	if f.n%2 == 1 {
		return tenancy.Stream{Organization: first16(f.values.bytes(f.n))}
	}
	return tenancy.Stream{User: first16(f.values.bytes(f.n))}
}

func first16(b [32]byte) [16]byte { return [16]byte(b[:16]) }

// bareOf returns a record with only the identity of another.
func bareOf(record tenancy.Record) tenancy.Record {
	bare := record
	for _, path := range leaves(reflect.TypeOf(record)) {
		v := reflect.New(reflect.TypeOf(record)).Elem()
		v.Set(reflect.ValueOf(bare))
		v.FieldByIndex(path).SetZero()
		if without := v.Interface().(tenancy.Record); identity(without) == identity(record) {
			bare = without
		}
	}
	return bare
}

// leaves returns the paths to all fields of a struct that are filled as one value.
func leaves(t reflect.Type) [][]int {
	var paths [][]int
	for i := range t.NumField() {
		if field := t.Field(i); whole(field.Type) {
			paths = append(paths, []int{i})
		} else {
			for _, path := range leaves(field.Type) {
				paths = append(paths, append([]int{i}, path...))
			}
		}
	}
	return paths
}
