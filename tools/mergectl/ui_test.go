package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

func TestUIFile(t *testing.T) {
	m := start(t)
	names := []string{m.socket}
	if runtime.GOOS == "linux" {
		names = append(names, m.binary) // of the same process
	}
	file := filepath.Join(t.TempDir(), "shop.html")
	out, err := mergectl(append([]string{"ui", "--out", file}, names...)...)
	if err != nil || out != "" {
		t.Fatalf("%v: %s", err, out)
	}
	html, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(html), "item-&gt;stock/StockService/Get") {
		t.Errorf("%v in\n%s", err, html)
	}
	if left, err := os.ReadDir(filepath.Dir(file)); err != nil || len(left) != 1 {
		t.Errorf("the folder has %v, %v", left, err)
	}
}

// TestUI serves pages until it is told to end.
func TestUI(t *testing.T) {
	m := start(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	out, in := io.Pipe()
	cmd := command()
	cmd.SetArgs([]string{"ui", m.socket})
	cmd.SetOut(in)
	ended := make(chan error, 1)
	go func() { ended <- cmd.ExecuteContext(ctx) }()
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(address, "http://127.0.0.1:") {
		t.Fatalf("it printed %q, %v", address, err)
	}
	for url, want := range map[string]int{strings.TrimSpace(address): 200, strings.Split(address, "?")[0] + "links": 403} {
		resp, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%s: status %d, want %d", url, resp.StatusCode, want)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestUIOverFiles writes over what is there, or leaves it.
func TestUIOverFiles(t *testing.T) {
	m := start(t)
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	err := errors.Join(
		os.WriteFile(path("old"), []byte("old"), 0o600),
		os.WriteFile(path("target"), []byte("old"), 0o600), os.Symlink("target", path("link")), os.Symlink("none", path("dangling")),
		os.WriteFile(path("read-only"), []byte("old"), 0o400),
		os.Mkdir(path("folder"), 0o700), syscall.Mkfifo(path("fifo"), 0o600))
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]string{
		"old":       "",
		"link":      path("link") + " is a symbolic link; name the file that it leads to",
		"dangling":  path("dangling") + " is a symbolic link; name the file that it leads to",
		"folder":    path("folder") + " is a folder; name a file in it",
		"fifo":      path("fifo") + " is not a regular file; name another one",
		"read-only": "open " + path("read-only") + ": permission denied",
	}
	if os.Geteuid() == 0 {
		tests["read-only"] = "" // root may write to it
	}
	for name, want := range tests {
		_, err := mergectl("ui", m.socket, "--out", path(name))
		if got := fmt.Sprint(err); want == "" && err != nil || want != "" && got != want {
			t.Errorf("%s: %s, want %q", name, got, want)
		}
	}
	for name, want := range map[string]os.FileMode{"old": 0o600, "target": 0o600} {
		info, err := os.Stat(path(name))
		if err != nil || info.Mode() != want || (info.Size() == 3) != (name == "target") {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	if left, err := filepath.Glob(path(".*")); err != nil || left != nil {
		t.Errorf("it left %v, %v", left, err)
	}
}

// TestUIHangingProcess ends while a process takes requests and answers none.
func TestUIHangingProcess(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "admin")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	file := filepath.Join(t.TempDir(), "shop.html")
	ctx, cancel := context.WithCancel(context.Background())
	cmd := command()
	cmd.SetArgs([]string{"ui", socket, "--out", file})
	cmd.SetErr(io.Discard)
	ended := make(chan error, 1)
	go func() { ended <- cmd.ExecuteContext(ctx) }()
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("there is a file: %v", err)
	}
}

func TestReachable(t *testing.T) {
	for addr, want := range map[string]string{
		"127.0.0.1:80": "127.0.0.1:80 false", "[::1]:80": "[::1]:80 false", "[::]:80": "127.0.0.1:80 true", "0.0.0.0:80": "127.0.0.1:80 true", "10.1.2.3:80": "10.1.2.3:80 true",
	} {
		authority, open := reachable(net.TCPAddrFromAddrPort(netip.MustParseAddrPort(addr)))
		if got := fmt.Sprint(authority, " ", open); got != want {
			t.Errorf("%s: got %s, want %s", addr, got, want)
		}
	}
}

func TestUIErrors(t *testing.T) {
	t.Setenv("GO_MERGE_ADMIN_SOCKET", "")
	m := start(t)
	dir := t.TempDir()
	for name, text := range map[string]string{"empty.log": "", "broken.log": "{}\nbroken\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		args []string
		want string
		code int
	}{
		{nil, "name a merged binary or its admin socket, or set GO_MERGE_ADMIN_SOCKET", 1},
		{[]string{"/nowhere"}, "/nowhere does not exist; name a merged binary or its admin socket", 1},
		{[]string{m.socket, "--addr=8080"}, "--addr=8080: want HOST:PORT, such as 127.0.0.1:8080: address 8080: missing port in address", 1},
		{[]string{m.socket, "--addr=:8080"}, "--addr=:8080 names no host: write 127.0.0.1:8080, or 0.0.0.0:8080 to listen at all addresses", 1},
		{[]string{m.socket, "--manifests=/nowhere"}, "/nowhere", 2},
		{[]string{m.socket, "--rollout=" + dir + "/none.log"}, dir + "/none.log", 2},
		{[]string{m.socket, "--rollout=" + dir + "/broken.log"}, dir + "/broken.log: line 2: ", 2},
		{[]string{"--rollout=" + dir + "/empty.log", "--out=" + dir + "/none/file.html"}, dir + "/none", 1},
		{[]string{m.socket, "--out=a", "--allow-changes"}, "if any flags in the group [out allow-changes] are set none of the others can be", 1},
	} {
		_, err := mergectl(append([]string{"ui"}, tt.args...)...)
		if err == nil || !strings.Contains(err.Error(), tt.want) || exitCode(err) != tt.code {
			t.Errorf("%q: %v with exit code %d, want %s with %d", tt.args, err, exitCode(err), tt.want, tt.code)
		}
	}
}
