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
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// shop returns the shop's binaries, which Bazel builds.
func shop(t *testing.T) binaries {
	t.Helper()
	program := func(name string) string {
		path := os.Getenv(name)
		if path == "" {
			t.Skipf("%s is not set: the shop's binaries are built by Bazel", name)
		}
		return filepath.Join(os.Getenv("TEST_SRCDIR"), os.Getenv("TEST_WORKSPACE"), path)
	}
	return binaries{
		api:    program("SHOP_API"),
		item:   program("SHOP_ITEM"),
		stock:  program("SHOP_STOCK"),
		merged: program("SHOP_MERGED"),
	}
}

// TestMergedShop is what the demo shows: the merged shop answers as the
// separate one, with every call between its services inline.
func TestMergedShop(t *testing.T) {
	rep, err := compare(t.Context(), shop(t), 500, 4, newProgress(os.Stderr))
	if err != nil {
		t.Fatal(err)
	}
	if err := rep.failure(); err != nil {
		t.Error(err)
	}
	for _, d := range rep.Differences {
		t.Errorf("%s at %s: separate %s, merged %s", d.Call, d.Where, d.Separate, d.Merged)
	}
	if rep.Separate.Bytes == 0 {
		t.Error("the proxies counted nothing between the separate services")
	}
	if rep.Merged.Bytes != 0 {
		t.Errorf("%d bytes between the merged services", rep.Merged.Bytes)
	}
	versions := slices.Sorted(maps.Values(rep.Merged.Versions))
	if want := []string{"v0.13.1", "v0.16.2", "v0.16.3"}; !slices.Equal(versions, want) || rep.Merged.Processes != 1 {
		t.Errorf("Kitex versions %q in %d processes, want %q in one", versions, rep.Merged.Processes, want)
	}
	links := map[string]bool{}
	for _, l := range rep.Merged.Links {
		if l.RPC > 0 || l.Errors > 0 {
			t.Errorf("%+v: not all calls were inline and well", l)
		}
		links[l.Caller+"->"+l.Callee] = true
	}
	for _, want := range []string{"api->item", "api->stock", "item->stock"} {
		if !links[want] {
			t.Errorf("no call %s", want)
		}
	}
}

// TestPermissionToCall takes from item the permission to call stock, which its
// callers learn, and which leaves api's as it is.
func TestPermissionToCall(t *testing.T) {
	bins := shop(t)
	useSettings(t, `{"services": {"item": {"permissions": {"call": []}}}}`)
	d, err := deploy(t.Context(), bins, true, false)
	if err != nil {
		t.Fatal(err)
	}
	defer d.stop()
	for path, want := range map[string]struct {
		status int
		text   string
	}{
		"/stock/lamp": {http.StatusOK, `"on_hand"`},
		"/items/lamp": {http.StatusBadGateway, "permission denied: service item may not call stock/StockService"},
	} {
		resp, err := http.Get(d.url + path)
		if err != nil {
			t.Fatal(d.explain(err))
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
	bins := shop(t)
	useSettings(t, `{"services": {"stock": {"max_inflight": 1}}}`)
	d, err := deploy(t.Context(), bins, true, false)
	if err != nil {
		t.Fatal(err)
	}
	defer d.stop()
	const want = "request over limit: service stock runs 1 inline calls, its max_inflight"
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var callers sync.WaitGroup
	var refused atomic.Int64
	for range 8 {
		callers.Go(func() {
			for ctx.Err() == nil {
				req, _ := http.NewRequestWithContext(ctx, http.MethodGet, d.url+"/stock/lamp", nil)
				resp, err := http.DefaultClient.Do(req)
				if err != nil {
					if ctx.Err() == nil { // no other caller is done
						t.Error(d.explain(err))
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
	bins := shop(t)
	for _, merged := range []bool{false, true} {
		t.Run(fmt.Sprintf("merged=%v", merged), func(t *testing.T) {
			d, err := deploy(t.Context(), bins, merged, false)
			if err != nil {
				t.Fatal(err)
			}
			defer d.stop()
			calls := []call{{method: "GET", path: "/items/lamp"}, {method: "GET", path: "/stock/lamp"}, {method: "GET", path: "/stock/desk"}}
			if _, err := play(t.Context(), d.url, calls, func(int, int) {}); err != nil {
				t.Fatal(d.explain(err))
			}
			for service, want := range debugPages {
				got := d.vars(t, service)
				// A view is noted after the answer.
				for deadline := time.Now().Add(startTimeout); !maps.Equal(got.Requests, want.Requests) && time.Now().Before(deadline); {
					time.Sleep(10 * time.Millisecond)
					got = d.vars(t, service)
				}
				if !reflect.DeepEqual(got, want) {
					t.Errorf("%s shows\n%+v, want\n%+v", service, got, want)
				}
			}
			checkLogs(t, d)
		})
	}
}

// vars reads the debug page of a service.
func (d *deployment) vars(t *testing.T, service string) (v vars) {
	t.Helper()
	resp, err := http.Get("http://" + d.debug[service] + "/debug/vars")
	if err != nil {
		t.Fatal(d.explain(err))
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	text := string(body)
	for name := range debugPages {
		text = strings.ReplaceAll(text, d.addrs[name], name)
		text = strings.ReplaceAll(text, d.debug[name], name+" debug")
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
// each service's framework the level of its own.
func checkLogs(t *testing.T, d *deployment) {
	t.Helper()
	var logs strings.Builder
	for _, p := range d.processes {
		text, err := os.ReadFile(p.log)
		if err != nil {
			t.Fatal(err)
		}
		logs.Write(text)
	}
	lines := []string{"api: .* INFO serving version=0.9.2 "}
	for service, addr := range d.debug {
		lines = append(lines, service+": .* debug pages at http://"+regexp.QuoteMeta(addr)+"/debug/vars$")
	}
	for _, line := range lines {
		if n := len(regexp.MustCompile("(?m)^"+line).FindAllString(logs.String(), -1)); n != 1 {
			t.Errorf("%d lines of the log are %s, want 1:\n%s", n, line, &logs)
		}
	}
	if strings.Contains(logs.String(), "[Info]") {
		t.Errorf("item or stock logs at level info:\n%s", &logs)
	}
}
