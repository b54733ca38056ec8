package tenancy

import (
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"time"
)

// Category is a kind of refusal, and an error to compare with:
// errors.Is(err, tenancy.ErrNotFound) holds for every refusal of that kind. A host maps
// categories to what its transport has, and codes to sentences (GEN-4).
type Category string

// The categories of refusals (GEN-4). An error in none of them comes from the store's
// driver or from the context.
const (
	// ErrInvalid means that the input is malformed, or that the operation never takes it.
	ErrInvalid Category = "invalid"
	// ErrNotFound means that something is absent, or that this actor may not see it. The
	// two look alike (GEN-5).
	ErrNotFound Category = "not found"
	// ErrPermissionDenied means that the actor's rank or role does not suffice, or that
	// the operation may not be done to oneself or to the Owner.
	ErrPermissionDenied Category = "permission denied"
	// ErrAlreadyExists means that something is pending, claimed or a member already.
	ErrAlreadyExists Category = "already exists"
	// ErrPreconditionFailed means that the state forbids it now.
	ErrPreconditionFailed Category = "precondition failed"
	// ErrLimitReached means that a limit would be passed.
	ErrLimitReached Category = "limit reached"
	// ErrConflict means that something changed since the caller looked, or that other
	// calls kept winning.
	ErrConflict Category = "conflict"
	// ErrUnavailable means that something outside failed. The caller may try again later.
	ErrUnavailable Category = "unavailable"
	// ErrAlreadyDone means that the operation with this ID succeeded before. OutcomeOf
	// returns what it did.
	ErrAlreadyDone Category = "already done"
	// ErrAmbiguous means that it is not known whether the operation was done. Ask Outcome
	// with Error.Operation.
	ErrAmbiguous Category = "ambiguous"
)

// Error returns the category itself, so that it prints alike in fmt, slog and JSON.
func (c Category) Error() string { return string(c) }

// Code names what was refused, stable across releases, and is an error to compare with:
// errors.Is(err, tenancy.CodeTheOwner). It is in one Category and refuses by one rule or
// several: see Rules.
type Code string

// Error returns the code itself, so that it prints alike in fmt, slog and JSON (GEN-16).
func (c Code) Error() string { return string(c) }

// Is reports whether target is the code's category, so that errors.Is matches the two.
func (c Code) Is(target error) bool { return target == c.Category() }

// Category returns the code's category, or "" if the library has no such code.
func (c Code) Category() Category { return codes[c].category }

// Rules returns the IDs of the rules that refuse with the code: the main one first, the
// others in the order of docs/rules.md, which explains them. If the library has no such
// code, it returns nil.
func (c Code) Rules() []string {
	row, ok := codes[c]
	if !ok {
		return nil
	}
	return strings.Split(row.rules, ", ")
}

// Error is every refusal and every failure of an operation. Its text holds the operation,
// the ID it acted on and the code, and no personal data.
type Error struct {
	Op        string       // the operation's name: "RenameOrganization"
	Subject   string       // the text form of the ID it acted on, or ""
	Err       error        // a Code, or an error of the store or the context as it came
	Pending   InvitationID // with CodeInvitationPending (USR-4) and CodeAccountRequested: which one is pending
	Operation OperationID  // with CodeAmbiguous and CodeAlreadyDone: the ID to ask by (GEN-13)
	Attempted time.Time    // with CodeAmbiguous: when it was attempted, to ask Outcome with (GEN-13); else zero
	Outcome   *Outcome     // with CodeAlreadyDone: what it did; else nil
	Terms     *Terms       // with CodeTermsChanged: what accepting would bring along now; else nil
}

// Error returns the operation, the subject and the code or cause, as in
// "tenancy: RenameOrganization OR0190…: not_found".
func (e *Error) Error() string {
	text := "tenancy: " + e.Op
	if e.Subject != "" {
		text += " " + e.Subject
	}
	if e.Err == nil {
		return text
	}
	return text + ": " + e.Err.Error()
}

// MarshalJSON writes what a response to the person may hold (GEN-19): the code and its
// sentence, the operation's name and subject, and the other fields that are set. Of an
// error that is not a refusal it writes the operation and the subject alone, since the
// cause is for the host's log.
func (e *Error) MarshalJSON() ([]byte, error) {
	code := CodeOf(e.Err)
	return json.Marshal(errorJSON{code, code.Sentence(), e.Op, e.Subject, e.Pending, e.Operation, e.Outcome, e.Terms})
}

