package workspace

import (
	"slices"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
)

// compiledPackages lists the -p flag of every compile of the workspace's own
// packages that linking //:shop needs.
func compiledPackages(t *testing.T, w *bazeltest.Workspace) []string {
	t.Helper()
	graph := w.Aquery(`deps(//:shop)`)
	var link *bazeltest.Action
	for i, a := range graph.Actions {
		if a.Mnemonic == "GoLink" && strings.HasSuffix(a.Flag("-o"), "/shop_/shop") {
			link = &graph.Actions[i]
		}
	}
	if link == nil {
		t.Fatal("no GoLink action for //:shop")
	}
	var paths []string
	for _, a := range graph.Needed(link) {
		if !strings.HasPrefix(a.Mnemonic, "GoCompilePkg") {
			continue
		}
		if strings.Contains(a.Flag("-importpath"), "example.com/shop") {
			paths = append(paths, a.Flag("-p"))
		}
	}
	slices.Sort(paths)
	return paths
}

func TestEachNamespacedPackageIsCompiledOnce(t *testing.T) {
	w := newWorkspace(t)
	got := compiledPackages(t, w)
	want := []string{
		"item/example.com/shop/common",
		"item/example.com/shop/item",
		"stock/example.com/shop/common",
		"stock/example.com/shop/stock",
	}
	if !slices.Equal(got, want) {
		t.Errorf("compiled %q, want %q", got, want)
	}
}

func TestSharedPackageIsCompiledOnceInNoNamespace(t *testing.T) {
	w := newWorkspace(t)
	w.Write("BUILD.bazel", strings.ReplaceAll(w.Read("BUILD.bazel"), "    binary = ", "    shared = \":shared\",\n    binary = ")+`
load("@rules_go_merge//merge:defs.bzl", "go_merge_shared")

go_merge_shared(
    name = "shared",
    prefixes = ["example.com/shop/common"],
)
`)
	got := compiledPackages(t, w)
	want := []string{
		"example.com/shop/common",
		"item/example.com/shop/item",
		"stock/example.com/shop/stock",
	}
	if !slices.Equal(got, want) {
		t.Errorf("compiled %q, want %q", got, want)
	}
	printed := strings.Fields(w.MustBazel("run", "//:shop"))
	slices.Sort(printed)
	if want := []string{"1", "2", "item", "stock"}; !slices.Equal(printed, want) {
		t.Errorf("printed %q, want %q: the services count together", printed, want)
	}
}

// TestGlueHasOneSetOfInputs keeps the work for glue from growing with the
// square of the services: all glue depends on the descriptions of all.
func TestGlueHasOneSetOfInputs(t *testing.T) {
	w := newWorkspace(t)
	graph := w.Aquery(`mnemonic("GoMerge(Glue|Describe)", deps(//:shop))`)
	descriptions := map[int]bool{}
	var glues []bazeltest.Action
	for _, a := range graph.Actions {
		switch a.Mnemonic {
		case "GoMergeDescribe":
			descriptions[a.OutputIDs[0]] = true
		case "GoMergeGlue":
			glues = append(glues, a)
		}
	}
	if len(glues) != 2 || len(descriptions) != 2 {
		t.Fatalf("%d services have glue and %d a description, not both 2", len(glues), len(descriptions))
	}
	sets := graph.Sets()
	holders := map[int]bool{}
	for _, glue := range glues {
		for _, set := range sets.Within(glue.InputDepSetIDs, map[int]bool{}) {
			if slices.ContainsFunc(sets.Direct[set], func(id int) bool { return descriptions[id] }) {
				holders[set] = true
			}
		}
	}
	if len(holders) != 1 {
		t.Errorf("%d sets hold descriptions, not one that all glue has in common", len(holders))
	}
}
