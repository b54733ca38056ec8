package tenancy

import "context"

// Store keeps records and events. It knows no rules and no kinds: a record says itself where it is found. What is passed in or out is shared
// with nobody. A Store makes no errors of its own but CodeBusy (a unique key is another record's, or others kept winning) and CodeAmbiguous
// (the commit's outcome is unknown), both wrapped or not; errors of its driver and of the context pass through. What it cannot read back,
// an unknown kind of record included, is an error, never skipped.
//
// Text is compared byte for byte. Package storetest holds the suite every Store passes; memstore is the reference.
type Store interface {
	// View runs fn over one snapshot: nothing that commits meanwhile is seen by any of its reads. It returns fn's error as it came.
	View(ctx context.Context, fn func(context.Context, ReadTx) error) error
	// Update runs fn serializably and commits if it returns nil; an error of fn rolls everything back and is returned as it came. When Update
	// returns nil, the writes are durable and every later View sees them. It may run fn again when others won, but never once a commit may
	// have been applied: then it returns CodeAmbiguous. A context that ends before the commit rolls back.
	Update(ctx context.Context, fn func(context.Context, Tx) error) error
}

// ReadTx reads within one transaction. It is used by one goroutine, and not after the function it was given to has returned.
type ReadTx interface {
	// Read answers one step's lookups, each in its place: over a network in one round trip.
	Read(ctx context.Context, lookups ...Lookup) ([]Answer, error)
	// Access reads all that Can needs to know of a user and an account: over a network in one round trip, in memory without an allocation.
	// The account's owner and organization may be anybody's; what does not exist leaves its fields zero.
	Access(ctx context.Context, user UserID, account AccountID) (AccessRow, error)
	// Events gives up to limit events of a stream in the order of their sequence numbers, starting with number from.
	Events(ctx context.Context, stream Stream, from uint64, limit int) ([]EventRecord, error)
	// Outbox gives, of up to limit streams that come after the given one (the zero stream: from the start; by Stream.Key's bytes), the oldest
	// event that was appended and not yet acknowledged, ordered by stream.
	Outbox(ctx context.Context, after Stream, limit int) ([]EventRecord, error)
}

// Tx writes too. A read sees the writes made before it in the transaction; an adapter may keep writes back until a read or the commit, in
// their order. Once a write has failed nothing of the transaction commits, even if fn returns nil: Update returns the write's error.
type Tx interface {
	ReadTx
	// Put writes records, each in place of the one of the same identity if there is one. Index entries follow: those of the old record are gone.
	// An entry that is another record's makes Put or the commit fail with CodeBusy.
	Put(ctx context.Context, records ...Record) error
	// Delete removes records by identity, with all their entries; what else the record holds does not matter, and one that is absent is no error.
	Delete(ctx context.Context, records ...Record) error
	// Append adds events to their streams and to the outbox. Numbers and hashes are set and, per stream, gapless; a number that the stream has
	// already makes Append or the commit fail with CodeBusy.
	Append(ctx context.Context, events ...EventRecord) error
	// Ack takes events out of the outbox. One that is not in it is no error.
	Ack(ctx context.Context, events ...EventRecord) error
	// MoveAll carries out what one set-based event says of memberships and accounts: with one statement per table, not one per record.
	MoveAll(ctx context.Context, move Move) error
}

// Lookup asks an index. Limit zero asks for the one record at exactly Key. With a Limit it asks for up to that many of the records that share
// Key.In and come after Key, in key order: the last one's key is where the next page begins. With Count besides it asks only how many
// these are. An exact lookup in which a part that the index uses is zero finds nothing, and so does a list of an index that uses In with In zero.
type Lookup struct {
	Index Index
	Key   Key
	Limit int
	Count bool
}

// Key is a place in an index: ordered by In, then Text, then ID, each byte for byte. The table of indexes says which parts an index uses; the
// others are zero.
type Key struct {
	In   [16]byte // what the record belongs to: an organization, an account, an owner; the hash of a text; the first half of its SHA-256
	Text string   // an address, a name, an instant of fixed width: valid UTF-8 without zero bytes
	ID   [16]byte // the record's own ID, or the other one's of a pair
}

// Answer is empty where there is nothing: absence is no error.
type Answer struct {
	Record  Record   // of an exact lookup; nil: absent
	Records []Record // of a list
	Count   int      // of a count
}

// Record is one of the structs of record.go, by value: comparable, without pointers and slices, so that nobody can change what is in one.
type Record interface {
	// Entries appends where the record is found. The first entry is its identity, which never changes. No two records have the same entry at
	// one time: that is every uniqueness there is.
	Entries(to []Entry) []Entry
}

// Entry is one place where a record is found.
type Entry struct {
	Index Index
	Key   Key
}

// Move is the effect of a merge or deletion on an organization's memberships and accounts.
type Move struct {
	From OrganizationID // whose they are
	Into OrganizationID // whose they become; zero: nobody's
	At   Instant        // since when the memberships in Into hold
}

// What MoveAll does with a Move, each for all records there are when it is called:
//
//   - every MembershipRecord of From becomes one of Into with the role StandardUser, not exempt, since At; with Into zero it is deleted;
//   - every AccountRecord of From, subaccounts and closed ones included, gets Organization Into.
//
// Nothing else of them changes. No user is a member of both organizations when it is called: the library sees to that.

// AccessRow is what Can decides on: states and roles, not whole records. Its methods SetUser, SetAccount, SetParent and SetMembership fill it from
// records, so that every store derives it alike.
type AccessRow struct {
	UserFound    bool
	UserActive   bool
	AccountFound bool
	Organization OrganizationID   // the account's; zero: unmanaged
	Parent       AccountID        // the account's main account; zero: it is one
	Closed       bool             // the account
	Suspended    bool             // the account or its parent
	Roles        RoleSet          // the user's grant on the account, be that there or not
	ParentRoles  RoleSet          // the user's grant on the parent
	Member       bool             // of Organization
	Role         OrganizationRole // there
}

