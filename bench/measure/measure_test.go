package measure

import (
	"errors"
	"sync/atomic"
	"testing"
)

func TestCallersMakeAllCalls(t *testing.T) {
	for _, callers := range []int{1, 2, 3, 4} {
		for _, n := range []int{1, 2, 7, 100} {
			var made atomic.Int64
			r, err := calls(n, callers, func() error { made.Add(1); return nil })
			if err != nil || r.N != n || made.Load() != int64(n) {
				t.Errorf("%d callers make %d calls of %d and report %d, %v", callers, made.Load(), n, r.N, err)
			}
		}
	}
}

func TestCallersRunAtOnce(t *testing.T) {
	meet := make(chan bool)
	call := func() error {
		select {
		case meet <- true:
		case <-meet:
		}
		return nil
	}
	if err := atOnce(2, 2, call); err != nil { // which hangs with one caller
		t.Error(err)
	}
}

func TestCallersFail(t *testing.T) {
	refused := errors.New("refused")
	if _, err := calls(10, 4, func() error { return refused }); !errors.Is(err, refused) {
		t.Errorf("error %v, want %v", err, refused)
	}
}

func TestParseColumn(t *testing.T) {
	for _, tt := range []struct {
		column, payload string
		callers         int
	}{
		{"100B", "100B", 1},
		{"100B@4", "100B", 4},
		{"100B@", "", 0},
		{"100B@0", "", 0},
	} {
		payload, callers, err := ParseColumn(tt.column)
		if payload != tt.payload || callers != tt.callers || (err == nil) != (callers > 0) {
			t.Errorf("%s: %q, %d, %v; want %q, %d", tt.column, payload, callers, err, tt.payload, tt.callers)
		}
		if callers > 0 && Column(payload, callers) != tt.column {
			t.Errorf("%s is written %s", tt.column, Column(payload, callers))
		}
	}
}
