package main

import (
	"runtime"
	"testing"
)

func TestHalfBusy(t *testing.T) {
	cores := float64(runtime.NumCPU())
	for _, tt := range []struct {
		busy float64
		want int
	}{
		{cores / 8, 4000},
		{cores, 500},
		{cores / 1000, 20000},
		{0, 20000},
	} {
		if got := (sample{busy: tt.busy}).halfBusy(1000); got != tt.want {
			t.Errorf("with %g of %g cores busy: %d, want %d", tt.busy, cores, got, tt.want)
		}
	}
}
