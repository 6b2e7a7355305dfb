package workspace

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/merge/tests/bazeltest"
)

// actionGraph is what `bazel aquery --output=jsonproto` prints.
type actionGraph struct {
	Actions []action
	DepSets []struct {
		ID                  int
		TransitiveDepSetIDs []int
		DirectArtifactIDs   []int
	} `json:"depSetOfFiles"`
}

type action struct {
	Mnemonic       string
	Arguments      []string
	ParamFiles     []struct{ Arguments []string }
	InputDepSetIDs []int
	OutputIDs      []int
}

// flag returns the value of a flag, wherever Bazel put it.
func (a *action) flag(name string) string {
	args := slices.Clone(a.Arguments)
	for _, file := range a.ParamFiles {
		args = append(args, file.Arguments...)
	}
	if i := slices.Index(args, name); i >= 0 {
		return args[i+1]
	}
	return ""
}

// sets returns what each set of files holds itself, and which it includes.
func (g *actionGraph) sets() (direct, transitive map[int][]int) {
	direct, transitive = map[int][]int{}, map[int][]int{}
	for _, set := range g.DepSets {
		direct[set.ID], transitive[set.ID] = set.DirectArtifactIDs, set.TransitiveDepSetIDs
	}
	return direct, transitive
}

// needed returns the actions that run to build the outputs of last. aquery
// itself lists all actions of all dependencies, whether they run or not.
func (g *actionGraph) needed(last *action) []*action {
	producer := map[int]*action{}
	for i := range g.Actions {
		for _, id := range g.Actions[i].OutputIDs {
			producer[id] = &g.Actions[i]
		}
	}
	direct, transitive := g.sets()
	order := []*action{last}
	seenActions, seenSets := map[*action]bool{last: true}, map[int]bool{}
	for i := 0; i < len(order); i++ {
		sets := slices.Clone(order[i].InputDepSetIDs)
		for len(sets) > 0 {
			set := sets[0]
			sets = sets[1:]
			if seenSets[set] {
				continue
			}
			seenSets[set] = true
			sets = append(sets, transitive[set]...)
			for _, artifact := range direct[set] {
				if a := producer[artifact]; a != nil && !seenActions[a] {
					seenActions[a] = true
					order = append(order, a)
				}
			}
		}
	}
	return order
}

// compiledPackages lists the -p flag of every compile of the workspace's own
// packages that linking //:shop needs.
func compiledPackages(t *testing.T, w *bazeltest.Workspace) []string {
	t.Helper()
	out := w.MustBazel("aquery", "--output=jsonproto", "--include_param_files", `deps(//:shop)`)
	var graph actionGraph
	if err := json.Unmarshal([]byte(out), &graph); err != nil {
		t.Fatal(err)
	}
	var link *action
	for i, a := range graph.Actions {
		if a.Mnemonic == "GoLink" && strings.HasSuffix(a.flag("-o"), "/shop_/shop") {
			link = &graph.Actions[i]
		}
	}
	if link == nil {
		t.Fatal("no GoLink action for //:shop")
	}
	var paths []string
	for _, a := range graph.needed(link) {
		if !strings.HasPrefix(a.Mnemonic, "GoCompilePkg") {
			continue
		}
		if strings.Contains(a.flag("-importpath"), "example.com/shop") {
			paths = append(paths, a.flag("-p"))
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
	out := w.MustBazel("aquery", "--output=jsonproto", `mnemonic("GoMerge(Glue|Describe)", deps(//:shop))`)
	var graph actionGraph
	if err := json.Unmarshal([]byte(out), &graph); err != nil {
		t.Fatal(err)
	}
	descriptions := map[int]bool{}
	var glues []action
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
	direct, transitive := graph.sets()
	holders := map[int]bool{}
	for _, glue := range glues {
		sets := slices.Clone(glue.InputDepSetIDs)
		for len(sets) > 0 {
			set := sets[0]
			sets = append(sets[1:], transitive[set]...)
			if slices.ContainsFunc(direct[set], func(id int) bool { return descriptions[id] }) {
				holders[set] = true
			}
		}
	}
	if len(holders) != 1 {
		t.Errorf("%d sets hold descriptions, not one that all glue has in common", len(holders))
	}
}
