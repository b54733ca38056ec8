package tenancy

import (
	"cmp"
	"net/http"
	"slices"
)

// CodeInfo is what the library says of a code, as data.
type CodeInfo struct {
	Code     Code     `json:"code"`
	Category Category `json:"category"`
	Status   int      `json:"status"`   // see Code.Status
	Sentence string   `json:"sentence"` // see Code.Sentence
	Rules    []string `json:"rules"`    // see Code.Rules
}

// Codes returns all codes, by category in the order of their declaration, and then by
// name (GEN-16). A host translates their sentences, and can test that it misses none.
// The caller may change what it returns.
func Codes() []CodeInfo {
	all := make([]CodeInfo, 0, len(codes))
	for code := range codes {
		all = append(all, CodeInfo{code, code.Category(), code.Status(), code.Sentence(), code.Rules()})
	}
	slices.SortFunc(all, func(a, b CodeInfo) int {
		order := func(of CodeInfo) int {
			return slices.IndexFunc(statuses, func(row categoryStatus) bool { return row.category == of.Category })
		}
		return cmp.Or(cmp.Compare(order(a), order(b)), cmp.Compare(a.Code, b.Code))
	})
	return all
}

// Sentence returns a sentence in English for the person who is refused. It holds no ID
// and no personal data. If the library has no such code, it returns "" (GEN-16).
func (c Code) Sentence() string { return sentences[c] }

// Status returns the HTTP status of a response that refuses with the code. It is its
// category's, except for these codes:
//
//   - CodeActor is 401: the host signs the person out. CodeKey is too.
//   - CodeMailLimit is 429, and CodeBusy is 503: the person may try again later.
//   - CodeOption and CodeInTransaction are 500: the host's own code is wrong.
//
// CodeAlreadyDone is 409. A host whose client repeats a request answers 200 instead, with
// what OutcomeOf returns. If the library has no such code, Status returns 500. So it does
// for "", which CodeOf returns for an error that is not a refusal (GEN-16).
func (c Code) Status() int {
	if status, own := ownStatuses[c]; own {
		return status
	}
	for _, row := range statuses {
		if row.category == c.Category() {
			return row.status
		}
	}
	return http.StatusInternalServerError
}

// categoryStatus is the status of a category's codes.
type categoryStatus struct {
	category Category
	status   int
}

// statuses are the categories in their order, with the status of each.
var statuses = []categoryStatus{
	{ErrInvalid, http.StatusBadRequest},
	{ErrNotFound, http.StatusNotFound},
	{ErrPermissionDenied, http.StatusForbidden},
	{ErrAlreadyExists, http.StatusConflict},
	{ErrPreconditionFailed, http.StatusConflict},
	{ErrLimitReached, http.StatusConflict},
	{ErrConflict, http.StatusConflict},
	{ErrUnavailable, http.StatusServiceUnavailable},
	{ErrAlreadyDone, http.StatusConflict},
	{ErrAmbiguous, http.StatusServiceUnavailable},
}

// ownStatuses are the codes whose status is not their category's.
var ownStatuses = map[Code]int{
	CodeActor:         http.StatusUnauthorized,
	CodeKey:           http.StatusUnauthorized,
	CodeMailLimit:     http.StatusTooManyRequests,
	CodeBusy:          http.StatusServiceUnavailable,
	CodeOption:        http.StatusInternalServerError,
	CodeInTransaction: http.StatusInternalServerError,
}