// Index says which index a Lookup asks. The constants below are all there are; Indexes tells each one's record and key.
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
	IndexAccounts
	IndexAccountsIn
	IndexOpenAccountsIn
	IndexOpenAccountsOf
	IndexOpenSubaccountsOf
	IndexGrants
	IndexGrantsOf
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
	IndexHeads
	IndexOperations
	indexEnd
)

// IndexInfo is a row of the table of indexes.
type IndexInfo struct {
	Index    Index
	Name     string // for tables and messages: lower case with underscores
	Record   Record // the zero value of the kind it finds
	Identity bool   // it is where Entries of that kind begins: every record of the kind is in it, and its key never changes
	In       bool   // the parts of the key it uses
	Text     bool
	ID       bool
	Exact    bool // it is asked for one record
	Listed   bool // it is asked for lists or counts
}

// Indexes gives the table of indexes, in the order of the constants. A store need know no more of a kind than its struct and this.
func Indexes() []IndexInfo {
	const in, text, id, exact, list, identity = 1, 2, 4, 8, 16, 32
	var table []IndexInfo
	row := func(index Index, name string, record Record, is int) {
		table = append(table, IndexInfo{Index: index, Name: name, Record: record, Identity: is&identity != 0,
			In: is&in != 0, Text: is&text != 0, ID: is&id != 0, Exact: is&exact != 0, Listed: is&list != 0})
	}
	row(IndexOrganizations, "organizations", OrganizationRecord{}, identity|id|exact|list)
	row(IndexOrganizationsDue, "organizations_due", OrganizationRecord{}, text|id|list) // by when the name is due to go
	row(IndexOrganizationsInto, "organizations_into", OrganizationRecord{}, in|id|list) // merged into an organization
	row(IndexUsers, "users", UserRecord{}, identity|id|exact|list)
	row(IndexUsersByAddress, "users_by_address", UserRecord{}, text|exact)
	row(IndexUsersOnDomain, "users_on_domain", UserRecord{}, in|id|list)        // by their address's domain, hashed
	row(IndexMembers, "members", MembershipRecord{}, identity|in|id|exact|list) // in an organization, by user
	row(IndexMembershipsOf, "memberships_of", MembershipRecord{}, in|id|list)   // of a user, by organization
	row(IndexAccounts, "accounts", AccountRecord{}, identity|id|exact|list)
	row(IndexAccountsIn, "accounts_in", AccountRecord{}, in|id|list)                            // in an organization, all
	row(IndexOpenAccountsIn, "open_accounts_in", AccountRecord{}, in|id|list)                   // in an organization, main and not closed
	row(IndexOpenAccountsOf, "open_accounts_of", AccountRecord{}, in|id|list)                   // of an owner, main and not closed
	row(IndexOpenSubaccountsOf, "open_subaccounts_of", AccountRecord{}, in|id|list)             // of a main account, not closed
	row(IndexGrants, "grants", GrantRecord{}, identity|in|id|exact|list)                        // on an account, by user
	row(IndexGrantsOf, "grants_of", GrantRecord{}, in|id|list)                                  // of a user, by account
	row(IndexInvitations, "invitations", InvitationRecord{}, identity|id|exact|list)            //
	row(IndexInvitationsBySecret, "invitations_by_secret", InvitationRecord{}, text|exact)      // by the secret's hash in hex
	row(IndexPendingInvitations, "pending_invitations", InvitationRecord{}, in|text|exact|list) // to a target, by address, or asked by an organization, by account: one at a time
	row(IndexInvitationsIn, "invitations_in", InvitationRecord{}, in|id|list)                   // to an organization or account, or asked by an organization
	row(IndexInvitationsFor, "invitations_for", InvitationRecord{}, in|id|list)                 // account requests for an account, while pending
	row(IndexInvitationsByAddress, "invitations_by_address", InvitationRecord{}, in|id|list)    // to an address, hashed
	row(IndexInvitationsDue, "invitations_due", InvitationRecord{}, text|id|list)               // by when the address is due to go
	row(IndexRequests, "requests", RequestRecord{}, identity|id|exact|list)
	row(IndexOpenRequests, "open_requests", RequestRecord{}, in|text|exact|list) // in an organization, by address: one at a time
	row(IndexRequestsIn, "requests_in", RequestRecord{}, in|id|list)
	row(IndexRequestsByAddress, "requests_by_address", RequestRecord{}, in|id|list) // of an address, hashed
	row(IndexRequestsDue, "requests_due", RequestRecord{}, text|id|list)
	row(IndexDomains, "domains", DomainRecord{}, identity|id|exact|list)
	row(IndexDomainsIn, "domains_in", DomainRecord{}, in|id|list)
	row(IndexDomainsByName, "domains_by_name", DomainRecord{}, in|text|exact)      // in an organization: once
	row(IndexVerifiedDomains, "verified_domains", DomainRecord{}, text|exact|list) // verified or lapsing: in one organization
	row(IndexConnections, "connections", ConnectionRecord{}, identity|id|exact|list)
	row(IndexConnectionsIn, "connections_in", ConnectionRecord{}, in|id|list)
	row(IndexHeads, "heads", HeadRecord{}, identity|id|exact|list)                     // of a stream, by its key
	row(IndexOperations, "operations", OperationRecord{}, identity|text|id|exact|list) // of an actor, by operation ID
	return table
}