// errorJSON is the JSON form of an Error.
type errorJSON struct {
	Code      Code         `json:"code,omitzero"`
	Sentence  string       `json:"sentence,omitzero"`
	Op        string       `json:"name"`
	Subject   string       `json:"subject,omitzero"`
	Pending   InvitationID `json:"pending,omitzero"`
	Operation OperationID  `json:"operation,omitzero"`
	Outcome   *Outcome     `json:"outcome,omitzero"`
	Terms     *Terms       `json:"terms,omitzero"`
}

// LogValue returns the error's text to slog.
func (e *Error) LogValue() slog.Value { return slog.StringValue(e.Error()) }

// Unwrap returns the code or the cause.
func (e *Error) Unwrap() error { return e.Err }

// CodeOf returns the code of a refusal, or "" if err is not one.
func CodeOf(err error) Code {
	code, _ := errors.AsType[Code](err)
	return code
}

// CategoryOf returns the category of a refusal, or "" if err is not one.
func CategoryOf(err error) Category { return CodeOf(err).Category() }

// OutcomeOf returns what an operation refused with CodeAlreadyDone did when it was done. It
// returns false for any other error.
func OutcomeOf(err error) (Outcome, bool) {
	if e, ok := errors.AsType[*Error](err); ok && e.Outcome != nil {
		return *e.Outcome, true
	}
	return Outcome{}, false
}