// sentences has a sentence for each code. It is for a customer's people: it uses their
// words, says what they can do about it where there is something, and takes one reason
// or several as the code does.
var sentences = map[Code]string{
	CodeID:               "This link or identifier is not valid.",
	CodeName:             "A name needs 1 to 64 characters, and no line breaks or other control characters.",
	CodeEmail:            "The address needs one @, plain letters, and at most 64 characters before the @.",
	CodePhone:            "This is not a valid phone number. Begin with + and the country code.",
	CodeReference:        "A reference must have 1 to 64 characters: letters without accents, digits, and . _ / -",
	CodeDomainName:       "This is not a valid domain name.",
	CodeDomainReserved:   "Nobody can claim this domain, because it is not a single company's.",
	CodeMailProvider:     "Nobody can claim this domain, because it belongs to a public email provider.",
	CodeRole:             "This role does not exist, or cannot be given this way.",
	CodeRoles:            "These roles cannot be given together, or one of them cannot be given this way.",
	CodeUntil:            "Roles must end in the future.",
	CodePermission:       "This permission does not exist.",
	CodeOption:           "The service is not set up correctly.",
	CodePolicy:           "This setting does not exist.",
	CodeCursor:           "This page of the list is not valid. Start again from the beginning.",
	CodeSameOrganization: "Choose two different organizations.",
	CodeInput:            "This request is not valid.",

	CodeNotFound: "It does not exist, or you may not see it.",

	CodeActor:      "You are signed out, because your access has ended.",
	CodeNotAllowed: "Your role does not allow you to do this.",
	CodeOneself:    "You cannot do this to yourself. Ask another administrator.",
	CodeOutlasts:   "Your own role here ends, so the roles that you give must end no later.",
	CodeTheOwner:   "You cannot do this to the owner.",
	CodeRank:       "Your role does not let you give this role, or change somebody who has it.",
	CodeRelease:    "Only the owner of the organization can let accounts leave it.",
	CodeOwnerLeaves: "You cannot leave the organization while you own it. Transfer it to somebody else " +
		"first.",
	CodeServiceAccount: "A service account cannot do this. A person has to.",
	CodeKey:            "This key is unknown, expired or revoked.",
	CodeNotTheirs:      "You cannot let this account move, because your organization manages it.",

	CodeIdentityTaken:     "Somebody else of this identity provider has the user name or the external ID, or this person is provisioned already.",
	CodeEmailTaken:        "Another user already has this address.",
	CodeDomainAdded:       "Your organization already has this domain.",
	CodeDomainTaken:       "Another organization has already verified this domain.",
	CodeInvitationPending: "This person is already invited.",
	CodeMember:            "This person is already a member.",
	CodeAccountRequested:  "Your organization has already asked for this account.",
	CodeAccountManaged:    "Your organization already has this account.",
	CodeRequestOpen:       "You have already asked to be invited. Wait for an answer.",
	CodeAlreadyOwner:      "This person is already the owner.",

	CodeMerged:                "This organization was merged into another one.",
	CodeEnded:                 "This organization was deleted.",
	CodeOrganizationSuspended: "This organization is suspended.",
	CodeRestoreWindow:         "This organization can no longer be restored, or was not deleted.",
	CodeFormerOwner:           "This organization cannot be restored, because its former owner cannot take it back.",
	CodePhoneNeeded:           "You need an active account of your own with a verified phone number first.",
	CodeOtherMember:           "Choose an active member of the organization as its new owner.",
	CodeManaged:               "You cannot do this as a member of an organization.",
	CodeManagedElsewhere:      "This person is a member of another organization.",
	CodeNotPerson:             "This is a service account. Choose a person.",
	CodeNotMember:             "This person is not a member of the organization.",
	CodeInactive:              "This person is deactivated. Reactivate them first, or choose somebody else.",
	CodeOwnsOrganization:      "This person owns another organization, and has to transfer or delete that first.",
	CodeOwnsAccounts:          "This person owns accounts. Choose who gets them.",
	CodeSSOAddress:            "Choose an address on a domain of the organization that requires single sign-on.",
	CodeInvitationOnly:        "This address belongs to an organization that you can join only by invitation.",
	CodeSignUpClosed:          "This address belongs to an organization that takes nobody in at the moment.",
	CodeSecretRefused:         "This invitation is not for this address, or is no longer valid.",
	CodeOffDomain:             "The organization takes only people with an address on its own domains.",
	CodeDomainLapsed:          "The organization has to verify the address's domain again.",
	CodeDirectoryGroup:        "The organization's identity provider keeps this group. Change it there.",
	CodeSettled:               "This was already accepted, declined or withdrawn.",
	CodeExpired:               "This has expired. Ask for a new one.",
	CodeInviter:               "The person who sent this may no longer do so. Ask the organization to send it again.",
	CodeNotEntitled:           "Your organization cannot import users. Contact support.",
	CodeNotEligible:           "This person cannot be imported.",
	CodeNotRefused:            "You do not need an invitation. Sign up with this address.",
	CodeClosed:                "This account is closed.",
	CodeParentSuspended:       "The main account is suspended. It has to be reactivated first.",
	CodeSuspended:             "This account, or its main account, is suspended.",
	CodeSubaccount:            "This works for main accounts only, and this is a subaccount.",
	CodeUnmanaged:             "This account does not belong to an organization.",
	CodeOwnerGrant:            "You cannot change the role of the account's owner this way. Transfer the account instead.",
	CodeGroupRole:             "This person has their role on this account by a group. Take the role from the group, or the person out of it.",
	CodeNoGrant:               "This person has no role on this account.",
	CodeBilling:               "The billing of this account cannot be changed back.",
	CodeHIPAANotEntitled:      "Your organization has no HIPAA agreement. Contact support.",
	CodeHIPAADesignated:       "An account is subject to HIPAA, which does not allow this.",
	CodeProofMissing:          "The DNS record of this domain was not found. A new record can take some hours to appear.",
	CodeUnverified:            "Verify this domain first.",
	CodeUntested:              "Test this single sign-on connection first.",
	CodeEnforced:              "This single sign-on connection is required on a domain. Stop requiring it first.",
	CodeNoLiveDomain:          "The organization that stays needs a verified domain first.",
	CodeCandidateDomain:       "The organization that joins has a verified domain. Remove the domain first.",
	CodeOwnerOffDomain: "The owner of the organization that joins needs an address on a domain of the organization " +
		"that stays.",
	CodeMergeClosed: "The organization that joins has a member whose address belongs to an organization that takes " +
		"nobody in.",
	CodeForgotten:     "This was attempted so long ago that nobody knows whether it was done. Look before you try again.",
	CodeInTransaction: "The service could not do this. Contact support.",

	CodeServiceAccountLimit: "This organization has no room for more service accounts.",
	CodeKeyLimit:            "This service account has no room for more keys. Revoke one first.",
	CodeMemberLimit:         "This organization has no room for more members.",
	CodeAccountLimit:        "This organization has no room for more accounts.",
	CodeSubaccountLimit:     "This account has no room for more subaccounts.",
	CodeDomainLimit:         "This organization has no room for more domains.",
	CodeDirectoryLimit:      "This organization has no room for more identity providers.",
	CodeIdentityLimit:       "There is no room here for more people of this identity provider.",
	CodeGroupLimit:          "This organization has no room for more groups.",
	CodeGroupMemberLimit:    "This group has no room for more members.",
	CodeAccountGroupLimit:   "Too many groups have roles on this account.",
	CodeMailLimit:           "This address has received too many invitations today. Try again tomorrow.",

	CodeVersion:        "This was changed in the meantime. Read it again.",
	CodeTermsChanged:   "What you agreed to has changed meanwhile. Look at it again.",
	CodeClaimChanged:   "This domain was changed meanwhile. Look at it again.",
	CodeOperationTaken: "This request was already used for something else.",
	CodeBusy:           "Too many people are changing this at once. Try again.",

	CodeResolver: "The DNS server of this domain did not answer. Try again later.",

	CodeAlreadyDone: "This was already done.",

	CodeAmbiguous: "Something went wrong, and this may or may not have been done. Look before you try again.",
}
