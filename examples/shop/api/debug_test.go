package main

import (
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// vars is what /debug/vars has of api.
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
	h := newRouter(&front{items: fakeItems{}, stocks: fakeStocks{}})
	for _, id := range []string{"lamp", "desk", "unicorn"} {
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/stock/"+id, nil))
	}
	after := getVars(t, ln.Addr().String())
	if n := after.Requests["GET /stock/{id}"] - before.Requests["GET /stock/{id}"]; n != 3 {
		t.Errorf("%d requests counted, want 3", n)
	}
	if after.Version != version || after.Flags["listen"] != *listen {
		t.Errorf("version %q, flags %q", after.Version, after.Flags)
	}
}

// TestRefusedFlags starts api with flags that it cannot follow.
func TestRefusedFlags(t *testing.T) {
	for _, tt := range []struct{ flag, value, want string }{
		{"log-level", "loud", `-log-level: slog: level string "loud": unknown name`},
		{"debug-addr", "nowhere", "address nowhere"},
		{"listen", "nowhere", "address nowhere"},
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
