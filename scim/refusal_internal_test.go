package scim

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// PRV-11: every code of the library has an answer that is an error, and only what a repeat
// can mend is 500 or more, since providers repeat those.
func TestEveryCodeHasAnAnswer(t *testing.T) {
	for _, row := range tenancy.Codes() {
		code := row.Code
		r := refusalOf(fmt.Errorf("in a block: %w", code))
		require.Equal(t, code, r.code)
		require.NotEmpty(t, r.detail, code)
		switch row.Category {
		case tenancy.ErrConflict, tenancy.ErrUnavailable, tenancy.ErrAmbiguous:
			require.Contains(t, []int{412, 503}, r.status, code)
		default:
			require.GreaterOrEqual(t, r.status, 400, code)
			require.Less(t, r.status, 500, code)
		}
		require.Equal(t, r.status == 503, r.cause != nil, code)
	}
	require.Equal(t, 500, refusalOf(errors.New("anything else")).status)
}

// PRV-11: the answers that the contract names.
func TestAnswers(t *testing.T) {
	for _, row := range []struct {
		code     tenancy.Code
		status   int
		scimType string
	}{
		{tenancy.CodeActor, 401, ""},
		{tenancy.CodeNotFound, 404, ""},
		{tenancy.CodeEmail, 400, invalidValue},
		{tenancy.CodeInput, 400, invalidValue},
		{tenancy.CodeName, 400, invalidValue},
		{tenancy.CodeOffDomain, 400, invalidValue},
		{tenancy.CodeDomainLapsed, 403, ""},
		{tenancy.CodeSignUpClosed, 403, ""},
		{tenancy.CodeMemberLimit, 403, ""},
		{tenancy.CodeIdentityLimit, 403, ""},
		{tenancy.CodeGroupLimit, 403, ""},
		{tenancy.CodeGroupMemberLimit, 403, ""},
		{tenancy.CodeTheOwner, 403, ""},
		{tenancy.CodeOrganizationSuspended, 403, ""},
		{tenancy.CodeSSOAddress, 403, ""},
		{tenancy.CodeIdentityTaken, 409, uniqueness},
		{tenancy.CodeEmailTaken, 409, uniqueness},
		{tenancy.CodeVersion, 412, ""},
		{tenancy.CodeBusy, 503, ""},
	} {
		r := refusalOf(row.code)
		require.Equal(t, row.status, r.status, row.code)
		require.Equal(t, row.scimType, r.scimType, row.code)
	}
}

// PRV-11: what a scan of users reads of each is what is kept, and costs little however much
// is kept.
func TestManagerOf(t *testing.T) {
	phones := make([]any, maxElements)
	for i := range phones {
		phones[i] = node{"value": fmt.Sprint(i), "display": `"manager"`, "type": "work"}
	}
	for _, n := range []node{
		{},
		{"title": `"manager"`},
		{"phoneNumbers": phones},
		{enterpriseSchema: node{"department": "manager"}},
		{enterpriseSchema: node{"manager": node{"displayName": "x"}}},
		{enterpriseSchema: node{"manager": node{"value": "a \"quoted\" \u2028 <ü>"}}, "phoneNumbers": phones},
	} {
		text := attributesOf(n)
		require.Equal(t, decodeAttributes(text).text(enterpriseSchema, "manager", "value"), managerOf(text), text)
		require.LessOrEqual(t, testing.AllocsPerRun(10, func() { managerOf(text) }), 20.0)
	}
	require.Empty(t, managerOf(`{"manager": `))
}
