package mergedtest

import (
	"io"
	"net/http"
	"os"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
)

// TestPorts reaches one service at a port that it got by a variable, and the
// other at one that it got by an argument.
func TestPorts(t *testing.T) {
	for variable, want := range map[string]string{"GO_MERGE_PORT_LEFT": "hello from left", "GO_MERGE_PORT_RIGHT": "nothing to say"} {
		resp, err := http.Get("http://127.0.0.1:" + os.Getenv(variable))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || string(got) != want {
			t.Errorf("%s: %q, %v, want %q", variable, got, err, want)
		}
	}
}

// TestVariables shows that the test has the variables of the go_merged_test and
// those of its own target.
func TestVariables(t *testing.T) {
	if want := "127.0.0.1:" + os.Getenv("GO_MERGE_PORT_LEFT"); os.Getenv("LEFT__ADDR") != want {
		t.Errorf("LEFT__ADDR is %q, want %q", os.Getenv("LEFT__ADDR"), want)
	}
	if got := os.Getenv("OF_THE_TEST"); got != os.Getenv("WANT_OF_THE_TEST") {
		t.Errorf("OF_THE_TEST is %q", got)
	}
	text, err := os.ReadFile(bazeltest.Runfile(t, os.Getenv("NOTE")))
	if err != nil || string(text) != "a note\n" {
		t.Errorf("the file has %q, %v", text, err)
	}
	if info, err := os.Stat(os.Getenv("GO_MERGE_ADMIN_SOCKET")); err != nil || info.Mode().Type() != os.ModeSocket {
		t.Errorf("the admin socket: %v", err)
	}
}
