package tenancy

import "context"

// Store keeps records and events. It knows no rules: it keeps what it is given, and a
// record says itself where it is found (Record.Entries).
//
// Nothing passed in or out is shared: a store does not keep a slice that it was given,
// and the caller may change a slice that it gets. Texts are compared byte for byte.
//
// A store has two errors of its own: CodeBusy if a unique entry belongs to another
// record, or if other transactions kept winning, and CodeAmbiguous if the outcome of a
// commit is unknown. Either may be wrapped. Errors of its driver and of the context
// pass through. A store never skips what it cannot read back, such as a record of an
// unknown kind: that is an error, without a code of this package.
//
// Package storetest is the suite that every Store passes. Package memstore is the
// reference.
type Store interface {
	// View runs fn over one snapshot: none of its reads sees what commits meanwhile. It
	// returns fn's error unchanged.
	View(ctx context.Context, fn func(context.Context, ReadTx) error) error

	// Update runs fn serializably, and commits if it returns nil. An error of fn rolls
	// everything back, and Update returns it unchanged. Once Update has returned nil,
	// the writes are durable and every later View sees them. A context that ends before
	// the commit rolls back.
	//
	// Update may run fn again if another transaction won. It never runs fn again once a
	// commit may have been applied: then it returns CodeAmbiguous.
	Update(ctx context.Context, fn func(context.Context, Tx) error) error
}

// AccessReader is a Store that answers Access by itself too, as a View does that asks for
// nothing else: from one snapshot. A store is one if it answers a single question at less
// than the cost of a transaction: Can and CanMany ask this way (GEN-7, GEN-21).
type AccessReader interface {
	Access(ctx context.Context, user UserID, accounts []AccountID, key KeyID, rows []AccessRow) error
}

// ReadTx reads within one transaction. One goroutine uses it, and only until the
// function that it was given to has returned.
type ReadTx interface {
	// Read answers lookups, each in its place. Over a network it takes one round trip.
	Read(ctx context.Context, lookups ...Lookup) ([]Answer, error)

	// Access reads all that Can needs to know about a user and some accounts, whoever owns
	// them, and about a key of the user's; the zero key is none. There are as many rows as
	// accounts. It resets each row and fills it in with what concerns the account in the
	// same place. Fields about what does not exist stay zero. Over a network it takes
	// one round trip, in memory it does not allocate if the rows have space for the groups.
	// Where no group has roles on an account or its parent (AccountRecord.Groups), it
	// looks for none.
	Access(ctx context.Context, user UserID, accounts []AccountID, key KeyID, rows []AccessRow) error

	// Events returns up to limit events of a stream in the order of their numbers, from
	// a number on.
	Events(ctx context.Context, stream Stream, from uint64, limit int) ([]EventRecord, error)

	// FindEvents answers lookups of events, each in its place. Over a network it takes
	// one round trip.
	FindEvents(ctx context.Context, lookups ...EventLookup) ([][]EventRecord, error)

	// Outbox returns, for each of up to limit streams, the oldest event that was
	// appended and is not acknowledged. Streams are ordered by the bytes of Stream.Key
	// and begin after the given one; the zero Stream begins with the first.
	Outbox(ctx context.Context, after Stream, limit int) ([]EventRecord, error)

	// Now returns the time by the store's own clock, which everybody who uses the store
	// shares: the time of the call, not of the transaction. It returns zero if the store
	// has no clock. Then the Directory's clock counts.
	Now(ctx context.Context) (Instant, error)
}

