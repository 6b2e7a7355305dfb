package usage

import (
	"runtime"
	"slices"
	"testing"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

func TestGoroutinesOf(t *testing.T) {
	services := Services{
		{Name: "stock", Namespace: "stock"},
		{Name: `it"em`, Namespace: "example.com/item"},
	}
	const profile = `goroutine profile: total 16
5 @ 0x1 0x2
# labels: {"service":"stock"}
#	0x1	example.com/item/example.com/lib.Run+0x1	lib.go:1

1 @ 0x1 0x3
# labels: {"service":"stock"}
#	0x3	time.Sleep+0x1					sleep.go:1
#	0x1	example.com/item/example.com/lib.Run+0x2	lib.go:2

3 @ 0x1
# labels: {"other":"stock", "service":"it\"em"}
#	0x1	time.Sleep+0x1	sleep.go:1

2 @ 0x1
#	0x1	time.Sleep+0x1	sleep.go:1
#	0x2	stock/example.com/lib.init.func1+0x1	lib.go:1

4 @ 0x1
# labels: {"service":"other"}
#	0x1	time.Sleep+0x1	sleep.go:1

1 @ 0x1
#	0x1	main.main+0x1	main.go:1
`
	want := []reports.GoroutineGroup{
		{Service: `it"em`, Function: "time.Sleep", Place: "sleep.go:1", Count: 3},
		{Service: "stock", Function: "example.com/item/example.com/lib.Run", Place: "lib.go:1", Count: 6},
		{Service: "stock", Function: "stock/example.com/lib.init.func1", Place: "lib.go:1", Count: 2},
	}
	if got := services.goroutinesOf(profile); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestMeasure counts goroutines and memory of this test, whose package stands
// for a namespace.
func TestMeasure(t *testing.T) {
	old := runtime.MemProfileRate
	runtime.MemProfileRate = 1
	defer func() { runtime.MemProfileRate = old }()
	block, running := make(chan struct{}), make(chan struct{})
	for range 3 {
		go func() {
			SwapLabels(LabelsOf("stock"))
			running <- struct{}{}
			<-block
		}()
	}
	for range 3 {
		<-running
	}
	kept := make([]byte, 1<<20)
	runtime.GC()
	runtime.GC()
	got := Services{{Name: "stock", Namespace: "github.com"}}.Measure()
	close(block)
	runtime.KeepAlive(kept)
	if got.Goroutines["stock"] < 3 || got.Heap["stock"] < 1<<20 {
		t.Errorf("%d goroutines and %d bytes, want 3 and 1 MiB at least", got.Goroutines["stock"], got.Heap["stock"])
	}
}

func TestUnsampled(t *testing.T) {
	for _, tt := range []struct {
		bytes, objects int64
		rate           int
		want           int64
	}{{0, 0, 512, 0}, {100, 1, 1, 100}, {512 << 10, 1, 512 << 10, 829411}, {1 << 40, 1, 512, 1 << 40}} {
		if got := unsampled(tt.bytes, tt.objects, tt.rate); got != tt.want {
			t.Errorf("%d objects of %d bytes stand for %d bytes, want %d", tt.objects, tt.bytes, got, tt.want)
		}
	}
}
