package runtime

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/merge/runtime/policy"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

func TestAdminSocketServesLinks(t *testing.T) {
	newBinary(t)
	socket := filepath.Join(t.TempDir(), "admin")
	stop, err := startAdmin(socket, Binary{Name: "shop"}, links)
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
	if got.Binary != "shop" || len(got.Links) != 3 || got.Links[0].Method != "Get" || got.Links[2].Method != "Watch" {
		t.Errorf("links %+v", got)
	}
	if watch := got.Links[2]; watch.State != "never" || watch.Reason != "streaming method" {
		t.Errorf("Watch is %s because %q", watch.State, watch.Reason)
	}
}

func TestAdminSocketPath(t *testing.T) {
	dir := t.TempDir()
	if _, err := startAdmin(filepath.Join(dir, "missing", "admin"), Binary{}, newTable()); err == nil {
		t.Error("no error for a socket in a missing folder")
	}

	path := filepath.Join(dir, "admin")
	killed, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := startAdmin(path, Binary{}, newTable()); err == nil {
		t.Error("no error for a socket that is in use")
	}
	killed.SetUnlinkOnClose(false)
	killed.Close()
	stop, err := startAdmin(path, Binary{}, newTable())
	if err != nil {
		t.Fatalf("a socket that a killed process left: %v", err)
	}
	stop()

	if err := os.WriteFile(path, []byte("data"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := startAdmin(path, Binary{}, newTable()); err == nil {
		t.Error("no error for a file that is not a socket")
	}
	if data, err := os.ReadFile(path); string(data) != "data" {
		t.Errorf("the file holds %q, %v", data, err)
	}
}

// TestAdminRules goes through requests one after the other. The file has a
// rule of its own.
func TestAdminRules(t *testing.T) {
	newShop(t)
	links.rules.Replace(policy.FileLayer, "rules.txt", mustParse(t, "api->stock 10%"))
	handler := (&admin{"shop", links}).handler()

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
		{"DELETE", "/rules?link=item-%3Estock", "", 404, 0, []string{"admin socket has no rule for item->stock; it has *->stock on"}},
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

// newShop is newBinary with a second link and a second RPC service.
func newShop(t *testing.T) *bytes.Buffer {
	out := newBinary(t)
	AddLink(Link{Caller: "api", Callee: "stock", RPCService: "StockService", Methods: map[string]Method{"Get": getMethod()}})
	AddLink(Link{Caller: "item", Callee: "stock", RPCService: "AuditService", Methods: map[string]Method{"Get": getMethod()}})
	return out
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

func env(pairs ...string) func(string) string {
	return func(name string) string {
		for _, pair := range pairs {
			if value, ok := strings.CutPrefix(pair, name+"="); ok {
				return value
			}
		}
		return ""
	}
}

func TestControlRefusesToStart(t *testing.T) {
	tests := []struct {
		name string
		env  []string
		want string
	}{
		{"a rule that does not parse", []string{"GO_MERGE_LINKS=item->stock"},
			`GO_MERGE_LINKS: "item->stock" is not a rule; write LINK VALUE, such as item->stock 25%, or kill on`},
		{"a socket that cannot be", []string{"GO_MERGE_ADMIN_SOCKET=/dev/null/admin", "GO_MERGE_LINKS_FILE=/dev/null"},
			"GO_MERGE_ADMIN_SOCKET: lstat /dev/null/admin: not a directory"},
		{"a socket without a file", []string{"GO_MERGE_ADMIN_SOCKET=@shop"},
			"GO_MERGE_ADMIN_SOCKET=@shop: every user can open an abstract socket; write the path of a file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			newBinary(t)
			if _, err := startControl(Binary{}, links, env(tt.env...)); err == nil || err.Error() != tt.want {
				t.Errorf("%v, want\n%s", err, tt.want)
			}
		})
	}
}

// TestSocketStaysWhereItWas changes the working folder once the process has
// started.
func TestSocketStaysWhereItWas(t *testing.T) {
	newBinary(t)
	start := t.TempDir()
	t.Chdir(start)
	stop, err := startControl(Binary{}, links, env("GO_MERGE_ADMIN_SOCKET=admin"))
	if err != nil {
		t.Fatal(err)
	}
	os.Chdir(t.TempDir())
	stop()
	if _, err := os.Lstat(filepath.Join(start, "admin")); !os.IsNotExist(err) {
		t.Errorf("the socket was left behind: %v", err)
	}
}
