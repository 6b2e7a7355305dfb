package mergectl

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/internal/admin"
	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
)

// ask starts a merged binary, sends one HTTP request to the service that takes
// its address from the environment variable env. It returns the answer and the
// numbers of inline calls and of RPCs by link, without those that had none.
func ask(t *testing.T, binary, env string) (answer string, inline, rpcs map[string]int64) {
	t.Helper()
	dir, err := os.MkdirTemp("", "mergectl") // short enough for a socket's name
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket := filepath.Join(dir, "admin")
	cmd := exec.Command(binary)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env+"=127.0.0.1:0", "GO_MERGE_ADMIN_SOCKET="+socket)
	var log strings.Builder
	cmd.Stderr = &log
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stuck := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
	defer func() {
		stuck.Stop()
		cmd.Process.Kill()
		cmd.Wait()
		if t.Failed() {
			t.Logf("%s logged\n%s", binary, &log)
		}
	}()
	// The address is the first line.
	url, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Errorf("%s printed %q: %v", binary, url, err)
		return "", nil, nil
	}
	answer = get(t, strings.TrimSpace(url)+"?text=lamp")
	report, err := admin.NewClient(socket).Links()
	if err != nil {
		t.Error(err)
		return answer, nil, nil
	}
	inline, rpcs = make(map[string]int64), make(map[string]int64)
	for _, link := range report.Links {
		name := linkpattern.Between(link.Caller, link.Callee).String()
		if link.Inline > 0 {
			inline[name] += int64(link.Inline)
		}
		if link.RPC > 0 {
			rpcs[name] += int64(link.RPC)
		}
	}
	return answer, inline, rpcs
}

func get(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Error(err)
		return ""
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Error(err)
	}
	return string(body)
}
