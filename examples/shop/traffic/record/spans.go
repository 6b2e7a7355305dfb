package main

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// call is an RPC, with the calls that its handler makes.
type call struct {
	caller, callee, rpcService, method string
	// request and response are sizes in bytes.
	request, response int
	calls             []call
}

const (
	// period is the time that is recorded, and requests how many are traced in it.
	period   = time.Minute
	requests = 60
	// sampled is how many requests there are for each that is traced.
	sampled = 2000
)

func item(method string, request, response int, calls ...call) call {
	return call{"api", "item", "ItemService", method, request, response, calls}
}

func stock(caller, method string, request, response int) call {
	return call{caller, "stock", "StockService", method, request, response, nil}
}

// request returns the calls that api makes for one of its HTTP requests.
func request(rng *rand.Rand) (path string, calls []call) {
	switch n := rng.IntN(100); {
	case n < 60:
		return "/items/{id}", []call{item("GetItem", 120, 2400, stock("item", "GetStock", 110, 640), stock("item", "NoteView", 110, 0))}
	case n < 84:
		return "/items", []call{item("ListItems", 300, 9000, stock("item", "GetStocks", 420, 5200))}
	case n < 96:
		return "/orders", []call{item("PlaceOrder", 260, 700, stock("item", "Reserve", 210, 330))}
	}
	return "/stock/{id}", []call{stock("api", "GetStock", 110, 640)}
}

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
	calls []call
	spans []span
}

func record() *recording {
	r := &recording{}
	rng := rand.New(rand.NewPCG(18, 4))
	begin := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC).UnixNano()
	for n := range requests {
		trace := fmt.Sprintf("%016x%016x", rng.Uint64(), rng.Uint64())
		at := begin + int64(n)*int64(period)/requests
		path, calls := request(rng)
		root := span{trace: trace, id: id(rng), service: "api", name: path, kind: "server", start: at}
		clock := at + 50_000
		for _, c := range calls {
			clock = r.add(rng, c, trace, root.id, clock)
		}
		root.end = clock + 50_000
		r.spans = append(r.spans, root)
	}
	return r
}

func id(rng *rand.Rand) string { return fmt.Sprintf("%016x", rng.Uint64()) }

// add records a call that begins at a time, and returns when it ends.
func (r *recording) add(rng *rand.Rand, c call, trace, parent string, at int64) int64 {
	r.calls = append(r.calls, c)
	rpc := []attribute{{name: "rpc.service", text: c.rpcService}, {name: "rpc.method", text: c.method}}
	sizes := []attribute{{name: "kitex.send_size", size: c.request}, {name: "kitex.recv_size", size: c.response}}
	name := c.rpcService + "/" + c.method
	client := span{trace: trace, id: id(rng), parent: parent, service: c.caller, name: name, kind: "client", attributes: append(sizes, rpc...), start: at}
	server := span{trace: trace, id: id(rng), parent: client.id, service: c.callee, name: name, kind: "server", attributes: rpc, start: at + 60_000}
	clock := server.start + 20_000
	for _, inner := range c.calls {
		clock = r.add(rng, inner, trace, server.id, clock)
	}
	server.end = clock + 20_000
	client.end = server.end + 60_000
	r.spans = append(r.spans, client, server)
	return client.end
}
