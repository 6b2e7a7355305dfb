// Package tracing keeps the spans of a service in memory. Both teams' modules
// use it, each with its own versions of OpenTelemetry.
package tracing

import (
	"context"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Span is what a service recorded of one operation.
type Span struct {
	ID, Parent string // hexadecimal; Parent is empty at the root
	Name, Kind string
	// Attributes leave out addresses, which differ from start to start.
	Attributes map[string]string
}

// Recorder has the spans of traces that somebody asked to sample.
type Recorder struct {
	mu     sync.Mutex
	traces map[trace.TraceID]*recorded
}

type recorded struct {
	open  int // spans that have started and not ended
	spans []Span
}

// Start has the process record spans, and send and take trace ids in the format
// of W3C.
func Start() *Recorder {
	r := &Recorder{traces: make(map[trace.TraceID]*recorded)}
	otel.SetTextMapPropagator(propagation.TraceContext{})
	otel.SetTracerProvider(sdktrace.NewTracerProvider(
		sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.NeverSample())),
		sdktrace.WithSpanProcessor(r),
	))
	return r
}

// Spans returns the spans of a trace, by the order of their ends, when all that
// have started have ended.
func (r *Recorder) Spans(ctx context.Context, id string) ([]Span, error) {
	traceID, err := trace.TraceIDFromHex(id)
	if err != nil {
		return nil, err
	}
	for {
		if spans, complete := r.complete(traceID); complete {
			return spans, nil
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(time.Millisecond):
		}
	}
}

func (r *Recorder) complete(id trace.TraceID) ([]Span, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.traces[id]
	if t == nil {
		return nil, true
	}
	return t.spans, t.open == 0
}

// OnStart implements [sdktrace.SpanProcessor].
func (r *Recorder) OnStart(_ context.Context, s sdktrace.ReadWriteSpan) {
	r.mu.Lock()
	defer r.mu.Unlock()
	id := s.SpanContext().TraceID()
	if r.traces[id] == nil {
		r.traces[id] = &recorded{}
	}
	r.traces[id].open++
}

// OnEnd implements [sdktrace.SpanProcessor].
func (r *Recorder) OnEnd(s sdktrace.ReadOnlySpan) {
	span := Span{
		ID:         s.SpanContext().SpanID().String(),
		Name:       s.Name(),
		Kind:       s.SpanKind().String(),
		Attributes: make(map[string]string),
	}
	if s.Parent().HasSpanID() {
		span.Parent = s.Parent().SpanID().String()
	}
	for _, a := range s.Attributes() {
		key := string(a.Key)
		if !strings.Contains(key, "peer") && !strings.HasPrefix(key, "server.") {
			span.Attributes[key] = a.Value.Emit()
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.traces[s.SpanContext().TraceID()]
	t.spans = append(t.spans, span)
	t.open--
}

// Shutdown implements [sdktrace.SpanProcessor].
func (r *Recorder) Shutdown(context.Context) error { return nil }

// ForceFlush implements [sdktrace.SpanProcessor].
func (r *Recorder) ForceFlush(context.Context) error { return nil }
