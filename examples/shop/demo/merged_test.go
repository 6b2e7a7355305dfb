package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/examples/compare"
	"github.com/gomerge/rules_go_merge/examples/compare/comparetest"
)

// TestMergedShop is what the demo shows: the merged shop answers as the
// separate one, with every call between its services inline.
func TestMergedShop(t *testing.T) {
	comparetest.Run(t, shop, []string{"v0.13.1", "v0.16.2", "v0.16.3"}, []string{"api->item", "api->stock", "item->stock"})
}

// TestPermissionToCall takes from item the permission to call stock, which its
// callers learn, and which leaves api's as it is.
func TestPermissionToCall(t *testing.T) {
	bins := comparetest.Binaries(t, shop)
	useSettings(t, `{"services": {"item": {"permissions": {"call": []}}}}`)
	d, err := compare.Deploy(t.Context(), shop, bins, true, false)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Stop()
	for path, want := range map[string]struct {
		status int
		text   string
	}{
		"/stock/lamp": {http.StatusOK, `"on_hand"`},
		"/items/lamp": {http.StatusBadGateway, "permission denied: service item may not call stock/StockService"},
	} {
		resp, err := http.Get(d.URL + path)
		if err != nil {
			t.Fatal(d.Explain(err))
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != want.status || !strings.Contains(string(body), want.text) {
			t.Errorf("%s: status %d, %s, %v; want %d with %s", path, resp.StatusCode, body, err, want.status, want.text)
		}
	}
}

// TestLimitOfTheSettingsFile starts the same binary with a limit that it was not
// built with, and asks at several places at once until a call is beyond it.
func TestLimitOfTheSettingsFile(t *testing.T) {
	bins := comparetest.Binaries(t, shop)
	useSettings(t, `{"services": {"stock": {"max_inflight": 1}}}`)
	d, err := compare.Deploy(t.Context(), shop, bins, true, false)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Stop()
	const want = "request over limit: service stock runs 1 inline calls, its max_inflight"
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var callers sync.WaitGroup
	var refused atomic.Int64
	for range 8 {
		callers.Go(func() {
			for ctx.Err() == nil {
				req, _ := http.NewRequestWithContext(ctx, http.MethodGet, d.URL+"/stock/lamp", nil)
				resp, err := http.DefaultClient.Do(req)
				if err != nil {
					if ctx.Err() == nil { // no other caller is done
						t.Error(d.Explain(err))
						cancel()
					}
					return
				}
				body, _ := io.ReadAll(resp.Body)
				resp.Body.Close()
				if strings.Contains(string(body), want) {
					refused.Add(1)
					cancel()
				}
			}
		})
	}
	callers.Wait()
	if refused.Load() == 0 {
		t.Error("no call was refused")
	}
}

// useSettings gives a merged binary a settings file.
func useSettings(t *testing.T, text string) {
	t.Helper()
	settings := filepath.Join(t.TempDir(), "settings.json")
	if err := os.WriteFile(settings, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GO_MERGE_SETTINGS_FILE", settings)
}

// vars is what the debug page of a service shows. All three use the same names.
type vars struct {
	CmdLine  []string          `json:"cmdline"`
	Version  string            `json:"version"`
	Flags    map[string]string `json:"flags"`
	Requests map[string]int64  `json:"requests"`
}

// debugPages has for each service what it shows of itself after one view of an
// item and two of its stock. Addresses are called by their names.
var debugPages = map[string]vars{
	"api": {
		CmdLine:  []string{"-log-level=debug"},
		Version:  "0.9.2",
		Flags:    map[string]string{"listen": "api", "item": "item", "stock": "stock", "log-level": "debug", "debug-addr": "api debug"},
		Requests: map[string]int64{"GET /items/{id}": 1, "GET /stock/{id}": 2},
	},
	"item": {
		CmdLine:  []string{"-log-level=warn"},
		Version:  "2.1.0",
		Flags:    map[string]string{"listen": "item", "stock": "stock", "log-level": "warn", "debug-addr": "item debug"},
		Requests: map[string]int64{"GetItem": 1},
	},
	"stock": {
		CmdLine:  []string{},
		Version:  "1.4.0",
		Flags:    map[string]string{"listen": "stock", "seed": "", "log-level": "error", "debug-addr": "stock debug"},
		Requests: map[string]int64{"GetStock": 3, "NoteView": 1},
	},
}

// TestDebugPages shows that services with the same flags, variables and
// registered names keep their own, as separate processes and merged.
func TestDebugPages(t *testing.T) {
	bins := comparetest.Binaries(t, shop)
	for _, merged := range []bool{false, true} {
		t.Run(fmt.Sprintf("merged=%v", merged), func(t *testing.T) {
			d, err := compare.Deploy(t.Context(), shop, bins, merged, false)
			if err != nil {
				t.Fatal(err)
			}
			defer d.Stop()
			calls := []compare.Call{{Method: "GET", Path: "/items/lamp"}, {Method: "GET", Path: "/stock/lamp"}, {Method: "GET", Path: "/stock/desk"}}
			if _, err := d.Play(t.Context(), calls, func(int, int) {}); err != nil {
				t.Fatal(d.Explain(err))
			}
			for service, want := range debugPages {
				got := readVars(t, d, service)
				// A view is noted after the answer.
				for deadline := time.Now().Add(compare.StartTimeout); !maps.Equal(got.Requests, want.Requests) && time.Now().Before(deadline); {
					time.Sleep(10 * time.Millisecond)
					got = readVars(t, d, service)
				}
				if !reflect.DeepEqual(got, want) {
					t.Errorf("%s shows\n%+v, want\n%+v", service, got, want)
				}
			}
			checkLogs(t, d)
		})
	}
}

// readVars reads the debug page of a service.
func readVars(t *testing.T, d *compare.Deployment, service string) (v vars) {
	t.Helper()
	resp, err := http.Get("http://" + d.Debug[service] + "/debug/vars")
	if err != nil {
		t.Fatal(d.Explain(err))
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	text := string(body)
	for name := range debugPages {
		text = strings.ReplaceAll(text, d.Addrs[name], name)
		text = strings.ReplaceAll(text, d.Debug[name], name+" debug")
	}
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	v.CmdLine = v.CmdLine[1:]
	// Asked until the shop is ready.
	maps.DeleteFunc(v.Requests, func(name string, _ int64) bool { return name == "GET /versions" || name == "Build" })
	return v
}

// checkLogs checks that each service's default logger has its own prefix, and
// each service's framework its own level.
func checkLogs(t *testing.T, d *compare.Deployment) {
	t.Helper()
	logs, err := d.Logs()
	if err != nil {
		t.Fatal(err)
	}
	lines := []string{"api: .* INFO serving version=0.9.2 "}
	for service, addr := range d.Debug {
		lines = append(lines, service+": .* debug pages at http://"+regexp.QuoteMeta(addr)+"/debug/vars$")
	}
	for _, line := range lines {
		if n := len(regexp.MustCompile("(?m)^"+line).FindAllString(logs, -1)); n != 1 {
			t.Errorf("%d lines of the log are %s, want 1:\n%s", n, line, logs)
		}
	}
	if strings.Contains(logs, "[Info]") {
		t.Errorf("item or stock logs at level info:\n%s", logs)
	}
}
