package tenancy

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
)

// What a Store keeps. Records and events are values: comparable, without pointers and
// slices. The personal data of a record is in a struct of its own within it, its field
// Personal, and nowhere else. Erasing is emptying that struct. Events never hold
// personal data.

// OrganizationRecord is an organization as stored.
type OrganizationRecord struct {
	ID               OrganizationID
	Owner            UserID // of an ended organization: its last Owner
	State            State  // StateActive, StateDeleted, StateMerged
	MergedInto       OrganizationID
	Suspended        bool // by the platform: a mark apart from the state (ORG-15)
	SignUpPolicy     SignUpPolicy
	InvitationPolicy InvitationPolicy
	HIPAA            bool // entitled
	HIPAAReference   Reference
	HIPAAExecuted    Instant
	Import           bool // entitled
	ImportReference  Reference
	Limited          bool // Limits apply, and not the directory's
	Limits           Limits
	Created          Instant
	Ended            Instant
	Purged           Instant
	Seats            int // members who take one (INV-15)
	Accounts         int // main accounts that are not closed
	ServiceAccounts  int // members who are service accounts
	Groups           int
	Directories      int // that were not removed
	Personal         OrganizationPersonal
}

// OrganizationPersonal is an organization's friendly name, which is personal data.
type OrganizationPersonal struct{ Name Personal }

// UserRecord is a user as stored.
type UserRecord struct {
	ID                   UserID
	ServiceAccount       bool // it is no person, and has no address (USR-20)
	InactiveOrganization bool // by its organization
	InactiveOperator     bool // by an Operator
	InactiveDirectory    bool // by a directory of its organization (PRV-4)
	Unclaimed            bool // a directory made it, and its person has not signed up (PRV-3)
	Deleted              bool
	Managed              bool // a member of an organization that is not its Owner; no event speaks of it (counts.go)
	Created              Instant
	Keys                 int // of a service account: those that are not revoked (INV-15)
	Personal             UserPersonal
}

// UserPersonal is what is personal of a user.
type UserPersonal struct {
	Email   Personal // as given
	Address Personal // canonical
	Name    Personal
}

// State returns StateActive, StateInactive or StateDeleted.
func (u UserRecord) State() State {
	switch {
	case u.Deleted:
		return StateDeleted
	case u.InactiveOrganization || u.InactiveOperator || u.InactiveDirectory:
		return StateInactive
	}
	return StateActive
}

// acts reports whether the user can do something: they are active, and no user whom nobody
// has claimed yet (PRV-3).
func (u UserRecord) acts() bool { return u.State() == StateActive && !u.Unclaimed }

// takesSeat reports whether the user takes a seat wherever they are a member: they are a
// person, and neither an organization nor its directory holds them inactive. An Operator's
// hold frees none (GEN-12).
func (u UserRecord) takesSeat() bool {
	return !u.ServiceAccount && !u.InactiveOrganization && !u.InactiveDirectory
}

// MembershipRecord says that a user is a member of an organization.
type MembershipRecord struct {
	Organization OrganizationID
	User         UserID
	Role         OrganizationRole
	Exempt       bool // from single sign-on; an Owner is exempt in any case
	Since        Instant
}

// WordRecord is a word of the name or the address of a member or an independent user of an
// organization, by which Users finds them (USR-16). It is derived from the records of the
// user and the membership, or of the user and each IndependentUserRecord (derived.go).
type WordRecord struct {
	Organization OrganizationID
	User         UserID
	Independent  bool // the user is independent; false: a member
	Personal     WordPersonal
}

// WordPersonal is the word, folded. It has no white space.
type WordPersonal struct{ Word Personal }

// FormerMemberRecord is what an organization keeps of somebody who left it or was
// removed, so that its log can be read (USR-21).
type FormerMemberRecord struct {
	Organization OrganizationID
	User         UserID
	LeftAt       Instant // when their membership ended
	Personal     FormerMemberPersonal
}

