package main

import (
	"context"
	"encoding/json"
	"flag"
	"net/http"
	"strings"
	"testing"
)

// vars is what /debug/vars has of stock.
type vars struct {
	Version  string            `json:"version"`
	Flags    map[string]string `json:"flags"`
	Requests map[string]int64  `json:"requests"`
}

func getVars(t *testing.T, addr string) (v vars) {
	t.Helper()
	resp, err := http.Get("http://" + addr + "/debug/vars")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestDebugPages(t *testing.T) {
	ln, err := serveDebug("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	before := getVars(t, ln.Addr().String())
	cl := dial(t)
	for range 3 {
		if _, err := cl.GetStock(context.Background(), "lamp"); err != nil {
			t.Fatal(err)
		}
	}
	after := getVars(t, ln.Addr().String())
	if n := after.Requests["GetStock"] - before.Requests["GetStock"]; n != 3 {
		t.Errorf("%d requests counted, want 3", n)
	}
	if after.Version != version || after.Flags["listen"] != *listen {
		t.Errorf("version %q, flags %q", after.Version, after.Flags)
	}
}

// TestRefusedFlags starts stock with flags that it cannot follow.
func TestRefusedFlags(t *testing.T) {
	for _, tt := range []struct{ flag, value, want string }{
		{"log-level", "loud", `-log-level "loud": want debug, info, warn or error`},
		{"debug-addr", "nowhere", "debug pages: listen tcp: address nowhere"},
		{"listen", "nowhere", "address nowhere"},
		{"seed", "none.json", "none.json: no such file"},
	} {
		t.Run(tt.flag, func(t *testing.T) {
			f := flag.Lookup(tt.flag)
			defer f.Value.Set(f.Value.String())
			if err := f.Value.Set(tt.value); err != nil {
				t.Fatal(err)
			}
			if err := run(); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error = %v, want %q", err, tt.want)
			}
		})
	}
}
