package rebuild

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
)

// cacheServer is a remote cache for Bazel.
type cacheServer struct {
	url  string
	dir  string // where it keeps what it was sent
	stop func()
}

// startCacheServer builds and runs bazel-remote, until the test ends or stops
// it.
func startCacheServer(t *testing.T) *cacheServer {
	t.Helper()
	source := filepath.Join(bazeltest.SourceTree(t), "tests/rebuild/cacheserver")
	binary := filepath.Join(t.TempDir(), "bazel-remote")
	build := exec.Command("env", "PATH="+bazeltest.Path(), "go", "build", "-C", source, "-o", binary, "github.com/buchgr/bazel-remote/v2")
	// Its sums are in go.sum.
	build.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "GONOSUMDB=github.com/buchgr/bazel-remote/v2")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build bazel-remote: %v\n%s", err, out)
	}

	address := bazeltest.FreeAddresses(t, 1)[0]
	s := &cacheServer{url: "http://" + address, dir: t.TempDir()}
	run := exec.Command(binary, "--dir="+s.dir, "--max_size=4", "--storage_mode=uncompressed",
		"--http_address="+address, "--grpc_address=none", "--access_log_level=none")
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	stopped := false
	s.stop = func() {
		if !stopped {
			stopped = true
			run.Process.Kill()
			run.Wait()
		}
	}
	t.Cleanup(s.stop)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		resp, err := http.Get(s.url + "/status")
		if err == nil {
			resp.Body.Close()
			return s
		}
		if time.Now().After(deadline) {
			t.Fatalf("bazel-remote does not answer: %v", err)
		}
	}
}
