package runtime

import (
	"context"
	"testing"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

// TestMaxInflight calls stock, whose handler calls stock in turn. At any time
// as many calls run as are nested.
func TestMaxInflight(t *testing.T) {
	const overload = "request over limit: service stock runs 2 inline calls, its max_inflight"
	tests := []struct {
		nested           int
		innermost        string // the exception of the last call
		refused, counted uint64
	}{
		{1, "", 0, 1},
		{2, "", 0, 2},
		{3, overload, 1, 3},
	}
	for _, tt := range tests {
		newBinary(t)
		s := newSupervisor(Binary{Services: []Service{{Name: "stock", MaxInflight: 2}}}, links)
		current.Store(s)
		t.Cleanup(func() { current.Store(nil) })
		client := NewClient("item", "StockService", "stock")
		innermost := ""
		call := func() {
			resp, _ := tryInline(client, "Get", &callerArgs{ID: 1}, new(callerResult), nil)
			if resp.Failed() && !resp.Panicked {
				innermost = resp.Failure.Message
			}
		}
		depth := 0
		Serve("stock", "StockService", "stock", func(ctx context.Context, req Request) Response {
			if depth++; depth < tt.nested {
				call()
			}
			if depth == tt.nested {
				panic("a panic leaves as a return does")
			}
			return greet(ctx, req)
		})
		call()
		var limit reports.Service
		s.byName["stock"].limits.Report(&limit)
		if innermost != tt.innermost || limit.Refused != tt.refused || limit.Inflight != 0 {
			t.Errorf("%d nested calls: exception %q, %d refused, %d still run; want %q and %d", tt.nested,
				innermost, limit.Refused, limit.Inflight, tt.innermost, tt.refused)
		}
		if got := counted(t, "Get"); got.Inline != tt.counted {
			t.Errorf("%d nested calls: %d inline, want %d", tt.nested, got.Inline, tt.counted)
		}
	}
}
