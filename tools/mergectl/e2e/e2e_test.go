package e2e

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/merge/tests/bazeltest"
	"github.com/gomerge/rules_go_merge/tools/mergectl/admin"
)

// TestFromGoToMerged takes repositories without a Bazel file to a merged binary
// by the commands that mergectl init names, and nothing else.
func TestFromGoToMerged(t *testing.T) {
	tests := map[string]struct {
		// answer is what the service prints that asks the others.
		answer string
		// links are those whose calls have to be inline.
		links []string
	}{
		"modules":  {"item(stock of lamp)", []string{"item->stock"}},
		"services": {"order(cart(price of lamp stock of lamp) user of lamp)", []string{"cart->price", "cart->stock", "order->cart", "order->user"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			shop := filepath.Join(bazeltest.SourceTree(t), "examples", "shop")
			w := bazeltest.New(t, "mergectl_"+name, repository(t, name, shop))
			began := time.Now()
			took := func(step string) { t.Logf("%s after %v", step, time.Since(began).Round(time.Second)) }

			mergectl(t, "init", w.Dir)
			w.MustBazel("run", "//:gazelle")
			took("Gazelle")
			w.MustBazel("build", "//:merged")
			took("build")
			answer, inline := run(t, filepath.Join(w.Dir, "bazel-bin", "merged_", "merged"))
			if answer != test.answer {
				t.Errorf("the answer is %q, want %q", answer, test.answer)
			}
			for _, link := range test.links {
				if inline[link] == 0 {
					t.Errorf("no call of %s was inline; those that were: %v", link, inline)
				}
			}

			if out := mergectl(t, "init", w.Dir); !strings.Contains(out, "Nothing to write") {
				t.Errorf("init again printed\n%s", out)
			}
			w.MustBazel("run", "//:gazelle", "--", "-mode=diff")
			mergectl(t, "check", "--strict", w.Dir)
		})
	}
}

// mergectl runs a command line, which has to succeed, and returns its output.
func mergectl(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command(bazeltest.Runfile(t, os.Getenv("MERGECTL")), args...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("mergectl %s: %v\n%s%s", strings.Join(args, " "), err, out, &stderr)
	}
	return string(out)
}

// run starts a merged binary and returns the first line that it prints and the
// number of inline calls by link.
func run(t *testing.T, binary string) (line string, inline map[string]int64) {
	t.Helper()
	dir, err := os.MkdirTemp("", "mergectl") // short enough for a socket's name
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket := filepath.Join(dir, "admin")
	cmd := exec.Command(binary)
	cmd.Env = append(os.Environ(), "GO_MERGE_ADMIN_SOCKET="+socket)
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
	line, err = bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Errorf("%s printed %q: %v", binary, line, err)
		return "", nil
	}
	report, err := admin.NewClient(socket).Links()
	if err != nil {
		t.Error(err)
		return line, nil
	}
	inline = make(map[string]int64)
	for _, link := range report.Links {
		inline[link.Caller+"->"+link.Callee] += int64(link.Inline)
	}
	return strings.TrimSuffix(line, "\n"), inline
}
