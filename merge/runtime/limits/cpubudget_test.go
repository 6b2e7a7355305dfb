package limits

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// TestBudget lets a service with a limit of half a core use so many cores in
// windows of a second, and looks for how long its calls would wait after each.
func TestBudget(t *testing.T) {
	tests := []struct {
		name    string
		windows []float64
		waits   []time.Duration
	}{
		{"below its limit", []float64{0.5, 0, 0.4}, []time.Duration{0, 0, 0}},
		{"what it saved up in a second is there to use", []float64{0.5, 1, 0.5}, []time.Duration{0, 0, 0}},
		{"it does not save up more", []float64{0, 0, 1.5}, []time.Duration{0, 0, time.Second}},
		{"what it used beyond that it owes", []float64{2, 0.5, 0, 0}, []time.Duration{2 * time.Second, 2 * time.Second, time.Second, 0}},
		{"debts end", []float64{100, 0}, []time.Duration{10 * time.Second, 9 * time.Second}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newCPUBudget(0.5)
			b.charge(b.start, 0, 0, 0)
			for i, cores := range tt.windows {
				now := time.Duration(i+1) * time.Second
				b.charge(b.start.Add(now), time.Second, time.Second, cores)
				wait := max(0, time.Duration(b.solvent.Load())-now)
				if wait != tt.waits[i] {
					t.Errorf("after window %d calls wait %v, want %v", i+1, wait, tt.waits[i])
				}
			}
		})
	}
}

// TestThrottle calls a service that owes CPU time for so long.
func TestThrottle(t *testing.T) {
	const overload = "request over limit: service stock used 1.50 cores, its cpu_limit is 0.5"
	tests := []struct {
		name               string
		owed               time.Duration
		later              time.Duration // that a window adds after 100 ms
		deadline           time.Duration // of the caller, 0 for none
		waits              time.Duration
		exception          string
		throttled, refused uint64
	}{
		{name: "no debt"},
		{name: "until it is paid", owed: 300 * time.Millisecond, waits: 300 * time.Millisecond, throttled: 1},
		{name: "and another", owed: 300 * time.Millisecond, later: 400 * time.Millisecond, waits: 700 * time.Millisecond, throttled: 1},
		{name: "no longer than a second", owed: time.Hour, waits: time.Second, exception: overload, throttled: 1, refused: 1},
		{name: "nor than the caller", owed: time.Hour, deadline: 200 * time.Millisecond, waits: 200 * time.Millisecond, exception: overload, throttled: 1, refused: 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				stock := New("stock", 1, 0.5)
				b := stock.cpu
				b.charge(time.Now(), 0, time.Second, 1.5)
				b.solvent.Store(0)
				if tt.owed > 0 {
					b.solvent.Store(int64(time.Since(b.start) + tt.owed))
				}
				if tt.later > 0 {
					go func() {
						time.Sleep(100 * time.Millisecond)
						b.solvent.Add(int64(tt.later))
					}()
				}
				ctx := t.Context()
				if tt.deadline > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, tt.deadline)
					defer cancel()
				}
				begin := time.Now()
				exception := stock.Enter(ctx, 0)
				if waited := time.Since(begin); waited != tt.waits || exception != tt.exception {
					t.Errorf("after %v: %q, want %q after %v", waited, exception, tt.exception, tt.waits)
				}
				if b.throttled.Load() != tt.throttled || b.refused.Load() != tt.refused {
					t.Errorf("%d throttled and %d refused, want %d and %d", b.throttled.Load(), b.refused.Load(), tt.throttled, tt.refused)
				}
			})
		})
	}
}
