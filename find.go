package tenancy

import (
	"bytes"
	"encoding/hex"
	"unicode"
)

// one is a lookup of one record of a kind, and many a list of such records. Rules ask
// with nothing else, so a swapped ID does not compile.
type (
	one[R Record]  Lookup
	many[R Record] Lookup
)

func organizationByID(id OrganizationID) one[OrganizationRecord] {
	return one[OrganizationRecord]{Index: IndexOrganizations, Key: Key{ID: id}}
}
func organizationsDue() many[OrganizationRecord] {
	return many[OrganizationRecord]{Index: IndexOrganizationsDue}
}
func organizationsInto(org OrganizationID) many[OrganizationRecord] {
	return many[OrganizationRecord]{Index: IndexOrganizationsInto, Key: Key{In: org}}
}
func allOrganizations(after OrganizationID) many[OrganizationRecord] {
	return many[OrganizationRecord]{Index: IndexOrganizations, Key: Key{ID: after}}
}
func userByID(id UserID) one[UserRecord] { return one[UserRecord]{Index: IndexUsers, Key: Key{ID: id}} }
func userByAddress(canonical string) one[UserRecord] {
	return one[UserRecord]{Index: IndexUsersByAddress, Key: Key{Text: canonical}}
}
func freeUsersOnDomain(domain string, after UserID) many[UserRecord] {
	free := managedKey(false)
	return many[UserRecord]{Index: IndexUsersOnDomain, Key: Key{In: hashKey(domain), Text: free, ID: after},
		Until: afterPrefix(free)}
}
func allUsers(after UserID) many[UserRecord] {
	return many[UserRecord]{Index: IndexUsers, Key: Key{ID: after}}
}
func memberOf(org OrganizationID, user UserID) one[MembershipRecord] {
	return one[MembershipRecord]{Index: IndexMembers, Key: Key{In: org, ID: user}}
}
func membersOf(org OrganizationID, after UserID) many[MembershipRecord] {
	return many[MembershipRecord]{Index: IndexMembers, Key: Key{In: org, ID: after}}
}
func membershipsOf(user UserID, after OrganizationID) many[MembershipRecord] {
	return many[MembershipRecord]{Index: IndexMembershipsOf, Key: Key{In: user, ID: after}}
}
func wordsIn(org OrganizationID) many[WordRecord] {
	return many[WordRecord]{Index: IndexWords, Key: Key{In: org}}
}
func wordsWith(org OrganizationID, prefix string, independent bool) many[WordRecord] {
	text := wordKey(prefix, independent)
	return many[WordRecord]{Index: IndexWords, Key: Key{In: org, Text: text}, Until: afterPrefix(text)}
}

func formerMember(org OrganizationID, user UserID) one[FormerMemberRecord] {
	return one[FormerMemberRecord]{Index: IndexFormerMembers, Key: Key{In: org, ID: user}}
}
func formerMembers(org OrganizationID, after UserID) many[FormerMemberRecord] {
	return many[FormerMemberRecord]{Index: IndexFormerMembers, Key: Key{In: org, ID: after}}
}
func formerMembershipsOf(user UserID) many[FormerMemberRecord] {
	return many[FormerMemberRecord]{Index: IndexFormerMembersOf, Key: Key{In: user}}
}
func formerMembersDue() many[FormerMemberRecord] {
	return many[FormerMemberRecord]{Index: IndexFormerMembersDue}
}
func accountByID(id AccountID) one[AccountRecord] {
	return one[AccountRecord]{Index: IndexAccounts, Key: Key{ID: id}}
}
func allAccounts(after AccountID) many[AccountRecord] {
	return many[AccountRecord]{Index: IndexAccounts, Key: Key{ID: after}}
}
func accountsIn(org OrganizationID, after AccountID) many[AccountRecord] {
	return many[AccountRecord]{Index: IndexAccountsIn, Key: Key{In: org, ID: after}}
}
func openAccountsOf(owner UserID) many[AccountRecord] {
	return many[AccountRecord]{Index: IndexOpenAccountsOf, Key: Key{In: owner}}
}
func openSubaccountsOf(parent AccountID) many[AccountRecord] {
	return openSubaccountsAfter(parent, AccountID{})
}
func openSubaccountsAfter(parent, after AccountID) many[AccountRecord] {
	return many[AccountRecord]{Index: IndexOpenSubaccountsOf, Key: Key{In: parent, ID: after}}
}
func grantOn(account AccountID, user UserID) one[GrantRecord] {
	return one[GrantRecord]{Index: IndexGrants, Key: Key{In: account, ID: user}}
}
func grantsOn(account AccountID, after UserID) many[GrantRecord] {
	return many[GrantRecord]{Index: IndexGrants, Key: Key{In: account, ID: after}}
}
func grantsOf(user UserID, after AccountID) many[GrantRecord] {
	return many[GrantRecord]{Index: IndexGrantsOf, Key: Key{In: user, ID: after}}
}
func grantsDue() many[GrantRecord] { return many[GrantRecord]{Index: IndexGrantsDue} }

