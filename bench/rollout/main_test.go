package main

import (
	"slices"
	"testing"
)

func TestRow(t *testing.T) {
	median := 1234567
	got := row("5%", 20, outcome{Plays: 4, Stopped: 3, Median: &median})
	if want := []string{"5 %", "20 times as often", "75 %", "1,234,567", "-"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	median = 1000
	got = row("50%", 1, outcome{Plays: 4, Stopped: 4, Median: &median, P95: new(int)})
	if want := []string{"50 %", "as often", "100 %", "1,000", "0"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
