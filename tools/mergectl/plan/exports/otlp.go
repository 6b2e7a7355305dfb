package exports

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/traffic"
)

// span is what matters of a span.
type span struct {
	service string
	kind    tracepb.Span_SpanKind
	parent  spanID
	method  string
	// peer is the service that a client span says that it calls.
	peer string
	// bytes is the size of request and response, 0 if the span does not say.
	bytes float64
	// answered is set once the callee's span of a client span is found.
	answered bool
}

// spanID is a trace's id and a span's.
type spanID struct{ trace, span string }

// readOTLP reads one or more objects with traces, as the collector's file exporter
// writes them, one a line.
//
// IDs are hexadecimal in this JSON and base64 in that of protocol buffers, so what
// the latter's decoder returns are not the IDs. They are as different from each
// other as the IDs are, which is all that they are needed for.
func readOTLP(r *reader) error {
	spans := make(map[spanID]*span)
	var order []spanID
	var first, last uint64
	objects := json.NewDecoder(bytes.NewReader(r.data))
	for n := 1; ; n++ {
		var raw json.RawMessage
		if err := objects.Decode(&raw); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		var data tracepb.TracesData
		if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(raw, &data); err != nil {
			return fmt.Errorf("object %d: %w", n, err)
		}
		for _, rs := range data.ResourceSpans {
			service := text(rs.GetResource().GetAttributes(), "service.name")
			for _, ss := range rs.ScopeSpans {
				for _, s := range ss.Spans {
					id := spanID{string(s.TraceId), string(s.SpanId)}
					if _, twice := spans[id]; twice {
						r.Ignore("spans", "another one has the same ID", 1)
						continue
					}
					spans[id] = newSpan(service, s)
					order = append(order, id)
					if first == 0 || s.StartTimeUnixNano < first {
						first = s.StartTimeUnixNano
					}
					last = max(last, s.EndTimeUnixNano)
				}
			}
		}
	}
	if len(order) == 0 {
		return errors.New("has no spans")
	}
	period := r.Period
	if period <= 0 && last > first {
		period = time.Duration(min(last-first, 1<<62))
	}
	if period <= 0 {
		return ErrPeriod
	}
	for _, id := range order {
		r.addServer(spans, spans[id], period)
	}
	for _, id := range order {
		s := spans[id]
		if s.kind != tracepb.Span_SPAN_KIND_CLIENT || s.answered {
			continue
		}
		if s.peer == "" {
			r.Ignore("client spans", "there is no span of a callee, and peer.service does not name it", 1)
			continue
		}
		r.addCall(s.service, s.peer, s, s, period)
	}
	return nil
}

// addServer adds the call that a span of a callee is of.
func (r *reader) addServer(spans map[spanID]*span, s *span, period time.Duration) {
	switch s.kind {
	case tracepb.Span_SPAN_KIND_SERVER:
	case tracepb.Span_SPAN_KIND_CONSUMER, tracepb.Span_SPAN_KIND_PRODUCER:
		r.Ignore("spans", "they are of messages, which are not RPCs", 1)
		return
	default:
		return
	}
	if s.parent.span == "" {
		r.Ignore("server spans", "they begin a trace: nobody is known to call", 1)
		r.AddUnknown(s.service, r.perSecond(1, period))
		return
	}
	caller := spans[s.parent]
	if caller == nil {
		r.Ignore("server spans", "the caller's span is not in this file", 1)
		r.AddUnknown(s.service, r.perSecond(1, period))
		return
	}
	caller.answered = true
	r.addCall(caller.service, s.service, caller, s, period)
}

func (r *reader) addCall(caller, callee string, client, server *span, period time.Duration) {
	c := traffic.Calls{Caller: caller, Callee: callee, Method: server.method, PerSecond: r.perSecond(1, period)}
	size := client.bytes
	if size == 0 {
		size = server.bytes
	}
	if size > 0 {
		c.BytesPerSecond, c.Sized = size*c.PerSecond, c.PerSecond
	}
	r.Add(c)
}

func newSpan(service string, s *tracepb.Span) *span {
	one := &span{
		service: service, kind: s.Kind, method: text(s.Attributes, "rpc.method"), peer: text(s.Attributes, "peer.service"),
		parent: spanID{string(s.TraceId), string(s.ParentSpanId)},
	}
	if one.method == "" {
		one.method = s.Name[strings.LastIndexByte(s.Name, '/')+1:]
	}
	for _, name := range sizes {
		one.bytes += max(0, number(s.Attributes, name))
	}
	return one
}

func attribute(attributes []*commonpb.KeyValue, name string) *commonpb.AnyValue {
	for _, a := range attributes {
		if a.GetKey() == name {
			return a.GetValue()
		}
	}
	return nil
}

func text(attributes []*commonpb.KeyValue, name string) string {
	return attribute(attributes, name).GetStringValue()
}

func number(attributes []*commonpb.KeyValue, name string) float64 {
	v := attribute(attributes, name)
	if n := v.GetIntValue(); n != 0 {
		return float64(n)
	}
	return v.GetDoubleValue()
}