// FormerMemberPersonal is what is personal of a former member, as it was when they left.
type FormerMemberPersonal struct {
	Email Personal // as given
	Name  Personal
}

// AccountRecord is an account or subaccount as stored. A subaccount has its parent's
// owner and organization, and no plan, billing, pricing and phone of its own.
type AccountRecord struct {
	ID                AccountID
	Owner             UserID
	Organization      OrganizationID // zero: it is unmanaged
	Parent            AccountID      // zero: it is a main account
	SuspendedCustomer bool
	SuspendedPlatform bool
	Plan              Plan
	Billing           Billing
	Designated        Instant // since when it is designated for HIPAA; zero: it is not
	DesignatedBy      Actor
	Created           Instant
	Closed            Instant // zero: it is not closed
	Subaccounts       int     // of a main account: how many are not closed (INV-15)
	Groups            int     // how many have roles on it (INV-15)
	Personal          AccountPersonal
}

// AccountPersonal is what is personal, or free text, of an account.
type AccountPersonal struct {
	Name    Personal
	Pricing Personal // opaque text; empty: default
	Phone   Personal // verified, E.164; empty: none
}

// State returns the account's own status, whatever its parent's is: StateActive,
// StateSuspended or StateClosed.
func (a AccountRecord) State() State {
	switch {
	case a.Closed != 0:
		return StateClosed
	case a.SuspendedCustomer || a.SuspendedPlatform:
		return StateSuspended
	}
	return StateActive
}

// GrantRecord is the account roles that a user has in one account. The owner's grant is
// the role Owner. From its end on a temporary role is as if it were not there (ACC-11),
// whether the record still has it or not: what is read of a grant is what at returns.
type GrantRecord struct {
	Account   AccountID
	User      UserID
	Roles     RoleSet // without an end; empty: none
	Temporary RoleSet // which end at Until; empty: none
	Until     Instant // zero: there are no temporary roles
}

// at returns the grant as it is at a time: without temporary roles that have ended.
func (g GrantRecord) at(now Instant) GrantRecord {
	if ended(g.Until, now) {
		g.Temporary, g.Until = RoleSet{}, 0
	}
	return g
}

// roles returns all the roles: those without an end and the temporary ones.
func (g GrantRecord) roles() RoleSet { return g.Roles.with(g.Temporary) }

// end returns when the last of the roles ends, or zero if one has no end.
func (g GrantRecord) end() Instant {
	if g.Roles.IsZero() {
		return g.Until
	}
	return 0
}

// IndependentUserRecord says that a user who is not a member of an organization has a role
// on an account of it that is not closed. It is derived from the records of the grant, the
// account and the user's memberships (derived.go).
type IndependentUserRecord struct {
	Organization OrganizationID
	User         UserID
	Account      AccountID
	Until        Instant // when the role ends; zero: it has no end
}

// IndependentAccountRecord says that a member of an organization has a role on an account
// that is not the organization's and not closed. It is derived as IndependentUserRecord
// is.
type IndependentAccountRecord struct {
	Organization OrganizationID
	Account      AccountID
	Parent       AccountID // the account's main account; zero: it is one itself
	User         UserID
	Until        Instant // when the role ends; zero: it has no end
}

// InvitationRecord is an invitation to an organization or an account, or an
// organization's request for an account.
type InvitationRecord struct {
	ID           InvitationID
	Kind         InvitationKind
	Organization OrganizationID // which InvitationToOrganization is to, or which asks with InvitationOfAccount
	Account      AccountID      // which InvitationToAccount is to, or InvitationOfAccount asks for: it may not exist
	Role         OrganizationRole
	Roles        RoleSet
	RolesFor     Duration // how long Roles last after acceptance (ACC-11); zero: without an end
	Inviter      Actor
	Charged      UserID // who owned the organization, or the unmanaged account, when it was created (USR-10)
	State        State  // StatePending, StateAccepted, StateDeclined or StateRevoked; expired is derived
	Created      Instant
	Expires      Instant
	Settled      Instant
	AcceptedBy   UserID // zero: nobody accepted it
	Personal     InvitationPersonal
}

