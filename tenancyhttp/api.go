package tenancyhttp

import (
	"cmp"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/add4b1c6/tenancy"
)

// Options are what a host may choose. A zero field, and a nil *Options, mean the defaults
// named.
type Options struct {
	// Problem makes the problem of an error: it adds a Type and an Instance to that of
	// ProblemOf, or translates the Title. What it is given is for the host's log too. Nil
	// means ProblemOf, and that the default logger of package slog is told of errors whose
	// status is 500 or more.
	Problem func(r *http.Request, err error) Problem
	// MaxBody is how many bytes the body of a request may have. Zero means 64 KiB.
	MaxBody int64
	// Origins says which pages may send requests that write: by default those of the
	// request's own origin. Requests that no browser sends have no origin, and pass.
	Origins *http.CrossOriginProtection
}

// API makes handlers that act for whoever sends a request. New makes one. It is safe for
// concurrent use.
type API struct {
	session func(*http.Request) (*tenancy.Session, error)
	o       Options
}

// New returns an API for a host that knows by its session function who sends a request.
// The function returns the session that acts for them, or a refusal, such as a Problem with
// the status 401:
//
//	func (h *host) session(r *http.Request) (*tenancy.Session, error) {
//		user, err := h.signedIn(r) // by a cookie, from a table of the host's
//		if err != nil {
//			return nil, err
//		}
//		return h.dir.As(user).Correlate(requestID(r)), nil
//	}
//
// Nil options mean the defaults. New panics if the function is nil.
func New(session func(*http.Request) (*tenancy.Session, error), o *Options) *API {
	if session == nil {
		panic("tenancyhttp: New needs a session function")
	}
	a := &API{session: session, o: *cmp.Or(o, &Options{})}
	a.o.MaxBody = cmp.Or(a.o.MaxBody, 64<<10)
	if a.o.Problem == nil {
		a.o.Problem = logged
	}
	if a.o.Origins == nil {
		a.o.Origins = http.NewCrossOriginProtection()
	}
	return a
}

// logged is ProblemOf that logs what is not the caller's doing. No error's text holds
// personal data.
func logged(r *http.Request, err error) Problem {
	p := ProblemOf(err)
	if p.Status >= http.StatusInternalServerError {
		slog.ErrorContext(r.Context(), "failed", "pattern", r.Pattern, "code", string(p.Code), "error", err.Error())
	}
	return p
}

// The codes of what this package refuses itself, beside tenancy.CodeInput.
const (
	// CodeInternal is the code of an error that is not a refusal.
	CodeInternal tenancy.Code = "internal"
	// CodeTooLarge means that the body of a request is larger than Options.MaxBody.
	CodeTooLarge tenancy.Code = "too_large"
	// CodeOrigin means that another site's page sent the request: see Options.Origins.
	CodeOrigin tenancy.Code = "cross_origin"
)

var (
	errTooLarge = Problem{
		Code: CodeTooLarge, Status: http.StatusRequestEntityTooLarge, Title: "This request is too large.",
	}
	errOrigin = Problem{
		Code: CodeOrigin, Status: http.StatusForbidden, Title: "This request came from another site.",
	}
	errNoSession = errors.New("tenancyhttp: the session function returned no session and no error")
)

// Handle returns a handler that reads a request's input, calls do with the session of
// whoever sent it, and answers with what do returns: 200 with the value in JSON, in which
// personal data is in clear; 204 without a body if the value is nil; or the error's problem.
//
//	mux.Handle("PATCH /organizations/{org}", tenancyhttp.Handle(api, rename))
//
//	func rename(r *http.Request, s *tenancy.Session, in struct {
//		Org  tenancy.OrganizationID
//		Name string
//	}) (any, error) {
//		return s.RenameOrganization(r.Context(), in.Org, in.Name)
//	}
//
// The input is a struct, with the field names of encoding/json. Its values come from
//
//   - the wildcards of the pattern that http.ServeMux matched, each of which needs a field
//   - the query's parameters, if the method is GET, HEAD or DELETE, which refuses a body
//   - the members of the body, which is one JSON object or empty, if it is another method
//
// The path wins where it and the body name the same field. Values of the path and the query
// are texts, numbers, true or false. What has no field, comes twice in the query or is
// malformed is refused, as tenancy.CodeInput or with the code of the value's own type
// (CodeID, CodeRole); a larger body than Options.MaxBody as CodeTooLarge. An ID in the path
// that is malformed or zero is CodeID: do is not called with a zero ID from there, which to
// some operations means none.
//
// A request that writes and has an Idempotency-Key is carried out once (GEN-13): the session
// is that of Once with an ID that is made of the key, for the one operation, or the one block,
// that do calls with it. What was done before is a success: the answer is the
// tenancy.Outcome, which has the IDs of what was made. The inputs of two requests with one
// key are not compared. A key that is empty, longer than 255 bytes or one of several is
// CodeInput.
//
// A request that writes and that a page of another origin sent is CodeOrigin.
//
// The handler is for a http.ServeMux, or for a router that sets Request.Pattern as that does:
// without a pattern every request is an internal error.
//
// Handle panics if In is not a struct, or if it has a form of its own in JSON, which can
// come from what it embeds.
func Handle[In any](a *API, do func(r *http.Request, s *tenancy.Session, in In) (any, error)) http.Handler {
	fields := fieldsOf[In]()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, a.o.MaxBody)
		var result any
		var in In
		s, err := a.sessionOf(r)
		if err == nil {
			err = read(r, &in, fields)
		}
		if err == nil {
			result, err = do(r, s, in)
		}
		if before, done := tenancy.OutcomeOf(err); done {
			result, err = before, nil
		}
		switch {
		case err != nil:
			a.WriteError(w, r, err)
		case result == nil:
			w.WriteHeader(http.StatusNoContent)
		default:
			WriteJSON(w, http.StatusOK, result)
		}
	})
}

// WriteError answers with the problem that Options.Problem makes of an error. It is for
// handlers that Handle does not make.
func (a *API) WriteError(w http.ResponseWriter, r *http.Request, err error) {
	WriteProblem(w, a.o.Problem(r, err))
}

// sessionOf returns the session of whoever sent a request.
func (a *API) sessionOf(r *http.Request) (*tenancy.Session, error) {
	if a.o.Origins.Check(r) != nil {
		return nil, errOrigin
	}
	s, err := a.session(r)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return nil, errNoSession
	}
	keys := r.Header.Values("Idempotency-Key")
	switch {
	case r.Method == http.MethodGet || r.Method == http.MethodHead || len(keys) == 0:
		return s, nil
	case len(keys) > 1 || keys[0] == "" || len(keys[0]) > 255:
		return nil, tenancy.CodeInput
	}
	return s.Once(tenancy.OperationIDOf("Idempotency-Key", keys[0])), nil
}

// Bearer returns the secret that a request brings in "Authorization: Bearer", for
// tenancy.Platform.Authenticate. Without one it is the zero Secret, which Authenticate
// refuses as CodeKey.
func Bearer(r *http.Request) tenancy.Secret {
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return tenancy.Secret{}
	}
	return tenancy.ParseSecret(strings.TrimLeft(secret, " "))
}
