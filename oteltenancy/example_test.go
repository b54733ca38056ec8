package oteltenancy_test

import (
	"context"
	"fmt"
	"log"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/oteltenancy"
)

// A host gives the directory an observer. Here the spans go to memory; a host has an
// exporter to its collector, and mostly sets the global providers.
func Example() {
	spans := tracetest.NewInMemoryExporter()
	observer, err := oteltenancy.New(&oteltenancy.Options{
		TracerProvider: sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans)),
	})
	if err != nil {
		log.Fatal(err)
	}
	dir, err := tenancy.New(memstore.New(), &tenancy.Options{Observer: observer})
	if err != nil {
		log.Fatal(err)
	}

	ctx := context.Background()
	ana, err := dir.System().SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.example"), Name: "Ana"})
	if err != nil {
		log.Fatal(err)
	}
	if err := dir.As(ana.User.ID).Leave(ctx, ana.Organization.ID); err != nil {
		fmt.Println(tenancy.CodeOf(err))
	}

	for _, span := range spans.GetSpans() {
		fmt.Println(span.Name)
		for _, a := range span.Attributes {
			fmt.Println("  ", a.Key, a.Value.Emit())
		}
	}
	// Output:
	// owner_leaves
	// tenancy.SignUp
	//    tenancy.operation SignUp
	//    tenancy.actor.kind system
	//    tenancy.part false
	//    tenancy.attempts 1
	//    tenancy.events 5
	// tenancy.Leave
	//    tenancy.operation Leave
	//    tenancy.actor.kind user
	//    tenancy.part false
	//    error.type owner_leaves
	//    tenancy.attempts 1
	//    tenancy.events 0
}
