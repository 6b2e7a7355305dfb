package observe

import (
	"context"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/serviceinfo"
	"github.com/cloudwego/kitex/pkg/stats"
)

// Info returns what a call's RPCInfo says of it, without its statistics. Of
// addresses only their presence is told.
func Info(info rpcinfo.RPCInfo) string {
	invocation, config := info.Invocation(), info.Config()
	biz := "none"
	if err := invocation.BizStatusErr(); err != nil {
		biz = fmt.Sprintf("%d %q %s", err.BizStatusCode(), err.BizMessage(), Value(err.BizExtra()))
	}
	return fmt.Sprintf("from %s, to %s, package %q service %q method %q, streaming %v, seq id set %t, biz status %s, transport %v, interaction %v, payload %v, rpc timeout %v, connect timeout %v, read timeout %v",
		party(info.From()), party(info.To()),
		invocation.PackageName(), invocation.ServiceName(), invocation.MethodName(), streamingMode(invocation), invocation.SeqID() != 0, biz,
		config.TransportProtocol(), config.InteractionMode(), config.PayloadCodec(),
		config.RPCTimeout(), config.ConnectTimeout(), config.ReadWriteTimeout())
}

// streamingMode returns the mode of a call that has one: before v0.13 none has.
func streamingMode(invocation rpcinfo.Invocation) any {
	if streaming, ok := invocation.(interface {
		StreamingMode() serviceinfo.StreamingMode
	}); ok {
		return streaming.StreamingMode()
	}
	return nil
}

// tags are the tags that the services set, and some that the framework knows.
var tags = []string{"conformance", "idc", "cluster", "retry"}

func party(p rpcinfo.EndpointInfo) string {
	if p == nil {
		return "nobody"
	}
	var found []string
	for _, tag := range tags {
		if value, ok := p.Tag(tag); ok {
			found = append(found, fmt.Sprintf("%s=%q", tag, value))
		}
	}
	return fmt.Sprintf("%q method %q address %s tags [%s]", p.ServiceName(), p.Method(), address(p.Address()), strings.Join(found, " "))
}

// address tells of what form an address is: code that splits one has to work.
func address(a net.Addr) string {
	if a == nil {
		return "nil"
	}
	host, _, err := net.SplitHostPort(a.String())
	if err != nil {
		return fmt.Sprintf("that cannot be split %q", a.String())
	}
	return host
}

// custom is an event that the services define.
var custom, _ = stats.DefineNewEvent("conformance", stats.LevelBase)

// RecordEvents records events that a service may record in a call.
func RecordEvents(ctx context.Context, info rpcinfo.RPCInfo) {
	s := info.Stats()
	s.Record(ctx, custom, stats.StatusWarn, "custom")
	s.Record(ctx, custom, stats.StatusInfo, "once more")
	s.Record(ctx, stats.StreamRecv, stats.StatusInfo, "")
	s.Record(ctx, stats.WriteStart, stats.StatusError, "before the framework's")
}

var events = []struct {
	name  string
	event stats.Event
}{
	{"RPCStart", stats.RPCStart},
	{"ClientConnStart", stats.ClientConnStart},
	{"ClientConnFinish", stats.ClientConnFinish},
	{"ReadStart", stats.ReadStart},
	{"WaitReadStart", stats.WaitReadStart},
	{"WaitReadFinish", stats.WaitReadFinish},
	{"ReadFinish", stats.ReadFinish},
	{"ServerHandleStart", stats.ServerHandleStart},
	{"ServerHandleFinish", stats.ServerHandleFinish},
	{"WriteStart", stats.WriteStart},
	{"WriteFinish", stats.WriteFinish},
	{"StreamRecv", stats.StreamRecv},
	{"StreamSend", stats.StreamSend},
	{"RPCFinish", stats.RPCFinish},
	{"custom", custom},
}

// Stats returns the events that happened in a call with their status and info,
// and how it ended. Events in pairs are in order, or it says so.
func Stats(info rpcinfo.RPCInfo) string {
	s := info.Stats()
	b := new(strings.Builder)
	var first, last time.Time
	starts := make(map[string]time.Time)
	for _, e := range events {
		event := s.GetEvent(e.event)
		if event == nil || event.IsNil() {
			continue
		}
		fmt.Fprintf(b, "%s", e.name)
		if event.Status() != stats.StatusInfo {
			fmt.Fprintf(b, " status %v", event.Status())
		}
		if event.Info() != "" {
			fmt.Fprintf(b, " %q", Text(event.Info()))
		}
		b.WriteString(", ")
		if name, ok := strings.CutSuffix(e.name, "Start"); ok {
			starts[name] = event.Time()
		} else if name, ok := strings.CutSuffix(e.name, "Finish"); ok && event.Time().Before(starts[name]) {
			fmt.Fprintf(b, "which is before its start, ")
		}
		switch e.name {
		case "RPCStart":
			first = event.Time()
		case "RPCFinish":
			last = event.Time()
		}
	}
	if last.Before(first) {
		b.WriteString("finish before start, ")
	}
	panicked, value := s.Panicked()
	fmt.Fprintf(b, "level %v, panicked %t", s.Level(), panicked)
	if panicked {
		fmt.Fprintf(b, " %q", Text(fmt.Sprint(value)))
	}
	return b.String() + ", " + Error(s.Error())
}

// Sizes reports whether a call counted the bytes of its messages.
func Sizes(info rpcinfo.RPCInfo) string {
	return fmt.Sprintf("sent bytes %t, received bytes %t", info.Stats().SendSize() > 0, info.Stats().RecvSize() > 0)
}
