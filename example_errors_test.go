package tenancy_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
)

// status maps an error to an HTTP status. An error that is not a refusal comes from the
// store or the context.
func status(err error) int {
	if errors.Is(err, tenancy.CodeActor) {
		return http.StatusUnauthorized
	}
	if status, refused := statuses[tenancy.CategoryOf(err)]; refused {
		return status
	}
	return http.StatusInternalServerError
}

var statuses = map[tenancy.Category]int{
	tenancy.ErrInvalid:            http.StatusBadRequest,
	tenancy.ErrNotFound:           http.StatusNotFound,
	tenancy.ErrPermissionDenied:   http.StatusForbidden,
	tenancy.ErrAlreadyExists:      http.StatusConflict,
	tenancy.ErrPreconditionFailed: http.StatusConflict,
	tenancy.ErrLimitReached:       http.StatusConflict,
	tenancy.ErrConflict:           http.StatusConflict,
	tenancy.ErrUnavailable:        http.StatusServiceUnavailable,
	tenancy.ErrAlreadyDone:        http.StatusOK,
	tenancy.ErrAmbiguous:          http.StatusServiceUnavailable,
}

// A host chooses the status by category, and has a sentence of its own for some codes.
func Example_errors() {
	ctx := context.Background()
	dir, _ := tenancy.New(memstore.New(), nil)
	host := dir.System()
	ana, _ := host.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.example"), Name: "Ana"})
	eve, _ := host.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("eve@rival.example"), Name: "Eve"})

	_, err := host.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@@acme.example"), Name: "Ana"})
	fmt.Println(status(err), tenancy.CodeOf(err))
	_, err = host.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ANA@acme.example"), Name: "Ana"})
	fmt.Println(status(err), tenancy.CodeOf(err))
	err = dir.As(ana.User.ID).Leave(ctx, ana.Organization.ID)
	fmt.Println(status(err), tenancy.CodeOf(err))
	_, err = dir.As(eve.User.ID).Account(ctx, ana.Account.ID)
	fmt.Println(status(err), tenancy.CodeOf(err))
	_, err = dir.As(tenancy.UserID{}).Account(ctx, ana.Account.ID)
	fmt.Println(status(err), tenancy.CodeOf(err))

	// Output:
	// 400 email
	// 409 email_taken
	// 403 owner_leaves
	// 404 not_found
	// 401 actor
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
			return status(err)
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
