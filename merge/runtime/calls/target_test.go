package calls

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
)

func TestTargetMatches(t *testing.T) {
	tests := []struct {
		pattern   string
		spellings string
		want      bool
	}{
		{"stock:50051", "stock:50051 dns:///stock:50051", true},
		{"stock:50051", "dns:///stock:50051 stock:50051", true},
		{"stock:*", "stock:50051", true},
		{"*:50051", "stock:50051", true},
		{"stock*", "consul://c/stock", false},
		{"*stock", "consul://c/stock", false},
		{"*", "consul://c/stock", true},
		{"consul://*/srv-geo", "consul://c:8500/srv-geo", true},
		{"consul://*/srv-geo", "consul://c:8500/srv-geo?dc=eu", false},
		{"consul://*/srv-geo*", "consul://c:8500/srv-geo?dc=eu", true},
		{"dns:///stock*", "stock:50051 dns:///stock:50051", true},
		{"a*b*a", "aba", true},
		{"a*b*a", "ab", false},
		{"a*a", "a", false},
		{"a**", "a", true},
		{"stock", "stock2", false},
		{"", "stock", false},
	}
	for _, tt := range tests {
		target := Target{Spellings: strings.Fields(tt.spellings)}
		if got := target.matches([]string{"other", tt.pattern}); got != tt.want {
			t.Errorf("%q matches %q: %v", tt.pattern, tt.spellings, got)
		}
	}
}

func tcp(addr string) net.Addr { return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(addr)) }

func TestTargetReaches(t *testing.T) {
	tests := []struct {
		target, listens string
		want            bool
	}{
		{"localhost:5", "127.0.0.1:5", true},
		{"localhost:5", "[::]:5", true},
		{"localhost:5", "10.0.0.1:5", false},
		{"localhost:5", "[::1]:5", true},
		{"localhost:5", "127.0.0.2:5", false},
		{":5", "0.0.0.0:5", true},
		{":5", "127.0.0.2:5", false},
		{"127.0.0.1:5", "127.0.0.1:5", true},
		{"127.0.0.1:5", "127.0.0.1:6", false},
		{"127.0.0.1:5", "[::]:5", true},
		{"127.0.0.2:5", "127.0.0.1:5", false},
		{"[::1]:5", "127.0.0.1:5", false},
		{"[::1]:5", "0.0.0.0:5", false},
		{"127.0.0.2:5", "127.0.0.2:5", true},
		{"127.0.0.2:5", "0.0.0.0:5", true},
		{"0.0.0.0:5", "127.0.0.1:5", true},
		{"0.0.0.0:5", "127.0.0.2:5", false},
		{"10.0.0.1:5", "10.0.0.1:5", true},
		{"10.0.0.1:5", "0.0.0.0:5", false},
		{"stock:5", "0.0.0.0:5", false},
		{"localhost", "0.0.0.0:5", false},
	}
	for _, tt := range tests {
		target := Target{Network: "tcp", Address: tt.target}
		if got := target.reaches(tcp(tt.listens)); got != tt.want {
			t.Errorf("%s reaches %s: %v", tt.target, tt.listens, got)
		}
	}
	unix := Target{Network: "unix", Address: "/run/s"}
	if !unix.reaches(&net.UnixAddr{Net: "unix", Name: "/run/s"}) || unix.reaches(&net.UnixAddr{Net: "unix", Name: "/run/t"}) || unix.reaches(nil) {
		t.Error("a unix path")
	}
	here, err := filepath.Abs("run/s")
	if err != nil {
		t.Fatal(err)
	}
	if unix.Address = here; !unix.reaches(&net.UnixAddr{Net: "unix", Name: "./run/s"}) || unix.reaches(&net.UnixAddr{Net: "unix", Name: "/run/s"}) {
		t.Error("a unix path that begins in the working directory")
	}
	if unix.Address = "@s"; !unix.reaches(&net.UnixAddr{Net: "unix", Name: "@s"}) {
		t.Error("an abstract name")
	}
	if (&Target{}).reaches(tcp("127.0.0.1:5")) {
		t.Error("a target that something else resolves")
	}
}

// newTargets links item to stock and archive, and archive to itself, for one RPC
// service.
func newTargets() *testTable {
	shop := newShop()
	for _, l := range []Link{
		{Caller: "item", Callee: "stock", Targets: []string{"stock:1", "both:1"}},
		{Caller: "item", Callee: "archive", Targets: []string{"archive:*", "both:1"}},
		{Caller: "archive", Callee: "archive", Targets: []string{"archive:*"}},
	} {
		l.RPCService, l.Methods = "Feed", map[string]Method{"Get": {}}
		shop.AddLink(l)
	}
	return shop
}