// InvitationPersonal is what is personal, or secret, of an invitation.
type InvitationPersonal struct {
	Email   Personal // as given
	Address Personal // canonical
	Secret  [32]byte
}

// RequestRecord is a person's request to be invited to an organization.
type RequestRecord struct {
	ID           RequestID
	Organization OrganizationID
	State        State // StateOpen or StateSettled
	Created      Instant
	Expires      Instant
	Settled      Instant
	Personal     RequestPersonal
}

// RequestPersonal is what is personal of a request.
type RequestPersonal struct {
	Email   Personal // as given
	Address Personal // canonical
}

// DomainRecord is an organization's claim to an internet domain.
type DomainRecord struct {
	ID           DomainID
	Organization OrganizationID
	State        State // StateUnverified, StateVerified or StateLapsing
	Label        Reference
	Found        Instant // when its DNS record was last found
	Verified     Instant
	Lapses       Instant // when a lapsing domain may be lost
	Policy       SignUpPolicy
	Connection   ConnectionID // what single sign-on is enforced with; zero: it is not
	Created      Instant
	Personal     DomainPersonal
}

// DomainPersonal is a domain's name and challenge, which stand in no event.
type DomainPersonal struct {
	Name  string // canonical
	Token string
}

// ConnectionRecord is a connection to an identity provider.
type ConnectionRecord struct {
	ID           ConnectionID
	Organization OrganizationID
	Tested       Instant // zero: it was not tested
	Created      Instant
	Personal     ConnectionPersonal
}

// ConnectionPersonal is a connection's name, which stands in no event.
type ConnectionPersonal struct{ Name Personal }

// KeyRecord is a key of a service account: what a customer's program proves with that it
// may act as it (USR-22).
type KeyRecord struct {
	ID       KeyID
	User     UserID // the service account
	Created  Instant
	Expires  Instant // zero: never
	Revoked  Instant // zero: it was not
	Used     Instant // the beginning of the day (UTC) on which it was last used; zero: never
	Personal KeyPersonal
}

// KeyPersonal is a key's name, and the hash of its secret. Purge erases both.
type KeyPersonal struct {
	Name   Personal
	Secret [32]byte
}

// ended returns when the key ceases to hold: when it was revoked or expires, whichever is
// earlier. Zero: never.
func (k KeyRecord) ended() Instant {
	if k.Revoked == 0 || k.Expires != 0 && k.Expires < k.Revoked {
		return k.Expires
	}
	return k.Revoked
}

// holds reports whether the key holds at a time. One that was revoked never does, also
// where the clock is behind that of whoever revoked it.
func (k KeyRecord) holds(now Instant) bool {
	return k.Revoked == 0 && (k.Expires == 0 || now < k.Expires)
}

// GroupRecord is a group of an organization's members (GRP-1).
type GroupRecord struct {
	ID           GroupID
	Organization OrganizationID
	Directory    DirectoryID // which keeps it as long as it lives (PRV-9); zero: none
	Created      Instant
	Changed      Instant // by its directory; zero: not since it was created
	Version      int     // of one that a directory keeps, from 1: every change by that adds one
	Members      int     // how many are in it (INV-15)
	Identities   int     // how many its directory has put in it (INV-15)
	Personal     GroupPersonal
}

// GroupPersonal is what is personal of a group, and stands in no event.
type GroupPersonal struct {
	Name       Personal
	ExternalID Personal // empty: none
}

// GroupMemberRecord says that a user is in a group.
type GroupMemberRecord struct {
	Group GroupID
	User  UserID
}

// GroupRolesRecord is the account roles that a group gives its members in one account.
type GroupRolesRecord struct {
	Account AccountID
	Group   GroupID
	Roles   RoleSet
}

