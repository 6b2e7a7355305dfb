package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/merge/runtime/calls"
	"github.com/gomerge/rules_go_merge/merge/runtime/policy"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/merge/runtime/supervision"
)

// newAdmin returns the admin interface of a merged binary in which item and api
// call stock.
func newAdmin() *Admin {
	logger := log.New(io.Discard, "", 0)
	rules := policy.NewSwitch(logger)
	links := calls.NewTable(rules, logger)
	links.AddLink(calls.Link{
		Caller: "item", Callee: "stock", RPCService: "StockService",
		Methods:     map[string]calls.Method{"Get": {}, "Notify": {}},
		Unconverted: map[string]string{"Watch": "streaming method"},
	})
	links.AddLink(calls.Link{Caller: "api", Callee: "stock", RPCService: "StockService", Methods: map[string]calls.Method{"Get": {}}})
	links.AddLink(calls.Link{Caller: "item", Callee: "stock", RPCService: "AuditService", Methods: map[string]calls.Method{"Get": {}}})
	return &Admin{Binary: "shop", Links: links, Rules: rules, Services: supervision.NewProcess(links, logger), Logger: logger}
}

// at returns an environment that names a socket.
func at(socket string) func(string) string {
	return func(name string) string {
		if name == "GO_MERGE_ADMIN_SOCKET" {
			return socket
		}
		return ""
	}
}

func TestSocketServesLinks(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "admin")
	stop, err := newAdmin().Start(at(socket))
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	if info, err := os.Stat(socket); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	client := http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return net.Dial("unix", socket)
	}}}
	resp, err := client.Get("http://admin/links")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var got reports.Links
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	if got.Binary != "shop" || len(got.Links) != 5 || got.Links[2].Method != "Get" || got.Links[4].Method != "Watch" {
		t.Errorf("links %+v", got)
	}
	if watch := got.Links[4]; watch.State != "never" || watch.Reason != "streaming method" {
		t.Errorf("Watch is %s because %q", watch.State, watch.Reason)
	}
}

func TestNoSocket(t *testing.T) {
	stop, err := newAdmin().Start(at(""))
	if err != nil {
		t.Fatal(err)
	}
	stop()
}