// The codes, by category. The comment of each names the rules it refuses by, as Rules does.
const (
	// ErrInvalid

	// CodeID refuses what is not the text form of an ID of this kind, and a zero ID where
	// one is needed (section 3, EVT-7, GEN-20).
	CodeID Code = "id"
	// CodeName refuses a name that is empty or longer than 64 characters after trimming,
	// is not UTF-8, or holds control characters, line separators or bidirectional controls
	// (section 3).
	CodeName Code = "name"
	// CodeEmail refuses what is not an e-mail address in the strict form (ADR-1, USR-2).
	CodeEmail Code = "email"
	// CodePhone refuses what is not an E.164 number (ACC-10).
	CodePhone Code = "phone"
	// CodeReference refuses what is not 1 to 64 of A–Z a–z 0–9 . _ / - (EVT-3, ORG-14,
	// HIP-1).
	CodeReference Code = "reference"
	// CodeDomainName refuses what is not a domain name (DOM-1).
	CodeDomainName Code = "domain_name"
	// CodeDomainReserved refuses a public suffix or a special-use name, which nobody can
	// claim (DOM-1).
	CodeDomainReserved Code = "domain_reserved"
	// CodeMailProvider refuses a common mail provider's domain (DOM-1).
	CodeMailProvider Code = "mail_provider"
	// CodeRole refuses what is not an organization role, and Owner where it cannot be
	// given (ROLE-4, ROLE-9, USR-4, GEN-19).
	CodeRole Code = "role"
	// CodeRoles refuses a set of account roles that cannot be given: it is empty, or holds
	// an unknown role, Owner, or Administrator with others (ACC-7, ROLE-7, GRP-2, GEN-19).
	CodeRoles Code = "roles"
	// CodeUntil refuses an end of roles that is not in the future or is too far, and a time
	// for which roles last that is less than a microsecond (ACC-11).
	CodeUntil Code = "until"
	// CodePermission refuses a permission that this directory does not have (ROLE-7,
	// ROLE-9, GEN-7).
	CodePermission Code = "permission"
	// CodeOption refuses a malformed option (ROLE-7, ROLE-9, GEN-13).
	CodeOption Code = "option"
	// CodePolicy refuses what is not a policy (DOM-6).
	CodePolicy Code = "policy"
	// CodeCursor refuses what is not a cursor, and the cursor of another list or query
	// (GEN-14).
	CodeCursor Code = "cursor"
	// CodeSameOrganization refuses an operation on two organizations that is given the
	// same one twice (MRG-1, ORG-6).
	CodeSameOrganization Code = "same_organization"
	// CodeInput refuses input that this operation never takes (GEN-4, USR-19, EVT-7, GRP-1,
	// PRV-2, GEN-13).
	CodeInput Code = "input"

	// ErrNotFound

	// CodeNotFound means that something is absent, or that this actor may not see it
	// (GEN-5, ACC-7).
	CodeNotFound Code = "not_found"

	// ErrPermissionDenied

	// CodeActor means that the acting user is unknown, inactive, deleted or unclaimed, that
	// the key that it acts with no longer holds, or that no directory has the secret. A host
	// answers 401 (GEN-2, USR-22, PRV-1).
	CodeActor Code = "actor"
	// CodeNotAllowed means that the actor's role does not suffice (ROLE-8, MRG-11).
	CodeNotAllowed Code = "not_allowed"
	// CodeOneself means that an actor may not do it to themself (ROLE-4, USR-11, USR-13,
	// USR-14, ACC-11, SSO-3, GRP-3).
	CodeOneself Code = "oneself"
	// CodeOutlasts means that roles would outlast the temporary role by which the actor gives
	// them (ACC-11).
	CodeOutlasts Code = "outlasts"
	// CodeTheOwner means that it may not be done to the Owner (ROLE-5, ORG-9, ROLE-4,
	// USR-11, USR-13, USR-14, ACC-8, SSO-3, PRV-6).
	CodeTheOwner Code = "the_owner"
	// CodeRank means that the role, or that of the member, is none that the actor's own role
	// lets them give or touch: it may do more, or the host does not name it (ROLE-9, ROLE-5).
	CodeRank Code = "rank"
	// CodeRelease means that only the Owner lets an account out of the organization
	// (USR-11).
	CodeRelease Code = "release"
	// CodeOwnerLeaves means that the Owner may not leave (USR-12, ORG-9).
	CodeOwnerLeaves Code = "owner_leaves"
	// CodeNotTheirs means that the account is managed by an organization its owner does
	// not own (ACC-4).
	CodeNotTheirs Code = "not_theirs"
	// CodeServiceAccount means that the actor is a service account, and that this takes a
	// person (USR-20).
	CodeServiceAccount Code = "service_account"
	// CodeKey means that no key of a service account has the secret, or that it has expired
	// or was revoked, or that the service account is inactive or deleted. A host answers 401
	// (USR-22).
	CodeKey Code = "key"

	// ErrAlreadyExists

	// CodeIdentityTaken means that the directory has the user name or the external ID, that
	// another directory of the organization keeps the member, or that the user has proven
	// another address since (PRV-2, PRV-5).
	CodeIdentityTaken Code = "identity_taken"
	// CodeEmailTaken means that another user has the address (INV-7, USR-1, USR-17,
	// USR-19, PRV-5).
	CodeEmailTaken Code = "email_taken"
	// CodeDomainAdded means that the organization already has the domain (DOM-1).
	CodeDomainAdded Code = "domain_added"
	// CodeDomainTaken means that another organization has proven the domain (DOM-3).
	CodeDomainTaken Code = "domain_taken"
	// CodeInvitationPending means that an invitation to the address is pending.
	// Error.Pending is its ID (INV-8, USR-4).
	CodeInvitationPending Code = "invitation_pending"
	// CodeMember means that the user is already a member (USR-4, USR-6).
	CodeMember Code = "member"
	// CodeAccountRequested means that the organization has already asked for the account.
	// Error.Pending is the request's ID (ACC-4).
	CodeAccountRequested Code = "account_requested"
	// CodeAccountManaged means that the organization already has the account (ACC-4).
	CodeAccountManaged Code = "account_managed"
	// CodeRequestOpen means that a request is open for the address (USR-18).
	CodeRequestOpen Code = "request_open"
	// CodeAlreadyOwner means that it already belongs to them (GEN-6, ORG-8, ACC-6).
	CodeAlreadyOwner Code = "already_owner"

	// ErrPreconditionFailed

	// CodeMerged means that the organization was merged into another (ORG-13, ORG-12,
	// MRG-1).
	CodeMerged Code = "merged"
	// CodeEnded means that the organization was deleted (ORG-10).
	CodeEnded Code = "ended"
	// CodeOrganizationSuspended means that the organization is suspended (ORG-15).
	CodeOrganizationSuspended Code = "organization_suspended"
	// CodeRestoreWindow means that it is too late to restore the organization, or that it
	// is not deleted (ORG-12).
	CodeRestoreWindow Code = "restore_window"
	// CodeFormerOwner means that the former Owner is deleted, inactive or managed
	// elsewhere (ORG-12).
	CodeFormerOwner Code = "former_owner"
	// CodePhoneNeeded means that the actor owns no active account with a verified phone
	// number (ORG-2).
	CodePhoneNeeded Code = "phone_needed"
	// CodeOtherMember means that an active member could become Owner (ORG-14).
	CodeOtherMember Code = "other_member"
	// CodeManaged means that an organization manages the actor (ORG-5, ACC-1).
	CodeManaged Code = "managed"
	// CodeManagedElsewhere means that the user is a member of another organization, and
	// not its Owner (INV-5, ORG-14, USR-7, USR-14).
	CodeManagedElsewhere Code = "managed_elsewhere"
	// CodeNotMember means that the user is not a member of the organization (ORG-8,
	// ROLE-4, USR-11, USR-14, ACC-1, ACC-6, ACC-7, SSO-3, SSO-4, GRP-2).
	CodeNotMember Code = "not_member"
	// CodeInactive means that the user named is inactive, or is unclaimed (ORG-8, ORG-14, USR-11, USR-14,
	// ACC-1, ACC-6, PRV-3).
	CodeInactive Code = "inactive"
	// CodeOwnsOrganization means that the user owns another organization (ORG-8, ORG-9,
	// ORG-10, USR-14, SSO-4).
	CodeOwnsOrganization Code = "owns_organization"
	// CodeOwnsAccounts means that the user owns accounts, and the input names nobody to
	// take them (USR-11, USR-12, USR-14).
	CodeOwnsAccounts Code = "owns_accounts"
	// CodeSSOAddress means that the address is not on a domain that single sign-on is
	// enforced on (USR-17, PRV-5).
	CodeSSOAddress Code = "sso_address"
	// CodeInvitationOnly means that the domain's organization invites its people (USR-1,
	// USR-17).
	CodeInvitationOnly Code = "invitation_only"
	// CodeSignUpClosed means that the domain's organization takes nobody in (USR-1, USR-6,
	// USR-17, PRV-3).
	CodeSignUpClosed Code = "sign_up_closed"
	// CodeSecretRefused means that the secret, or the ID, belongs to no invitation that lets
	// this address in (USR-1, USR-19).
	CodeSecretRefused Code = "secret_refused"
	// CodeDomainLapsed means that the organization has the address's domain, and that it is
	// not live (PRV-3).
	CodeDomainLapsed Code = "domain_lapsed"
	// CodeDirectoryGroup means that a directory keeps the group, and alone changes it
	// (GRP-2, PRV-9).
	CodeDirectoryGroup Code = "directory_group"
	// CodeOffDomain means that the organization takes only addresses on its live domains
	// (USR-5, PRV-3).
	CodeOffDomain Code = "off_domain"
	// CodeSettled means that it was accepted, declined, revoked or settled before (USR-6,
	// USR-10, USR-18, ACC-4).
	CodeSettled Code = "settled"
	// CodeExpired means that it has expired (USR-6, USR-10, ACC-4).
	CodeExpired Code = "expired"
	// CodeInviter means that the sender could no longer send it. Another person who can
	// may resend it (USR-6, ACC-4).
	CodeInviter Code = "inviter"
	// CodeNotEntitled means that the organization is not entitled to import users
	// (USR-15).
	CodeNotEntitled Code = "not_entitled"
	// CodeNotEligible means that the address is not eligible for import (USR-15).
	CodeNotEligible Code = "not_eligible"
	// CodeNotRefused means that signing up would not refuse this address (USR-18).
	CodeNotRefused Code = "not_refused"
	// CodeClosed means that the account is closed (ACC-5, GRP-2).
	CodeClosed Code = "closed"
	// CodeParentSuspended means that the main account is suspended (ACC-5).
	CodeParentSuspended Code = "parent_suspended"
	// CodeSuspended means that the main account is not active (ACC-2).
	CodeSuspended Code = "suspended"
	// CodeSubaccount means that the account is a subaccount, and a main account is needed
	// (INV-4, ACC-2, ACC-6).
	CodeSubaccount Code = "subaccount"
	// CodeUnmanaged means that the account belongs to no organization (ACC-6).
	CodeUnmanaged Code = "unmanaged"
	// CodeOwnerGrant means that the owner's grant is not changed this way (ACC-7, ACC-8).
	CodeOwnerGrant Code = "owner_grant"
	// CodeNoGrant means that the user, or the group, has no grant on the account (ACC-8,
	// ACC-7, GRP-2).
	CodeNoGrant Code = "no_grant"
	// CodeGroupRole means that the user has a role on the account by a group alone: it is
	// taken from the group, or the user out of it (GRP-3).
	CodeGroupRole Code = "group_role"
	// CodeBilling means that billing does not go back (BIL-1).
	CodeBilling Code = "billing"
	// CodeHIPAANotEntitled means that the organization has no HIPAA entitlement (HIP-3).
	CodeHIPAANotEntitled Code = "hipaa_not_entitled"
	// CodeHIPAADesignated means that an account is designated (HIP-7, ORG-6, ORG-10,
	// USR-8, USR-11, ACC-4, HIP-1).
	CodeHIPAADesignated Code = "hipaa_designated"
	// CodeProofMissing means that the domain's record was not found (DOM-2).
	CodeProofMissing Code = "proof_missing"
	// CodeUnverified means that the domain is not verified (SSO-1).
	CodeUnverified Code = "unverified"
	// CodeUntested means that the connection is not tested (SSO-1, SSO-4).
	CodeUntested Code = "untested"
	// CodeEnforced means that the connection is enforced (SSO-1).
	CodeEnforced Code = "enforced"
	// CodeNoLiveDomain means that the organization has no live domain, or not the address's
	// (MRG-1, USR-15, SSO-4).
	CodeNoLiveDomain Code = "no_live_domain"
	// CodeCandidateDomain means that the Candidate has a verified domain (MRG-1).
	CodeCandidateDomain Code = "candidate_domain"
	// CodeOwnerOffDomain means that the Candidate's Owner is not on a live domain of the
	// Prime (MRG-1).
	CodeOwnerOffDomain Code = "owner_off_domain"
	// CodeNotPerson means that the user is a service account, and that only a person can be
	// what is asked: an owner, an heir, somebody with an address or an exemption from single
	// sign-on (USR-20, ORG-8, ORG-14, USR-11, USR-14, USR-17, ACC-1, ACC-6, SSO-3).
	CodeNotPerson Code = "not_person"
	// CodeMergeClosed means that the merge would bring a member whose domain is closed to
	// them (USR-1).
	CodeMergeClosed Code = "merge_closed"
	// CodeInTransaction means that the operation works in transactions of its own, or that
	// the session belongs to another block or to one that has ended (GEN-11).
	CodeInTransaction Code = "in_transaction"
	// CodeForgotten means that the operation ID was used so long ago that it is forgotten:
	// whether the operation was done is not known any more (GEN-13).
	CodeForgotten Code = "forgotten"

	// ErrLimitReached

	// CodeMemberLimit means that too many of the organization's members would take a seat
	// (GEN-12, USR-1, USR-6, USR-13, MRG-10, PRV-3).
	CodeMemberLimit Code = "member_limit"
	// CodeAccountLimit means that the organization would have too many main accounts
	// (GEN-12, ORG-6, USR-6, ACC-1, ACC-4, MRG-10).
	CodeAccountLimit Code = "account_limit"
	// CodeSubaccountLimit means that the account would have too many subaccounts (GEN-12,
	// ACC-2).
	CodeSubaccountLimit Code = "subaccount_limit"
	// CodeDomainLimit means that the organization would have too many domains (GEN-12,
	// DOM-1).
	CodeDomainLimit Code = "domain_limit"
	// CodeServiceAccountLimit means that the organization would have too many service
	// accounts (GEN-12, USR-20).
	CodeServiceAccountLimit Code = "service_account_limit"
	// CodeKeyLimit means that the service account would have too many keys that are not
	// revoked (GEN-12, USR-22).
	CodeKeyLimit Code = "key_limit"
	// CodeGroupLimit means that the organization would have too many groups (GEN-12, MRG-10,
	// GRP-2, PRV-9).
	CodeGroupLimit Code = "group_limit"
	// CodeGroupMemberLimit means that the group would have too many members (GEN-12, GRP-2, PRV-9).
	CodeGroupMemberLimit Code = "group_member_limit"
	// CodeAccountGroupLimit means that too many groups would have roles on the account
	// (GEN-12, GRP-2).
	CodeAccountGroupLimit Code = "account_group_limit"
	// CodeDirectoryLimit means that the organization has as many directories as it may have
	// (GEN-12, PRV-1).
	CodeDirectoryLimit Code = "directory_limit"
	// CodeIdentityLimit means that the directory has as many identities as it may have
	// (GEN-12, PRV-3).
	CodeIdentityLimit Code = "identity_limit"
	// CodeMailLimit means that too many invitations would go to one address within 24
	// hours (USR-10).
	CodeMailLimit Code = "mail_limit"

	// ErrConflict

	// CodeVersion means that what a directory changes has another version than the given
	// one (PRV-10).
	CodeVersion Code = "version"
	// CodeTermsChanged means that the Terms no longer hold. Error.Terms has the new ones
	// (USR-6).
	CodeTermsChanged Code = "terms_changed"
	// CodeClaimChanged means that the claim changed during the look-up (DOM-2).
	CodeClaimChanged Code = "claim_changed"
	// CodeOperationTaken means that the operation ID stands for another operation
	// (GEN-13).
	CodeOperationTaken Code = "operation_taken"
	// CodeBusy means that other calls kept winning, that one did not end in time, or that a
	// relay outlived its lease (GEN-3, EVT-5, GEN-11).
	CodeBusy Code = "busy"

	// ErrUnavailable

	// CodeResolver means that the name server failed (DOM-2).
	CodeResolver Code = "resolver"

	// ErrAlreadyDone

	// CodeAlreadyDone means that the operation was done before under this operation ID.
	// OutcomeOf returns what it did (GEN-13).
	CodeAlreadyDone Code = "already_done"

	// ErrAmbiguous

	// CodeAmbiguous means that it is not known whether the operation was done. Ask Outcome
	// with Error.Operation (GEN-13).
	CodeAmbiguous Code = "ambiguous"
)

