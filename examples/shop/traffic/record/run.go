package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gomerge/rules_go_merge/examples/compare"
	"github.com/gomerge/rules_go_merge/examples/shop/deploy"
)

// request is one that api got, with the calls that it led to.
type request struct {
	// Trace is its number in hexadecimal digits.
	Trace string `json:"trace"`
	// Name is the method and the pattern of the path.
	Name string `json:"name"`
	// Start and End are since the run began.
	Start time.Duration `json:"start"`
	End   time.Duration `json:"end"`
	// Calls are sorted by their start.
	Calls []call `json:"calls"`
}

// call is an RPC, as it was seen between caller and callee.
type call struct {
	Caller     string `json:"caller"`
	Callee     string `json:"callee"`
	RPCService string `json:"rpcService"`
	Method     string `json:"method"`
	// Request and Response are sizes in bytes. A oneway call has no response.
	Request  int           `json:"request"`
	Response int           `json:"response"`
	Start    time.Duration `json:"start"`
	End      time.Duration `json:"end"`
}

// visit is what a customer asks for.
type visit struct{ method, pattern, path, body string }

// visits returns what customers ask for: of 20 requests, 12 are for an item.
func visits(n int) []visit {
	ids := []string{"lamp", "desk", "novel", "pencil", "coat"}
	list := make([]visit, n)
	for i := range list {
		id := ids[i%len(ids)]
		switch kind := 7 * i % 20; {
		case kind < 12:
			list[i] = visit{http.MethodGet, "/items/{id}", "/items/" + id, ""}
		case kind < 17:
			list[i] = visit{http.MethodGet, "/items", "/items?ids=" + strings.Join(ids, ","), ""}
		case kind < 19:
			list[i] = visit{http.MethodPost, "/orders", "/orders", `{"item_id": "pencil", "quantity": 1}`}
		default:
			list[i] = visit{http.MethodGet, "/stock/{id}", "/stock/" + id, ""}
		}
	}
	return list
}

// recorder notes what happens to the requests of a run.
type recorder struct {
	begin time.Time
	taps  map[string]*tap

	mu sync.Mutex
	// requests are by their trace.
	requests map[string]*request
	err      error
}

func (r *recorder) note(id string, c call) {
	r.mu.Lock()
	defer r.mu.Unlock()
	// Others are of the requests by which the shop is found ready.
	if q := r.requests[id]; q != nil {
		q.Calls = append(q.Calls, c)
	}
}

func (r *recorder) failed(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err = cmp.Or(r.err, err)
}

// shop returns the example with taps between its services.
func (r *recorder) shop() *compare.Example {
	return &compare.Example{
		Name:     deploy.Shop.Name,
		Services: deploy.Shop.Services,
		Env: func(listen, _ map[string]string) []string {
			for name, t := range r.taps {
				t.forwardTo(listen[name])
			}
			dial := map[string]string{"item": r.taps["item"].addr(), "stock": r.taps["stock"].addr()}
			return append(deploy.Shop.Env(listen, dial), "LOG_LEVEL=error")
		},
	}
}

// recordRun runs the services separately, has n customers ask, one in each period of
// time, and returns what they led to.
func recordRun(ctx context.Context, bins compare.Binaries, n int, every time.Duration) (_ []request, err error) {
	r := &recorder{begin: time.Now(), taps: make(map[string]*tap), requests: make(map[string]*request)}
	for _, callee := range []string{"item", "stock"} {
		t, err := newTap(r.begin, r.note, r.failed)
		if err != nil {
			return nil, err
		}
		defer t.close()
		r.taps[callee] = t
	}
	d, err := compare.Deploy(ctx, r.shop(), bins, false, false)
	if err != nil {
		return nil, err
	}
	defer d.Stop()
	for i, v := range visits(n) {
		if i > 0 && every > 0 {
			time.Sleep(every)
		}
		if err := r.visit(ctx, d.URL, fmt.Sprintf("%032x", i+1), v); err != nil {
			return nil, d.Explain(err)
		}
	}
	// Views of items are noted after the answer.
	if _, err := d.Play(ctx, []compare.Call{{Method: http.MethodGet, Path: "/calls", Settle: true}}, func(int, int) {}); err != nil {
		return nil, d.Explain(err)
	}
	return r.result()
}

// visit sends a request.
func (r *recorder) visit(ctx context.Context, url, trace string, v visit) error {
	q := &request{Trace: trace, Name: v.method + " " + v.pattern, Calls: []call{}}
	r.mu.Lock()
	r.requests[trace] = q
	r.mu.Unlock()
	start := time.Since(r.begin)
	c := compare.Call{Method: v.method, Path: v.path, Body: v.body}
	if err := compare.SendWell(ctx, http.DefaultClient, url, c, trace); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	q.Start, q.End = start, time.Since(r.begin)
	return nil
}

func (r *recorder) result() ([]request, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []request
	for _, q := range r.requests {
		slices.SortStableFunc(q.Calls, func(a, b call) int { return cmp.Compare(a.Start, b.Start) })
		list = append(list, *q)
	}
	slices.SortFunc(list, func(a, b request) int { return cmp.Compare(a.Trace, b.Trace) })
	return list, r.err
}

// writeRun writes a run, a request on each line.
func writeRun(requests []request) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	for _, q := range requests {
		if err := e.Encode(q); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

// readRun reads what writeRun writes.
func readRun(data []byte) ([]request, error) {
	var list []request
	d := json.NewDecoder(bytes.NewReader(data))
	for {
		var q request
		if err := d.Decode(&q); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		list = append(list, q)
	}
	if len(list) == 0 {
		return nil, errors.New("has no requests")
	}
	return list, nil
}
