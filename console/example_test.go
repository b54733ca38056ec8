package console_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/console"
	"github.com/add4b1c6/tenancy/memstore"
)

// A host mounts the pages for its customers, and on another listener those for its staff.
func Example() {
	ctx := context.Background()
	dir, err := tenancy.New(memstore.New(), nil)
	if err != nil {
		log.Fatal(err)
	}
	made, err := dir.System().SignUp(ctx, tenancy.NewSignUp{
		Email: tenancy.Proven("ann@acme.example"), Name: "Ann", Organization: "Acme",
	})
	if err != nil {
		log.Fatal(err)
	}

	options := console.Options{
		Prefix: "/console",
		SignIn: "/sign-in",
		Session: func(r *http.Request) (*tenancy.Session, error) {
			// A host looks up who is signed in. This example knows one browser.
			if cookie, err := r.Cookie("session"); err != nil || cookie.Value != "of Ann" {
				return nil, console.ErrSignedOut
			}
			return dir.As(made.User.ID), nil
		},
		Mail: func(_ context.Context, sent tenancy.SentInvitation) error {
			link := "https://app.example.com/console" + console.InvitationPath(sent.ID)
			_ = link // a host mails it to sent.Email
			return nil
		},
		Look: console.Look{Product: "Example"},
	}
	pages, err := console.NewHandler(&options)
	if err != nil {
		log.Fatal(err)
	}
	app := http.NewServeMux()
	app.Handle("/console/", pages)
	app.HandleFunc("/sign-in", func(w http.ResponseWriter, r *http.Request) {
		// A host asks who they are. Somebody new who came for an invitation signs up with it:
		// tenancy.NewSignUp{Invitation: invitation, …}.
		invitation, invited := console.InvitationOf(r.FormValue("return"))
		_, _ = fmt.Fprint(w, "sign in; invited: ", invited && !invitation.IsZero())
	})

	staff, err := console.NewStaffHandler(dir, &console.StaffOptions{
		Prefix: "/staff",
		Operator: func(*http.Request) (tenancy.OperatorID, error) {
			return "staff-7", nil // a host looks up who of its staff it is, or returns console.ErrSignedOut
		},
		Customer: options,
	})
	if err != nil {
		log.Fatal(err)
	}
	office := http.NewServeMux()
	office.Handle("/staff/", staff)

	get := func(on http.Handler, path, cookie string) *httptest.ResponseRecorder {
		r, w := httptest.NewRequest(http.MethodGet, path, nil), httptest.NewRecorder()
		r.AddCookie(&http.Cookie{Name: "session", Value: cookie})
		on.ServeHTTP(w, r)
		return w
	}
	fmt.Println("Ann:", get(app, "/console/", "of Ann").Code)
	out := get(app, "/console"+console.InvitationPath(tenancy.InvitationID(tenancy.NewOperationID())), "")
	fmt.Println("somebody invited:", out.Code)
	asked := get(app, out.Header().Get("Location"), "")
	text, _ := io.ReadAll(asked.Body)
	fmt.Println(string(text))
	fmt.Println("the staff:", get(office, "/staff/", "").Code)
	fmt.Println("the staff's pages at the customers':", get(app, "/staff/", "").Code)

	// Output:
	// Ann: 200
	// somebody invited: 303
	// sign in; invited: true
	// the staff: 200
	// the staff's pages at the customers': 404
}
