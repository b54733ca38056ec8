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
	mux.Handle("GET /{$}", h.page(h.home))
	mux.Handle("GET /join", h.page(h.join))
	mux.Handle("POST /join", h.page(h.accept))
	mux.Handle("POST /signin", h.page(h.beginSignIn))
	mux.Handle("GET /callback", h.page(h.finishSignIn))
	mux.Handle("GET /callback/{connection}", h.page(h.finishSignIn))
	mux.Handle("POST /signout", h.page(h.signOut))
	mux.HandleFunc("GET /problems", h.problems)

	api := tenancyhttp.New(h.people.Session, &tenancyhttp.Options{Problem: h.problemOf})
	mux.Handle("GET /api/me", tenancyhttp.Handle(api, me))
	mux.Handle("GET /api/organizations", tenancyhttp.Handle(api, organizations))
	mux.Handle("GET /api/organizations/{org}/users", tenancyhttp.Handle(api, users))
	mux.Handle("PUT /api/organizations/{org}/users/{user}/role", tenancyhttp.Handle(api, setRole))
	mux.Handle("POST /api/organizations/{org}/invitations", tenancyhttp.Handle(api, h.invite))
	mux.Handle("GET /api/organizations/{org}/accounts", tenancyhttp.Handle(api, accounts))
	mux.Handle("GET /api/organizations/{org}/log", tenancyhttp.Handle(api, log))
	mux.Handle("PUT /api/organizations/{org}/webhook", tenancyhttp.Handle(api, h.setWebhook))
	mux.Handle("GET /api/invitations", tenancyhttp.Handle(api, invitations))
	mux.Handle("POST /api/invitations/{invitation}/acceptance", tenancyhttp.Handle(api, acceptInvitation))
	mux.Handle("PUT /api/accounts/{account}/users/{user}/roles", tenancyhttp.Handle(api, assignRoles))
	mux.Handle("POST /api/accounts/{account}/invitations", tenancyhttp.Handle(api, h.inviteToAccount))
	mux.Handle("POST /accounts/{account}/deployments", tenancyhttp.Handle(api, h.deploy))
	return logged(mux)
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
