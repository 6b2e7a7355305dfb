package calls

import (
	"fmt"
	"strings"
	"testing"
)

func TestFallsBackToRPC(t *testing.T) {
	tests := []struct {
		name, method, destination, serverName string
		id                                    int64
		running                               bool
		want                                  string
	}{
		{"callee does not run", "Get", "stock", "stock", 1, false, "StockService by RPC: the callee does not run"},
		{"other destination", "Get", "stock-canary", "stock", 1, true, `StockService by RPC: the client calls "stock-canary" and the callee is named "stock"`},
		{"unconverted method", "Watch", "stock", "stock", 1, true, "StockService/Watch by RPC: streaming method"},
		{"unknown method", "Put", "stock", "stock", 1, true, "StockService/Put by RPC: the method was not known when the binary was built"},
		{"undecodable arguments", "Get", "stock", "stock", 0, true, "StockService/Get by RPC: required field ID is not set"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			shop := newShop()
			if tt.running {
				defer shop.Serve("stock", "StockService", tt.serverName, greet)()
			}
			client := shop.NewClient("item", "StockService", tt.destination)
			for range 3 {
				if _, inline := tryInline(client, tt.method, &callerArgs{ID: tt.id}, &callerResult{}, nil); inline {
					t.Fatal("the call was inline")
				}
			}
			if want := "item->stock/" + tt.want + "\n"; shop.log.String() != want {
				t.Errorf("logged %q, want %q once", &shop.log, want)
			}
			total := uint64(0)
			for _, s := range shop.Links() {
				total += s.RPC
			}
			if total != 3 {
				t.Errorf("counted %d RPCs, want 3", total)
			}
		})
	}
}

func TestServeByRPC(t *testing.T) {
	const own = "the server has a codec of its own"
	shop := newShop()
	client := shop.NewClient("item", "StockService", "stock")
	stop := shop.ServeByRPC("stock", "StockService", own)
	for _, want := range []string{own, "the callee does not run"} {
		if _, inline := tryInline(client, "Get", &callerArgs{ID: 1}, &callerResult{}, nil); inline {
			t.Fatal("the call was inline")
		}
		if want := "item->stock/StockService by RPC: " + want + "\n"; shop.log.String() != want {
			t.Errorf("logged %q, want %q", &shop.log, want)
		}
		stop()
		shop.log.Reset()
	}
}

func TestDecline(t *testing.T) {
	shop := newShop()
	client := shop.NewClient("item", "StockService", "stock")
	for range 2 {
		client.Decline("Get", "calls over gRPC are not inline")
	}
	if want := "item->stock/StockService/Get by RPC: calls over gRPC are not inline\n"; shop.log.String() != want {
		t.Errorf("logged %q, want %q once", &shop.log, want)
	}
	if got := shop.counted(t, "Get"); got.RPC != 2 {
		t.Errorf("counters %+v, want 2 RPCs", got)
	}
}

func TestClientOutsideTheBinaryIsNeverInline(t *testing.T) {
	shop := newShop()
	client := shop.NewClient("item", "MailService", "mail")
	client.Decline("Send", "streaming calls are not inline")
	if _, inline := client.Bind("Send"); inline || shop.log.Len() > 0 {
		t.Errorf("a service that is not merged was bound or logged: %q", &shop.log)
	}
}

func TestUnnamedServerMatchesEveryDestination(t *testing.T) {
	shop := newShop()
	defer shop.Serve("stock", "StockService", "", greet)()
	if _, inline := shop.NewClient("item", "StockService", "anything").Bind("Get"); !inline {
		t.Error("Bind declined")
	}
}

// TestManyFallbacks has a caller ask for one new method after the other, as a
// proxy may.
func TestManyFallbacks(t *testing.T) {
	shop := newShop()
	client := shop.NewClient("item", "StockService", "stock")
	for i := range maxLogged + 10 {
		client.Decline(fmt.Sprint("Get", i), "calls over gRPC are not inline")
	}
	lines := strings.Split(strings.TrimSpace(shop.log.String()), "\n")
	if len(lines) != maxLogged+1 {
		t.Fatalf("%d lines, want one for each of %d and a last one", len(lines), maxLogged)
	}
	if want := "more than 1000 methods and reasons for calls by RPC: the log does not list further ones, but mergectl links counts them"; lines[maxLogged] != want {
		t.Errorf("the last line is %q, want %q", lines[maxLogged], want)
	}
	kept := 0
	shop.byRPC.seen.Range(func(_, _ any) bool { kept++; return true })
	if kept > maxLogged+1 {
		t.Errorf("%d are kept, want %d at most", kept, maxLogged+1)
	}
}
