package main

import (
	"fmt"
	"time"
)

const (
	// period is the time that exports are for.
	period = time.Minute
	// sampled is how many requests exports have for each that was recorded: that many
	// shops, all like the one that ran, of which traces are sampled.
	sampled = 2000
)

// span is one side of a call, or a request that api gets.
type span struct {
	trace, id, parent string
	service, name     string
	kind              string
	attributes        []attribute
	start, end        int64
}

type attribute struct {
	name string
	text string
	size int
}

// recording is all calls, and the spans of both sides.
type recording struct {
	requests int
	calls    []call
	spans    []span
}

// epoch is when exports say that the run began.
var epoch = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)

// newRecording returns what a run is exported from.
func newRecording(requests []request) *recording {
	r := &recording{requests: len(requests)}
	for i, q := range requests {
		r.add(i, q)
	}
	return r
}

// add adds the spans of a request, with number n. Both sides of a call have the times
// at which it was seen between them.
func (r *recording) add(n int, q request) {
	next := 0
	id := func() string {
		next++
		return fmt.Sprintf("%08x%08x", n+1, next)
	}
	at := func(d time.Duration) int64 { return epoch.Add(d).UnixNano() }
	root := span{trace: q.Trace, id: id(), service: "api", name: q.Name, kind: "server", start: at(q.Start), end: at(q.End)}
	r.spans = append(r.spans, root)
	// The span in which a service works on the request last.
	works := map[string]string{root.service: root.id}
	for _, c := range q.Calls {
		rpc := []attribute{{name: "rpc.service", text: c.RPCService}, {name: "rpc.method", text: c.Method}}
		sizes := []attribute{{name: "kitex.send_size", size: c.Request}, {name: "kitex.recv_size", size: c.Response}}
		one := span{trace: q.Trace, name: c.RPCService + "/" + c.Method, start: at(c.Start), end: at(c.End)}
		client, server := one, one
		client.id, client.parent, client.service, client.kind, client.attributes = id(), works[c.Caller], c.Caller, "client", append(sizes, rpc...)
		server.id, server.parent, server.service, server.kind, server.attributes = id(), client.id, c.Callee, "server", rpc
		works[c.Callee] = server.id
		r.calls = append(r.calls, c)
		r.spans = append(r.spans, client, server)
	}
}
