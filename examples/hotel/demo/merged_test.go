package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/examples/compare"
	"github.com/gomerge/rules_go_merge/examples/compare/comparetest"
)

// TestMergedHotel is what the demo shows: the merged hotel answers as the separate
// one, with the same traces, and with every call and stream inline.
func TestMergedHotel(t *testing.T) {
	rep := comparetest.Run(t, hotel, []string{"1.56.3", "1.85.0"}, []string{"desk->rates", "desk->rooms", "rooms->rates"})
	if t.Failed() {
		return
	}
	// A server stream, a bidirectional stream, and calls without one.
	methods := map[string]bool{}
	for _, l := range rep.Merged.Links {
		methods[l.RPCService+"/"+l.Method] = true
	}
	for _, want := range []string{"hotel.Rooms/Search", "hotel.Rates/Quote", "hotel.Rooms/Book", "hotel.Rates/Season"} {
		if !methods[want] {
			t.Errorf("no call of %s", want)
		}
	}
	// The span that is farthest from the guest: of a stream from rooms to rates,
	// within one from desk to rooms.
	farthest := `map[attributes:map[rpc.grpc.status_code:0 rpc.method:Quote rpc.service:hotel.Rates rpc.system:grpc] kind:server name:hotel.Rates/Quote service:rates]`
	i := slices.IndexFunc(script, func(c compare.Call) bool { return c.Path == "/rooms?from=2026-05-04&nights=1&guests=1" })
	trace := rep.Merged.Answers[len(requests)+i]
	if text := fmt.Sprint(trace.Body); trace.Status != http.StatusOK || !strings.Contains(text, traceID(i+1)) || !strings.Contains(text, farthest) {
		t.Errorf("status %d: %s has no %s", trace.Status, text, farthest)
	}
}
