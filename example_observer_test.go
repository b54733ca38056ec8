package tenancy_test

import (
	"context"
	"log/slog"
	"os"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
)

// logger is an Observer that logs operations. One that makes spans returns them from
// Start, in the context; module oteltenancy has such a one.
type logger struct{ *slog.Logger }

func (logger) Start(ctx context.Context, _ tenancy.Observation) context.Context { return ctx }

func (l logger) End(ctx context.Context, o tenancy.Observation) {
	level := slog.LevelInfo
	if o.Failed && o.Code == "" {
		level = slog.LevelError // the store, the context, or a function of the host's
	}
	l.Log(ctx, level, o.Operation, "actor", o.Actor, "events", o.Events, "code", o.Code)
}

// A host logs every operation. What an Observer is told holds nothing personal.
func ExampleObserver() {
	lines := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{} // it would be different in every run
			}
			return a
		},
	}))
	ctx := context.Background()
	dir, _ := tenancy.New(memstore.New(), &tenancy.Options{Observer: logger{lines}})

	ana, _ := dir.System().SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.example"), Name: "Ana"})
	_, _ = dir.As(ana.User.ID).RenameOrganization(ctx, ana.Organization.ID, "Acme")
	_ = dir.As(ana.User.ID).Leave(ctx, ana.Organization.ID)

	// Output:
	// level=INFO msg=SignUp actor=system events=5 code=""
	// level=INFO msg=RenameOrganization actor=user events=1 code=""
	// level=INFO msg=Leave actor=user events=0 code=owner_leaves
}