// Tx also writes. A read sees the writes made before it in the transaction. A store may
// hold writes back, in their order, until a read or the commit. Once a write has
// failed, nothing of the transaction commits, even if fn returns nil: Update returns
// the write's error.
type Tx interface {
	ReadTx

	// Put writes records, each in place of the one that has its identity, if there is
	// one. The index entries follow: those of the record that was replaced are gone. An
	// entry that belongs to another record makes Put or the commit fail with CodeBusy.
	Put(ctx context.Context, records ...Record) error

	// Delete removes records by identity, with all their entries. Whatever else a given
	// record holds is ignored. It is no error if a record does not exist.
	Delete(ctx context.Context, records ...Record) error

	// Append adds events to their streams and to the outbox. Their numbers and hashes
	// are set. The numbers of a stream have no gaps. A number that the stream already
	// has makes Append or the commit fail with CodeBusy.
	Append(ctx context.Context, events ...EventRecord) error

	// Ack removes events from the outbox, by stream and number. It is no error if an
	// event is not in the outbox.
	Ack(ctx context.Context, events ...EventRecord) error

	// MoveAll carries out what one event says about all memberships, accounts and groups
	// of an organization and what is derived from them, or about all of one group: with
	// statements per table, not per record.
	MoveAll(ctx context.Context, move Move) error
}

// Lookup asks an index.
//
//   - With Limit zero it asks for the one record at exactly Key.
//   - With a Limit it asks for up to that many of the records that have the same Key.In
//     and come after Key, in the order of their keys. The key of the last one is where
//     the next page begins.
//   - With a Limit and Until it asks for those of them whose Key.Text comes before Until.
//     Only an index that uses Text is asked like this.
//   - With a Limit and Count it asks only how many there are. Then Until is empty and Skip
//     zero.
//
// An exact lookup finds nothing if a part of the key that the index uses is zero. A
// list or a count finds nothing if the index uses In and In is zero.
type Lookup struct {
	Index Index
	Key   Key
	Limit int
	Count bool
	Until string // of a list: its records have texts before this one; empty: any
	Skip  int    // of a list: so many of the records that come after Key are left out first
}

// Key is a place in an index. Keys are ordered by In, then Text, then ID, each byte for
// byte. The table of indexes says which parts an index uses. The others are zero.
type Key struct {
	In   [16]byte // what the record belongs to, such as an organization, or the start of a text's SHA-256
	Text string   // an address, a name, or what begins with an instant of fixed width: valid UTF-8 without zero bytes
	ID   [16]byte // the record's own ID, or the other ID of a pair
}

// Answer answers a Lookup. It is empty if nothing was found, which is no error.
type Answer struct {
	Record  Record   // of an exact lookup; nil: there is none
	Records []Record // of a list
	Count   int      // of a count
}

// EventLookup asks for events of a stream: up to Limit of those that By selects and
// that lie between two places, neither of which is included. EventsByNumber orders
// events by number, and ignores the times of places. Every other index orders them by
// time, and by number where times are equal. A store has an index for each, so that an
// answer costs what it holds, however long the stream is.
type EventLookup struct {
	Stream    Stream
	By        EventIndex
	Actor     Actor      // whose events EventsByActor selects
	Type      string     // of the events that EventsByType selects
	Subject   [16]byte   // an ID that the events have among their Subjects which EventsBySubject selects
	After     EventPlace // zero: from the start
	Before    EventPlace // zero: to the end
	Backwards bool       // the last ones first
	Limit     int        // zero or less: none
}

// EventPlace is a place in a stream. The zero value names none.
type EventPlace struct {
	Time     Instant
	Sequence uint64
}

// EventIndex says which events of a stream an EventLookup selects.
type EventIndex uint8

// The indexes of events.
const (
	EventsByNumber  EventIndex = iota // all, by number
	EventsByTime                      // all, by time
	EventsByActor                     // those of one actor
	EventsByType                      // those of one type
	EventsBySubject                   // those that have one ID among their Subjects
)

// Record is one of the record structs in record.go, by value. These structs are
// comparable, without pointers and slices, so that nobody can change what one holds.
type Record interface {
	// Entries appends the places where the record is found. The first entry is its
	// identity, which never changes. No two records have the same entry at the same
	// time. There is no other uniqueness.
	Entries(to []Entry) []Entry
}