// DirectoryRecord is an organization's directory: an identity provider that keeps its
// people here (PRV-1).
type DirectoryRecord struct {
	ID           DirectoryID
	Organization OrganizationID
	Created      Instant
	PreviousEnds Instant // until when the previous secret holds; zero: there is none
	Removed      Instant // zero: it lives
	Purged       Instant // when Purge had erased its identities
	Identities   int     // how many it has that were not removed (INV-15)
	Groups       int     // how many it keeps (INV-15)
	Personal     DirectoryPersonal
}

// DirectoryPersonal is a directory's name, and what its secrets are checked by.
type DirectoryPersonal struct {
	Name             Personal
	Secret           [32]byte // the hash
	Verifier         [32]byte // checks the tokens that were made with the secret
	Previous         [32]byte // the hash of the secret before; zero: none
	PreviousVerifier [32]byte
}

// ProvisionedRecord is what a directory says of a person: a provisioned identity (PRV-2).
// Whether its directory lives is its directory's to say.
type ProvisionedRecord struct {
	ID           ProvisionedID
	Directory    DirectoryID
	Organization OrganizationID // the directory's
	User         UserID         // to whom it is linked; zero: it is pending
	Inactive     bool           // the directory holds the person inactive
	UserLeft     bool           // its user left, and no invitation goes out by itself (PRV-8)
	Version      int            // from 1
	Created      Instant
	Changed      Instant
	Removed      Instant // zero: it was not
	Personal     ProvisionedPersonal
}

// ProvisionedPersonal is what is personal of a provisioned identity.
type ProvisionedPersonal struct {
	UserName   Personal // the address as given
	Address    Personal // canonical
	ExternalID Personal // empty: none
	Display    Personal
	Formatted  Personal
	Given      Personal
	Family     Personal
	Attributes Personal // opaque text
}

// ProvisionedMemberRecord says that a directory has put an identity into a group of its
// own. If the identity is linked, its user is in the group: GroupMemberRecord.
type ProvisionedMemberRecord struct {
	Group    GroupID
	Identity ProvisionedID
}

// HeadRecord is the end of a stream: the number and hash of its last event.
type HeadRecord struct {
	Stream   Stream
	Sequence uint64
	Hash     [32]byte
}

// LeaseRecord says that a call of Relay delivers the events of a stream, and that no
// other call does until the lease is over. No event tells of it.
type LeaseRecord struct {
	Stream Stream
	Holder OperationID // which call
	Since  Instant     // when it was taken or last renewed
	Until  Instant
}

// EventRecord is an event as stored. A store keeps every field as it was given and
// returns it unchanged. It never looks into Type and Data, so it also keeps events of
// types that it has never seen. The stream and the number identify an event. An
// EventRecord is not a Record: no index finds it. Data is a string so that the record
// is comparable, and so that nobody can change what it holds.
type EventRecord struct {
	Stream      Stream // whose log it is in
	Sequence    uint64 // its number in the stream, from 1, without gaps
	ID          EventID
	Time        Instant
	Actor       Actor
	Key         KeyID  // the service account's key that it acted with; zero: none
	Name        string // of the operation that caused it: "RenameOrganization"
	Operation   OperationID
	Part        int // which operation of a block it belongs to, from 1; zero outside a block
	Step        int // which event of its operation it is, from 0
	Correlation Reference
	Type        string   // the name of the event's type: "OrganizationRenamed"
	Data        string   // the event's data, encoded: any bytes, not a text, and of any length
	Previous    [32]byte // the Hash of the event before it in the stream
	Hash        [32]byte
}

// OperationRecord says that an actor's operation ID is used up, and by what. As a fence
// it says that a commit that was on its way under the ID cannot succeed.
type OperationRecord struct {
	Actor  Actor
	ID     OperationID
	Name   string
	Call   EventID // drawn by the call that wrote the record, so that it recognizes it
	Time   Instant
	Fence  bool
	Made   string // the text forms of the IDs that it made, in order, joined by spaces
	Events int    // how many it appended
}

// hashKey returns the Key.In that represents a text: the first half of its SHA-256.
func hashKey(text string) [16]byte {
	sum := sha256.Sum256([]byte(text))
	return [16]byte(sum[:16])
}

