package oteltenancy_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/internal/scene"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/oteltenancy"
	"github.com/add4b1c6/tenancy/storetest"
)

// telemetry is a scene that is observed, with what comes of it.
type telemetry struct {
	*testing.T
	*scene.Scene
	store  *storetest.Faulty
	spans  *tracetest.SpanRecorder
	tracer *sdktrace.TracerProvider
	reader *sdkmetric.ManualReader
	ana    tenancy.SignedUp
}

func observed(t *testing.T) *telemetry {
	t.Helper()
	o := &telemetry{T: t, store: &storetest.Faulty{Store: memstore.New()}, spans: tracetest.NewSpanRecorder(),
		reader: sdkmetric.NewManualReader()}
	o.tracer = sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(o.spans))
	observer, err := oteltenancy.New(&oteltenancy.Options{
		TracerProvider: o.tracer,
		MeterProvider:  sdkmetric.NewMeterProvider(sdkmetric.WithReader(o.reader)),
	})
	require.NoError(t, err)
	o.Scene = scene.New(t, o.store, tenancy.Options{Observer: observer})
	o.ana = o.Found("ana")
	o.spans.Reset()
	return o
}

// taken returns the spans that ended since it was last asked.
func (o *telemetry) taken() []sdktrace.ReadOnlySpan {
	defer o.spans.Reset()
	return o.spans.Ended()
}

// only returns the one span that ended.
func (o *telemetry) only() sdktrace.ReadOnlySpan {
	o.Helper()
	spans := o.taken()
	require.Len(o, spans, 1)
	return spans[0]
}

// attributes returns a span's attributes by name.
func attributes(list []attribute.KeyValue) map[string]any {
	m := map[string]any{}
	for _, a := range list {
		m[string(a.Key)] = a.Value.AsInterface()
	}
	return m
}

// metrics returns what was recorded, by the names of the metrics.
func (o *telemetry) metrics() map[string]metricdata.Metrics {
	o.Helper()
	var data metricdata.ResourceMetrics
	require.NoError(o, o.reader.Collect(context.Background(), &data))
	m := map[string]metricdata.Metrics{}
	for _, scope := range data.ScopeMetrics {
		require.Equal(o, oteltenancy.Scope, scope.Scope.Name)
		for _, one := range scope.Metrics {
			m[one.Name] = one
		}
	}
	return m
}

