package bisect

import (
	"slices"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/tools/mergectl/arms"
)

func TestQuantile(t *testing.T) {
	a := &arms.Arm{Timed: 100}
	for i := range a.Within {
		a.Within[i] = min(98, uint64(10*i))
	}
	for percent, want := range map[uint64]time.Duration{
		50: time.Duration(reports.LatencyBound(5)),
		98: time.Duration(reports.LatencyBound(10)),
		99: time.Duration(reports.LatencyBound(reports.LatencyBounds - 1)),
	} {
		if got := quantile(a, percent); got != want {
			t.Errorf("%d%%: got %v, want %v", percent, got, want)
		}
	}
	if got := quantile(new(arms.Arm), 50); got != 0 {
		t.Errorf("nothing timed: %v", got)
	}
}

func TestGrown(t *testing.T) {
	services := []Service{{Name: "item"}, {Name: "stock"}}
	off := []reports.GoroutineGroup{
		{Service: "item", Function: "item.serve", Place: "serve.go:7", Count: 4},
		{Service: "stock", Function: "stock.watch", Place: "watch.go:1", Count: 1},
		{Service: "stock", Function: "stock.watch", Place: "watch.go:2", Count: 1},
		{Service: "mail", Function: "mail.send", Place: "send.go:1", Count: 1},
	}
	on := []reports.GoroutineGroup{
		{Service: "item", Function: "item.serve", Place: "serve.go:7", Count: 4},
		{Service: "stock", Function: "stock.watch", Place: "watch.go:1", Count: 2},
		{Service: "stock", Function: "stock.watch", Place: "watch.go:2", Count: 5},
		{Service: "mail", Function: "mail.send", Place: "send.go:1", Count: 9},
	}
	want := []Goroutines{{Service: "stock", Function: "stock.watch", Place: "watch.go:1", Off: 2, On: 7}}
	if got := grown(services, off, on); !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestService(t *testing.T) {
	off := []reports.Service{{Name: "stock", Goroutines: 3, HeapBytes: 100}}
	on := []reports.Service{{Name: "item"}, {Name: "stock", Version: "1.4.2", Revision: "c0ffee", Digest: "0a1b", Goroutines: 9, HeapBytes: 200}}
	want := Service{Name: "stock", Role: "callee", Version: "1.4.2", Revision: "c0ffee", Digest: "0a1b", GoroutinesOff: 3, GoroutinesOn: 9, HeapOff: 100, HeapOn: 200}
	if got := service("stock", "callee", off, on); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
