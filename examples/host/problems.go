package main

import (
	"log/slog"
	"net/http"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/tenancyhttp"
)

// The host's own refusals, beside those of the library.
var (
	errFlow       = refusal("sign_in_expired", http.StatusBadRequest, "This sign-in has expired. Begin again.")
	errProvider   = refusal("provider", http.StatusBadGateway, "Your identity provider did not let you in. Try again.")
	errConnection = refusal("no_provider", http.StatusNotFound, "This single sign-on connection is not set up.")
	errURL        = refusal("url", http.StatusBadRequest, "This is not a valid https address.")
)

func refusal(code tenancy.Code, status int, sentence string) tenancyhttp.Problem {
	return tenancyhttp.Problem{Code: code, Status: status, Title: sentence}
}

// problemOf makes the one problem of an error, and logs what is not the caller's doing. To
// translate the sentences, look them up by the code.
func (h *host) problemOf(r *http.Request, err error) tenancyhttp.Problem {
	p := tenancyhttp.ProblemOf(err)
	p.Type, p.Instance = h.url+"/problems#"+string(p.Code), string(requestID(r))
	if p.Status >= 500 {
		slog.ErrorContext(r.Context(), "failed", "request", p.Instance, "code", string(p.Code), "error", err.Error())
	}
	return p
}

// problems explains all codes of the library.
func (h *host) problems(w http.ResponseWriter, _ *http.Request) {
	tenancyhttp.WriteJSON(w, http.StatusOK, tenancy.Codes())
}