func TestSpans(t *testing.T) {
	o := observed(t)
	owner, org := o.As(o.ana.User.ID), o.ana.Organization.ID
	t.Run("GEN-17 an operation is a span within the caller's", func(t *testing.T) {
		ctx, outer := o.tracer.Tracer("host").Start(t.Context(), "request")
		_, err := owner.RenameOrganization(ctx, org, "Other")
		require.NoError(t, err)
		span := o.only()
		require.Equal(t, "tenancy.RenameOrganization", span.Name())
		require.Equal(t, outer.SpanContext().SpanID(), span.Parent().SpanID())
		require.Equal(t, oteltenancy.Scope, span.InstrumentationScope().Name)
		require.Equal(t, map[string]any{"tenancy.operation": "RenameOrganization", "tenancy.actor.kind": "user",
			"tenancy.part": false, "tenancy.attempts": int64(1), "tenancy.events": int64(1)}, attributes(span.Attributes()))
		require.Equal(t, codes.Unset, span.Status().Code)
	})
	t.Run("GEN-17 the parts of a block are spans within the block's", func(t *testing.T) {
		require.NoError(t, owner.Atomically(t.Context(), func(ctx context.Context, in *tenancy.Session) error {
			_, err := in.RenameOrganization(ctx, org, "Third")
			return err
		}))
		spans := o.taken()
		require.Len(t, spans, 2)
		part, block := spans[0], spans[1]
		require.Equal(t, "tenancy.Atomically", block.Name())
		require.Equal(t, block.SpanContext().SpanID(), part.Parent().SpanID())
		require.Equal(t, true, attributes(part.Attributes())["tenancy.part"])
	})
	broken := errors.New("broken")
	for _, c := range []struct {
		name, errorType string
		status          codes.Code
		call            func(context.Context) error
	}{
		{"a refusal is no failure", "name", codes.Unset, func(ctx context.Context) error {
			_, err := owner.RenameOrganization(ctx, org, "")
			return err
		}},
		{"a store that fails is one", "_OTHER", codes.Error, func(ctx context.Context) error {
			o.store.Inject(storetest.CallFails, 1)
			_, err := owner.RenameOrganization(ctx, org, "Other")
			return err
		}},
		{"a commit in doubt is one", "ambiguous", codes.Error, func(ctx context.Context) error {
			return owner.Atomically(ctx, func(context.Context, *tenancy.Session) error { return tenancy.CodeAmbiguous })
		}},
		{"a name server that fails is one", "resolver", codes.Error, func(ctx context.Context) error {
			domain, err := owner.AddDomain(ctx, org, "acme.example")
			require.NoError(t, err)
			o.spans.Reset()
			o.Names.Answer(scene.Servfail)
			_, err = owner.VerifyDomain(ctx, domain.ID)
			return err
		}},
		{"a function of the host's that fails is one", "_OTHER", codes.Error, func(ctx context.Context) error {
			return owner.Atomically(ctx, func(context.Context, *tenancy.Session) error { return broken })
		}},
		{"a caller who gives up is none", "canceled", codes.Unset, func(ctx context.Context) error {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			_, err := owner.Organization(ctx, org)
			return err
		}},
		{"a deadline that passes is one", "deadline_exceeded", codes.Error, func(ctx context.Context) error {
			ctx, cancel := context.WithDeadline(ctx, time.Unix(0, 0))
			defer cancel()
			_, err := owner.Organization(ctx, org)
			return err
		}},
	} {
		t.Run("GEN-17 "+c.name, func(t *testing.T) {
			require.Error(t, c.call(t.Context()))
			span := o.only()
			require.Equal(t, c.errorType, attributes(span.Attributes())["error.type"])
			require.Equal(t, c.status, span.Status().Code)
		})
	}
	t.Run("GEN-17 a panic ends the span", func(t *testing.T) {
		require.Panics(t, func() {
			_ = owner.Atomically(t.Context(), func(context.Context, *tenancy.Session) error { panic("boom") })
		})
		span := o.only()
		require.Equal(t, "_OTHER", attributes(span.Attributes())["error.type"])
		require.Equal(t, codes.Error, span.Status().Code)
	})
}

func TestMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := observed(t)
		owner, org := o.As(o.ana.User.ID), o.ana.Organization.ID
		_, err := owner.RenameOrganization(t.Context(), org, "")
		require.Error(t, err)
		for _, name := range []string{"Second", "Third"} {
			o.store.Inject(storetest.Conflict, 1)
			require.NoError(t, owner.Atomically(t.Context(), func(ctx context.Context, in *tenancy.Session) error {
				time.Sleep(2 * time.Second)
				_, err := in.RenameOrganization(ctx, org, name)
				return err
			}))
		}
		of := func(name string, part bool, more ...attribute.KeyValue) attribute.Set {
			return attribute.NewSet(append(more, attribute.String("tenancy.operation", name),
				attribute.String("tenancy.actor.kind", "user"), attribute.Bool("tenancy.part", part))...)
		}
		block, part := of("Atomically", false), of("RenameOrganization", true)
		refused := of("RenameOrganization", false, attribute.String("error.type", "name"))
		metrics := o.metrics()
		require.Len(t, metrics, 3)

		durations := map[attribute.Set]metricdata.HistogramDataPoint[float64]{}
		require.Equal(t, "s", metrics["tenancy.operation.duration"].Unit)
		for _, p := range metrics["tenancy.operation.duration"].Data.(metricdata.Histogram[float64]).DataPoints {
			durations[p.Attributes] = p
		}
		sums := func(name string) map[attribute.Set]int64 {
			m := map[attribute.Set]int64{}
			for _, p := range metrics[name].Data.(metricdata.Sum[int64]).DataPoints {
				m[p.Attributes] = p.Value
			}
			return m
		}
		attempts, events := sums("tenancy.operation.attempts"), sums("tenancy.operation.events")
		require.Equal(t, "{attempt}", metrics["tenancy.operation.attempts"].Unit)
		require.Equal(t, "{event}", metrics["tenancy.operation.events"].Unit)

		require.EqualValues(t, 2, durations[block].Count, "GEN-17")
		require.EqualValues(t, 4, durations[block].Sum, "GEN-17 in seconds of real time")
		require.EqualValues(t, 1, durations[refused].Count)
		require.Positive(t, durations[part].Count)
		require.EqualValues(t, 4, attempts[block], "GEN-17 each was overtaken once")
		require.EqualValues(t, 2, events[block], "GEN-17 of what was committed")
		require.NotContains(t, events, part, "GEN-17 the events of parts are their block's")
		require.Zero(t, events[refused])
	})
}

