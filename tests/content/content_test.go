package content

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestEachServiceHasItsOwnPackages runs two services that link the same
// packages and checks that each works with its own copy of them.
func TestEachServiceHasItsOwnPackages(t *testing.T) {
	dir := os.Getenv("TEST_SRCDIR")
	if dir == "" {
		t.Skip("needs a binary that Bazel builds: run it with bazelw test")
	}
	binary := filepath.Join(dir, os.Args[len(os.Args)-1])
	out, err := exec.Command(binary).Output()
	if err != nil {
		t.Fatalf("%v: %s", err, err.(*exec.ExitError).Stderr)
	}
	got := strings.Split(strings.TrimSpace(string(out)), "\n")
	slices.Sort(got)

	var want []string
	for service, facts := range map[string][]string{
		"alpha": {"tag: alpha"},
		"beta":  {"tag: none"},
	} {
		facts = append(facts,
			"registered: ["+service+"]",
			"embedded: hello from an embedded file",
			"stamp: stamped",
			"generic: abc",
			"assembly: 20",
			"assembly by full path: 5",
			"linkname variable: 3",
			"linkname function: 1",
			"assembly of no package: 31",
			"linkname of no package: 1",
			"cgo: 42",
			"source: tests/content/probe/probe.go:56",
			"version: "+service+"-1.0",
			"data: data of "+service,
		)
		for _, fact := range facts {
			want = append(want, service+" "+fact)
		}
	}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