// itself looks up a record at its own place.
func itself[R Record](record R) one[R] {
	at := identity(record)
	return one[R]{Index: at.Index, Key: at.Key}
}

// independentUserOn lists the accounts of an organization by which a user is independent:
// first the roles that last longest.
func independentUserOn(org OrganizationID, user UserID) many[IndependentUserRecord] {
	return many[IndependentUserRecord]{Index: IndexIndependentUsers,
		Key: Key{In: org, Text: user.String()}, Until: afterPrefix(user.String())}
}

// independentUsersAfter lists behind all accounts of a user. The zero ID is before all
// users.
func independentUsersAfter(org OrganizationID, user UserID) many[IndependentUserRecord] {
	return many[IndependentUserRecord]{Index: IndexIndependentUsers,
		Key: Key{In: org, Text: afterPrefix(user.String())}}
}

// independentAccountsFrom lists from the first user of an account on, whose role lasts
// longest. A subaccount's main account is given too. The zero ID is before all accounts.
func independentAccountsFrom(org OrganizationID, parent, account AccountID) many[IndependentAccountRecord] {
	return many[IndependentAccountRecord]{Index: IndexIndependentAccounts,
		Key: Key{In: org, Text: pathOf(parent, account)}}
}

// independentFamily lists a main account and its subaccounts.
func independentFamily(org OrganizationID, main AccountID) many[IndependentAccountRecord] {
	return many[IndependentAccountRecord]{Index: IndexIndependentAccounts,
		Key: Key{In: org, Text: main.String()}, Until: afterPrefix(main.String())}
}

// independentAccountsAfter lists behind a main account and its subaccounts.
func independentAccountsAfter(org OrganizationID, main AccountID) many[IndependentAccountRecord] {
	return many[IndependentAccountRecord]{Index: IndexIndependentAccounts,
		Key: Key{In: org, Text: afterPrefix(main.String())}}
}
func invitationByID(id InvitationID) one[InvitationRecord] {
	return one[InvitationRecord]{Index: IndexInvitations, Key: Key{ID: id}}
}
func invitationBySecret(hash [32]byte) one[InvitationRecord] {
	return one[InvitationRecord]{Index: IndexInvitationsBySecret, Key: Key{Text: hex.EncodeToString(hash[:])}}
}
func pendingInvitation(org OrganizationID, address string) one[InvitationRecord] {
	return one[InvitationRecord]{Index: IndexPendingInvitations, Key: Key{In: org, Text: address}}
}
func pendingAccountInvitation(account AccountID, address string) one[InvitationRecord] {
	return one[InvitationRecord]{Index: IndexPendingInvitations, Key: Key{In: account, Text: address}}
}
func pendingAccountRequest(org OrganizationID, account AccountID) one[InvitationRecord] {
	return one[InvitationRecord]{Index: IndexPendingInvitations, Key: Key{In: org, Text: account.String()}}
}

// pendingAccountRequestsIn lists account requests by account, and invitations only after
// all of them. An account's ID begins with an upper-case letter, and a canonical address
// has none, so an ID's text form sorts before every address.
func pendingAccountRequestsIn(org OrganizationID, after AccountID) many[InvitationRecord] {
	return many[InvitationRecord]{Index: IndexPendingInvitations, Key: Key{In: org, Text: after.String()}}
}

