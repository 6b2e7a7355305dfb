package main

import (
	"slices"
	"testing"
)

func TestRow(t *testing.T) {
	o := outcome{Plays: 200, Right: 197, Missed: 2, Undecided: 1, MedianTrials: 4, P95Trials: 5, MedianCalls: 123456, P95Calls: 1234567}
	got := kind{"one link", nil, 20}.row(o)
	if want := []string{"one link", "20 times as often", "98.5 %", "0 %", "1 %", "0.5 %", "4", "5", "123,456", "1,234,567"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := (kind{"none", nil, 1}).row(o)[1]; got != "as often as RPCs" {
		t.Errorf("got %q", got)
	}
}
