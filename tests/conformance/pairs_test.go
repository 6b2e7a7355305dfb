package conformance

import (
	"flag"
	"os"
	"testing"

	"github.com/gomerge/rules_go_merge/tests/conformance/suite"
)

// pairs returns the pairs that the test's arguments name.
func pairs(t *testing.T) []suite.Pair {
	t.Helper()
	if os.Getenv("TEST_SRCDIR") == "" {
		t.Skip("needs binaries that Bazel builds: run it with bazelw test")
	}
	pairs, err := suite.Pairs(flag.Args())
	if err != nil {
		t.Fatal(err)
	}
	return pairs
}
