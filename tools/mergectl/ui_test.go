package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
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
