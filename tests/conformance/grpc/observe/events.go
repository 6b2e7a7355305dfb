package observe

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"

	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/stats"
)

// Events is a stats handler that logs the events of calls. It numbers them.
type Events struct {
	Log *Log
	// Name begins each line.
	Name string
	// Tag is appended to the outgoing metadata, as tracing libraries do it, "" for none.
	Tag string

	calls *atomic.Int64
}

// NewEvents returns a stats handler.
func NewEvents(log *Log, name, tag string) Events {
	return Events{Log: log, Name: name, Tag: tag, calls: new(atomic.Int64)}
}

type tagKey struct{ name string }

// TagRPC implements stats.Handler.
func (e Events) TagRPC(ctx context.Context, info *stats.RPCTagInfo) context.Context {
	call := e.calls.Add(1)
	e.Log.Addf("%s, call %d: TagRPC %s fail fast %t", e.Name, call, info.FullMethodName, info.FailFast)
	if e.Tag != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, e.Tag, "tagged")
	}
	return context.WithValue(ctx, tagKey{e.Name}, call)
}

// TagConn implements stats.Handler.
func (e Events) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context {
	return context.WithValue(ctx, tagKey{e.Name + " connection"}, "connection")
}

// HandleConn implements stats.Handler.
func (e Events) HandleConn(context.Context, stats.ConnStats) {}

// Tags describes what a handler put into a context.
func (e Events) Tags(ctx context.Context) (call, connection any) {
	return ctx.Value(tagKey{e.Name}), ctx.Value(tagKey{e.Name + " connection"})
}

// HandleRPC implements stats.Handler. Events of picking a connection are left out:
// inline there is nothing to pick.
func (e Events) HandleRPC(ctx context.Context, event stats.RPCStats) {
	call, _ := e.Tags(ctx)
	add := func(format string, args ...any) {
		e.Log.Addf("%s, call %v: "+format, append([]any{e.Name, call}, args...)...)
	}
	switch s := event.(type) {
	case *stats.Begin:
		add("Begin client %t fail fast %t streams %t %t retry %t time %t", s.Client, s.FailFast, s.IsClientStream, s.IsServerStream, s.IsTransparentRetryAttempt, !s.BeginTime.IsZero())
	case *stats.InHeader:
		add("InHeader client %t method %q compression %q %s, addresses %t %t", s.Client, s.FullMethod, s.Compression, MD(s.Header), s.RemoteAddr != nil, s.LocalAddr != nil)
	case *stats.OutHeader:
		add("OutHeader client %t method %q compression %q %s, addresses %t %t", s.Client, s.FullMethod, s.Compression, MD(s.Header), s.RemoteAddr != nil, s.LocalAddr != nil)
	case *stats.InPayload:
		add("InPayload client %t %T lengths %d %d %d time %t", s.Client, s.Payload, s.Length, s.CompressedLength, s.WireLength, !s.RecvTime.IsZero())
	case *stats.OutPayload:
		add("OutPayload client %t %T lengths %d %d %d time %t", s.Client, s.Payload, s.Length, s.CompressedLength, s.WireLength, !s.SentTime.IsZero())
	case *stats.InTrailer:
		add("InTrailer client %t %s", s.Client, MD(s.Trailer))
	case *stats.OutTrailer:
		add("OutTrailer client %t %s", s.Client, MD(s.Trailer))
	case *stats.End:
		add("End client %t %s %s times %t %t", s.Client, Error(s.Error), MD(s.Trailer), !s.BeginTime.IsZero(), !s.EndTime.IsZero())
	}
}

// ByCall sorts the lines of stats handlers by calls, after the other lines. A call may
// end when the next one has begun, and events come while a side does something else.
func ByCall(lines []string) []string {
	call := regexp.MustCompile(`^(\w+, call \d+): `)
	key := func(line string) string {
		if found := call.FindStringSubmatch(line); found != nil {
			return fmt.Sprintf("%30s", found[1])
		}
		return ""
	}
	slices.SortStableFunc(lines, func(a, b string) int { return strings.Compare(key(a), key(b)) })
	return lines
}

// InOrder sorts the lines of a client's handler. Over a connection its reader may tell
// of the header before the caller has told of what it sent, and of the trailer before
// it has decoded the message.
func InOrder(lines []string) []string {
	late := func(first, second string) bool {
		is := func(line string, events ...string) bool {
			for _, event := range events {
				if strings.Contains(line, " "+event+" client true") {
					return true
				}
			}
			return false
		}
		return is(second, "OutPayload") && is(first, "InHeader", "InTrailer") || is(second, "InPayload") && is(first, "InTrailer")
	}
	for range lines {
		for i := 1; i < len(lines); i++ {
			if late(lines[i-1], lines[i]) {
				lines[i-1], lines[i] = lines[i], lines[i-1]
			}
		}
	}
	return lines
}
