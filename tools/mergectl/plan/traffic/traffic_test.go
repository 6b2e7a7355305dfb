package traffic

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

func TestGraphDoesNotDependOnOrder(t *testing.T) {
	calls := []Calls{
		{Caller: "item", Callee: "stock", Method: "GetStock", PerSecond: 0.1, BytesPerSecond: 10, Sized: 0.1},
		{Caller: "item", Callee: "stock", Method: "GetStock", PerSecond: 0.2},
		{Caller: "item", Callee: "stock", Method: "Reserve", PerSecond: 0.3},
		{Caller: "item", Callee: "stock", PerSecond: 1e17},
		{Caller: "api", Callee: "item", PerSecond: 7},
		{Caller: "api", Callee: "api", PerSecond: 7},
		{Callee: "api", PerSecond: 7},
		{Callee: "item", PerSecond: 2},
		{Caller: "api", PerSecond: 2},
		{Caller: "api", Callee: "sized", BytesPerSecond: 7},
		{Caller: "api->v2", Callee: "item", PerSecond: 1},
		{Caller: "api", Callee: "item->v2", PerSecond: 1},
	}
	want := &Graph{
		Links: []Link{
			{Caller: "api", Callee: "item", PerSecond: 7, Source: "test"},
			{Caller: "item", Callee: "stock", PerSecond: 0.1 + 0.2 + 0.3, Bytes: 100, Source: "test", Methods: []Method{
				{"GetStock", 0.1 + 0.2, 100}, {"Reserve", 0.3, 0},
			}},
		},
		Received: []Received{{"api", 7, "test"}, {"item", 10, "test"}},
		Ignored: []Ignored{
			{"test", "calls", "of a service to itself", 1},
			{"test", "calls", "the callee has no name", 1},
			{"test", "calls", "the callee's name has -> in it, which stands between caller and callee", 1},
			{"test", "calls", "the caller has no name: they only count as what the callee gets", 2},
			{"test", "calls", "the caller's name has -> in it: they only count as what the callee gets", 1},
			{"test", "calls", "the number is negative, too large or not a number", 1},
			{"test", "links", "only the size of calls is known, not how many there are", 1},
		},
	}
	// The constant expressions above are exact, and the sums of variables are not.
	a, b, c := 0.1, 0.2, 0.3
	want.Links[1].PerSecond, want.Links[1].Methods[0].PerSecond = a+b+c, a+b
	for range 50 {
		rand.Shuffle(len(calls), func(i, j int) { calls[i], calls[j] = calls[j], calls[i] })
		b := NewBuilder("test")
		for _, c := range calls {
			b.Add(c)
		}
		if got := b.Graph(); !reflect.DeepEqual(got, want) {
			t.Fatalf("got  %+v\nwant %+v", got, want)
		}
	}
}

func TestMergeCountsCallsOnce(t *testing.T) {
	link := func(source string, perSecond, bytes float64) *Graph {
		return &Graph{Links: []Link{{Caller: "item", Callee: "stock", PerSecond: perSecond, Bytes: bytes, Source: source}}}
	}
	got := Merge(link("metrics", 10, 0), link("traces", 1, 2000))
	if l := got.Links[0]; len(got.Links) != 1 || l.PerSecond != 10 || l.Bytes != 2000 || l.Source != "metrics; bytes: traces" {
		t.Errorf("got %+v", got.Links)
	}
	if len(got.Ignored) != 1 || got.Ignored[0].Source != "traces" || got.Ignored[0].Count != 1 {
		t.Errorf("ignored %v", got.Ignored)
	}
}

// TestReceived joins what a service gets of callers without a name over its names and
// over exports, of which the one that counts most is right.
func TestReceived(t *testing.T) {
	graph := func(source string, calls ...Calls) *Graph {
		b := NewBuilder(source)
		for _, c := range calls {
			b.Add(c)
		}
		return b.Graph().Rename(func(name string) string { return strings.TrimSuffix(name, "-v2") })
	}
	first := graph("first", Calls{Caller: "item", Callee: "stock", PerSecond: 10}, Calls{Callee: "stock", PerSecond: 5}, Calls{Caller: "item", Callee: "stock-v2", PerSecond: 3})
	second := graph("second", Calls{Callee: "stock-v2", PerSecond: 20})
	if want := []Received{{"stock", 18, "first"}}; !reflect.DeepEqual(first.Received, want) || len(first.Links) != 1 {
		t.Errorf("got %+v and %+v, want %+v", first.Received, first.Links, want)
	}
	if got, want := Merge(first, second).Received, []Received{{"stock", 20, "second"}}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestRenameJoinsLinks(t *testing.T) {
	b := NewBuilder("test")
	b.Add(Calls{Caller: "item-v1", Callee: "stock", PerSecond: 3})
	b.Add(Calls{Caller: "item-v2", Callee: "stock", PerSecond: 4})
	b.Add(Calls{Caller: "item-v1", Callee: "item-v2", PerSecond: 4})
	got := b.Graph().Rename(func(name string) string {
		if name != "stock" {
			return "item"
		}
		return name
	})
	if len(got.Links) != 1 || got.Links[0].PerSecond != 7 || got.Links[0].Caller != "item" {
		t.Errorf("got %+v", got.Links)
	}
	if len(got.Ignored) != 1 || got.Ignored[0].Why != "of a service to itself" {
		t.Errorf("ignored %v", got.Ignored)
	}
}
