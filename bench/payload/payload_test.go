package payload_test

import (
	"reflect"
	"testing"

	"github.com/gomerge/rules_go_merge/bench/measure"
	"github.com/gomerge/rules_go_merge/bench/payload"
)

func TestSizes(t *testing.T) {
	for name, size := range measure.NoteSizes {
		if got := payload.Note(size).BLength(); got != size {
			t.Errorf("%s takes %d bytes on the wire, want %d", name, got, size)
		}
	}
	const want, tolerance = 16 << 10, 16 << 10 * 3 / 100
	if got := payload.Order(measure.NestedLines).BLength(); got < want-tolerance || got > want+tolerance {
		t.Errorf("%s takes %d bytes on the wire, want %d within %d", measure.Nested, got, want, tolerance)
	}
}

func TestCopyIsDeep(t *testing.T) {
	order := payload.Order(3)
	copied, err := payload.CopyOrder(order)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(copied, order) {
		t.Fatalf("the copy is %v, want %v", copied, order)
	}
	copied.Lines[0].Tags[0] = "changed"
	copied.Discounts["loyalty"].Units = -1
	*copied.Lines[0].Price.Nanos = -1
	copied.Lines[0].Attributes["colour"] = "changed"
	if !reflect.DeepEqual(order, payload.Order(3)) {
		t.Errorf("changing the copy has made the original %v", order)
	}
}

// TestCopyAllocatesInSlabs fails if each of the 96 prices and discounts is
// allocated alone again.
func TestCopyAllocatesInSlabs(t *testing.T) {
	order := payload.Order(measure.NestedLines)
	const most = 135 // of which 94 are the maps of every other line
	got := testing.AllocsPerRun(10, func() {
		if _, err := payload.CopyOrder(order); err != nil {
			t.Error(err)
		}
	})
	if got > most {
		t.Errorf("a copy takes %.0f allocations, want %d at most", got, most)
	}
}
