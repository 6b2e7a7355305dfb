package simulation

import (
	"math"
	"testing"
)

const alpha = 0.0005

// TestPlay plays searches, each with a number of plays that shows what it asserts.
func TestPlay(t *testing.T) {
	for _, tt := range []struct {
		name   string
		search Search
		plays  int
		right  float64 // part of the plays at least
		trials int     // at most, in 95 % of the plays
	}{
		// Three standard deviations above 1 in 2,000 are 1 of 40.
		{"none", Search{Links: 16, RPCRate: 0.01, Ratio: 1, Most: 40_000}, 40, 0.97, 1},
		{"one", Search{Links: 64, Bad: 1, RPCRate: 0.01, Ratio: 20, Most: 1_000_000}, 10, 1, 4},
		{"two", Search{Links: 64, Bad: 2, RPCRate: 0.01, Ratio: 20, Most: 1_000_000}, 10, 0.9, 6},
		{"together", Search{Links: 64, Bad: 1, Together: true, RPCRate: 0.01, Ratio: 20, Most: 1_000_000}, 6, 1, 14},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.search.Look, tt.search.Alpha = 1000, alpha
			o, err := tt.search.Play(t.Context(), tt.plays, 1)
			if err != nil {
				t.Fatal(err)
			}
			if o.Right < int(math.Floor(tt.right*float64(tt.plays))) || o.Right+o.Innocent+o.Missed+o.Undecided != tt.plays {
				t.Errorf("%+v", o)
			}
			if trials := Quantile(o.Trials, 0.95); trials > tt.trials {
				t.Errorf("%d trials, want %d at most", trials, tt.trials)
			}
		})
	}
}

// TestSeed plays the same twice.
func TestSeed(t *testing.T) {
	s := Search{Links: 8, Bad: 1, RPCRate: 0.01, Ratio: 20, Look: 1000, Most: 100_000, Alpha: alpha}
	a, err1 := s.Play(t.Context(), 2, 7)
	b, err2 := s.Play(t.Context(), 2, 7)
	if err1 != nil || err2 != nil || a.Calls[0] != b.Calls[0] || a.Calls[1] != b.Calls[1] {
		t.Errorf("%+v, %v; %+v, %v", a, err1, b, err2)
	}
}

func TestQuantile(t *testing.T) {
	if got := Quantile([]int{1, 2, 3, 4}, 0.5); got != 3 {
		t.Errorf("half: %d", got)
	}
	if got := Quantile([]int{1, 2}, 1); got != 2 {
		t.Errorf("all: %d", got)
	}
}