// timeText writes an instant as a text. Texts are in the order of their instants.
func timeText(t Instant) string { return fmt.Sprintf("%019d", int64(t)) }

// Entries appends where the organization is found.
func (o OrganizationRecord) Entries(to []Entry) []Entry {
	to = append(to, Entry{IndexOrganizations, Key{ID: o.ID}})
	if o.State != StateActive && o.Purged == 0 {
		to = append(to, Entry{IndexOrganizationsDue, Key{Text: timeText(o.Ended), ID: o.ID}})
	}
	if !o.MergedInto.IsZero() {
		to = append(to, Entry{IndexOrganizationsInto, Key{In: o.MergedInto, ID: o.ID}})
	}
	return to
}

// Entries appends where the user is found.
func (u UserRecord) Entries(to []Entry) []Entry {
	to = append(to, Entry{IndexUsers, Key{ID: u.ID}})
	if !u.Personal.Address.IsZero() {
		address := u.Personal.Address.Reveal()
		to = append(to, Entry{IndexUsersByAddress, Key{Text: address}},
			Entry{IndexUsersOnDomain, Key{In: hashKey(emailDomain(address)), Text: managedKey(u.Managed), ID: u.ID}})
	}
	return to
}

// managedKey is the text by which IndexUsersOnDomain parts those who are managed from
// those who are not.
func managedKey(managed bool) string {
	if managed {
		return "managed"
	}
	return "free"
}

// Entries appends where the membership is found.
func (m MembershipRecord) Entries(to []Entry) []Entry {
	return append(to, Entry{IndexMembers, Key{In: m.Organization, ID: m.User}},
		Entry{IndexMembershipsOf, Key{In: m.User, ID: m.Organization}})
}

// Entries appends where the word is found: an independent user's behind a space, which no
// word has.
func (w WordRecord) Entries(to []Entry) []Entry {
	text := wordKey(w.Personal.Word.Reveal(), w.Independent)
	return append(to, Entry{IndexWords, Key{In: w.Organization, Text: text, ID: w.User}})
}

func wordKey(word string, independent bool) string {
	if independent {
		return " " + word
	}
	return word
}

// Entries appends where the former member is found.
func (m FormerMemberRecord) Entries(to []Entry) []Entry {
	return append(to, Entry{IndexFormerMembers, Key{In: m.Organization, ID: m.User}},
		Entry{IndexFormerMembersOf, Key{In: m.User, ID: m.Organization}},
		Entry{IndexFormerMembersDue, Key{Text: timeText(m.LeftAt) + m.Organization.String(), ID: m.User}})
}

// Entries appends where the account is found.
func (a AccountRecord) Entries(to []Entry) []Entry {
	to = append(to, Entry{IndexAccounts, Key{ID: a.ID}})
	if !a.Organization.IsZero() {
		to = append(to, Entry{IndexAccountsIn, Key{In: a.Organization, ID: a.ID}})
	}
	switch {
	case a.Closed != 0:
	case !a.Parent.IsZero():
		to = append(to, Entry{IndexOpenSubaccountsOf, Key{In: a.Parent, ID: a.ID}})
	default:
		to = append(to, Entry{IndexOpenAccountsOf, Key{In: a.Owner, ID: a.ID}})
	}
	return to
}

// Entries appends where the grant is found.
func (g GrantRecord) Entries(to []Entry) []Entry {
	to = append(to, Entry{IndexGrants, Key{In: g.Account, ID: g.User}},
		Entry{IndexGrantsOf, Key{In: g.User, ID: g.Account}})
	if g.Until != 0 {
		to = append(to, Entry{IndexGrantsDue, Key{Text: timeText(g.Until) + g.Account.String(), ID: g.User}})
	}
	return to
}

// Entries appends where the independent user is found: behind what lasts longer.
func (i IndependentUserRecord) Entries(to []Entry) []Entry {
	return append(to, Entry{IndexIndependentUsers,
		Key{In: i.Organization, Text: i.User.String() + endText(i.Until), ID: i.Account}})
}

