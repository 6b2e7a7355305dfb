// Package comparetest tests what the commands of the examples show.
package comparetest

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/examples/compare"
)

// Binaries returns the programs of an example, which Bazel builds: the variables
// of a go_test have their paths, such as SHOP_STOCK and SHOP_MERGED.
func Binaries(t *testing.T, e *compare.Example) compare.Binaries {
	t.Helper()
	bins := make(compare.Binaries)
	add := func(name string) {
		variable := strings.ToUpper(e.Name + "_" + name)
		path := os.Getenv(variable)
		if path == "" {
			t.Skipf("%s is not set: the binaries of the %s are built by Bazel", variable, e.Name)
		}
		bins[name] = filepath.Join(os.Getenv("TEST_SRCDIR"), os.Getenv("TEST_WORKSPACE"), path)
	}
	add(compare.Merged)
	for _, s := range e.Services {
		add(s.Name)
	}
	return bins
}

// Run compares as the command does, and checks that the merged binary, which has
// these versions of the framework, answers as the separate services, with every
// call between them inline. Links are those that have to be among the calls, as
// "caller->callee".
func Run(t *testing.T, e *compare.Example, versions, links []string) *compare.Report {
	t.Helper()
	rep, err := compare.Run(t.Context(), e, Binaries(t, e), 500, 4, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	if err := rep.Failure(); err != nil {
		t.Error(err)
	}
	for _, d := range rep.Differences {
		t.Errorf("%s at %s: separate %s, merged %s", d.Call, d.Where, d.Separate, d.Merged)
	}
	if rep.Separate.Bytes == 0 {
		t.Error("the proxies counted nothing between the separate services")
	}
	if rep.Merged.Bytes != 0 {
		t.Errorf("%d bytes between the merged services", rep.Merged.Bytes)
	}
	found := slices.Compact(slices.Sorted(maps.Values(rep.Merged.Versions)))
	if !slices.Equal(found, versions) || rep.Merged.Processes != 1 {
		t.Errorf("%s versions %q in %d processes, want %q in one", e.Framework, found, rep.Merged.Processes, versions)
	}
	called := map[string]bool{}
	for _, l := range rep.Merged.Links {
		if l.RPC > 0 || l.Errors > 0 {
			t.Errorf("%+v: not all calls were inline and well", l)
		}
		called[l.Caller+"->"+l.Callee] = true
	}
	for _, want := range links {
		if !called[want] {
			t.Errorf("no call %s", want)
		}
	}
	return rep
}
