package tenancy

import "errors"

// Category is a kind of refusal, and an error to compare with: errors.Is(err, tenancy.ErrNotFound) holds for every refusal of that kind.
// A host maps categories to what its transport has, and codes to sentences (GEN-4).
type Category string

// The categories of refusals (GEN-4). An error of none of them comes from the store's driver or from the context.
const (
	ErrInvalid            Category = "invalid"             // malformed, or what this operation never takes
	ErrNotFound           Category = "not found"           // absent, or not to be seen by this actor: the two look alike (GEN-5)
	ErrPermissionDenied   Category = "permission denied"   // the actor's rank or role does not suffice, or it is oneself or the Owner who is off limits
	ErrAlreadyExists      Category = "already exists"      // pending, claimed, a member
	ErrPreconditionFailed Category = "precondition failed" // the state forbids it now
	ErrLimitReached       Category = "limit reached"       // a limit would be passed
	ErrConflict           Category = "conflict"            // changed since the caller looked, or others kept winning
	ErrUnavailable        Category = "unavailable"         // something outside failed: try later
	ErrAlreadyDone        Category = "already done"        // the operation with this ID succeeded before: OutcomeOf gives what it did
	ErrAmbiguous          Category = "ambiguous"           // whether it was done is not known: ask Outcome with Error.Operation
)

// Error gives the category's words.
func (c Category) Error() string { return "tenancy: " + string(c) }

// Code names the rule that refused, stable across releases, and is an error to compare with: errors.Is(err, tenancy.CodeTheOwner). It is in
// one Category, and Rule gives the ID of the rule as docs/rules.md has it.
type Code string

// Error gives the code itself.
func (c Code) Error() string { return "tenancy: " + string(c) }

// Is makes a code match its category in errors.Is.
func (c Code) Is(target error) bool { return target == c.Category() }

// Category gives the kind of refusal the code is; of no code of ours, the empty one.
func (c Code) Category() Category { return codes[c].category }

// Rule gives the ID of the rule the code stands for, or the first of them.
func (c Code) Rule() string { return codes[c].rule }

// Error is every refusal and every failure of an operation. Its text holds the operation, the ID acted on and the code, and no personal data.
type Error struct {
	Op        string       // the operation's name: "RenameOrganization"
	Subject   string       // the text form of the ID it acted on, or ""
	Err       error        // a Code, or an error of the store or the context as it came
	Pending   InvitationID // with CodeInvitationPending: the one that is pending (USR-4)
	Operation OperationID  // with CodeAmbiguous and CodeAlreadyDone: the ID to ask by (GEN-13)
	Outcome   *Outcome     // with CodeAlreadyDone: what it did; else nil
	Terms     *Terms       // with CodeTermsChanged: what accepting would bring along now; else nil
}

// Error gives operation, subject and code.
func (e *Error) Error() string {
	text := "tenancy: " + e.Op
	if e.Subject != "" {
		text += " " + e.Subject
	}
	if code, ok := e.Err.(Code); ok {
		return text + ": " + string(code)
	}
	if e.Err == nil {
		return text
	}
	return text + ": " + e.Err.Error()
}

// Unwrap gives the code or the cause.
func (e *Error) Unwrap() error { return e.Err }

// CodeOf gives the code of a refusal, or "" if err is none.
func CodeOf(err error) Code {
	code, _ := errors.AsType[Code](err)
	return code
}

// CategoryOf gives the category of a refusal, or "" if err is none.
func CategoryOf(err error) Category { return CodeOf(err).Category() }

// OutcomeOf gives what an operation refused as CodeAlreadyDone did when it was done; false for any other error.
func OutcomeOf(err error) (Outcome, bool) {
	if e, ok := errors.AsType[*Error](err); ok && e.Outcome != nil {
		return *e.Outcome, true
	}
	return Outcome{}, false
}

