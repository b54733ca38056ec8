package tenancy_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
)

// problem is a response in the form of RFC 9457.
type problem struct {
	Type   string       `json:"type"` // a page of the host's about the code
	Title  string       `json:"title"`
	Status int          `json:"status"`
	Code   tenancy.Code `json:"code,omitzero"`
}

// problemOf makes a response of an error. An error that is not a refusal comes from the
// store or the context. It is for the host's log, and the person learns nothing of it.
func problemOf(err error) problem {
	code := tenancy.CodeOf(err)
	if code == "" {
		return problem{Type: "about:blank", Title: "Something went wrong.", Status: http.StatusInternalServerError}
	}
	return problem{"https://docs.acme.example/problems/" + string(code), code.Sentence(), code.Status(), code}
}

// A host answers with the code's status and its sentence, or with its own translation.
func Example_errors() {
	ctx := context.Background()
	dir, _ := tenancy.New(memstore.New(), nil)
	host := dir.System()
	ana, _ := host.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.example"), Name: "Ana"})
	eve, _ := host.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("eve@rival.example"), Name: "Eve"})
	answer := func(err error) {
		body, _ := json.Marshal(problemOf(err))
		fmt.Println(string(body))
	}

	_, err := host.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@@acme.example"), Name: "Ana"})
	answer(err)
	err = dir.As(ana.User.ID).Leave(ctx, ana.Organization.ID)
	answer(err)
	_, err = dir.As(eve.User.ID).Account(ctx, ana.Account.ID)
	answer(err)
	_, err = dir.As(tenancy.UserID{}).Account(ctx, ana.Account.ID)
	answer(err)

	// Output:
	// {"type":"https://docs.acme.example/problems/email","title":"The address needs one @, plain letters, and at most 64 characters before the @.","status":400,"code":"email"}
	// {"type":"https://docs.acme.example/problems/owner_leaves","title":"You cannot leave the organization while you own it. Transfer it to somebody else first.","status":403,"code":"owner_leaves"}
	// {"type":"https://docs.acme.example/problems/not_found","title":"It does not exist, or you may not see it.","status":404,"code":"not_found"}
	// {"type":"https://docs.acme.example/problems/actor","title":"You are signed out, because your access has ended.","status":401,"code":"actor"}
}

// A host that speaks another language translates the sentences, and a test of its own
// finds the codes that it has not translated yet.
func ExampleCodes() {
	german := map[tenancy.Code]string{
		tenancy.CodeMemberLimit: "In dieser Organisation ist kein Platz für weitere Mitglieder.",
	}
	missing := 0
	for _, info := range tenancy.Codes() {
		if german[info.Code] == "" {
			missing++
		}
		if info.Code == tenancy.CodeMemberLimit {
			fmt.Println(info.Status, info.Category, info.Rules[0])
			fmt.Println(info.Sentence)
		}
	}
	fmt.Println(missing > 0)

	// Output:
	// 409 limit reached GEN-12
	// This organization has no room for more members.
	// true
}

// A decision becomes a status too. A user who does not reach an account is not told that
// it exists.
func Example_decision() {
	ctx := context.Background()
	dir, _ := tenancy.New(memstore.New(), nil)
	host := dir.System()
	ana, _ := host.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.example"), Name: "Ana"})
	eve, _ := host.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("eve@rival.example"), Name: "Eve"})

	deploy := func(user tenancy.UserID) int {
		d, err := host.Can(ctx, user, tenancy.Build, ana.Account.ID)
		switch {
		case err != nil:
			return tenancy.CodeOf(err).Status()
		case d.Allowed:
			return http.StatusAccepted
		case d.Why == tenancy.WhyUnreachable:
			return http.StatusNotFound
		}
		return http.StatusForbidden
	}
	fmt.Println(deploy(ana.User.ID), deploy(eve.User.ID))
	_, _ = dir.As(ana.User.ID).SuspendAccount(ctx, ana.Account.ID)
	fmt.Println(deploy(ana.User.ID), deploy(eve.User.ID))

	// Output:
	// 202 404
	// 403 404
}
