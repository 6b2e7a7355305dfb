package calls

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/limits"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/merge/runtime/usage"
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
		shop := newShop()
		ofStock := limits.New("stock", 2, 0)
		shop.SetLimits("stock", ofStock)
		client := shop.NewClient("item", "StockService", "stock")
		innermost := ""
		call := func() {
			resp, _ := tryInline(client, "Get", &callerArgs{ID: 1}, new(callerResult), nil)
			if resp.Failed() && !resp.Panicked {
				innermost = resp.Failure.Message
			}
		}
		depth := 0
		shop.Serve("stock", "StockService", "stock", func(ctx context.Context, req Request) Response {
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
		ofStock.Report(&limit)
		if innermost != tt.innermost || limit.Refused != tt.refused || limit.Inflight != 0 {
			t.Errorf("%d nested calls: exception %q, %d refused, %d still run; want %q and %d", tt.nested,
				innermost, limit.Refused, limit.Inflight, tt.innermost, tt.refused)
		}
		if got := shop.counted(t, "Get"); got.Inline != tt.counted {
			t.Errorf("%d nested calls: %d inline, want %d", tt.nested, got.Inline, tt.counted)
		}
	}
}

// TestABusyServiceIsThrottled lets stock keep a core busy until its calls wait,
// as those of mail, which is as busy, never do.
func TestABusyServiceIsThrottled(t *testing.T) {
	shop := newShop()
	shop.AddLink(Link{Caller: "item", Callee: "mail", RPCService: "MailService", Methods: map[string]Method{"Get": getMethod()}})
	ofStock := limits.New("stock", 0, 0.01)
	shop.SetLimits("stock", ofStock)
	services := usage.Services{{Name: "stock", Namespace: "stock"}, {Name: "mail", Namespace: "mail"}}
	governor := limits.NewGovernor(services, map[string]*limits.Service{"stock": ofStock}, shop.logger)
	over, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		governor.Run(over)
		close(stopped)
	}()
	defer func() { close(over); <-stopped }()
	var calls [2]atomic.Uint64
	busy := func(n *atomic.Uint64) Handler {
		return func(ctx context.Context, req Request) Response {
			n.Add(1)
			for begin := time.Now(); time.Since(begin) < 5*time.Millisecond; {
			}
			return greet(ctx, req)
		}
	}
	shop.Serve("stock", "StockService", "stock", busy(&calls[0]))
	shop.Serve("mail", "MailService", "mail", busy(&calls[1]))
	stock, mail := shop.NewClient("item", "StockService", "stock"), shop.NewClient("item", "MailService", "mail")
	call := func(c *Client) (refused bool) {
		resp, _ := tryInline(c, "Get", &callerArgs{ID: 1}, new(callerResult), nil)
		return resp.Failed()
	}
	refused := false
	for range 10_000 {
		if refused = call(stock); refused {
			break
		}
		call(mail)
	}
	if !refused {
		t.Fatalf("no call of a service with a limit of 0.01 cores was refused in %d", calls[0].Load())
	}
	for range 3 {
		if call(mail) {
			t.Error("a call of mail was refused")
		}
	}
	if got := calls[1].Load(); got != calls[0].Load()+3 {
		t.Errorf("mail ran %d calls, and stock %d", got, calls[0].Load())
	}
}
