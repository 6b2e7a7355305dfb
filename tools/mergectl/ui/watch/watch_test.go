package watch

import (
	"errors"
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