func TestNothingPersonal(t *testing.T) {
	o := observed(t)
	o.Found("marker")
	_, err := o.As(o.ana.User.ID).InviteUser(t.Context(), o.ana.Organization.ID,
		tenancy.NewInvitation{Email: "marker@marker.example.com"})
	require.NoError(t, err)
	_, err = o.Host.SignUp(t.Context(), tenancy.NewSignUp{Email: tenancy.Proven("marker@marker@"), Name: "marker"})
	require.Error(t, err)
	require.Error(t, o.Host.Atomically(t.Context(),
		func(context.Context, *tenancy.Platform) error { return tenancy.Code("marker") }))
	var text strings.Builder
	for _, span := range o.taken() {
		text.WriteString(span.Name() + span.Status().Description)
		for _, a := range span.Attributes() {
			text.WriteString(string(a.Key) + a.Value.Emit())
		}
	}
	for _, metric := range o.metrics() {
		if h, is := metric.Data.(metricdata.Histogram[float64]); is {
			for _, p := range h.DataPoints {
				text.WriteString(p.Attributes.Encoded(attribute.DefaultEncoder()))
			}
		}
	}
	require.Contains(t, text.String(), "InviteUser")
	require.NotContains(t, strings.ToLower(text.String()), "marker", "GEN-17")
	require.NotContains(t, text.String(), o.ana.User.ID.String(), "GEN-17 no ID either")
}

func TestNew(t *testing.T) {
	t.Run("GEN-17 nil options mean the global providers", func(t *testing.T) {
		spans := tracetest.NewSpanRecorder()
		before := otel.GetTracerProvider()
		defer otel.SetTracerProvider(before)
		otel.SetTracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans)))
		observer, err := oteltenancy.New(nil)
		require.NoError(t, err)
		scene.New(t, memstore.New(), tenancy.Options{Observer: observer}).Found("ana")
		require.Len(t, spans.Ended(), 1)
	})
	t.Run("GEN-17 a meter that fails is an error", func(t *testing.T) {
		observer, err := oteltenancy.New(&oteltenancy.Options{MeterProvider: failing{}})
		require.ErrorIs(t, err, errMeter)
		require.Nil(t, observer)
	})
}

// failing is a provider of meters that make no counters.
type failing struct{ noop.MeterProvider }

var errMeter = errors.New("no counter")

func (failing) Meter(string, ...metric.MeterOption) metric.Meter { return failingMeter{} }

type failingMeter struct{ noop.Meter }

func (failingMeter) Int64Counter(string, ...metric.Int64CounterOption) (metric.Int64Counter, error) {
	return nil, errMeter
}
