package tenancyhttp_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/tenancyhttp"
	"github.com/add4b1c6/tenancy/tenancytest"
)

// written returns the body of a response as generic JSON.
func written(t *testing.T, w *httptest.ResponseRecorder) (body map[string]any) {
	t.Helper()
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &body))
	return body
}

// GEN-16: each code brings its sentence and its status.
func TestProblemOfEachCode(t *testing.T) {
	for _, info := range tenancy.Codes() {
		t.Run(string(info.Code), func(t *testing.T) {
			for _, err := range []error{info.Code, &tenancy.Error{Op: "User", Err: info.Code}, fmt.Errorf("host: %w", info.Code)} {
				require.Equal(t, tenancyhttp.Problem{Title: info.Sentence, Status: info.Status, Code: info.Code},
					tenancyhttp.ProblemOf(err))
			}
			w := httptest.NewRecorder()
			tenancyhttp.WriteProblem(w, tenancyhttp.ProblemOf(info.Code))
			require.Equal(t, info.Status, w.Code)
			require.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
			require.Equal(t, info.Status == http.StatusServiceUnavailable, w.Header().Get("Retry-After") == "1")
			require.Equal(t, map[string]any{"title": info.Sentence, "status": float64(info.Status), "code": string(info.Code)},
				written(t, w))
		})
	}
}

// What is no refusal is internal, and its text goes nowhere.
func TestProblemOfFailure(t *testing.T) {
	for _, err := range []error{errors.New("secret"), &tenancy.Error{Op: "User", Err: errors.New("secret")},
		tenancy.Code("of nobody"), nil} {
		p := tenancyhttp.ProblemOf(err)
		require.Equal(t, http.StatusInternalServerError, p.Status)
		require.Equal(t, tenancyhttp.CodeInternal, p.Code)
		w := httptest.NewRecorder()
		tenancyhttp.WriteProblem(w, p)
		require.NotContains(t, w.Body.String(), "secret")
	}
}

// A host's own refusal is a Problem, and an error.
func TestProblemOfTheHost(t *testing.T) {
	own := tenancyhttp.Problem{Code: "sign_in", Status: http.StatusUnauthorized, Title: "Sign in first."}
	require.Equal(t, own, tenancyhttp.ProblemOf(fmt.Errorf("here: %w", own)))
	require.Equal(t, own, tenancyhttp.ProblemOf(errors.Join(own, errors.New("why"))))
	require.ErrorIs(t, fmt.Errorf("here: %w", own), own)
	require.Equal(t, "sign_in", own.Error())
	w := httptest.NewRecorder()
	w.Header().Set("Retry-After", "60")
	own.Type, own.Instance, own.Status = "https://app.example/problems#sign_in", "request-1", http.StatusServiceUnavailable
	tenancyhttp.WriteProblem(w, own)
	require.Equal(t, "60", w.Header().Get("Retry-After"))
	require.Equal(t, map[string]any{"type": own.Type, "title": own.Title, "status": float64(own.Status),
		"code": "sign_in", "instance": own.Instance}, written(t, w))
}

// USR-5, GEN-19: what is to be agreed to is shown in clear to the person who is asked.
func TestTermsInClear(t *testing.T) {
	s := tenancytest.New(t, nil, nil)
	company, ben := s.Company("acme"), s.Found("ben")
	sent, err := s.As(company.Owner).InviteUser(t.Context(), company.Organization,
		tenancy.NewInvitation{Email: tenancytest.Address("ben")})
	require.NoError(t, err)
	_, err = s.As(ben.User.ID).AcceptInvitation(t.Context(), tenancy.Acceptance{Secret: sent.Secret})
	require.Equal(t, tenancy.CodeTermsChanged, tenancy.CodeOf(err))
	w := httptest.NewRecorder()
	tenancyhttp.WriteProblem(w, tenancyhttp.ProblemOf(err))
	require.Equal(t, "ben Inc", written(t, w)["terms"].(map[string]any)["dissolved"].([]any)[0].(map[string]any)["name"])
}

// GEN-9: pages follow each other, and an empty one has a list.
func TestPages(t *testing.T) {
	s := tenancytest.New(t, nil, nil)
	company := s.Company("acme")
	seen := map[string]bool{}
	var after tenancy.Cursor
	for more := true; more; more = after != "" {
		page, err := tenancyhttp.PageOf(s.As(company.Owner).Users(t.Context(), company.Organization,
			tenancy.UserQuery{After: after}), 2)
		require.NoError(t, err)
		w := httptest.NewRecorder()
		tenancyhttp.WriteJSON(w, http.StatusOK, page)
		require.Equal(t, "application/json", w.Header().Get("Content-Type"))
		body := written(t, w)
		for _, item := range body["items"].([]any) {
			seen[item.(map[string]any)["user"].(map[string]any)["name"].(string)] = true
		}
		if after = page.Next; after == "" {
			require.NotContains(t, body, "next")
		} else {
			require.Equal(t, string(after), body["next"])
		}
	}
	require.Equal(t, map[string]bool{"owner": true, "administrator": true, "member": true, "acme-guest": true}, seen)

	page, err := tenancyhttp.PageOf(s.As(company.Guest).Organizations(t.Context(), tenancy.OrganizationQuery{}), 2)
	require.NoError(t, err)
	text, err := json.Marshal(page)
	require.NoError(t, err)
	require.JSONEq(t, `{"items":[]}`, string(text))

	none, err := tenancyhttp.PageOf(s.As(company.Guest).Users(t.Context(), company.Organization, tenancy.UserQuery{}), 2)
	require.Equal(t, tenancy.CodeNotFound, tenancy.CodeOf(err))
	require.Zero(t, none)
}

// A value that is not JSON is an internal error.
func TestNotJSON(t *testing.T) {
	w := httptest.NewRecorder()
	tenancyhttp.WriteJSON(w, http.StatusOK, map[string]any{"f": func() {}})
	require.Equal(t, http.StatusInternalServerError, w.Code)
	require.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
	require.Equal(t, string(tenancyhttp.CodeInternal), written(t, w)["code"])
}