func (shop *testTable) dialled(caller, text string) *Client {
	target := Target{Spellings: []string{text}}
	if host, _, err := net.SplitHostPort(text); err == nil && (host == "" || host == "127.0.0.1") {
		target.Network, target.Address = "tcp", text
	}
	return shop.NewTargetClient(caller, "Feed", target)
}

func (shop *testTable) serveAt(t *testing.T, service, addr string, group any) *Server {
	t.Helper()
	c := ServerConfig{Group: group, Handler: func(_ context.Context, r Request) Response {
		*r.Result.(*[]byte) = []byte(service + " " + addr)
		return Response{}
	}}
	if addr, c.Unbound = strings.CutPrefix(addr, "unbound "); addr != "" {
		c.Addr = tcp(addr)
	}
	s := shop.StartServer(service, "Feed", c)
	t.Cleanup(s.Stop)
	return s
}

// answer returns who answers a call, "" for an RPC.
func answerOf(c *Client) string {
	call, ok := c.Bind("Get")
	if !ok {
		return ""
	}
	var result []byte
	if resp := call.Pass(context.Background(), new([]byte), &result, nil); resp.Failed() {
		return resp.Failure.Message
	}
	return string(result)
}

func TestTargetDecides(t *testing.T) {
	shop := newTargets()
	shop.serveAt(t, "stock", "127.0.0.1:1", nil)
	shop.serveAt(t, "archive", "127.0.0.1:2", nil)
	group := new(int)
	shop.serveAt(t, "archive", "127.0.0.1:3", group)
	shop.serveAt(t, "archive", "127.0.0.1:4", group)
	tests := []struct {
		caller, target, want, log string
	}{
		{"item", "stock:1", "stock 127.0.0.1:1", ""},
		{"item", "127.0.0.1:1", "stock 127.0.0.1:1", ""},
		{"item", ":2", "archive 127.0.0.1:2", ""},
		{"item", "archive:2", "archive 127.0.0.1:2", ""},
		{"item", "archive:4", "archive 127.0.0.1:4", ""},
		{"item", "archive:9", "", `item->archive/Feed by RPC: the callee has several servers for it, and "archive:9" does not say which`},
		{"item", "both:1", "", `item dials "both:1": Feed by RPC: it is among the targets of several services: archive or stock`},
		{"item", "stock:2", "", `item dials "stock:2": Feed by RPC: no merged service listens there or has it among its targets; if it means archive or stock, add "stock:2" to targets of its go_merge_service`},
		{"archive", "127.0.0.1:2", "archive 127.0.0.1:2", ""},
		{"archive", "archive:2", "", `archive dials "archive:2": Feed by RPC: no server of this process listens there`},
		{"front", "stock:1", "", ""},
	}
	for _, tt := range tests {
		before := len(shop.log.String())
		client := shop.dialled(tt.caller, tt.target)
		for range 2 {
			if got := answerOf(client); got != tt.want {
				t.Errorf("%s dials %s: %q answers, want %q", tt.caller, tt.target, got, tt.want)
			}
		}
		if got := strings.TrimSuffix(shop.log.String()[before:], "\n"); got != tt.log {
			t.Errorf("%s dials %s: logged\n%s\nwant\n%s", tt.caller, tt.target, got, tt.log)
		}
	}
	for target, want := range map[string]bool{"stock:1": true, "stock:2": false, "both:1": true} {
		if got := shop.Declares("item", Target{Spellings: []string{target}}); got != want {
			t.Errorf("item has declared %s: %v", target, got)
		}
	}
	if shop.Declares("archive", Target{Spellings: []string{"archive:2"}}) {
		t.Error("archive declares itself")
	}
	stats := shop.Targets()
	if len(stats) != 3 || stats[2].Target != "stock:2" || stats[2].RPC != 2 || stats[2].Caller != "item" {
		t.Errorf("targets %+v", stats)
	}
}

// TestNoTarget has a client that dials no target meet links for clients that do.
func TestNoTarget(t *testing.T) {
	shop := newTargets()
	for range 2 {
		client := shop.NewClient("item", "Feed", "archive")
		client.Decline("Get", "some reason")
		if _, ok := client.Bind("Get"); ok {
			t.Error("a call is inline")
		}
	}
	const want = "item->*/Feed by RPC: the client does not dial a target, so it is unclear which of archive and stock is meant; choose one in callees of the go_merged_binary\n"
	if got := shop.log.String(); got != want {
		t.Errorf("logged\n%swant\n%s", got, want)
	}
}

