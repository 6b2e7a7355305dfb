package main

import (
	"bytes"
	"math"
	"testing"
)

func TestShape(t *testing.T) {
	f := generate(1, 5000, 18000)
	if len(f.links) != 18000 || len(f.services) != 5000 {
		t.Fatalf("%d links, %d services", len(f.links), len(f.services))
	}
	s := f.shape()
	for what, n := range map[string][2]float64{"top 3 %": {s.top3, 0.57}, "top 10 %": {s.top10, 0.82}} {
		if math.Abs(n[0]-n[1]) > 0.08 {
			t.Errorf("%s carry %.2f of the calls, want %.2f", what, n[0], n[1])
		}
	}
	if s.oneSided < 0.05 || s.oneSided > 0.4 {
		t.Errorf("%.2f of the links are one-sided, want about 0.22", s.oneSided)
	}
	if !bytes.Equal(f.csv(), generate(1, 5000, 18000).csv()) {
		t.Error("the same seed makes other links")
	}
}

func TestObjective(t *testing.T) {
	for text, want := range map[string]float64{
		"Optimal - objective value 12.50000000\n":       12.5,
		"Rows: 3\nObjective:  saved = 12.5 (MAXimum)\n": 12.5,
		"Infeasible - objective value 0\n":              math.NaN(),
	} {
		got, err := objective([]byte(text))
		if math.IsNaN(want) != (err != nil) || err == nil && got != want {
			t.Errorf("%q: got %g, %v", text, got, err)
		}
	}
}
