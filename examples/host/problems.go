package main

import (
	"errors"
	"log/slog"
	"net/http"

	"github.com/add4b1c6/tenancy"
)

// refusal is a refusal of the host's own, beside those of the library.
type refusal struct {
	code     string
	status   int
	sentence string
}

func (r refusal) Error() string { return r.code }

// The host's own refusals.
var (
	errSignIn     = refusal{"sign_in", http.StatusUnauthorized, "Sign in first."}
	errFlow       = refusal{"sign_in_expired", http.StatusBadRequest, "This sign-in has expired. Begin again."}
	errProvider   = refusal{"provider", http.StatusBadGateway, "Your identity provider did not let you in. Try again."}
	errUnproven   = refusal{"address_not_proven", http.StatusForbidden, "Your identity provider has not verified your address."}
	errIdentity   = refusal{"identity_taken", http.StatusConflict, "This sign-in already belongs to another user."}
	errElsewhere  = refusal{"single_sign_on", http.StatusForbidden, "Your organization requires its single sign-on."}
	errConnection = refusal{"no_provider", http.StatusNotFound, "This single sign-on connection is not set up."}
	errURL        = refusal{"url", http.StatusBadRequest, "This is not a valid https address."}
	errOrigin     = refusal{"cross_origin", http.StatusForbidden, "This request came from another site."}
)

// problem is a response that refuses: problem details of RFC 9457.
type problem struct {
	Type    string `json:"type"` // where the code is explained
	Title   string `json:"title"`
	Status  int    `json:"status"`
	Code    string `json:"code"`
	Request string `json:"request"` // to tell support
	Terms   any    `json:"terms,omitempty"`
}

// problemOf makes the one problem of an error. The library's codes bring a sentence and
// a status (GEN-16). To translate the sentences, look them up by the code. An error
// without a code is the store's, the driver's or the context's. Its text is for the log.
func (h *host) problemOf(r *http.Request, err error) problem {
	p := problem{Title: "Something went wrong. Try again.", Status: http.StatusInternalServerError, Code: "internal"}
	if own, is := errors.AsType[refusal](err); is {
		p.Title, p.Status, p.Code = own.sentence, own.status, own.code
	} else if code := tenancy.CodeOf(err); code != "" {
		p.Title, p.Status, p.Code = code.Sentence(), code.Status(), string(code)
	}
	if e, is := errors.AsType[*tenancy.Error](err); is && e.Terms != nil {
		p.Terms = tenancy.Revealed(e.Terms)
	}
	p.Type, p.Request = h.url+"/problems#"+p.Code, string(requestID(r))
	if p.Status >= 500 {
		slog.ErrorContext(r.Context(), "failed", "request", p.Request, "code", p.Code, "error", err.Error())
	}
	return p
}

// refuse answers a request of a program.
func (h *host) refuse(w http.ResponseWriter, r *http.Request, err error) {
	p := h.problemOf(r, err)
	if p.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	w.Header().Set("Content-Type", "application/problem+json")
	writeJSON(w, p.Status, p)
}

// problems explains all codes of the library.
func (h *host) problems(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, tenancy.Codes())
}