// Entry is one place where a record is found.
type Entry struct {
	Index Index
	Key   Key
}

// Move is the effect that a merge or a deletion has on an organization's memberships,
// former members and accounts, and on the records that are derived from them. MoveAll
// applies it to all records that exist when it is called:
//
//   - Each MembershipRecord of From becomes one of Into, with the role StandardUser,
//     not exempt, since At. If Into is zero, it is deleted, and the UserRecord of its
//     user gets Managed false, unless its role is Owner.
//
//   - Each FormerMemberRecord of From becomes one of Into. If both have one of the same
//     user, the one that left later stays, and Into's if they left at the same time. If
//     Into is zero, all stay as they are.
//
//   - Each AccountRecord of From, subaccounts and closed accounts included, gets the
//     Organization Into. With Suspend, each of them that has no Parent and is not closed
//     is also SuspendedPlatform.
//
//   - Each WordRecord, IndependentUserRecord and IndependentAccountRecord of From becomes
//     one of Into. If both have the same WordRecord, Into has it once. If Into is zero, they
//     are deleted.
//
//   - If Into is zero, the service accounts among the members of From are deleted: their
//     UserRecord becomes Deleted, with Keys zero and an empty Personal, and their
//     KeyRecords and GrantRecords are deleted (USR-20).
//
//   - Then each IndependentUserRecord of Into, and each WordRecord of Into with Independent,
//     whose user is a member of Into is deleted, and each IndependentAccountRecord of Into
//     whose account has the Organization Into.
//
//   - Each GroupRecord of From becomes one of Into, and its GroupMemberRecords,
//     ProvisionedMemberRecords and GroupRolesRecords stay as they are. If Into is zero, all
//     of them are deleted, and the Groups of each AccountRecord of From become zero.
//
// A Move with a Group is the end of that group alone: From and Into are zero. Each
// GroupMemberRecord, ProvisionedMemberRecord and GroupRolesRecord of the group is deleted,
// and the Groups of each AccountRecord that one of the latter is about become one less. The
// GroupRecord stays.
//
// Nothing else changes. The library makes sure that no user is a member of both
// organizations.
type Move struct {
	From  OrganizationID // to which they belong
	Into  OrganizationID // to which they will belong; zero: to none
	At    Instant        // since when the memberships in Into count
	Group GroupID        // which group ends; zero: none

	// Suspend says that From was suspended when it was deleted: its main accounts are
	// suspended by the platform from then on (ORG-15). Then Into is zero.
	Suspend bool
}

// AccessRow is what Can decides on: states and roles instead of whole records. Its
// methods (SetUser, SetAccount, SetParent, SetGrant, SetParentGrant, SetOrganization,
// SetMembership, SetKey) fill it from records, so that all stores derive it in the same
// way.
type AccessRow struct {
	UserFound    bool
	UserActive   bool
	AccountFound bool
	Organization OrganizationID // the account's; zero: it is unmanaged
	Parent       AccountID      // the account's main account; zero: it is one itself
	Closed       bool           // the account is
	Suspended    bool           // the account or its parent is

	// The user's grant on the account, even if there is no such account, and the one on
	// the parent, each with the temporary roles that it has stored, ended or not (ACC-11).
	Roles           RoleSet
	Temporary       RoleSet
	Until           Instant
	ParentRoles     RoleSet
	ParentTemporary RoleSet
	ParentUntil     Instant

	Member bool             // the user is one of Organization
	Role   OrganizationRole // the user's role in Organization
	// OrganizationSuspended says that Organization is suspended. It is false if there is no
	// such organization.
	OrganizationSuspended bool

	KeyFound bool    // the key asked about is the user's, and was not revoked
	KeyEnds  Instant // when it expires; zero: never

	Groups       []GroupAccess // the user's groups that have roles on the account, by ID; empty if there is no such account
	ParentGroups []GroupAccess // those that have roles on the parent, by ID
}

