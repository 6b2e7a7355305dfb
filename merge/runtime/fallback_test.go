package runtime

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
			out := newBinary(t)
			if tt.running {
				defer Serve("stock", "StockService", tt.serverName, greet)()
			}
			client := NewClient("item", "StockService", tt.destination)
			for range 3 {
				if _, inline := tryInline(client, tt.method, &callerArgs{ID: tt.id}, &callerResult{}, nil); inline {
					t.Fatal("the call was inline")
				}
			}
			if want := "item->stock/" + tt.want + "\n"; out.String() != want {
				t.Errorf("logged %q, want %q once", out, want)
			}
			total := uint64(0)
			for _, s := range Links() {
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
	out := newBinary(t)
	client := NewClient("item", "StockService", "stock")
	stop := ServeByRPC("stock", "StockService", own)
	for _, want := range []string{own, "the callee does not run"} {
		if _, inline := tryInline(client, "Get", &callerArgs{ID: 1}, &callerResult{}, nil); inline {
			t.Fatal("the call was inline")
		}
		if want := "item->stock/StockService by RPC: " + want + "\n"; out.String() != want {
			t.Errorf("logged %q, want %q", out, want)
		}
		stop()
		out.Reset()
	}
}

func TestDecline(t *testing.T) {
	out := newBinary(t)
	client := NewClient("item", "StockService", "stock")
	for range 2 {
		client.Decline("Get", "calls over gRPC are not inline")
	}
	if want := "item->stock/StockService/Get by RPC: calls over gRPC are not inline\n"; out.String() != want {
		t.Errorf("logged %q, want %q once", out, want)
	}
	if got := counted(t, "Get"); got.RPC != 2 {
		t.Errorf("counters %+v, want 2 RPCs", got)
	}
}

func TestClientOutsideTheBinaryIsNeverInline(t *testing.T) {
	out := newBinary(t)
	client := NewClient("item", "MailService", "mail")
	client.Decline("Send", "streaming calls are not inline")
	if _, inline := client.Bind("Send"); inline || out.Len() > 0 {
		t.Errorf("a service that is not merged was bound or logged: %q", out)
	}
}

func TestUnnamedServerMatchesEveryDestination(t *testing.T) {
	newBinary(t)
	defer Serve("stock", "StockService", "", greet)()
	if _, inline := NewClient("item", "StockService", "anything").Bind("Get"); !inline {
		t.Error("Bind declined")
	}
}

// TestManyFallbacks has a caller ask for ever new methods, as a proxy may.
func TestManyFallbacks(t *testing.T) {
	out := newBinary(t)
	client := NewClient("item", "StockService", "stock")
	for i := range maxFallbacks + 10 {
		client.Decline(fmt.Sprint("Get", i), "calls over gRPC are not inline")
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != maxFallbacks+1 {
		t.Fatalf("%d lines, want one for each of %d and a last one", len(lines), maxFallbacks)
	}
	if want := "more than 1000 methods and reasons for calls by RPC: the log does not list further ones, mergectl links counts them"; lines[maxFallbacks] != want {
		t.Errorf("the last line is %q, want %q", lines[maxFallbacks], want)
	}
	kept := 0
	fallback.seen.Range(func(_, _ any) bool { kept++; return true })
	if kept > maxFallbacks+1 {
		t.Errorf("%d are kept, want %d at most", kept, maxFallbacks+1)
	}
}