func pendingInvitationsIn(org OrganizationID) many[InvitationRecord] {
	return many[InvitationRecord]{Index: IndexPendingInvitations, Key: Key{In: org}}
}
func pendingInvitationsWith(org OrganizationID, prefix string) many[InvitationRecord] {
	return many[InvitationRecord]{Index: IndexPendingInvitations, Key: Key{In: org, Text: prefix},
		Until: afterPrefix(prefix)}
}
func pendingInvitationsTo(account AccountID) many[InvitationRecord] {
	return many[InvitationRecord]{Index: IndexPendingInvitations, Key: Key{In: account}}
}
func invitationsIn(org OrganizationID, after InvitationID) many[InvitationRecord] {
	return many[InvitationRecord]{Index: IndexInvitationsIn, Key: Key{In: org, ID: after}}
}
func invitationsTo(account AccountID, after InvitationID) many[InvitationRecord] {
	return many[InvitationRecord]{Index: IndexInvitationsIn, Key: Key{In: account, ID: after}}
}
func accountRequestsFor(account AccountID) many[InvitationRecord] {
	return many[InvitationRecord]{Index: IndexInvitationsFor, Key: Key{In: account}}
}
func invitationsByAddress(canonical string, after InvitationID) many[InvitationRecord] {
	return many[InvitationRecord]{Index: IndexInvitationsByAddress, Key: Key{In: hashKey(canonical), ID: after}}
}
func allInvitations(after InvitationID) many[InvitationRecord] {
	return many[InvitationRecord]{Index: IndexInvitations, Key: Key{ID: after}}
}
func invitationsDue() many[InvitationRecord] {
	return many[InvitationRecord]{Index: IndexInvitationsDue}
}
func requestByID(id RequestID) one[RequestRecord] {
	return one[RequestRecord]{Index: IndexRequests, Key: Key{ID: id}}
}
func openRequest(org OrganizationID, address string) one[RequestRecord] {
	return one[RequestRecord]{Index: IndexOpenRequests, Key: Key{In: org, Text: address}}
}
func openRequestsIn(org OrganizationID) many[RequestRecord] {
	return many[RequestRecord]{Index: IndexOpenRequests, Key: Key{In: org}}
}
func openRequestsWith(org OrganizationID, prefix string) many[RequestRecord] {
	return many[RequestRecord]{Index: IndexOpenRequests, Key: Key{In: org, Text: prefix},
		Until: afterPrefix(prefix)}
}
func requestsIn(org OrganizationID, after RequestID) many[RequestRecord] {
	return many[RequestRecord]{Index: IndexRequestsIn, Key: Key{In: org, ID: after}}
}
func requestsByAddress(canonical string) many[RequestRecord] {
	return many[RequestRecord]{Index: IndexRequestsByAddress, Key: Key{In: hashKey(canonical)}}
}
func allRequests(after RequestID) many[RequestRecord] {
	return many[RequestRecord]{Index: IndexRequests, Key: Key{ID: after}}
}
func requestsDue() many[RequestRecord] { return many[RequestRecord]{Index: IndexRequestsDue} }
func domainByID(id DomainID) one[DomainRecord] {
	return one[DomainRecord]{Index: IndexDomains, Key: Key{ID: id}}
}
func domainsIn(org OrganizationID, after DomainID) many[DomainRecord] {
	return many[DomainRecord]{Index: IndexDomainsIn, Key: Key{In: org, ID: after}}
}
func domainByName(org OrganizationID, name string) one[DomainRecord] {
	return one[DomainRecord]{Index: IndexDomainsByName, Key: Key{In: org, Text: name}}
}
func verifiedDomain(name string) one[DomainRecord] {
	return one[DomainRecord]{Index: IndexVerifiedDomains, Key: Key{Text: name}}
}
func verifiedDomains(after string) many[DomainRecord] {
	return many[DomainRecord]{Index: IndexVerifiedDomains, Key: Key{Text: after}}
}
func allDomains(after DomainID) many[DomainRecord] {
	return many[DomainRecord]{Index: IndexDomains, Key: Key{ID: after}}
}
func connectionByID(id ConnectionID) one[ConnectionRecord] {
	return one[ConnectionRecord]{Index: IndexConnections, Key: Key{ID: id}}
}
func connectionsIn(org OrganizationID, after ConnectionID) many[ConnectionRecord] {
	return many[ConnectionRecord]{Index: IndexConnectionsIn, Key: Key{In: org, ID: after}}
}
func allConnections(after ConnectionID) many[ConnectionRecord] {
	return many[ConnectionRecord]{Index: IndexConnections, Key: Key{ID: after}}
}
func keyByID(id KeyID) one[KeyRecord] { return one[KeyRecord]{Index: IndexKeys, Key: Key{ID: id}} }
func keyBySecret(hash [32]byte) one[KeyRecord] {
	return one[KeyRecord]{Index: IndexKeysBySecret, Key: Key{Text: hex.EncodeToString(hash[:])}}
}
func keysOf(user UserID, after KeyID) many[KeyRecord] {
	return many[KeyRecord]{Index: IndexKeysOf, Key: Key{In: user, ID: after}}
}
func keysDue() many[KeyRecord] { return many[KeyRecord]{Index: IndexKeysDue} }
func allKeys(after KeyID) many[KeyRecord] {
	return many[KeyRecord]{Index: IndexKeys, Key: Key{ID: after}}
}
func groupByID(id GroupID) one[GroupRecord] {
	return one[GroupRecord]{Index: IndexGroups, Key: Key{ID: id}}
}
func allGroups(after GroupID) many[GroupRecord] {
	return many[GroupRecord]{Index: IndexGroups, Key: Key{ID: after}}
}
func groupsIn(org OrganizationID, after GroupID) many[GroupRecord] {
	return many[GroupRecord]{Index: IndexGroupsIn, Key: Key{In: org, ID: after}}
}

