// Package tenancyhttp makes HTTP handlers of operations of package tenancy. A handler reads
// its input from the path and the body, acts for whoever sent the request, and answers with
// what the operation gives: a value or a page of a list in JSON, or a refusal as problem
// details (RFC 9457).
//
//	api := tenancyhttp.New(session, nil) // who sends a request: the host's function
//	mux.Handle("GET /organizations/{org}/users", tenancyhttp.Handle(api, users))
//
//	func users(r *http.Request, s *tenancy.Session, in struct {
//		Org tenancy.OrganizationID
//		tenancy.UserQuery
//	}) (any, error) {
//		return tenancyhttp.PageOf(s.Users(r.Context(), in.Org, in.UserQuery), 50)
//	}
//
// Handlers of another kind, such as those of pages, use ProblemOf, WriteProblem, WriteJSON
// and PageOf as they are.
//
// What is written shows personal data in clear (tenancy.Revealed): an operation has given
// what its actor may see. Secrets stay redacted.
package tenancyhttp

import (
	"encoding/json"
	"errors"
	"iter"
	"net/http"

	"github.com/add4b1c6/tenancy"
)

// Problem is why a request was not carried out: problem details of RFC 9457, with members
// of the library's own. It is an error, so that a host's own refusals can be of this type
// and are returned like those of the library:
//
//	var errSignIn = tenancyhttp.Problem{Code: "sign_in", Status: 401, Title: "Sign in first."}
type Problem struct {
	Type      string              `json:"type,omitzero"`      // a URL where the code is explained; "": none
	Title     string              `json:"title"`              // a sentence for the person
	Status    int                 `json:"status"`             // the HTTP status
	Code      tenancy.Code        `json:"code"`               // for programs: the library's, or the host's own
	Instance  string              `json:"instance,omitzero"`  // this occurrence, such as the request's ID; "": none
	Operation tenancy.OperationID `json:"operation,omitzero"` // with CodeAmbiguous and CodeAlreadyDone: the ID to ask by (GEN-13)
	Terms     *tenancy.Terms      `json:"terms,omitzero"`     // with CodeTermsChanged: what is to be agreed to now
}

// Error returns the code.
func (p Problem) Error() string { return string(p.Code) }

// ProblemOf returns the problem that an error is. A Problem in the error's chain is
// returned as it is. A refusal of the library's has its code, with the sentence and the
// status of that (GEN-16). Any other error is the store's, the driver's or the context's:
// the problem has CodeInternal and the status 500, and nothing of the error's text, which
// is for the host's log.
func ProblemOf(err error) Problem {
	if own, is := errors.AsType[Problem](err); is {
		return own
	}
	code := tenancy.CodeOf(err)
	if code.Category() == "" {
		return Problem{
			Title: "Something went wrong. Try again.", Status: http.StatusInternalServerError, Code: CodeInternal,
		}
	}
	p := Problem{Title: code.Sentence(), Status: code.Status(), Code: code}
	if e, is := errors.AsType[*tenancy.Error](err); is {
		p.Operation, p.Terms = e.Operation, e.Terms
	}
	return p
}

// WriteProblem answers with a problem. With the status 503 it asks the client to try again
// after a second (Retry-After), and with tenancy.CodeKey for a key ("WWW-Authenticate:
// Bearer"), unless the header says something else already.
func WriteProblem(w http.ResponseWriter, p Problem) {
	header := w.Header()
	if p.Code == tenancy.CodeKey && header.Get("WWW-Authenticate") == "" {
		header.Set("WWW-Authenticate", "Bearer")
	}
	if p.Status == http.StatusServiceUnavailable && header.Get("Retry-After") == "" {
		header.Set("Retry-After", "1")
	}
	write(w, "application/problem+json", p.Status, p)
}

// WriteJSON answers with a value in JSON, in which personal data is in clear. The value is
// the host's own, or what an operation gave.
func WriteJSON(w http.ResponseWriter, status int, value any) {
	write(w, "application/json", status, value)
}

// write answers with a value. One that is not JSON is an internal error.
func write(w http.ResponseWriter, kind string, status int, value any) {
	text, err := json.Marshal(tenancy.Revealed(value))
	if err != nil {
		kind, status = "application/problem+json", http.StatusInternalServerError
		text, _ = json.Marshal(ProblemOf(err))
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_, _ = w.Write(text)
}

// Page is one page of a list.
type Page[T any] struct {
	Items []T            `json:"items"`         // never null in JSON
	Next  tenancy.Cursor `json:"next,omitzero"` // to pass as After for the next page; "": this is the last
}

// PageOf reads one page of a list, of up to n items, as tenancy.Collect does. If the list
// fails, it returns its error and no items.
func PageOf[T interface{ Cursor() tenancy.Cursor }](list iter.Seq2[T, error], n int) (Page[T], error) {
	items, next, err := tenancy.Collect(list, n)
	if err != nil {
		return Page[T]{}, err
	}
	return Page[T]{append(make([]T, 0, len(items)), items...), next}, nil
}
