package calls

import (
	"maps"
	"sync"
	"testing"
	"unsafe"

	"github.com/gomerge/rules_go_merge/merge/runtime/limits"
	"github.com/gomerge/rules_go_merge/merge/runtime/stripes"
)

// words adds the memory of a value to a map, word by word.
func words[T any](of map[uintptr]uint64, v *T) {
	for i := range unsafe.Sizeof(*v) / 8 {
		word := (*uint64)(unsafe.Add(unsafe.Pointer(v), i*8))
		of[uintptr(unsafe.Pointer(word))] = *word
	}
}

// changed returns how many words differ.
func changed(before, after map[uintptr]uint64) (n int) {
	for at, word := range after {
		if before[at] != word {
			n++
		}
	}
	return n
}

// TestCallsWriteOnlyToTheirStripe compares the memory of everything that calls
// of a method have in common before and after calls. They may write to the
// cells of their stripes, and of these each to one or two.
func TestCallsWriteOnlyToTheirStripe(t *testing.T) {
	shop := newShop()
	var running stripes.Running
	ofStock := limits.New("stock", 1000, 0)
	shop.SetLimits("stock", ofStock)
	defer shop.ServeFirst("stock", "StockService", ServerConfig{Name: "stock", Handler: greet, Running: &running})()
	client := shop.NewClient("item", "StockService", "stock")
	link := client.link()
	m := link.method("Get")
	server := link.endpoint.running.Load()
	for s := range stripes.Stripe(stripes.Max) { // so that no call adds a cell
		m.count.cells.At(s).arm(DrawnInline)
		running.Begin(s)
		running.End(s)
		ofStock.Enter(t.Context(), s)
		ofStock.Leave(s)
	}
	common := func() map[uintptr]uint64 {
		all := map[uintptr]uint64{}
		words(all, client)
		words(all, link)
		words(all, m)
		words(all, link.endpoint)
		words(all, server)
		words(all, &running)
		words(all, ofStock)
		return all
	}
	cells := func() (all []map[uintptr]uint64) {
		for s := range stripes.Stripe(stripes.Max) {
			of := map[uintptr]uint64{}
			words(of, m.count.cells.At(s))
			words(of, m.count.cells.At(s).arm(DrawnInline))
			all = append(all, of)
		}
		return all
	}
	call := func() {
		if resp, inline := tryInline(client, "Get", &callerArgs{ID: 1}, new(callerResult), nil); !inline || resp.Failed() {
			t.Errorf("inline %v, response %+v", inline, resp)
		}
	}
	call() // which makes the client's binding
	before := common()
	for range 3 * timedEvery {
		cellsBefore := cells()
		call()
		written := 0
		for s, cell := range cells() {
			n := changed(cellsBefore[s], cell)
			if n > 6 { // the attempts, the ending, and of one that is timed a bucket, the sum, the maximum and the slowest
				t.Errorf("a call writes to %d words of its cell", n)
			}
			written += min(n, 1)
		}
		if written < 1 || written > 2 { // that of the observation, and that of the attempt
			t.Errorf("a call writes to %d cells, want 1 or 2", written)
		}
	}
	const callers, each = 8, 500
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for range each {
				call()
			}
		})
	}
	wg.Wait()
	after := common()
	maps.DeleteFunc(after, func(at uintptr, word uint64) bool { return before[at] == word })
	if len(after) > 0 {
		t.Errorf("calls write to %d words that all of them have in common", len(after))
	}
	if got := shop.counted(t, "Get"); got.Inline != callers*each+3*timedEvery+1 || running.N() != 0 {
		t.Errorf("%d calls counted, and %d run; want %d and 0", got.Inline, running.N(), callers*each+3*timedEvery+1)
	}
}