// groupMember is a user in a group.
func groupMember(group GroupID, user UserID) one[GroupMemberRecord] {
	return one[GroupMemberRecord]{Index: IndexGroupMembers, Key: Key{In: group, ID: user}}
}
func groupMembers(group GroupID, after UserID) many[GroupMemberRecord] {
	return many[GroupMemberRecord]{Index: IndexGroupMembers, Key: Key{In: group, ID: after}}
}
func groupsOf(user UserID, after GroupID) many[GroupMemberRecord] {
	return many[GroupMemberRecord]{Index: IndexGroupsOf, Key: Key{In: user, ID: after}}
}
func groupRoles(account AccountID, group GroupID) one[GroupRolesRecord] {
	return one[GroupRolesRecord]{Index: IndexGroupRoles, Key: Key{In: account, ID: group}}
}
func groupRolesOn(account AccountID) many[GroupRolesRecord] {
	return many[GroupRolesRecord]{Index: IndexGroupRoles, Key: Key{In: account}}
}
func groupRolesOf(group GroupID, after AccountID) many[GroupRolesRecord] {
	return many[GroupRolesRecord]{Index: IndexGroupRolesOf, Key: Key{In: group, ID: after}}
}

// groupsOfDirectory lists the groups that a directory keeps.
func groupsOfDirectory(directory DirectoryID, after GroupID) many[GroupRecord] {
	return many[GroupRecord]{Index: IndexDirectoryGroups, Key: Key{In: directory, ID: after}}
}
func groupByExternalID(directory DirectoryID, external string) one[GroupRecord] {
	return one[GroupRecord]{Index: IndexGroupsByExternalID, Key: Key{In: directory, Text: external}}
}

// groupsByName lists the groups of a directory that have a name, which is folded.
func groupsByName(directory DirectoryID, folded string, after GroupID) many[GroupRecord] {
	return many[GroupRecord]{Index: IndexGroupsByName, Key: Key{In: directory, Text: folded, ID: after},
		Until: afterText(folded)}
}
func directoryByID(id DirectoryID) one[DirectoryRecord] {
	return one[DirectoryRecord]{Index: IndexDirectories, Key: Key{ID: id}}
}
func directoriesIn(org OrganizationID, after DirectoryID) many[DirectoryRecord] {
	return many[DirectoryRecord]{Index: IndexDirectoriesIn, Key: Key{In: org, ID: after}}
}
func directoriesDue() many[DirectoryRecord] { return many[DirectoryRecord]{Index: IndexDirectoriesDue} }
func allDirectories(after DirectoryID) many[DirectoryRecord] {
	return many[DirectoryRecord]{Index: IndexDirectories, Key: Key{ID: after}}
}
func provisionedByID(id ProvisionedID) one[ProvisionedRecord] {
	return one[ProvisionedRecord]{Index: IndexProvisioned, Key: Key{ID: id}}
}
func allProvisioned(after ProvisionedID) many[ProvisionedRecord] {
	return many[ProvisionedRecord]{Index: IndexProvisioned, Key: Key{ID: after}}
}

// provisionedIn lists the identities of a directory that were not removed.
func provisionedIn(directory DirectoryID, after ProvisionedID) many[ProvisionedRecord] {
	kept := provisionedKey(false)
	return many[ProvisionedRecord]{Index: IndexProvisionedIn, Key: Key{In: directory, Text: kept, ID: after},
		Until: afterText(kept)}
}

