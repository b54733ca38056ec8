package scim

import (
	"cmp"
	"errors"
	"net/http"
	"strconv"

	"github.com/add4b1c6/tenancy"
)

// The values of scimType that the handler gives (RFC 7644, table 9).
const (
	invalidFilter = "invalidFilter"
	invalidPath   = "invalidPath"
	invalidSyntax = "invalidSyntax"
	invalidValue  = "invalidValue"
	mutability    = "mutability"
	noTarget      = "noTarget"
	tooMany       = "tooMany"
	uniqueness    = "uniqueness"
)

// refusal is an answer that is an error (RFC 7644, section 3.12). Its detail names
// attributes and never holds what a request said of somebody.
type refusal struct {
	status   int
	scimType string // "": none
	detail   string
	code     tenancy.Code // the library's, for the log; "": the handler's own refusal
	cause    error        // of a status of 500 and more, for the log
}

func refused(status int, scimType, detail string) refusal {
	return refusal{status: status, scimType: scimType, detail: detail}
}

// badValue refuses a value of an attribute.
func badValue(detail string) refusal {
	return refused(http.StatusBadRequest, invalidValue, detail)
}

func (r refusal) Error() string { return r.detail }

// body returns the JSON of the answer.
func (r refusal) body() any {
	body := map[string]any{
		"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:Error"},
		"status":  strconv.Itoa(r.status), "detail": r.detail,
	}
	if r.scimType != "" {
		body["scimType"] = r.scimType
	}
	return body
}

// answers are how the library's refusals look to a directory (PRV-11).
var answers = map[tenancy.Code]refusal{
	tenancy.CodeActor: {status: 401, detail: "The secret or token is not valid. It is unknown, was replaced, or has " +
		"expired, or the directory was removed."},
	tenancy.CodeNotFound: {status: 404, detail: "There is no such resource."},

	tenancy.CodeEmail:     {status: 400, scimType: invalidValue, detail: "userName must be an email address."},
	tenancy.CodeOffDomain: {status: 400, scimType: invalidValue, detail: "userName must be an address on a domain that the organization has verified."},
	tenancy.CodeInput:     {status: 400, scimType: invalidValue, detail: "A value is too long, or holds characters that it may not hold."},
	tenancy.CodeName:      {status: 400, scimType: invalidValue, detail: "displayName is missing, too long, or holds characters that a name may not hold."},

	tenancy.CodeDomainLapsed:          {status: 403, detail: "The domain of this address is no longer verified. An administrator of the organization has to verify it again."},
	tenancy.CodeSignUpClosed:          {status: 403, detail: "The organization's sign-up policy takes no new users."},
	tenancy.CodeMemberLimit:           {status: 403, detail: "The organization has as many users as it may have."},
	tenancy.CodeIdentityLimit:         {status: 403, detail: "The directory has as many users as it may have."},
	tenancy.CodeGroupLimit:            {status: 403, detail: "The organization has as many groups as it may have."},
	tenancy.CodeGroupMemberLimit:      {status: 403, detail: "The group would have more members than a group may have."},
	tenancy.CodeTheOwner:              {status: 403, detail: "This user is the organization's Owner, whom no directory deactivates, renames or removes."},
	tenancy.CodeOrganizationSuspended: {status: 403, detail: "The organization is suspended."},
	tenancy.CodeSSOAddress:            {status: 403, detail: "Single sign-on is enforced for this user, so that their address stays on the organization's domains."},

	tenancy.CodeIdentityTaken: {status: 409, scimType: uniqueness, detail: "Another resource has this userName or externalId."},
	tenancy.CodeEmailTaken:    {status: 409, scimType: uniqueness, detail: "Another user has this userName."},
}

// byCategory are the answers to codes that answers does not list.
var byCategory = map[tenancy.Category]refusal{
	tenancy.ErrInvalid:            {status: 400, scimType: invalidValue, detail: "A value is not valid."},
	tenancy.ErrNotFound:           {status: 404, detail: "There is no such resource."},
	tenancy.ErrPermissionDenied:   {status: 403, detail: "The directory may not do that."},
	tenancy.ErrAlreadyExists:      {status: 409, scimType: uniqueness, detail: "Another resource has this userName or externalId."},
	tenancy.ErrPreconditionFailed: {status: 403, detail: "The organization's state does not allow that now."},
	tenancy.ErrLimitReached:       {status: 403, detail: "A limit of the organization is reached."},
	tenancy.ErrAlreadyDone:        {status: 409, detail: "The request was carried out before."},
	tenancy.ErrConflict:           {status: 503, detail: "Others changed the same at the same time. Try again."},
	tenancy.ErrUnavailable:        {status: 503, detail: "Something that the request needs is not available. Try again."},
	tenancy.ErrAmbiguous:          {status: 503, detail: "It is not known whether the request was carried out. Try again."},
}

// refusalOf returns the answer that an error is. What a repeat cannot mend is never a
// status of 500 or more, since providers repeat those. A version that is another now is
// 412 only where the request had a precondition; the callers see to that.
func refusalOf(err error) refusal {
	if r, is := errors.AsType[refusal](err); is {
		return r
	}
	code := tenancy.CodeOf(err)
	if code == tenancy.CodeVersion {
		return refusal{status: http.StatusPreconditionFailed, detail: "The resource has another version now.", code: code}
	}
	r, found := answers[code]
	if !found {
		r, found = byCategory[code.Category()]
	}
	if !found {
		r = refusal{status: http.StatusInternalServerError, detail: "Something went wrong. Try again."}
	}
	r.code = cmp.Or(r.code, code)
	if r.status >= 500 {
		r.cause = err
	}
	return r
}
