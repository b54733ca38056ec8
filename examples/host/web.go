package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"time"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/tenancyhttp"
)

// handler returns all that the service answers.
func (h *host) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", h.page(h.home))
	mux.HandleFunc("GET /join", h.page(h.join))
	mux.HandleFunc("POST /join", h.page(h.accept))
	mux.HandleFunc("POST /signin", h.page(h.beginSignIn))
	mux.HandleFunc("GET /callback", h.page(h.finishSignIn))
	mux.HandleFunc("GET /callback/{connection}", h.page(h.finishSignIn))
	mux.HandleFunc("POST /signout", h.page(h.signOut))
	mux.HandleFunc("GET /problems", h.problems)

	mux.HandleFunc("GET /api/me", h.api(h.me))
	mux.HandleFunc("GET /api/organizations", h.api(h.organizations))
	mux.HandleFunc("GET /api/organizations/{org}/users", h.api(h.users))
	mux.HandleFunc("PUT /api/organizations/{org}/users/{user}/role", h.api(h.setRole))
	mux.HandleFunc("POST /api/organizations/{org}/invitations", h.api(h.invite))
	mux.HandleFunc("GET /api/organizations/{org}/accounts", h.api(h.accounts))
	mux.HandleFunc("GET /api/organizations/{org}/log", h.api(h.log))
	mux.HandleFunc("PUT /api/organizations/{org}/webhook", h.api(h.setWebhook))
	mux.HandleFunc("GET /api/invitations", h.api(h.invitations))
	mux.HandleFunc("POST /api/invitations/{invitation}/acceptance", h.api(h.acceptInvitation))
	mux.HandleFunc("PUT /api/accounts/{account}/users/{user}/roles", h.api(h.assignRoles))
	mux.HandleFunc("POST /api/accounts/{account}/invitations", h.api(h.inviteToAccount))
	mux.HandleFunc("POST /accounts/{account}/deployments", h.api(h.may(tenancy.Build, h.deploy)))

	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tenancyhttp.WriteProblem(w, h.problemOf(r, errOrigin))
	}))
	return logged(protection.Handler(mux))
}

// caller is a person who is signed in, with their request.
type caller struct {
	*http.Request
	user tenancy.UserID
	s    *tenancy.Session // theirs
}

// caller returns who sends a request. The events of their session carry the request's ID.
// A request with an Idempotency-Key that writes is carried out once (GEN-13). The bodies of
// two requests with one key are not compared.
func (h *host) caller(r *http.Request) (caller, error) {
	user, err := h.signedIn(r)
	if err != nil {
		return caller{}, err
	}
	s := h.dir.As(user).Correlate(requestID(r))
	if key := r.Header.Get("Idempotency-Key"); key != "" && r.Method != http.MethodGet {
		s = s.Once(tenancy.OperationIDOf("host", user.String(), key))
	}
	return caller{r, user, s}, nil
}

// api answers a caller in JSON. The answer shows personal data in clear (GEN-19): each
// operation has given what its actor may see. Secrets stay redacted.
func (h *host) api(next answer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
		var result any
		c, err := h.caller(r)
		if err == nil {
			result, err = next(r.Context(), c)
		}
		if before, done := tenancy.OutcomeOf(err); done {
			result, err = before, nil // a repeated request is a success: it says what was made
		}
		if err != nil {
			tenancyhttp.WriteProblem(w, h.problemOf(r, err))
			return
		}
		tenancyhttp.WriteJSON(w, http.StatusOK, result)
	}
}

// answer is a handler of the API.
type answer func(context.Context, caller) (any, error)

// may asks whether the caller may do something in the account that the path names,
// before the host does it (ROLE-5).
func (h *host) may(permission tenancy.Permission, next answer) answer {
	return func(ctx context.Context, c caller) (any, error) {
		if err := allowed(c.s.Can(ctx, c.user, permission, accountOf(c))); err != nil {
			return nil, err
		}
		return next(ctx, c)
	}
}

// allowed returns what a decision refuses with, or the error that there is instead.
func allowed(d tenancy.Decision, err error) error { return cmp.Or(err, d.Err()) }

// requestKey is where a request's context has its ID.
type requestKey struct{}

// requestID returns the ID of a request. The events that the request causes carry it, and
// so do the log's lines and the problems.
func requestID(r *http.Request) tenancy.Reference {
	id, _ := r.Context().Value(requestKey{}).(tenancy.Reference)
	return id
}

// logged gives each request an ID, and logs how it went: its pattern and not its path,
// since a query can hold a secret.
func logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := tenancy.Reference(rand.Text())
		r = r.WithContext(context.WithValue(r.Context(), requestKey{}, id))
		header := w.Header()
		header.Set("X-Request-Id", string(id))
		header.Set("Cache-Control", "no-store")
		header.Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; frame-ancestors 'none'")
		header.Set("Referrer-Policy", "same-origin")
		header.Set("X-Content-Type-Options", "nosniff")
		began, answer := time.Now(), &status{w, http.StatusOK}
		next.ServeHTTP(answer, r)
		slog.InfoContext(r.Context(), "request",
			"id", string(id), "pattern", r.Pattern, "status", answer.code, "took", time.Since(began))
	})
}

// status is a response that remembers its status.
type status struct {
	http.ResponseWriter
	code int
}

func (s *status) WriteHeader(code int) {
	s.code = code
	s.ResponseWriter.WriteHeader(code)
}

func (s *status) Unwrap() http.ResponseWriter { return s.ResponseWriter }