// GroupAccess is a group of a user, and the roles that it gives on an account.
type GroupAccess struct {
	Group GroupID
	Roles RoleSet
}

// Index says which index a Lookup asks. The constants below are all indexes. Indexes
// describes each of them.
type Index uint8

// The indexes.
const (
	IndexOrganizations Index = 1 + iota
	IndexOrganizationsDue
	IndexOrganizationsInto
	IndexUsers
	IndexUsersByAddress
	IndexUsersOnDomain
	IndexMembers
	IndexMembershipsOf
	IndexWords
	IndexFormerMembers
	IndexFormerMembersOf
	IndexFormerMembersDue
	IndexAccounts
	IndexAccountsIn
	IndexOpenAccountsOf
	IndexOpenSubaccountsOf
	IndexGrants
	IndexGrantsOf
	IndexGrantsDue
	IndexIndependentUsers
	IndexIndependentAccounts
	IndexInvitations
	IndexInvitationsBySecret
	IndexPendingInvitations
	IndexInvitationsIn
	IndexInvitationsFor
	IndexInvitationsByAddress
	IndexInvitationsDue
	IndexRequests
	IndexOpenRequests
	IndexRequestsIn
	IndexRequestsByAddress
	IndexRequestsDue
	IndexDomains
	IndexDomainsIn
	IndexDomainsByName
	IndexVerifiedDomains
	IndexConnections
	IndexConnectionsIn
	IndexKeys
	IndexKeysBySecret
	IndexKeysOf
	IndexKeysDue
	IndexGroups
	IndexGroupsIn
	IndexGroupMembers
	IndexGroupsOf
	IndexGroupRoles
	IndexGroupRolesOf
	IndexDirectoryGroups
	IndexGroupsByExternalID
	IndexGroupsByName
	IndexDirectories
	IndexDirectoriesIn
	IndexDirectoriesDue
	IndexProvisioned
	IndexProvisionedIn
	IndexProvisionedByAddress
	IndexProvisionedByExternalID
	IndexProvisionedOf
	IndexProvisionedPending
	IndexProvisionedRemoved
	IndexProvisionedMembers
	IndexProvisionedGroups
	IndexHeads
	IndexLeases
	IndexOperations
	IndexOperationsDue
	indexEnd
)

// IndexInfo is a row of the table of indexes.
type IndexInfo struct {
	Index    Index
	Name     string // for tables and messages: lower case with underscores
	Record   Record // the zero value of the kind of record that it finds
	Identity bool   // its entries are the identities of that kind: each record has one, and it never changes
	In       bool   // its keys use In
	Text     bool   // its keys use Text
	ID       bool   // its keys use ID
	Exact    bool   // it is asked for one record
	Listed   bool   // it is asked for lists or counts
}

