package grpc

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
	"github.com/gomerge/rules_go_merge/internal/admin"
)

// TestCallsAreInline runs a merged binary whose services have different versions of
// grpc-go. The target that one dials leads nowhere but to the other.
func TestCallsAreInline(t *testing.T) {
	binary, version := bazeltest.Runfile(t, os.Args[len(os.Args)-2]), os.Args[len(os.Args)-1]
	socket := filepath.Join(t.TempDir(), "s")
	cmd := exec.Command(binary)
	cmd.Env = append(os.Environ(), "GO_MERGE_ADMIN_SOCKET="+socket)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	timeout := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
	defer timeout.Stop()

	want := []string{
		`once: one from front by grpc-go ` + map[string]string{"old": "1.56.3", "new": "1.85.0"}[version] + `, header ["header"], trailer ["trailer"]`,
		"fail: no fail",
		"collect: 0+1+2",
		"repeat: again0 again1 again2",
		"chat: re:0 re:1 re:2",
		"health: SERVING",
		"health: NOT_SERVING",
		"front is done",
	}
	var printed strings.Builder
	buffer := make([]byte, 4096)
	for !strings.Contains(printed.String(), want[len(want)-1]) {
		n, err := stdout.Read(buffer)
		printed.Write(buffer[:n])
		if err != nil {
			cmd.Wait()
			t.Fatalf("%v after\n%s%s", err, &printed, &stderr)
		}
	}
	if got := strings.TrimSpace(printed.String()); got != strings.Join(want, "\n") {
		t.Errorf("printed\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	links, err := admin.NewClient(socket).Links()
	if err != nil {
		t.Fatal(err)
	}
	inline, cooperative := map[string]uint64{}, []string{}
	for _, l := range links.Links {
		if l.Deadline == "cooperative" {
			cooperative = append(cooperative, l.RPCService+"."+l.Method+" by "+l.DeadlineSource)
		}
		if l.RPC > 0 {
			t.Errorf("%s.%s: %d RPCs", l.RPCService, l.Method, l.RPC)
		}
		if l.Inline > 0 {
			callee, _, _ := strings.Cut(l.Callee, "_")
			inline[callee+" "+l.RPCService+"."+l.Method] = l.Inline
		}
	}
	wantInline := map[string]uint64{
		"back echo.Echo.Once": 2, "back echo.Echo.Collect": 1, "back echo.Echo.Repeat": 1, "back echo.Echo.Chat": 1,
		"back grpc.health.v1.Health.Check": 1, "front grpc.health.v1.Health.Check": 1,
	}
	if !maps.Equal(inline, wantInline) {
		t.Errorf("inline calls %v, want %v", inline, wantInline)
	}
	// Streams are strict.
	if want := []string{"echo.Echo.Once by deadlines in the BUILD file"}; !slices.Equal(cooperative, want) {
		t.Errorf("cooperative deadlines %q, want %q", cooperative, want)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v\n%s", err, &stderr)
	}
}
