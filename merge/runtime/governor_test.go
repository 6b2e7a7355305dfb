package runtime

import (
	"context"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
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

// govern runs the governor until the returned function is called.
func govern(s *supervisor) (stop func()) {
	over, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		s.governor.run(over)
		close(stopped)
	}()
	return func() {
		close(over)
		<-stopped
	}
}

func TestNoGovernorWithoutLimits(t *testing.T) {
	s := newLimited(t, Service{Name: "stock"}, Service{Name: "item", MaxInflight: 1})
	if s.governor != nil || s.byName["stock"].limits != nil {
		t.Error("services without a limit are measured")
	}
	if stats := Services(); stats[0].CPUUse != nil {
		t.Errorf("the use is %v", *stats[0].CPUUse)
	}
}

// TestOthersDoNotWait has one service above its limit, one below, and one that
// uses all there is and has none.
func TestOthersDoNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newLimited(t, Service{Name: "stock", CPULimit: 0.5}, Service{Name: "mail", CPULimit: 0.5}, Service{Name: "api"})
		windows := 0
		s.governor.measure = func(window time.Duration) (map[string]float64, bool) {
			time.Sleep(window)
			if windows++; windows > 1 {
				return map[string]float64{"mail": 0.1, "api": 60}, true
			}
			return map[string]float64{"stock": 4, "mail": 0.1, "api": 60}, true
		}
		defer govern(s)()
		time.Sleep(cpuWindow)
		synctest.Wait()

		var order []string
		done := make(chan string)
		for _, callee := range []string{"stock", "mail", "api"} {
			rpcService := callee
			if callee == "stock" {
				rpcService = "StockService"
			}
			Serve(callee, rpcService, callee, greet)
			go func() {
				tryInline(NewClient("item", rpcService, callee), "Get", &callerArgs{ID: 1}, new(callerResult), nil)
				done <- callee
			}()
		}
		for range 3 {
			order = append(order, <-done)
		}
		if order[2] != "stock" {
			t.Errorf("calls returned in the order %v, want stock's last", order)
		}
		var throttled []uint64
		for _, of := range Services() {
			throttled = append(throttled, of.Throttled)
		}
		if !slices.Equal(throttled, []uint64{1, 0, 0}) {
			t.Errorf("%v calls were throttled, want one of stock", throttled)
		}
	})
}

// TestUse goes through windows; what nobody measured does not count.
func TestUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newLimited(t, Service{Name: "stock", CPULimit: 2}, Service{Name: "api"})
		windows := 0
		s.governor.measure = func(window time.Duration) (map[string]float64, bool) {
			time.Sleep(window)
			windows++
			return map[string]float64{"stock": 1.5}, windows <= 300
		}
		defer govern(s)()
		time.Sleep(400 * cpuWindow)
		stats := Services()
		if stock := stats[0].CPUUse; stock == nil || *stock < 1.499 || *stock > 1.501 {
			t.Errorf("stock uses %v, want 1.5", stock)
		}
		if api := stats[1].CPUUse; api == nil || *api != 0 {
			t.Errorf("api uses %v, want 0", api)
		}
		if stats[0].CPULimit != 2 || s.byName["stock"].limits.cpu.solvent.Load() != 0 {
			t.Errorf("stock has %+v and calls wait", stats[0])
		}
	})
}

// TestProfilesBesideTheGovernor asks the admin interface for profiles while the
// governor measures, which it goes on to do.
func TestProfilesBesideTheGovernor(t *testing.T) {
	s := newLimited(t, Service{Name: "stock", CPULimit: 1})
	windows := make(chan bool)
	measure := s.governor.measure
	s.governor.measure = func(time.Duration) (map[string]float64, bool) {
		cores, ok := measure(time.Millisecond)
		windows <- ok
		return cores, ok
	}
	stop := govern(s)
	handler := (&admin{"shop", newLinkSwitch(newTable())}).handler()
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
	go func() {
		for range windows {
		}
	}()
	stop()
	close(windows)
}

// TestABusyServiceIsThrottled lets stock keep a core busy until its calls wait,
// as those of mail, which is as busy, never do.
func TestABusyServiceIsThrottled(t *testing.T) {
	s := newLimited(t, Service{Name: "stock", CPULimit: 0.01}, Service{Name: "mail"})
	defer govern(s)()
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
