package kitex

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

// refused is how netpoll's dialer says that a connection was refused.
const refused = `dial tcp \S+: connection (refused|has been closed by peer)`

// TestContainedPanic lets a goroutine of a Kitex service panic: its callers see
// a refused connection and go on with all else, until the service is back.
func TestContainedPanic(t *testing.T) {
	s := start(t)
	s.giveSeed(t)
	s.get(t, "/versions", 200, "")
	begin := s.stockCalls(t)
	s.get(t, "/items/lamp", 200, "")
	inline := s.stockCalls(t)
	if inline.Inline == begin.Inline || inline.RPC > begin.RPC {
		t.Errorf("calls of stock: %+v, and %+v at first: want inline ones", inline, begin)
	}

	request(t, http.DefaultClient, http.MethodGet, "http://"+s.debug+"/debug/panic")
	s.awaitDown(t, "stock") // it panics in another goroutine
	s.get(t, "/stock/lamp", 502, refused)
	s.get(t, "/items/lamp", 502, refused)
	failed := s.stockCalls(t)
	if failed.Inline > inline.Inline || failed.RPC == inline.RPC {
		t.Errorf("calls of stock: %+v, and %+v before it went down: want RPCs", failed, inline)
	}
	if item := s.service(t, "item"); item.State != reports.Running {
		t.Errorf("item is %+v, want it running", item)
	}
	// What item does without stock.
	if status, body := request(t, http.DefaultClient, http.MethodDelete, s.api+"/orders/none"); status != 404 {
		t.Errorf("DELETE /orders/none: status %d: %s", status, body)
	}

	s.giveSeed(t)
	s.get(t, "/items/lamp", 200, "")
	s.get(t, "/stock/lamp", 200, "")
	if stock := s.service(t, "stock"); stock.State != reports.Running || stock.Restarts != 1 {
		t.Errorf("stock is %+v, want it running after one restart", stock)
	}
	if back := s.stockCalls(t); back.Inline == failed.Inline {
		t.Errorf("calls of stock: %+v, and %+v when it was down: want inline ones", back, failed)
	}

	s.cmd.Process.Signal(syscall.SIGTERM)
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("exit: %v", err)
	}
	for _, want := range []string{"panic in service stock: out of shelves\n", "stock panicked: out of shelves: the others go on\n", "tests/lifecycle/kitex/testdata/fragile.go:"} {
		if !strings.Contains(s.log.String(), want) {
			t.Errorf("the log has no %q", want)
		}
	}
}

// shop is the running merged binary.
type shop struct {
	cmd   *exec.Cmd
	log   bytes.Buffer
	api   string      // URL
	debug string      // address of stock's debug pages
	admin http.Client // of any address
	seed  string      // pipe from which stock reads what is on its shelves
}

func start(t *testing.T) *shop {
	t.Helper()
	addrs := bazeltest.FreeAddresses(t, 4)
	// Test folders have paths that are too long for a socket.
	dir, err := os.MkdirTemp("", "shop")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket := filepath.Join(dir, "admin")
	seed := filepath.Join(dir, "seed")
	if err := syscall.Mkfifo(seed, 0o600); err != nil {
		t.Fatal(err)
	}
	s := &shop{
		cmd:   exec.Command(bazeltest.Runfile(t, os.Args[len(os.Args)-1]), "stock:-seed="+seed),
		seed:  seed,
		api:   "http://" + addrs[0],
		debug: addrs[3],
	}
	s.admin.Transport = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}}
	s.cmd.Env = append(os.Environ(), "GO_MERGE_ADMIN_SOCKET="+socket,
		"API_LISTEN_ADDR="+addrs[0], "ITEM_LISTEN_ADDR="+addrs[1], "STOCK_LISTEN_ADDR="+addrs[2],
		"ITEM_ADDR="+addrs[1], "STOCK_ADDR="+addrs[2], "STOCK__DEBUG_ADDR="+s.debug)
	s.cmd.Stdout, s.cmd.Stderr = &s.log, &s.log
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.cmd.Process.Kill()
		s.cmd.Wait()
		if t.Failed() {
			t.Log(s.log.String())
		}
	})
	return s
}

// patience is how long anything may take.
const patience = 30 * time.Second

// giveSeed lets stock start, which waits for its seed.
func (s *shop) giveSeed(t *testing.T) {
	t.Helper()
	given := make(chan error, 1)
	go func() { given <- os.WriteFile(s.seed, []byte(`[{"item_id": "lamp", "on_hand": {"AMS": 1}}]`), 0) }()
	select {
	case err := <-given:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(patience):
		t.Fatal("stock does not start")
	}
}

// get asks api until it answers with the status and a body that the regular
// expression matches.
func (s *shop) get(t *testing.T, path string, status int, expr string) {
	t.Helper()
	want := regexp.MustCompile(expr)
	var got string
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		resp, err := http.Get(s.api + path)
		if err != nil {
			got = err.Error()
			continue
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err == nil && resp.StatusCode == status && want.Match(body) {
			return
		}
		got = fmt.Sprintf("%s %s %v", resp.Status, body, err)
	}
	t.Fatalf("GET %s: %s, want status %d and %q", path, got, status, expr)
}

// request returns the answer to one request.
func request(t *testing.T, client *http.Client, method, url string) (status int, body string) {
	t.Helper()
	req, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// stockCalls returns how many calls of stock there were.
func (s *shop) stockCalls(t *testing.T) (sum struct{ Inline, RPC uint64 }) {
	t.Helper()
	var report reports.Links
	s.ask(t, "/links", &report)
	for _, link := range report.Links {
		if link.Callee == "stock" {
			sum.Inline += link.Inline
			sum.RPC += link.RPC
		}
	}
	return sum
}

func (s *shop) service(t *testing.T, name string) reports.Service {
	t.Helper()
	var report reports.Services
	s.ask(t, "/services", &report)
	for _, service := range report.Services {
		if service.Name == name {
			return service
		}
	}
	t.Fatalf("there is no service %s: %+v", name, report)
	return reports.Service{}
}

// awaitDown waits until a service is down.
func (s *shop) awaitDown(t *testing.T, name string) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); s.service(t, name).State != reports.Down; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s is %+v, want it down", name, s.service(t, name))
		}
	}
}

// ask reads an answer of the admin socket.
func (s *shop) ask(t *testing.T, path string, answer any) {
	t.Helper()
	status, body := request(t, &s.admin, http.MethodGet, "http://shop"+path)
	if err := json.Unmarshal([]byte(body), answer); err != nil || status != 200 {
		t.Fatalf("GET %s: status %d, %v: %s", path, status, err, body)
	}
}
