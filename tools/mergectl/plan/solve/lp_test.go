package solve

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestColumnsHaveTheOptimum chooses among the columns by trying all choices.
func TestColumnsHaveTheOptimum(t *testing.T) {
	compared := 0
	for seed := range uint64(200) {
		p := random(rand.New(rand.NewPCG(seed, 6)), 6)
		exact, err := Exact(p)
		if err != nil {
			t.Fatal(err)
		}
		columns, err := Columns(p, must(p.callers()))
		if err != nil {
			t.Fatal(err)
		}
		var best func(from int, used uint64) float64
		best = func(from int, used uint64) float64 {
			if from == len(columns) {
				return 0
			}
			found := best(from+1, used)
			mask := uint64(0)
			for _, v := range columns[from].Services {
				mask |= 1 << v
			}
			if used&mask == 0 {
				found = max(found, columns[from].Value+best(from+1, used|mask))
			}
			return found
		}
		if len(columns) > 20 {
			continue
		}
		compared++
		if want := best(0, 0); math.Abs(exact.Value-want) > 1e-9*max(1, want) {
			t.Fatalf("seed %d: value %g, and the columns have %g", seed, exact.Value, want)
		}
	}
	if compared < 100 {
		t.Errorf("compared %d only", compared)
	}
}

func TestWriteLP(t *testing.T) {
	p := &Problem{Services: make([]Service, 3), Links: []Link{{Caller: 0, Callee: 1, Always: true}}}
	const want = `\ Which groups of services to merge. x(i) is 1 if group i is chosen.
Maximize
 saved:
 +2.5 x0
 -1 x1
Subject To
 s0: x0
 + x1 <= 1
 s1: x0
 + x1 <= 1
 s2: x1 <= 1
 a0: x0
 + x1 = 1
Binaries
 x0
 x1
End
`
	var got strings.Builder
	if err := WriteLP(&got, p, []Group{{[]int{0, 1}, 2.5}, {[]int{0, 1, 2}, -1}}); err != nil || got.String() != want {
		t.Errorf("%v, got\n%s\nwant\n%s", err, &got, want)
	}
}