// Entries appends where the independent account is found: a subaccount behind its main
// account, and each behind what lasts longer.
func (i IndependentAccountRecord) Entries(to []Entry) []Entry {
	return append(to, Entry{IndexIndependentAccounts,
		Key{In: i.Organization, Text: pathOf(i.Parent, i.Account) + endText(i.Until), ID: i.User}})
}

// endText writes an end as a text that follows an ID in a key: first comes what has no
// end, then what ends last. So the first record shows whether there is one that has not
// ended, however many have. It begins with a space, which comes before every character of
// an ID.
func endText(until Instant) string {
	if until == 0 {
		return ""
	}
	return " " + timeText(math.MaxInt64-until)
}

// ended reports whether a role with an end, or without one if that is zero, has ended.
func ended(until, now Instant) bool { return until != 0 && now >= until }

// pathOf returns a text for an account, in whose order a subaccount comes behind its main
// account and before any other.
func pathOf(parent, account AccountID) string {
	if parent.IsZero() {
		return account.String()
	}
	return parent.String() + account.String()
}

// target returns the Key.In of an invitation: its organization's, or its account's for
// InvitationToAccount.
func (i InvitationRecord) target() [16]byte {
	if i.Kind == InvitationToAccount {
		return i.Account
	}
	return i.Organization
}

// Entries appends where the invitation is found.
func (i InvitationRecord) Entries(to []Entry) []Entry {
	to = append(to, Entry{IndexInvitations, Key{ID: i.ID}},
		Entry{IndexInvitationsIn, Key{In: i.target(), ID: i.ID}})
	if i.Personal.Secret != [32]byte{} {
		to = append(to, Entry{IndexInvitationsBySecret, Key{Text: hex.EncodeToString(i.Personal.Secret[:])}})
	}
	if i.Kind == InvitationOfAccount {
		if i.State == StatePending {
			to = append(to, Entry{IndexPendingInvitations, Key{In: i.Organization, Text: i.Account.String()}},
				Entry{IndexInvitationsFor, Key{In: i.Account, ID: i.ID}})
		}
		return to
	}
	if i.Personal.Address.IsZero() {
		return to
	}
	address := i.Personal.Address.Reveal()
	if i.State == StatePending {
		to = append(to, Entry{IndexPendingInvitations, Key{In: i.target(), Text: address}})
	}
	return append(to, Entry{IndexInvitationsByAddress, Key{In: hashKey(address), ID: i.ID}},
		Entry{IndexInvitationsDue, Key{Text: timeText(due(i.Settled, i.Expires)), ID: i.ID}})
}

// due returns when the time begins for which a record's address may still be kept.
func due(settled, expires Instant) Instant {
	if settled != 0 {
		return settled
	}
	return expires
}

// Entries appends where the request is found.
func (q RequestRecord) Entries(to []Entry) []Entry {
	to = append(to, Entry{IndexRequests, Key{ID: q.ID}},
		Entry{IndexRequestsIn, Key{In: q.Organization, ID: q.ID}})
	if q.Personal.Address.IsZero() {
		return to
	}
	address := q.Personal.Address.Reveal()
	if q.State == StateOpen {
		to = append(to, Entry{IndexOpenRequests, Key{In: q.Organization, Text: address}})
	}
	return append(to, Entry{IndexRequestsByAddress, Key{In: hashKey(address), ID: q.ID}},
		Entry{IndexRequestsDue, Key{Text: timeText(due(q.Settled, q.Expires)), ID: q.ID}})
}

// Entries appends where the domain is found.
func (d DomainRecord) Entries(to []Entry) []Entry {
	to = append(to, Entry{IndexDomains, Key{ID: d.ID}},
		Entry{IndexDomainsIn, Key{In: d.Organization, ID: d.ID}},
		Entry{IndexDomainsByName, Key{In: d.Organization, Text: d.Personal.Name}})
	if d.State != StateUnverified {
		to = append(to, Entry{IndexVerifiedDomains, Key{Text: d.Personal.Name}})
	}
	return to
}

