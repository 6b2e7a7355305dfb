package runtime

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

func TestAdminSocketServesLinks(t *testing.T) {
	newBinary(t)
	socket := filepath.Join(t.TempDir(), "admin")
	stop, err := startAdmin(socket, Binary{Name: "shop"}, newLinkSwitch(links))
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
	if _, err := startAdmin(filepath.Join(dir, "missing", "admin"), Binary{}, nil); err == nil {
		t.Error("no error for a socket in a missing folder")
	}

	path := filepath.Join(dir, "admin")
	killed, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := startAdmin(path, Binary{}, nil); err == nil {
		t.Error("no error for a socket that is in use")
	}
	killed.SetUnlinkOnClose(false)
	killed.Close()
	stop, err := startAdmin(path, Binary{}, nil)
	if err != nil {
		t.Fatalf("a socket that a killed process left: %v", err)
	}
	stop()

	if err := os.WriteFile(path, []byte("data"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := startAdmin(path, Binary{}, nil); err == nil {
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
	control := newLinkSwitch(links)
	control.replace(fileLayer, "rules.txt", mustParse(t, "api->stock 10%"))
	handler := (&admin{"shop", control}).handler()

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