// Indexes returns the table of indexes, in the order of the constants. A store needs to
// know no more about a kind of record than its struct and this table.
func Indexes() []IndexInfo {
	const in, text, id, exact, list, identity = 1, 2, 4, 8, 16, 32
	var table []IndexInfo
	row := func(index Index, name string, record Record, is int) {
		table = append(table, IndexInfo{Index: index, Name: name, Record: record, Identity: is&identity != 0,
			In: is&in != 0, Text: is&text != 0, ID: is&id != 0, Exact: is&exact != 0, Listed: is&list != 0})
	}
	row(IndexOrganizations, "organizations", OrganizationRecord{}, identity|id|exact|list)
	// by when it ended, until its name is purged
	row(IndexOrganizationsDue, "organizations_due", OrganizationRecord{}, text|id|list)
	// merged into an organization
	row(IndexOrganizationsInto, "organizations_into", OrganizationRecord{}, in|id|list)
	row(IndexUsers, "users", UserRecord{}, identity|id|exact|list)
	row(IndexUsersByAddress, "users_by_address", UserRecord{}, text|exact)
	// by the domain of the address, which is hashed, and by "free" or "managed"
	row(IndexUsersOnDomain, "users_on_domain", UserRecord{}, in|text|id|list)
	// of an organization, by user
	row(IndexMembers, "members", MembershipRecord{}, identity|in|id|exact|list)
	// of a user, by organization
	row(IndexMembershipsOf, "memberships_of", MembershipRecord{}, in|id|list)
	// of an organization's members, by word and user
	row(IndexWords, "words", WordRecord{}, identity|in|text|id|exact|list)
	// of an organization, by user
	row(IndexFormerMembers, "former_members", FormerMemberRecord{}, identity|in|id|exact|list)
	// of a user, by organization
	row(IndexFormerMembersOf, "former_members_of", FormerMemberRecord{}, in|id|list)
	// by when they left, and organization
	row(IndexFormerMembersDue, "former_members_due", FormerMemberRecord{}, text|id|list)
	row(IndexAccounts, "accounts", AccountRecord{}, identity|id|exact|list)
	// of an organization, all
	row(IndexAccountsIn, "accounts_in", AccountRecord{}, in|id|list)
	// of an owner, main and not closed
	row(IndexOpenAccountsOf, "open_accounts_of", AccountRecord{}, in|id|list)
	// of a main account, not closed
	row(IndexOpenSubaccountsOf, "open_subaccounts_of", AccountRecord{}, in|id|list)
	// on an account, by user
	row(IndexGrants, "grants", GrantRecord{}, identity|in|id|exact|list)
	// of a user, by account
	row(IndexGrantsOf, "grants_of", GrantRecord{}, in|id|list)
	// with temporary roles, by when these end, and account
	row(IndexGrantsDue, "grants_due", GrantRecord{}, text|id|list)
	// of an organization, by user and account
	row(IndexIndependentUsers, "independent_users", IndependentUserRecord{}, identity|in|text|id|exact|list)
	// of an organization, by account and user
	row(IndexIndependentAccounts, "independent_accounts", IndependentAccountRecord{},
		identity|in|text|id|exact|list)
	row(IndexInvitations, "invitations", InvitationRecord{}, identity|id|exact|list)
	// by the secret's hash in hex
	row(IndexInvitationsBySecret, "invitations_by_secret", InvitationRecord{}, text|exact)
	// to an organization or account, by address, or of an organization that asks, by
	// account: one at a time
	row(IndexPendingInvitations, "pending_invitations", InvitationRecord{}, in|text|exact|list)
	// to an organization or account, or of an organization that asks
	row(IndexInvitationsIn, "invitations_in", InvitationRecord{}, in|id|list)
	// for an account that is asked for, while pending
	row(IndexInvitationsFor, "invitations_for", InvitationRecord{}, in|id|list)
	// to an address, which is hashed
	row(IndexInvitationsByAddress, "invitations_by_address", InvitationRecord{}, in|id|list)
	// by when it was settled or expired, while it holds an address
	row(IndexInvitationsDue, "invitations_due", InvitationRecord{}, text|id|list)
	row(IndexRequests, "requests", RequestRecord{}, identity|id|exact|list)
	// to an organization, by address: one at a time
	row(IndexOpenRequests, "open_requests", RequestRecord{}, in|text|exact|list)
	row(IndexRequestsIn, "requests_in", RequestRecord{}, in|id|list)
	// of an address, which is hashed
	row(IndexRequestsByAddress, "requests_by_address", RequestRecord{}, in|id|list)
	// by when it was settled or expired, while it holds an address
	row(IndexRequestsDue, "requests_due", RequestRecord{}, text|id|list)
	row(IndexDomains, "domains", DomainRecord{}, identity|id|exact|list)
	row(IndexDomainsIn, "domains_in", DomainRecord{}, in|id|list)
	// of an organization, each name once
	row(IndexDomainsByName, "domains_by_name", DomainRecord{}, in|text|exact)
	// verified or lapsing: each name in one organization
	row(IndexVerifiedDomains, "verified_domains", DomainRecord{}, text|exact|list)
	row(IndexConnections, "connections", ConnectionRecord{}, identity|id|exact|list)
	row(IndexConnectionsIn, "connections_in", ConnectionRecord{}, in|id|list)
	row(IndexKeys, "keys", KeyRecord{}, identity|id|exact|list)
	// by the secret's hash in hex
	row(IndexKeysBySecret, "keys_by_secret", KeyRecord{}, text|exact)
	// of a service account
	row(IndexKeysOf, "keys_of", KeyRecord{}, in|id|list)
	// by when it was revoked or expires, while it has a secret
	row(IndexKeysDue, "keys_due", KeyRecord{}, text|id|list)
	row(IndexGroups, "groups", GroupRecord{}, identity|id|exact|list)
	row(IndexGroupsIn, "groups_in", GroupRecord{}, in|id|list)
	// of a group, by user
	row(IndexGroupMembers, "group_members", GroupMemberRecord{}, identity|in|id|exact|list)
	// of a user, by group
	row(IndexGroupsOf, "groups_of", GroupMemberRecord{}, in|id|list)
	// on an account, by group
	row(IndexGroupRoles, "group_roles", GroupRolesRecord{}, identity|in|id|exact|list)
	// of a group, by account
	row(IndexGroupRolesOf, "group_roles_of", GroupRolesRecord{}, in|id|list)
	// that a directory keeps
	row(IndexDirectoryGroups, "directory_groups", GroupRecord{}, in|id|list)
	// that a directory keeps, by its external ID
	row(IndexGroupsByExternalID, "groups_by_external_id", GroupRecord{}, in|text|exact)
	// that a directory keeps, by name, folded
	row(IndexGroupsByName, "groups_by_name", GroupRecord{}, in|text|id|list)
	row(IndexDirectories, "directories", DirectoryRecord{}, identity|id|exact|list)
	// of an organization, not removed
	row(IndexDirectoriesIn, "directories_in", DirectoryRecord{}, in|id|list)
	// by when it was removed, until its identities are purged
	row(IndexDirectoriesDue, "directories_due", DirectoryRecord{}, text|id|list)
	row(IndexProvisioned, "provisioned", ProvisionedRecord{}, identity|id|exact|list)
	// of a directory, by "kept" or "removed"
	row(IndexProvisionedIn, "provisioned_in", ProvisionedRecord{}, in|text|id|list)
	// of a directory, by address, not removed: each once
	row(IndexProvisionedByAddress, "provisioned_by_address", ProvisionedRecord{}, in|text|exact)
	// of a directory, by external ID, not removed: each once
	row(IndexProvisionedByExternalID, "provisioned_by_external_id", ProvisionedRecord{}, in|text|exact)
	// linked to a user, removed or not
	row(IndexProvisionedOf, "provisioned_of", ProvisionedRecord{}, in|id|list)
	// pending in an organization, by address
	row(IndexProvisionedPending, "provisioned_pending", ProvisionedRecord{}, in|text|id|list)
	// of a directory, removed, by external ID
	row(IndexProvisionedRemoved, "provisioned_removed", ProvisionedRecord{}, in|text|id|list)
	// in a group
	row(IndexProvisionedMembers, "provisioned_members", ProvisionedMemberRecord{}, identity|in|id|exact|list)
	// of an identity
	row(IndexProvisionedGroups, "provisioned_groups", ProvisionedMemberRecord{}, in|id|list)
	// by the key of the stream
	row(IndexHeads, "heads", HeadRecord{}, identity|id|exact|list)
	// by the key of the stream
	row(IndexLeases, "leases", LeaseRecord{}, identity|id|exact|list)
	// of an actor, by operation ID
	row(IndexOperations, "operations", OperationRecord{}, identity|text|id|exact|list)
	// by when it was done, and by actor: an instant, a space and the text of its identity
	row(IndexOperationsDue, "operations_due", OperationRecord{}, text|id|list)
	return table
}