func TestSocketPath(t *testing.T) {
	dir := t.TempDir()
	a := newAdmin()
	for path, want := range map[string]string{
		filepath.Join(dir, "missing", "admin"): "GO_MERGE_ADMIN_SOCKET: open " + filepath.Join(dir, "missing") + ": no such file or directory",
		"/dev/null/admin":                      "GO_MERGE_ADMIN_SOCKET: lstat /dev/null/admin: not a directory",
		"@shop":                                "GO_MERGE_ADMIN_SOCKET=@shop: every user can open an abstract socket; write the path of a file",
	} {
		if _, err := a.Start(at(path)); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want\n%s", path, err, want)
		}
	}

	path := filepath.Join(dir, "admin")
	killed, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Start(at(path)); err == nil {
		t.Error("no error for a socket that is in use")
	}
	killed.SetUnlinkOnClose(false)
	killed.Close()
	stop, err := a.Start(at(path))
	if err != nil {
		t.Fatalf("a socket that a killed process left: %v", err)
	}
	stop()

	if err := os.WriteFile(path, []byte("data"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Start(at(path)); err == nil {
		t.Error("no error for a file that is not a socket")
	}
	if data, err := os.ReadFile(path); string(data) != "data" {
		t.Errorf("the file holds %q, %v", data, err)
	}
}

// TestSocketStaysWhereItWas changes the working folder once the process has
// started.
func TestSocketStaysWhereItWas(t *testing.T) {
	start := t.TempDir()
	t.Chdir(start)
	stop, err := newAdmin().Start(at("admin"))
	if err != nil {
		t.Fatal(err)
	}
	os.Chdir(t.TempDir())
	stop()
	if _, err := os.Lstat(filepath.Join(start, "admin")); !os.IsNotExist(err) {
		t.Errorf("the socket was left behind: %v", err)
	}
}

func TestServicesBeforeTheyStart(t *testing.T) {
	handler := newAdmin().handler()
	for path, want := range map[string]string{
		"/services":   `{"binary":"shop","services":[]}`,
		"/goroutines": `{"binary":"shop","goroutines":[]}`,
	} {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if got := strings.TrimSpace(w.Body.String()); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

// TestAdminRules goes through requests one after the other. The file has its
// own rule.
func TestAdminRules(t *testing.T) {
	a := newAdmin()
	a.Rules.Replace(policy.FileLayer, "rules.txt", mustParse(t, "api->stock 10%"))
	handler := a.handler()

	const inFile = "line 1: api->stock 10%"
	steps := []struct {
		method, path, body string
		status, changed    int
		want               []string // rules, or the text of the error
	}{
		{"GET", "/rules", "", 200, 0, []string{inFile}},
		{"POST", "/rules", "item->stock 25%\n*->*/*/Notify off # broken\n", 200, 3,
			[]string{"admin socket: *->*/*/Notify off", "admin socket: item->stock 25%", inFile}},
		{"POST", "/rules", "item->stock 25%", 200, 0,
			[]string{"admin socket: *->*/*/Notify off", "admin socket: item->stock 25%", inFile}},
		{"POST", "/rules", "item->stock 50%\nitem->stock/*/Buy on", 400, 0,
			[]string{"line 2: item->stock/*/Buy: item->stock has no such method; it has AuditService/Get, StockService/Get, StockService/Notify, StockService/Watch"}},
		{"POST", "/rules", "item->stock", 400, 0,
			[]string{`line 1: "item->stock" is not a rule; write LINK VALUE, such as item->stock 25%, or kill on`}},
		{"POST", "/rules", "# nothing\n", 400, 0, []string{"the request has no rules"}},
		{"PUT", "/rules", "*->stock on", 200, 4, []string{"admin socket: *->stock on", inFile}},
		{"POST", "/rules", "kill on", 200, 4, []string{"admin socket: kill on", "admin socket: *->stock on", inFile}},
		{"DELETE", "/rules?link=kill", "", 200, 4, []string{"admin socket: *->stock on", inFile}},
		{"POST", "/rules", "item->stock cooperative\n*->stock strict", 200, 3,
			[]string{"admin socket: item->stock cooperative", "admin socket: *->stock on", "admin socket: *->stock strict", inFile}},
		{"DELETE", "/rules?link=item->stock", "", 200, 3, []string{"admin socket: *->stock on", "admin socket: *->stock strict", inFile}},
		{"DELETE", "/rules?link=item-%3Estock", "", 404, 0, []string{"admin socket has no rule for item->stock; it has *->stock on, *->stock strict"}},
		{"DELETE", "/rules?link=*->stock&link=stock", "", 400, 0,
			[]string{`"stock" is not a link; write CALLER->CALLEE, CALLER->CALLEE/RPC-SERVICE or CALLER->CALLEE/RPC-SERVICE/METHOD, with * for any`}},
		{"DELETE", "/rules?links=kill", "", 400, 0, []string{"the only parameter is link"}},
		{"DELETE", "/rules", "", 200, 1, []string{inFile}},
		{"PATCH", "/rules", "", 405, 0, []string{"Method Not Allowed"}},
		{"GET", "/rule", "", 404, 0, []string{"404 page not found"}},
	}
	for _, step := range steps {
		name := step.method + " " + step.path + " " + step.body
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(step.method, step.path, strings.NewReader(step.body)))
		if w.Code != step.status {
			t.Errorf("%s: status %d, want %d: %s", name, w.Code, step.status, w.Body)
		}
		if w.Code != 200 {
			if got, _ := io.ReadAll(w.Body); strings.TrimSuffix(string(got), "\n") != step.want[0] {
				t.Errorf("%s: answer\n%swant\n%s", name, got, step.want[0])
			}
			continue
		}
		var report reports.Rules
		if err := json.NewDecoder(w.Body).Decode(&report); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range report.Rules {
			got = append(got, r.Source+": "+r.Link+" "+r.Value)
		}
		if !slices.Equal(got, step.want) || report.Changed != step.changed {
			t.Errorf("%s:\n%d methods changed, rules %q, want\n%d and %q", name, report.Changed, got, step.changed, step.want)
		}
	}
}

// TestUnboundRules sets rules for a service that does not listen.
func TestUnboundRules(t *testing.T) {
	a := newAdmin()
	a.Rules.SetListens(func(service string) bool { return service != "stock" })
	handler := a.handler()
	const refused = "RPCs of item->stock fail unless another process serves them: listen is False for stock; to bind an address, set listen to true in the settings file or the go_merge_service, and restart the process"
	steps := []struct {
		method, path, body string
		status             int
		want               string // the links of the answer, or the text of the error
	}{
		{"POST", "/rules?unbound=refuse", "item->stock off", 409, refused},
		{"PUT", "/rules?unbound=refuse", "item->stock 25%", 409, refused},
		{"GET", "/rules", "", 200, "[]"},
		{"POST", "/rules?unbound=allow", "item->stock off", 400, "the only parameter is unbound=refuse"},
		{"POST", "/rules", "item->stock off", 200, "[item->stock]"},
		{"GET", "/links", "", 200, "[item->stock]"},
		{"PUT", "/rules?unbound=refuse", "item->stock on", 200, "[]"},
		{"POST", "/rules?unbound=refuse", "kill on", 200, "[api->stock item->stock]"},
		{"DELETE", "/rules", "", 200, "[]"},
	}
	for _, step := range steps {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(step.method, step.path, strings.NewReader(step.body)))
		got := strings.TrimSuffix(w.Body.String(), "\n")
		if w.Code == 200 {
			var report struct{ Unbound []string }
			if err := json.Unmarshal(w.Body.Bytes(), &report); err != nil {
				t.Fatal(err)
			}
			got = fmt.Sprint(report.Unbound)
		}
		if w.Code != step.status || got != step.want {
			t.Errorf("%s %s %s: status %d, %s, want %d, %s", step.method, step.path, step.body, w.Code, got, step.status, step.want)
		}
	}
}

// mustParse parses rules, one a line.
func mustParse(t testing.TB, text string) []policy.Rule {
	t.Helper()
	rules, err := policy.ParseRules(strings.Split(text, "\n"), func(n int) string { return fmt.Sprint("line ", n) })
	if err != nil {
		t.Fatal(err)
	}
	return rules
}
