package sonic

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
)

// TestTwoCopiesOfSonic fails with a crash at pc 0 where the linknames of one
// copy do not follow it into its namespace.
func TestTwoCopiesOfSonic(t *testing.T) {
	binary := bazeltest.Runfile(t, os.Args[len(os.Args)-1])
	out, err := exec.Command(binary).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	got := strings.Split(strings.TrimSpace(string(out)), "\n")
	slices.Sort(got)
	want := []string{`item {"payload":"aXRlbQ=="}`, `stock {"payload":"c3RvY2s="}`}
	if !slices.Equal(got, want) {
		t.Errorf("printed %q, want %q", got, want)
	}
}
