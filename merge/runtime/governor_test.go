package runtime

import (
	"context"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/usage"
)

// newLimited makes a merged binary in which item calls others, some of which
// have limits.
func newLimited(t *testing.T, services ...Service) *supervisor {
	newBinary(t)
	for _, s := range services {
		if s.Name != "stock" {
			AddLink(Link{Caller: "item", Callee: s.Name, RPCService: s.Name, Methods: map[string]Method{"Get": getMethod()}})
		}
	}
	s := newSupervisor(Binary{Services: services}, links)
	current.Store(s)
	t.Cleanup(func() { current.Store(nil) })
	return s
}

// TestProfilesBesideTheGovernor asks the admin interface for profiles while
// somebody measures the services, as the governor does, who goes on to.
func TestProfilesBesideTheGovernor(t *testing.T) {
	windows, over, stopped := make(chan bool), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			_, err := usage.Services{}.CPU(time.Millisecond)
			select {
			case windows <- err == nil:
			case <-over:
				return
			}
		}
	}()
	handler := (&admin{"shop", newTable()}).handler()
	profile := func() int {
		w := httptest.NewRecorder()
		ctx, cancel := context.WithCancel(t.Context())
		cancel() // so that the profile is over at once
		handler.ServeHTTP(w, httptest.NewRequest("GET", "/profile?seconds=1", nil).WithContext(ctx))
		return w.Code
	}
	for range 20 {
		done := make(chan int)
		go func() { done <- profile() }()
		for code := 0; code == 0; {
			select {
			case <-windows:
			case code = <-done:
				if code != 200 {
					t.Errorf("status %d", code)
				}
			}
		}
		for !<-windows { // until the profiler is returned
		}
	}
	close(over)
	<-stopped
}

// TestABusyServiceIsThrottled lets stock keep a core busy until its calls wait,
// as those of mail, which is as busy, never do.
func TestABusyServiceIsThrottled(t *testing.T) {
	s := newLimited(t, Service{Name: "stock", CPULimit: 0.01}, Service{Name: "mail"})
	over, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		s.governor.Run(over)
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
	Serve("stock", "StockService", "stock", busy(&calls[0]))
	Serve("mail", "mail", "mail", busy(&calls[1]))
	stock, mail := NewClient("item", "StockService", "stock"), NewClient("item", "mail", "mail")
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
