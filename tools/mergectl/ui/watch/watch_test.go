package watch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

func TestNext(t *testing.T) {
	start := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	report := func(inline, rpc uint64) *reports.Links {
		return &reports.Links{Binary: "shop", Links: []reports.Link{{Caller: "item", Callee: "stock", RPCService: "Stock", Method: "Get", Inline: inline, RPC: rpc}}}
	}
	dead := errors.New("the merged binary that made this socket has ended")
	const get = "item->stock/Stock/Get"
	steps := []struct {
		name   string
		links  *reports.Links
		err    error
		since  int // seconds after the start, 0 for none
		losses int
		rate   *Rate
	}{
		{"first reading", report(0, 0), nil, 0, 0, nil},
		{"second", report(20, 5), nil, 0, 0, &Rate{20, 5}},
		{"gone", nil, dead, 2, 1, nil},
		{"still gone", nil, dead, 2, 1, nil},
		{"back, as another process", report(3, 0), nil, 4, 1, nil},
		{"further", report(7, 0), nil, 4, 1, &Rate{4, 0}},
		{"gone again", nil, dead, 6, 2, nil},
	}
	p := Process{Socket: "/run/shop.sock"}
	for i, step := range steps {
		now := start.Add(time.Duration(i) * time.Second)
		p = p.next(step.links, nil, step.err, now)
		var since time.Time
		if step.since > 0 {
			since = start.Add(time.Duration(step.since) * time.Second)
		}
		rate, known := p.Rates[get]
		if !p.Since.Equal(since) || p.Losses != step.losses || p.Gone() != (step.err != nil) || p.Binary() != "shop" || known != (step.rate != nil) || known && rate != *step.rate {
			t.Errorf("%s: %+v", step.name, p)
		}
	}
}

// TestNextOfDead has a process that does not answer from the first reading on.
func TestNextOfDead(t *testing.T) {
	now := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	p := Process{}.next(nil, nil, errors.New("refused"), now)
	if !p.Gone() || p.Losses != 0 || !p.Since.IsZero() || p.Binary() != "" {
		t.Errorf("%+v", p)
	}
	if p = p.next(&reports.Links{Binary: "shop"}, nil, nil, now.Add(time.Second)); p.Gone() || !p.Since.Equal(now.Add(time.Second)) {
		t.Errorf("%+v", p)
	}
}

// reporter is an admin socket that counts how often it was read.
type reporter struct {
	socket          string
	links, services atomic.Int64
	// silent keeps answers back until it is closed.
	silent chan struct{}
}

func newReporter(t *testing.T) *reporter {
	r := &reporter{socket: filepath.Join(t.TempDir(), "admin"), silent: make(chan struct{})}
	l, err := net.Listen("unix", r.socket)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, report any) {
		<-r.silent
		json.NewEncoder(w).Encode(report)
	}
	mux.HandleFunc("GET /links", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, reports.Links{Binary: "shop", Links: []reports.Link{{Inline: uint64(r.links.Add(1))}}})
	})
	mux.HandleFunc("GET /services", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, reports.Services{Binary: "shop", Services: []reports.Service{{Name: fmt.Sprint(r.services.Add(1))}}})
	})
	server := &http.Server{Handler: mux}
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	return r
}

// run runs a watcher until the test ends.
func run(t *testing.T, w *Watcher) {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { w.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		wg.Wait()
	})
}

// TestProcessesAfterPause has somebody look again who has not looked for a long time: what
// was read then is not shown.
func TestProcessesAfterPause(t *testing.T) {
	r := newReporter(t)
	close(r.silent)
	w := New([]string{r.socket})
	run(t, w)
	ctx := context.Background()
	before := w.Processes(ctx, Need{Services: true})[0]
	if before.Links == nil || before.Services == nil {
		t.Fatalf("%+v", before)
	}
	for range 3 {
		w.mu.Lock()
		w.looked, w.services = w.looked.Add(-time.Hour), w.services.Add(-time.Hour)
		w.mu.Unlock()
		w.targets[0].mu.Lock()
		w.targets[0].servicesDue = time.Time{}
		w.targets[0].mu.Unlock()
		after := w.Processes(ctx, Need{Services: true})[0]
		if after.Links.Links[0].Inline <= before.Links.Links[0].Inline || after.Services.Services[0].Name == before.Services.Services[0].Name {
			t.Errorf("got %+v and services %+v, as before", after.Links, after.Services)
		}
		before = after
	}
}

// TestServicesWhileWanted stops reading services when nobody looks at them, while somebody
// looks at links.
func TestServicesWhileWanted(t *testing.T) {
	r := newReporter(t)
	close(r.silent)
	w := New([]string{r.socket})
	run(t, w)
	w.Processes(context.Background(), Need{Services: true})
	w.mu.Lock()
	w.services = w.services.Add(-time.Hour)
	w.mu.Unlock()
	w.targets[0].mu.Lock()
	w.targets[0].servicesDue = time.Time{}
	w.targets[0].mu.Unlock()
	services := r.services.Load()
	w.Again(context.Background(), r.socket)
	for range 2 {
		w.targets[0].mu.Lock()
		changed := w.targets[0].changed
		w.targets[0].mu.Unlock()
		w.Processes(context.Background(), Need{})
		<-changed
	}
	if got := r.services.Load(); got > services+1 {
		t.Errorf("services were read %d times more", got-services)
	}
}

// TestLate has a process that takes the request and does not answer. It keeps nobody
// waiting, and no end of the watcher.
func TestLate(t *testing.T) {
	silent, other := newReporter(t), newReporter(t)
	t.Cleanup(func() { close(silent.silent) })
	close(other.silent)
	w := New([]string{silent.socket, other.socket})
	w.patience, w.lateAfter = 100*time.Millisecond, time.Millisecond
	run(t, w)
	for _, p := range w.Processes(context.Background(), Need{}) {
		switch p.Socket {
		case silent.socket:
			if p.Late == 0 || p.Gone() || p.Links != nil {
				t.Errorf("the silent one is %+v", p)
			}
		case other.socket:
			if p.Links == nil {
				t.Errorf("the other one is %+v", p)
			}
		}
	}
	// Whoever needs all waits until the context ends.
	ctx, cancel := context.WithCancel(context.Background())
	waited := make(chan struct{})
	go func() {
		w.Processes(ctx, Need{All: true})
		close(waited)
	}()
	cancel()
	<-waited
}