// The codes, by category. Each names the rule it enforces; Rule gives the same.
const (
	// ErrInvalid
	CodeID               Code = "id"                // not the text form of an ID of this kind, or a zero ID where one is needed (section 3)
	CodeName             Code = "name"              // a name is empty or over 64 characters after trimming, not UTF-8, or holds control characters, line separators or bidirectional controls (section 3)
	CodeEmail            Code = "email"             // not an e-mail address in the strict form (ADR-1)
	CodePhone            Code = "phone"             // not an E.164 number (ACC-10)
	CodeReference        Code = "reference"         // not 1–64 of A–Z a–z 0–9 . _ / - (EVT-3)
	CodeDomainName       Code = "domain_name"       // not a domain name (DOM-1)
	CodeDomainReserved   Code = "domain_reserved"   // a public suffix or special-use name: nobody's to claim (DOM-1)
	CodeMailProvider     Code = "mail_provider"     // a common mail provider's domain (DOM-1)
	CodeRole             Code = "role"              // no organization role, or Owner, which is never given this way (also USR-4) (ROLE-4)
	CodeRoles            Code = "roles"             // no set of account roles that can be given: empty, unknown, with Owner, or Administrator beside others (ACC-7)
	CodePermission       Code = "permission"        // no permission of this directory (ROLE-7)
	CodeOption           Code = "option"            // an option is malformed (ROLE-7)
	CodePolicy           Code = "policy"            // no such policy (DOM-6)
	CodeCursor           Code = "cursor"            // a cursor of another list or query, or none at all (GEN-14)
	CodeSameOrganization Code = "same_organization" // both are the same organization (also ORG-6) (MRG-1)
	CodeInput            Code = "input"             // input that this operation never takes (GEN-4)

	// ErrNotFound
	CodeNotFound Code = "not_found" // absent, or not to be seen by this actor (GEN-5)

	// ErrPermissionDenied
	CodeActor       Code = "actor"        // the acting user is unknown, inactive or deleted: a host answers 401 (GEN-2)
	CodeNotAllowed  Code = "not_allowed"  // the actor's role does not suffice (ROLE-1 to 3, ROLE-6) (ROLE-8)
	CodeOneself     Code = "oneself"      // not to be done to oneself (also USR-11, USR-13, SSO-3) (ROLE-4)
	CodeTheOwner    Code = "the_owner"    // not to be done to the Owner (also ORG-9, SSO-3) (ROLE-5)
	CodeRelease     Code = "release"      // only the Owner lets an account out (USR-11)
	CodeOwnerLeaves Code = "owner_leaves" // the Owner may not leave (USR-12)
	CodeNotTheirs   Code = "not_theirs"   // the account is managed by an organization its owner does not own (ACC-4)

	// ErrAlreadyExists
	CodeEmailTaken        Code = "email_taken"        // another user has the address (INV-7)
	CodeDomainAdded       Code = "domain_added"       // the organization has the domain already (DOM-1)
	CodeDomainTaken       Code = "domain_taken"       // proven by another organization (DOM-3)
	CodeInvitationPending Code = "invitation_pending" // one is pending for the address: Error.Pending (INV-8)
	CodeMember            Code = "member"             // a member already (USR-4)
	CodeAccountRequested  Code = "account_requested"  // asked for already (ACC-4)
	CodeAccountManaged    Code = "account_managed"    // the organization has the account already (ACC-4)
	CodeRequestOpen       Code = "request_open"       // a request is open for the address (USR-18)
	CodeAlreadyOwner      Code = "already_owner"      // it belongs to them already (GEN-6)

	// ErrPreconditionFailed
	CodeMerged           Code = "merged"             // the organization was merged into another (ORG-13)
	CodeEnded            Code = "ended"              // the organization was deleted (ORG-10)
	CodeRestoreWindow    Code = "restore_window"     // too late to restore (ORG-12)
	CodeFormerOwner      Code = "former_owner"       // the former Owner is deleted, inactive or managed elsewhere (ORG-12)
	CodePhoneNeeded      Code = "phone_needed"       // the actor owns no active account with a verified phone number (ORG-2)
	CodeOtherMember      Code = "other_member"       // an active member is there to become Owner (ORG-14)
	CodeManaged          Code = "managed"            // the actor is managed by an organization (ORG-5)
	CodeManagedElsewhere Code = "managed_elsewhere"  // a member of another organization (also USR-7) (INV-5)
	CodeNotMember        Code = "not_member"         // no member of the organization (also USR-11, ACC-1, ACC-6) (ORG-8)
	CodeInactive         Code = "inactive"           // the user named is inactive (also USR-11, ACC-1, ACC-6) (ORG-8)
	CodeOwnsOrganization Code = "owns_organization"  // owns another organization (also ORG-10, USR-14) (ORG-8)
	CodeOwnsAccounts     Code = "owns_accounts"      // owns accounts, and the input names nobody for them (also USR-12, USR-14) (USR-11)
	CodeSSOAddress       Code = "sso_address"        // the address is off the domains single sign-on is enforced on (USR-17)
	CodeInvitationOnly   Code = "invitation_only"    // the domain's organization invites its people (also USR-17) (USR-1)
	CodeSignUpClosed     Code = "sign_up_closed"     // the domain's organization takes nobody in (also USR-17) (USR-1)
	CodeSecretRefused    Code = "secret_refused"     // the secret is of no invitation that lets this address in (USR-1)
	CodeOffDomain        Code = "off_domain"         // the organization invites only addresses on its live domains (USR-5)
	CodeSettled          Code = "settled"            // accepted, declined, revoked or settled before (also USR-10, ACC-4) (USR-6)
	CodeExpired          Code = "expired"            // expired (also USR-10, ACC-4) (USR-6)
	CodeInviter          Code = "inviter"            // who sent it could not send it any more: another who can may resend it (USR-6)
	CodeNotEntitled      Code = "not_entitled"       // not entitled to import users (USR-15)
	CodeNotEligible      Code = "not_eligible"       // the address is not eligible for import (USR-15)
	CodeNotRefused       Code = "not_refused"        // signing up would not refuse this address (USR-18)
	CodeClosed           Code = "closed"             // the account is closed (ACC-5)
	CodeParentSuspended  Code = "parent_suspended"   // the main account is suspended (ACC-5)
	CodeSuspended        Code = "suspended"          // the main account is not active (ACC-2)
	CodeSubaccount       Code = "subaccount"         // a subaccount, where a main account is needed (INV-4)
	CodeUnmanaged        Code = "unmanaged"          // the account belongs to no organization (ACC-6)
	CodeOwnerGrant       Code = "owner_grant"        // the owner's grant is not changed this way (ACC-7)
	CodeNoGrant          Code = "no_grant"           // the user has no grant on the account (ACC-8)
	CodeBilling          Code = "billing"            // billing does not go back (BIL-1)
	CodeHIPAANotEntitled Code = "hipaa_not_entitled" // the organization has no HIPAA entitlement (HIP-3)
	CodeHIPAADesignated  Code = "hipaa_designated"   // an account is designated (also HIP-1) (HIP-7)
	CodeProofMissing     Code = "proof_missing"      // the record was not found (DOM-2)
	CodeUnverified       Code = "unverified"         // the domain is not verified (SSO-1)
	CodeUntested         Code = "untested"           // the connection is not tested (SSO-1)
	CodeEnforced         Code = "enforced"           // the connection is enforced (SSO-1)
	CodeNoLiveDomain     Code = "no_live_domain"     // the Prime has no live domain (MRG-1)
	CodeCandidateDomain  Code = "candidate_domain"   // the Candidate has a verified domain (MRG-1)
	CodeOwnerOffDomain   Code = "owner_off_domain"   // the Candidate's Owner is not on a live domain of the Prime (MRG-1)
	CodeMergeClosed      Code = "merge_closed"       // the merge would bring a member whose domain is closed to them (USR-1)
	CodeInTransaction    Code = "in_transaction"     // it works in transactions of its own, or the session is of another block or of one that has ended (GEN-11)

	// ErrLimitReached
	CodeMemberLimit     Code = "member_limit"     // the organization's members (GEN-12)
	CodeAccountLimit    Code = "account_limit"    // its main accounts (GEN-12)
	CodeSubaccountLimit Code = "subaccount_limit" // an account's subaccounts (GEN-12)
	CodeDomainLimit     Code = "domain_limit"     // its domains (GEN-12)
	CodeMailLimit       Code = "mail_limit"       // invitations to one address within 24 hours (USR-10)

	// ErrConflict
	CodeTermsChanged   Code = "terms_changed"   // the Terms no longer hold: Error.Terms has the new ones (USR-6)
	CodeClaimChanged   Code = "claim_changed"   // the claim changed during the look-up (DOM-2)
	CodeOperationTaken Code = "operation_taken" // the operation ID stands for another operation (GEN-13)
	CodeBusy           Code = "busy"            // others kept winning (GEN-3)

	// ErrUnavailable
	CodeResolver Code = "resolver" // the name server failed (DOM-2)

	// ErrAlreadyDone
	CodeAlreadyDone Code = "already_done" // done before under this operation ID: OutcomeOf (GEN-13)

	// ErrAmbiguous
	CodeAmbiguous Code = "ambiguous" // whether it was done is not known: ask Outcome(Error.Operation) (GEN-13)
)

