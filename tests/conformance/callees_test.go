package conformance

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/tests/conformance/suite"
)

// argument returns an argument of the test: the merged binary, and files with
// what the build says.
func argument(t *testing.T, i int) string {
	t.Helper()
	if os.Getenv("TEST_SRCDIR") == "" {
		t.Skip("needs binaries that Bazel builds: run it with bazelw test")
	}
	return flag.Arg(i)
}

// TestChosenCallee runs a merged binary in which two services with different
// versions of Kitex serve the same RPC services. The user chose one of them for
// ContractService and the other for ProbeService.
func TestChosenCallee(t *testing.T) {
	seen, err := suite.Pair{Merged: argument(t, 0)}.Chosen("ttheader/together (who serves|several|many times).*")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"ttheader/together who serves which RPC service": "contracts v0.16.2, ok, probes v0.11.3, ok",
		"ttheader/together several RPC services":         "",
		"ttheader/together many times":                   "",
	}
	for _, o := range seen {
		if o.RPC > 0 || o.Inline == 0 {
			t.Errorf("%s makes %d calls inline and %d by RPC", o.Case, o.Inline, o.RPC)
		}
		if w := want[o.Case]; w != "" && o.Seen != w {
			t.Errorf("%s: %s, want %s", o.Case, o.Seen, w)
		}
		if strings.Contains(o.Seen, "error ") {
			t.Errorf("%s: %s", o.Case, o.Seen)
		}
		delete(want, o.Case)
	}
	for name := range want {
		t.Errorf("%s did not run", name)
	}
}

// TestNoChosenCallee reads what the build says of the same services when the
// user has not chosen, or has chosen a service that serves nothing of the kind.
func TestNoChosenCallee(t *testing.T) {
	tests := []struct {
		name string
		file int
		want []string
	}{
		{"nobody", 1, []string{
			`RPC service "ContractService", which service "caller_new" calls (tests/conformance/service/caller/`,
			`is served by 2 services of the merged binary:`,
			`service "callee_new" (tests/conformance/service/callee/main.go:`,
			`service "callee_old" (tests/conformance/service/callee/main.go:`,
			"Choose one in `callees` of the go_merged_binary, as in callees = {\"caller_new->*/ContractService\": LABEL}",
		}},
		{"the caller", 2, []string{
			`callees sends calls of "ContractService" from service "caller_new" to service "caller_new", which does not serve it; choose from "callee_new", "callee_old"`,
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			text, err := os.ReadFile(argument(t, test.file))
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range test.want {
				if !strings.Contains(string(text), want) {
					t.Errorf("no %q in\n%s", want, text)
				}
			}
		})
	}
}