// Entries appends where the connection is found.
func (c ConnectionRecord) Entries(to []Entry) []Entry {
	return append(to, Entry{IndexConnections, Key{ID: c.ID}},
		Entry{IndexConnectionsIn, Key{In: c.Organization, ID: c.ID}})
}

// Entries appends where the key is found.
func (k KeyRecord) Entries(to []Entry) []Entry {
	to = append(to, Entry{IndexKeys, Key{ID: k.ID}}, Entry{IndexKeysOf, Key{In: k.User, ID: k.ID}})
	if k.Personal.Secret == [32]byte{} {
		return to
	}
	to = append(to, Entry{IndexKeysBySecret, Key{Text: hex.EncodeToString(k.Personal.Secret[:])}})
	if end := k.ended(); end != 0 {
		to = append(to, Entry{IndexKeysDue, Key{Text: timeText(end), ID: k.ID}})
	}
	return to
}

// Entries appends where the group is found.
func (g GroupRecord) Entries(to []Entry) []Entry {
	to = append(to, Entry{IndexGroups, Key{ID: g.ID}},
		Entry{IndexGroupsIn, Key{In: g.Organization, ID: g.ID}})
	if g.Directory.IsZero() {
		return to
	}
	to = append(to, Entry{IndexDirectoryGroups, Key{In: g.Directory, ID: g.ID}})
	if external := g.Personal.ExternalID; !external.IsZero() {
		to = append(to, Entry{IndexGroupsByExternalID, Key{In: g.Directory, Text: external.Reveal()}})
	}
	if name := fold(g.Personal.Name.Reveal()); name != "" {
		to = append(to, Entry{IndexGroupsByName, Key{In: g.Directory, Text: name, ID: g.ID}})
	}
	return to
}

// Entries appends where the directory is found.
func (d DirectoryRecord) Entries(to []Entry) []Entry {
	to = append(to, Entry{IndexDirectories, Key{ID: d.ID}})
	switch {
	case d.Removed == 0:
		to = append(to, Entry{IndexDirectoriesIn, Key{In: d.Organization, ID: d.ID}})
	case d.Purged == 0:
		to = append(to, Entry{IndexDirectoriesDue, Key{Text: timeText(d.Removed), ID: d.ID}})
	}
	return to
}

// Entries appends where the provisioned identity is found.
func (p ProvisionedRecord) Entries(to []Entry) []Entry {
	to = append(to, Entry{IndexProvisioned, Key{ID: p.ID}},
		Entry{IndexProvisionedIn, Key{In: p.Directory, Text: provisionedKey(p.Removed != 0), ID: p.ID}})
	if !p.User.IsZero() {
		to = append(to, Entry{IndexProvisionedOf, Key{In: p.User, ID: p.ID}})
	}
	address, external := p.Personal.Address.Reveal(), p.Personal.ExternalID.Reveal()
	if p.Removed != 0 {
		if external != "" {
			to = append(to, Entry{IndexProvisionedRemoved, Key{In: p.Directory, Text: external, ID: p.ID}})
		}
		return to
	}
	if external != "" {
		to = append(to, Entry{IndexProvisionedByExternalID, Key{In: p.Directory, Text: external}})
	}
	if address == "" {
		return to
	}
	to = append(to, Entry{IndexProvisionedByAddress, Key{In: p.Directory, Text: address}})
	if p.User.IsZero() {
		to = append(to, Entry{IndexProvisionedPending, Key{In: p.Organization, Text: address, ID: p.ID}})
	}
	return to
}

// provisionedKey is the text by which IndexProvisionedIn parts the identities that were
// removed from those that were not.
func provisionedKey(removed bool) string {
	if removed {
		return "removed"
	}
	return "kept"
}