// codes says of each code which category it is in and which rule it stands for.
var codes = map[Code]struct {
	category Category
	rule     string
}{
	CodeID:                {ErrInvalid, "section 3"},
	CodeName:              {ErrInvalid, "section 3"},
	CodeEmail:             {ErrInvalid, "ADR-1"},
	CodePhone:             {ErrInvalid, "ACC-10"},
	CodeReference:         {ErrInvalid, "EVT-3"},
	CodeDomainName:        {ErrInvalid, "DOM-1"},
	CodeDomainReserved:    {ErrInvalid, "DOM-1"},
	CodeMailProvider:      {ErrInvalid, "DOM-1"},
	CodeRole:              {ErrInvalid, "ROLE-4"},
	CodeRoles:             {ErrInvalid, "ACC-7"},
	CodePermission:        {ErrInvalid, "ROLE-7"},
	CodeOption:            {ErrInvalid, "ROLE-7"},
	CodePolicy:            {ErrInvalid, "DOM-6"},
	CodeCursor:            {ErrInvalid, "GEN-14"},
	CodeSameOrganization:  {ErrInvalid, "MRG-1"},
	CodeInput:             {ErrInvalid, "GEN-4"},
	CodeNotFound:          {ErrNotFound, "GEN-5"},
	CodeActor:             {ErrPermissionDenied, "GEN-2"},
	CodeNotAllowed:        {ErrPermissionDenied, "ROLE-8"},
	CodeOneself:           {ErrPermissionDenied, "ROLE-4"},
	CodeTheOwner:          {ErrPermissionDenied, "ROLE-5"},
	CodeRelease:           {ErrPermissionDenied, "USR-11"},
	CodeOwnerLeaves:       {ErrPermissionDenied, "USR-12"},
	CodeNotTheirs:         {ErrPermissionDenied, "ACC-4"},
	CodeEmailTaken:        {ErrAlreadyExists, "INV-7"},
	CodeDomainAdded:       {ErrAlreadyExists, "DOM-1"},
	CodeDomainTaken:       {ErrAlreadyExists, "DOM-3"},
	CodeInvitationPending: {ErrAlreadyExists, "INV-8"},
	CodeMember:            {ErrAlreadyExists, "USR-4"},
	CodeAccountRequested:  {ErrAlreadyExists, "ACC-4"},
	CodeAccountManaged:    {ErrAlreadyExists, "ACC-4"},
	CodeRequestOpen:       {ErrAlreadyExists, "USR-18"},
	CodeAlreadyOwner:      {ErrAlreadyExists, "GEN-6"},
	CodeMerged:            {ErrPreconditionFailed, "ORG-13"},
	CodeEnded:             {ErrPreconditionFailed, "ORG-10"},
	CodeRestoreWindow:     {ErrPreconditionFailed, "ORG-12"},
	CodeFormerOwner:       {ErrPreconditionFailed, "ORG-12"},
	CodePhoneNeeded:       {ErrPreconditionFailed, "ORG-2"},
	CodeOtherMember:       {ErrPreconditionFailed, "ORG-14"},
	CodeManaged:           {ErrPreconditionFailed, "ORG-5"},
	CodeManagedElsewhere:  {ErrPreconditionFailed, "INV-5"},
	CodeNotMember:         {ErrPreconditionFailed, "ORG-8"},
	CodeInactive:          {ErrPreconditionFailed, "ORG-8"},
	CodeOwnsOrganization:  {ErrPreconditionFailed, "ORG-8"},
	CodeOwnsAccounts:      {ErrPreconditionFailed, "USR-11"},
	CodeSSOAddress:        {ErrPreconditionFailed, "USR-17"},
	CodeInvitationOnly:    {ErrPreconditionFailed, "USR-1"},
	CodeSignUpClosed:      {ErrPreconditionFailed, "USR-1"},
	CodeSecretRefused:     {ErrPreconditionFailed, "USR-1"},
	CodeOffDomain:         {ErrPreconditionFailed, "USR-5"},
	CodeSettled:           {ErrPreconditionFailed, "USR-6"},
	CodeExpired:           {ErrPreconditionFailed, "USR-6"},
	CodeInviter:           {ErrPreconditionFailed, "USR-6"},
	CodeNotEntitled:       {ErrPreconditionFailed, "USR-15"},
	CodeNotEligible:       {ErrPreconditionFailed, "USR-15"},
	CodeNotRefused:        {ErrPreconditionFailed, "USR-18"},
	CodeClosed:            {ErrPreconditionFailed, "ACC-5"},
	CodeParentSuspended:   {ErrPreconditionFailed, "ACC-5"},
	CodeSuspended:         {ErrPreconditionFailed, "ACC-2"},
	CodeSubaccount:        {ErrPreconditionFailed, "INV-4"},
	CodeUnmanaged:         {ErrPreconditionFailed, "ACC-6"},
	CodeOwnerGrant:        {ErrPreconditionFailed, "ACC-7"},
	CodeNoGrant:           {ErrPreconditionFailed, "ACC-8"},
	CodeBilling:           {ErrPreconditionFailed, "BIL-1"},
	CodeHIPAANotEntitled:  {ErrPreconditionFailed, "HIP-3"},
	CodeHIPAADesignated:   {ErrPreconditionFailed, "HIP-7"},
	CodeProofMissing:      {ErrPreconditionFailed, "DOM-2"},
	CodeUnverified:        {ErrPreconditionFailed, "SSO-1"},
	CodeUntested:          {ErrPreconditionFailed, "SSO-1"},
	CodeEnforced:          {ErrPreconditionFailed, "SSO-1"},
	CodeNoLiveDomain:      {ErrPreconditionFailed, "MRG-1"},
	CodeCandidateDomain:   {ErrPreconditionFailed, "MRG-1"},
	CodeOwnerOffDomain:    {ErrPreconditionFailed, "MRG-1"},
	CodeMergeClosed:       {ErrPreconditionFailed, "USR-1"},
	CodeInTransaction:     {ErrPreconditionFailed, "GEN-11"},
	CodeMemberLimit:       {ErrLimitReached, "GEN-12"},
	CodeAccountLimit:      {ErrLimitReached, "GEN-12"},
	CodeSubaccountLimit:   {ErrLimitReached, "GEN-12"},
	CodeDomainLimit:       {ErrLimitReached, "GEN-12"},
	CodeMailLimit:         {ErrLimitReached, "USR-10"},
	CodeTermsChanged:      {ErrConflict, "USR-6"},
	CodeClaimChanged:      {ErrConflict, "DOM-2"},
	CodeOperationTaken:    {ErrConflict, "GEN-13"},
	CodeBusy:              {ErrConflict, "GEN-3"},
	CodeResolver:          {ErrUnavailable, "DOM-2"},
	CodeAlreadyDone:       {ErrAlreadyDone, "GEN-13"},
	CodeAmbiguous:         {ErrAmbiguous, "GEN-13"},
}
