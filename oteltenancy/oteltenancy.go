// Package oteltenancy makes OpenTelemetry spans and metrics of the operations of package
// tenancy (GEN-17).
//
//	observer, err := oteltenancy.New(nil) // nil: the global providers
//	dir, err := tenancy.New(store, &tenancy.Options{Observer: observer})
//
// It needs only OpenTelemetry's API. The program sets up the SDK and its exporters as for
// everything else that it observes.
//
// # Spans
//
// Each operation is a span, "tenancy.RenameOrganization", within that of the context that
// the operation was called with. A block (Atomically, Preview) is a span, and so is each
// operation within it. The spans of the program's own functions that an operation calls,
// and of its database driver, are within the operation's. The attributes:
//
//   - tenancy.operation: the operation's name, "RenameOrganization".
//   - tenancy.actor.kind: "user", "operator" or "system".
//   - tenancy.part: true if the operation is a part of a block.
//   - tenancy.attempts: how many times the store ran a transaction of it.
//   - tenancy.events: how many events it appended.
//   - error.type: if it did not succeed, the code of the refusal, such as "not_found".
//     An error without a code is "canceled" or "deadline_exceeded" if the operation's
//     context had ended, and "_OTHER" otherwise.
//
// A refusal is an answer and not a failure of the program, so its span's status stays
// unset. It is Error where a server would answer with a status from 500 on: if the store
// or a function of the program failed, if a deadline passed, if a name server failed
// (tenancy.ErrUnavailable), and if the outcome is not known (tenancy.ErrAmbiguous).
//
// # Metrics
//
//   - tenancy.operation.duration, a histogram in seconds.
//   - tenancy.operation.attempts, a counter. Divided by the number of operations it shows
//     how often the store had to run a transaction again.
//   - tenancy.operation.events, a counter. A block has its parts' events, so that they are
//     counted only for the block.
//
// Their attributes are tenancy.operation, tenancy.actor.kind, tenancy.part and error.type.
// Each has few values, known before: no ID is among them. To count operations or to add up
// their time, leave out the parts (tenancy.part), since their block has that time too.
//
// Nothing in spans and metrics is personal.
package oteltenancy

import (
	"context"
	"errors"
	"slices"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/add4b1c6/tenancy"
)

// Scope is the name of the instrumentation scope of all spans and metrics.
const Scope = "github.com/add4b1c6/tenancy/oteltenancy"

// Options say where spans and metrics go. A zero field, and a nil *Options, mean the
// defaults named.
type Options struct {
	TracerProvider trace.TracerProvider // nil: otel.GetTracerProvider
	MeterProvider  metric.MeterProvider // nil: otel.GetMeterProvider
}

// Observer is a tenancy.Observer that makes spans and metrics. It is safe for concurrent
// use, and any number of directories can share one.
type Observer struct {
	tracer   trace.Tracer
	duration metric.Float64Histogram
	attempts metric.Int64Counter
	events   metric.Int64Counter
}

var _ tenancy.Observer = (*Observer)(nil)

// boundaries are those of the duration's buckets, in seconds: what OpenTelemetry advises
// for calls to a database, with smaller ones for a store in memory.
var boundaries = []float64{0.00001, 0.0001, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10}

// New returns an Observer. Nil options mean the defaults. An error is that of a meter which
// does not make an instrument.
func New(o *Options) (*Observer, error) {
	tracers, meters := otel.GetTracerProvider(), otel.GetMeterProvider()
	if o != nil && o.TracerProvider != nil {
		tracers = o.TracerProvider
	}
	if o != nil && o.MeterProvider != nil {
		meters = o.MeterProvider
	}
	meter := meters.Meter(Scope)
	duration, err1 := meter.Float64Histogram("tenancy.operation.duration", metric.WithUnit("s"),
		metric.WithDescription("How long operations take."),
		metric.WithExplicitBucketBoundaries(boundaries...))
	attempts, err2 := meter.Int64Counter("tenancy.operation.attempts", metric.WithUnit("{attempt}"),
		metric.WithDescription("How many times the store ran a transaction of an operation."))
	events, err3 := meter.Int64Counter("tenancy.operation.events", metric.WithUnit("{event}"),
		metric.WithDescription("How many events operations appended."))
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	return &Observer{tracers.Tracer(Scope), duration, attempts, events}, nil
}

// Start starts the operation's span.
func (o *Observer) Start(ctx context.Context, started tenancy.Observation) context.Context {
	ctx, _ = o.tracer.Start(ctx, "tenancy."+started.Operation, trace.WithAttributes(known(started)...))
	return ctx
}

// End ends the operation's span, and records its metrics.
func (o *Observer) End(ctx context.Context, ended tenancy.Observation) {
	attributes := known(ended)
	if ended.Failed {
		attributes = append(attributes, attribute.String("error.type", errorType(ctx, ended)))
	}
	set := metric.WithAttributeSet(attribute.NewSet(slices.Clone(attributes)...))
	o.duration.Record(ctx, ended.Duration.Seconds(), set)
	o.attempts.Add(ctx, int64(ended.Attempts), set)
	if !ended.Part {
		o.events.Add(ctx, int64(ended.Events), set)
	}

	span := trace.SpanFromContext(ctx)
	span.SetAttributes(attributes...)
	span.SetAttributes(attribute.Int("tenancy.attempts", ended.Attempts), attribute.Int("tenancy.events", ended.Events))
	if isError(ctx, ended) {
		span.SetStatus(codes.Error, "")
	}
	span.End()
}

// known returns the attributes that are known at an operation's start.
func known(o tenancy.Observation) []attribute.KeyValue {
	return []attribute.KeyValue{
		attribute.String("tenancy.operation", o.Operation),
		attribute.String("tenancy.actor.kind", string(o.Actor)),
		attribute.Bool("tenancy.part", o.Part),
	}
}

// errorType returns what kind of error an operation ended with.
func errorType(ctx context.Context, o tenancy.Observation) string {
	switch {
	case o.Code != "":
		return string(o.Code)
	case errors.Is(ctx.Err(), context.Canceled):
		return "canceled"
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return "deadline_exceeded"
	}
	return "_OTHER" // OpenTelemetry's word for an error of no known type
}

// isError reports whether an operation failed otherwise than by a refusal that is an
// answer, or because its caller gave up.
func isError(ctx context.Context, o tenancy.Observation) bool {
	if !o.Failed {
		return false
	}
	switch o.Code.Category() {
	case tenancy.ErrUnavailable, tenancy.ErrAmbiguous:
		return true
	case "":
		return !errors.Is(ctx.Err(), context.Canceled)
	}
	return false
}