// Entries appends where the identity in a group is found.
func (m ProvisionedMemberRecord) Entries(to []Entry) []Entry {
	return append(to, Entry{IndexProvisionedMembers, Key{In: m.Group, ID: m.Identity}},
		Entry{IndexProvisionedGroups, Key{In: m.Identity, ID: m.Group}})
}

// Entries appends where the member of a group is found.
func (m GroupMemberRecord) Entries(to []Entry) []Entry {
	return append(to, Entry{IndexGroupMembers, Key{In: m.Group, ID: m.User}},
		Entry{IndexGroupsOf, Key{In: m.User, ID: m.Group}})
}

// Entries appends where the roles of the group are found.
func (g GroupRolesRecord) Entries(to []Entry) []Entry {
	return append(to, Entry{IndexGroupRoles, Key{In: g.Account, ID: g.Group}},
		Entry{IndexGroupRolesOf, Key{In: g.Group, ID: g.Account}})
}

// Entries appends where the head is found.
func (h HeadRecord) Entries(to []Entry) []Entry {
	return append(to, Entry{IndexHeads, Key{ID: h.Stream.Key()}})
}

// Entries appends where the lease is found.
func (l LeaseRecord) Entries(to []Entry) []Entry {
	return append(to, Entry{IndexLeases, Key{ID: l.Stream.Key()}})
}

// Entries appends where the operation is found.
func (o OperationRecord) Entries(to []Entry) []Entry {
	actor := o.Actor.String() // whose own the ID is
	return append(to, Entry{IndexOperations, Key{Text: actor, ID: o.ID}},
		Entry{IndexOperationsDue, Key{Text: timeText(o.Time) + " " + actor, ID: o.ID}})
}

// Reset empties the row. The space of its lists stays.
func (r *AccessRow) Reset() {
	*r = AccessRow{Groups: r.Groups[:0], ParentGroups: r.ParentGroups[:0]}
}

// SetUser fills in the user.
func (r *AccessRow) SetUser(u UserRecord) { r.UserFound, r.UserActive = true, u.acts() }

// SetAccount fills in the account.
func (r *AccessRow) SetAccount(a AccountRecord) {
	r.AccountFound, r.Organization, r.Parent = true, a.Organization, a.Parent
	r.Closed = a.Closed != 0
	r.Suspended = r.Suspended || a.SuspendedCustomer || a.SuspendedPlatform
}

// SetParent fills in the main account of the account, which is a subaccount.
func (r *AccessRow) SetParent(a AccountRecord) {
	r.Suspended = r.Suspended || a.SuspendedCustomer || a.SuspendedPlatform
}

// SetOrganization fills in the account's organization.
func (r *AccessRow) SetOrganization(o OrganizationRecord) { r.OrganizationSuspended = o.Suspended }

// SetGrant fills in the user's grant on the account.
func (r *AccessRow) SetGrant(g GrantRecord) {
	r.Roles, r.Temporary, r.Until = g.Roles, g.Temporary, g.Until
}

// SetParentGrant fills in the user's grant on the main account of the account.
func (r *AccessRow) SetParentGrant(g GrantRecord) {
	r.ParentRoles, r.ParentTemporary, r.ParentUntil = g.Roles, g.Temporary, g.Until
}

// at takes out the temporary roles that have ended at a time.
func (r *AccessRow) at(now Instant) {
	if ended(r.Until, now) {
		r.Temporary, r.Until = RoleSet{}, 0
	}
	if ended(r.ParentUntil, now) {
		r.ParentTemporary, r.ParentUntil = RoleSet{}, 0
	}
}

// SetMembership fills in the user's membership of the account's organization.
func (r *AccessRow) SetMembership(m MembershipRecord) { r.Member, r.Role = true, m.Role }

// SetKey fills in the key that was asked about. Another user's says nothing, and neither
// does one that was revoked.
func (r *AccessRow) SetKey(user UserID, k KeyRecord) {
	if k.User == user && k.Revoked == 0 {
		r.KeyFound, r.KeyEnds = true, k.Expires
	}
}