// TestTargetDecidesAnew has a callee come and go.
func TestTargetDecidesAnew(t *testing.T) {
	shop := newTargets()
	declared, literal := shop.dialled("item", "stock:1"), shop.dialled("item", ":7")
	expect := func(who string) {
		t.Helper()
		for _, c := range []*Client{declared, literal} {
			if got := answerOf(c); got != who {
				t.Errorf("%q answers, want %q", got, who)
			}
		}
	}
	expect("")
	if !strings.Contains(shop.log.String(), "item->stock/Feed by RPC: the callee does not run\n") {
		t.Errorf("logged %s", &shop.log)
	}
	server := shop.serveAt(t, "stock", "127.0.0.1:7", nil)
	expect("stock 127.0.0.1:7")
	if stats := shop.Targets(); len(stats) != 1 || stats[0].Reason != "it meant none when they were made, and means stock by now" || stats[0].RPC != 1 {
		t.Errorf("targets %+v", stats)
	}
	server.Stop()
	expect("")
	shop.serveAt(t, "stock", "0.0.0.0:7", nil)
	expect("stock 0.0.0.0:7")
	shop.Withdraw("stock", "the callee is down")
	expect("")
	shop.serveAt(t, "stock", "127.0.0.1:7", nil)
	expect("")
	shop.Readmit("stock", nil)
	shop.serveAt(t, "stock", "127.0.0.1:7", nil)
	expect("stock 127.0.0.1:7")
}

// TestTargetUnbound has servers that do not listen at the addresses that they are
// given.
func TestTargetUnbound(t *testing.T) {
	shop := newTargets()
	shop.AddLink(Link{Caller: "item", Callee: "price", RPCService: "Prices", Methods: map[string]Method{"Get": {}}})
	local := shop.dialled("item", ":7")
	expect := func(want, reason string) {
		t.Helper()
		if got := answerOf(local); got != want {
			t.Errorf("%q answers, want %q", got, want)
		}
		if stats := shop.Targets(); want == "" && stats[0].Reason != reason {
			t.Errorf("the reason is %q, want %q", stats[0].Reason, reason)
		}
	}
	const unclear = `servers of %s were given :7, and not all bind it; add ":7" to targets of the go_merge_service that it means`

	stock := shop.serveAt(t, "stock", "unbound 0.0.0.0:7", nil)
	expect("stock 0.0.0.0:7", "")
	other := shop.StartServer("price", "Prices", ServerConfig{Addr: tcp("127.0.0.1:7"), Unbound: true})
	expect("", fmt.Sprintf(unclear, "price and stock"))
	other.Stop()
	expect("stock 0.0.0.0:7", "")
	other = shop.StartServer("price", "Prices", ServerConfig{Addr: tcp("127.0.0.1:7")})
	expect("", fmt.Sprintf(unclear, "price and stock"))
	archive := shop.serveAt(t, "archive", "unbound 0.0.0.0:7", nil)
	expect("", fmt.Sprintf(unclear, "archive and price and stock"))
	if got := answerOf(shop.dialled("item", "stock:1")); got != "stock 0.0.0.0:7" {
		t.Errorf("%q answers at a declared target", got)
	}
	other.Stop()
	archive.Stop()
	expect("stock 0.0.0.0:7", "")

	// One that listens is reached, whoever else was given the address.
	archive = shop.serveAt(t, "archive", "127.0.0.1:7", nil)
	expect("archive 127.0.0.1:7", "")
	archive.Stop()
	shop.serveAt(t, "stock", "unbound 127.0.0.1:7", nil)
	expect("", "several servers of stock were given :7")
	stock.Stop()
	expect("stock 127.0.0.1:7", "")
}

// TestTargetServedByRPC finds a server that takes no inline calls.
func TestTargetServedByRPC(t *testing.T) {
	shop := newTargets()
	server := shop.StartServer("stock", "Feed", ServerConfig{Addr: tcp("127.0.0.1:7"), ByRPC: "it has secrets"})
	for _, target := range []string{"stock:1", ":7"} {
		if got := answerOf(shop.dialled("item", target)); got != "" {
			t.Errorf("%s: %q answers", target, got)
		}
	}
	if got, want := shop.log.String(), "Feed by RPC: it has secrets\n"; !strings.HasSuffix(got, want) || strings.Count(got, "\n") != 1 {
		t.Errorf("logged %q, want %q once", got, want)
	}
	shop.serveAt(t, "stock", "127.0.0.1:8", nil)
	if got := answerOf(shop.dialled("item", ":8")); got != "stock 127.0.0.1:8" {
		t.Errorf("%q answers beside it", got)
	}
	server.Stop()
	if got := answerOf(shop.dialled("item", "stock:1")); got != "stock 127.0.0.1:8" {
		t.Errorf("%q answers after it", got)
	}
}