// codes is the table of codes: the category of each, and its rules in Rules' order,
// joined by ", ".
var codes = map[Code]struct {
	category Category
	rules    string
}{
	CodeID:                    {ErrInvalid, "section 3, EVT-7, GEN-20"},
	CodeName:                  {ErrInvalid, "section 3"},
	CodeEmail:                 {ErrInvalid, "ADR-1, USR-2"},
	CodePhone:                 {ErrInvalid, "ACC-10"},
	CodeReference:             {ErrInvalid, "EVT-3, ORG-14, HIP-1"},
	CodeDomainName:            {ErrInvalid, "DOM-1"},
	CodeDomainReserved:        {ErrInvalid, "DOM-1"},
	CodeMailProvider:          {ErrInvalid, "DOM-1"},
	CodeRole:                  {ErrInvalid, "ROLE-4, ROLE-9, USR-4, GEN-19"},
	CodeRoles:                 {ErrInvalid, "ACC-7, ROLE-7, GRP-2, GEN-19"},
	CodeUntil:                 {ErrInvalid, "ACC-11"},
	CodePermission:            {ErrInvalid, "ROLE-7, ROLE-9, GEN-7"},
	CodeOption:                {ErrInvalid, "ROLE-7, ROLE-9, GEN-13"},
	CodePolicy:                {ErrInvalid, "DOM-6"},
	CodeCursor:                {ErrInvalid, "GEN-14"},
	CodeSameOrganization:      {ErrInvalid, "MRG-1, ORG-6"},
	CodeInput:                 {ErrInvalid, "GEN-4, USR-19, EVT-7, GRP-1, PRV-2, GEN-13"},
	CodeNotFound:              {ErrNotFound, "GEN-5, ACC-7"},
	CodeActor:                 {ErrPermissionDenied, "GEN-2, USR-22, PRV-1"},
	CodeNotAllowed:            {ErrPermissionDenied, "ROLE-8, MRG-11"},
	CodeOneself:               {ErrPermissionDenied, "ROLE-4, USR-11, USR-13, USR-14, ACC-11, SSO-3, GRP-3"},
	CodeOutlasts:              {ErrPermissionDenied, "ACC-11"},
	CodeTheOwner:              {ErrPermissionDenied, "ROLE-5, ORG-9, ROLE-4, USR-11, USR-13, USR-14, ACC-8, SSO-3, PRV-6"},
	CodeRank:                  {ErrPermissionDenied, "ROLE-9, ROLE-5"},
	CodeRelease:               {ErrPermissionDenied, "USR-11"},
	CodeOwnerLeaves:           {ErrPermissionDenied, "USR-12, ORG-9"},
	CodeNotTheirs:             {ErrPermissionDenied, "ACC-4"},
	CodeServiceAccount:        {ErrPermissionDenied, "USR-20"},
	CodeKey:                   {ErrPermissionDenied, "USR-22"},
	CodeIdentityTaken:         {ErrAlreadyExists, "PRV-2, PRV-5"},
	CodeEmailTaken:            {ErrAlreadyExists, "INV-7, USR-1, USR-17, USR-19, PRV-5"},
	CodeDomainAdded:           {ErrAlreadyExists, "DOM-1"},
	CodeDomainTaken:           {ErrAlreadyExists, "DOM-3"},
	CodeInvitationPending:     {ErrAlreadyExists, "INV-8, USR-4"},
	CodeMember:                {ErrAlreadyExists, "USR-4, USR-6"},
	CodeAccountRequested:      {ErrAlreadyExists, "ACC-4"},
	CodeAccountManaged:        {ErrAlreadyExists, "ACC-4"},
	CodeRequestOpen:           {ErrAlreadyExists, "USR-18"},
	CodeAlreadyOwner:          {ErrAlreadyExists, "GEN-6, ORG-8, ACC-6"},
	CodeMerged:                {ErrPreconditionFailed, "ORG-13, ORG-12, MRG-1"},
	CodeEnded:                 {ErrPreconditionFailed, "ORG-10"},
	CodeOrganizationSuspended: {ErrPreconditionFailed, "ORG-15"},
	CodeRestoreWindow:         {ErrPreconditionFailed, "ORG-12"},
	CodeFormerOwner:           {ErrPreconditionFailed, "ORG-12"},
	CodePhoneNeeded:           {ErrPreconditionFailed, "ORG-2"},
	CodeOtherMember:           {ErrPreconditionFailed, "ORG-14"},
	CodeManaged:               {ErrPreconditionFailed, "ORG-5, ACC-1"},
	CodeManagedElsewhere:      {ErrPreconditionFailed, "INV-5, ORG-14, USR-7, USR-14"},
	CodeNotMember:             {ErrPreconditionFailed, "ORG-8, ROLE-4, USR-11, USR-14, ACC-1, ACC-6, ACC-7, SSO-3, SSO-4, GRP-2"},
	CodeInactive:              {ErrPreconditionFailed, "ORG-8, ORG-14, USR-11, USR-14, ACC-1, ACC-6, PRV-3"},
	CodeOwnsOrganization:      {ErrPreconditionFailed, "ORG-8, ORG-9, ORG-10, USR-14, SSO-4"},
	CodeOwnsAccounts:          {ErrPreconditionFailed, "USR-11, USR-12, USR-14"},
	CodeSSOAddress:            {ErrPreconditionFailed, "USR-17, PRV-5"},
	CodeInvitationOnly:        {ErrPreconditionFailed, "USR-1, USR-17"},
	CodeSignUpClosed:          {ErrPreconditionFailed, "USR-1, USR-6, USR-17, PRV-3"},
	CodeSecretRefused:         {ErrPreconditionFailed, "USR-1, USR-19"},
	CodeDomainLapsed:          {ErrPreconditionFailed, "PRV-3"},
	CodeDirectoryGroup:        {ErrPreconditionFailed, "GRP-2, PRV-9"},
	CodeOffDomain:             {ErrPreconditionFailed, "USR-5, PRV-3"},
	CodeSettled:               {ErrPreconditionFailed, "USR-6, USR-10, USR-18, ACC-4"},
	CodeExpired:               {ErrPreconditionFailed, "USR-6, USR-10, ACC-4"},
	CodeInviter:               {ErrPreconditionFailed, "USR-6, ACC-4"},
	CodeNotEntitled:           {ErrPreconditionFailed, "USR-15"},
	CodeNotEligible:           {ErrPreconditionFailed, "USR-15"},
	CodeNotRefused:            {ErrPreconditionFailed, "USR-18"},
	CodeClosed:                {ErrPreconditionFailed, "ACC-5, GRP-2"},
	CodeParentSuspended:       {ErrPreconditionFailed, "ACC-5"},
	CodeSuspended:             {ErrPreconditionFailed, "ACC-2"},
	CodeSubaccount:            {ErrPreconditionFailed, "INV-4, ACC-2, ACC-6"},
	CodeUnmanaged:             {ErrPreconditionFailed, "ACC-6"},
	CodeOwnerGrant:            {ErrPreconditionFailed, "ACC-7, ACC-8"},
	CodeNoGrant:               {ErrPreconditionFailed, "ACC-8, ACC-7, GRP-2"},
	CodeGroupRole:             {ErrPreconditionFailed, "GRP-3"},
	CodeBilling:               {ErrPreconditionFailed, "BIL-1"},
	CodeHIPAANotEntitled:      {ErrPreconditionFailed, "HIP-3"},
	CodeHIPAADesignated:       {ErrPreconditionFailed, "HIP-7, ORG-6, ORG-10, USR-8, USR-11, ACC-4, HIP-1"},
	CodeProofMissing:          {ErrPreconditionFailed, "DOM-2"},
	CodeUnverified:            {ErrPreconditionFailed, "SSO-1"},
	CodeUntested:              {ErrPreconditionFailed, "SSO-1, SSO-4"},
	CodeEnforced:              {ErrPreconditionFailed, "SSO-1"},
	CodeNoLiveDomain:          {ErrPreconditionFailed, "MRG-1, USR-15, SSO-4"},
	CodeCandidateDomain:       {ErrPreconditionFailed, "MRG-1"},
	CodeOwnerOffDomain:        {ErrPreconditionFailed, "MRG-1"},
	CodeNotPerson:             {ErrPreconditionFailed, "USR-20, ORG-8, ORG-14, USR-11, USR-14, USR-17, ACC-1, ACC-6, SSO-3"},
	CodeMergeClosed:           {ErrPreconditionFailed, "USR-1"},
	CodeInTransaction:         {ErrPreconditionFailed, "GEN-11"},
	CodeForgotten:             {ErrPreconditionFailed, "GEN-13"},
	CodeMemberLimit:           {ErrLimitReached, "GEN-12, USR-1, USR-6, USR-13, MRG-10, PRV-3"},
	CodeAccountLimit:          {ErrLimitReached, "GEN-12, ORG-6, USR-6, ACC-1, ACC-4, MRG-10"},
	CodeSubaccountLimit:       {ErrLimitReached, "GEN-12, ACC-2"},
	CodeDomainLimit:           {ErrLimitReached, "GEN-12, DOM-1"},
	CodeServiceAccountLimit:   {ErrLimitReached, "GEN-12, USR-20"},
	CodeKeyLimit:              {ErrLimitReached, "GEN-12, USR-22"},
	CodeGroupLimit:            {ErrLimitReached, "GEN-12, MRG-10, GRP-2, PRV-9"},
	CodeGroupMemberLimit:      {ErrLimitReached, "GEN-12, GRP-2, PRV-9"},
	CodeAccountGroupLimit:     {ErrLimitReached, "GEN-12, GRP-2"},
	CodeDirectoryLimit:        {ErrLimitReached, "GEN-12, PRV-1"},
	CodeIdentityLimit:         {ErrLimitReached, "GEN-12, PRV-3"},
	CodeMailLimit:             {ErrLimitReached, "USR-10"},
	CodeVersion:               {ErrConflict, "PRV-10"},
	CodeTermsChanged:          {ErrConflict, "USR-6"},
	CodeClaimChanged:          {ErrConflict, "DOM-2"},
	CodeOperationTaken:        {ErrConflict, "GEN-13"},
	CodeBusy:                  {ErrConflict, "GEN-3, EVT-5, GEN-11"},
	CodeResolver:              {ErrUnavailable, "DOM-2"},
	CodeAlreadyDone:           {ErrAlreadyDone, "GEN-13"},
	CodeAmbiguous:             {ErrAmbiguous, "GEN-13"},
}