// everyProvisionedIn lists the identities of a directory, first those that were not removed.
func everyProvisionedIn(directory DirectoryID) many[ProvisionedRecord] {
	return many[ProvisionedRecord]{Index: IndexProvisionedIn, Key: Key{In: directory}}
}
func provisionedByAddress(directory DirectoryID, canonical string) one[ProvisionedRecord] {
	return one[ProvisionedRecord]{Index: IndexProvisionedByAddress, Key: Key{In: directory, Text: canonical}}
}
func provisionedByExternalID(directory DirectoryID, external string) one[ProvisionedRecord] {
	return one[ProvisionedRecord]{Index: IndexProvisionedByExternalID, Key: Key{In: directory, Text: external}}
}

// provisionedOf lists the identities that are linked to a user, removed ones too.
func provisionedOf(user UserID) many[ProvisionedRecord] {
	return many[ProvisionedRecord]{Index: IndexProvisionedOf, Key: Key{In: user}}
}

// provisionedPending lists the pending identities of an address in an organization.
func provisionedPending(org OrganizationID, canonical string) many[ProvisionedRecord] {
	return many[ProvisionedRecord]{Index: IndexProvisionedPending, Key: Key{In: org, Text: canonical},
		Until: afterText(canonical)}
}

// allProvisionedPending lists the pending identities in an organization.
func allProvisionedPending(org OrganizationID) many[ProvisionedRecord] {
	return many[ProvisionedRecord]{Index: IndexProvisionedPending, Key: Key{In: org}}
}

// provisionedRemoved lists the identities of a directory that had an external ID and were
// removed.
func provisionedRemoved(directory DirectoryID, external string) many[ProvisionedRecord] {
	return many[ProvisionedRecord]{Index: IndexProvisionedRemoved, Key: Key{In: directory, Text: external},
		Until: afterText(external)}
}

// provisionedMember is an identity in a group.
func provisionedMember(group GroupID, identity ProvisionedID) one[ProvisionedMemberRecord] {
	return one[ProvisionedMemberRecord]{Index: IndexProvisionedMembers, Key: Key{In: group, ID: identity}}
}
func provisionedMembers(group GroupID, after ProvisionedID) many[ProvisionedMemberRecord] {
	return many[ProvisionedMemberRecord]{Index: IndexProvisionedMembers, Key: Key{In: group, ID: after}}
}

// provisionedGroups lists the groups into which its directory has put an identity.
func provisionedGroups(identity ProvisionedID) many[ProvisionedMemberRecord] {
	return many[ProvisionedMemberRecord]{Index: IndexProvisionedGroups, Key: Key{In: identity}}
}
func headOf(stream Stream) one[HeadRecord] {
	return one[HeadRecord]{Index: IndexHeads, Key: Key{ID: stream.Key()}}
}
func allHeads(after [16]byte) many[HeadRecord] {
	return many[HeadRecord]{Index: IndexHeads, Key: Key{ID: after}}
}
func leaseOf(stream Stream) one[LeaseRecord] {
	return one[LeaseRecord]{Index: IndexLeases, Key: Key{ID: stream.Key()}}
}
func allLeases(after [16]byte) many[LeaseRecord] {
	return many[LeaseRecord]{Index: IndexLeases, Key: Key{ID: after}}
}
func operationOf(actor Actor, id OperationID) one[OperationRecord] {
	return one[OperationRecord]{Index: IndexOperations, Key: Key{Text: actor.String(), ID: id}}
}
func operationsDue() many[OperationRecord] { return many[OperationRecord]{Index: IndexOperationsDue} }

// upTo is a list of records by instants, as far as an instant.
func upTo[R Record](last Instant, m many[R]) many[R] {
	m.Until = timeText(last + 1)
	return m
}

// afterText returns the Until of a list of one text: the first text that comes after it.
// No text of a key holds a character that comes before the one behind it.
func afterText(text string) string { return text + "\x01" }

// lastID comes after every ID.
var lastID = [16]byte(bytes.Repeat([]byte{0xff}, 16))

// afterPrefix returns the Until of a list of texts that begin with a prefix: the first
// text that comes after all of them, or "" if there is none.
func afterPrefix(prefix string) string {
	runes := []rune(prefix)
	for i := len(runes) - 1; i >= 0; i-- {
		const beforeSurrogates, afterSurrogates = 0xd7ff, 0xe000
		switch last := runes[i]; last {
		case unicode.MaxRune:
			continue
		case beforeSurrogates:
			runes[i] = afterSurrogates
		default:
			runes[i] = last + 1
		}
		return string(runes[:i+1])
	}
	return ""
}