func TestTargetsAreBounded(t *testing.T) {
	shop := newTargets()
	for i := range maxTargets + 10 {
		answerOf(shop.dialled("item", tcp("10.0.0.1:1").String()+strings.Repeat("x", i)))
	}
	if n := len(shop.Targets()); n != maxTargets {
		t.Errorf("%d targets are remembered", n)
	}
	if n := strings.Count(shop.log.String(), "more than 1000 targets mean no merged service"); n != 1 {
		t.Errorf("the log says %d times that there are more", n)
	}
}

func TestGone(t *testing.T) {
	shop := newTargets()
	server := shop.serveAt(t, "stock", "", nil)
	call, ok := shop.dialled("item", "stock:1").Bind("Get")
	if !ok {
		t.Fatal("the call is an RPC")
	}
	server.Close()
	<-call.Gone()
	var result []byte
	if resp := call.Pass(context.Background(), new([]byte), &result, nil); resp.Failure == nil || resp.Failure.Kind != Closed {
		t.Errorf("response %+v", resp)
	}
}

func BenchmarkPass(b *testing.B) {
	shop := newShop()
	shop.AddLink(Link{Caller: "bench", Callee: "stock", RPCService: "BenchPass", Targets: []string{"*"}, Methods: map[string]Method{"Get": {}}})
	server := shop.StartServer("stock", "BenchPass", ServerConfig{Handler: func(_ context.Context, r Request) Response {
		*r.Result.(*[]byte) = *r.Args.(*[]byte)
		return Response{}
	}})
	defer server.Stop()
	client := shop.NewTargetClient("bench", "BenchPass", Target{Spellings: []string{"stock"}})
	message := make([]byte, 100)
	b.ReportAllocs()
	for b.Loop() {
		call, _ := client.Bind("Get")
		var result []byte
		call.Pass(context.Background(), &message, &result, nil)
	}
}

// A client waits for a callee that is among its targets, and again after it has stopped.
func TestAwait(t *testing.T) {
	shop := newShop()
	shop.AddLink(Link{Caller: "item", Callee: "stock", RPCService: "Feed", Targets: []string{"stock"}, Methods: map[string]Method{"Get": {}}})
	elsewhere := shop.NewTargetClient("item", "Feed", Target{Spellings: []string{"geo"}})
	if err := elsewhere.Await(t.Context()); err != nil || elsewhere.Absent() != "" {
		t.Errorf("a target that means no service: %v, %q", err, elsewhere.Absent())
	}
	client := shop.NewTargetClient("item", "Feed", Target{Spellings: []string{"stock"}})
	for range 2 {
		if client.Absent() != "stock" {
			t.Errorf("absent is %q", client.Absent())
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := client.Await(ctx); err != context.Canceled {
			t.Errorf("error %v", err)
		}
		waited := make(chan error)
		go func() { waited <- client.Await(t.Context()) }()
		other := shop.StartServer("stock", "Other", ServerConfig{})
		server := shop.StartServer("stock", "Feed", ServerConfig{})
		if err := <-waited; err != nil || client.Absent() != "" {
			t.Errorf("error %v, absent is %q", err, client.Absent())
		}
		other.Stop()
		server.Stop()
	}
}

// TestMessages offers conversions to calls of servers that take messages.
func TestMessages(t *testing.T) {
	converts := &Messages{}
	shop := newShop()
	shop.AddLink(Link{Caller: "item", Callee: "stock", RPCService: "Feed", Targets: []string{"*"}, Methods: map[string]Method{"Get": {Messages: converts}, "Old": {}}})
	for _, takes := range []bool{false, true} {
		server := shop.StartServer("stock", "Feed", ServerConfig{Messages: takes})
		client := shop.NewTargetClient("item", "Feed", Target{Spellings: []string{"stock:1"}})
		for _, method := range []string{"Get", "Old"} {
			call, ok := client.Bind(method)
			if want := ok && takes && method == "Get"; !ok || (call.Messages() == converts) != want || (call.Messages() == nil) == want {
				t.Errorf("%s, the server takes messages %v: inline %v, conversions %v", method, takes, ok, call.Messages())
			}
		}
		server.Stop()
	}
}
