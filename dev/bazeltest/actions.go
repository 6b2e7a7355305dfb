package bazeltest

import (
	"encoding/json"
	"slices"
)

// ActionGraph is what `bazel aquery --output=jsonproto` prints: an
// analysis.ActionGraphContainer.
type ActionGraph struct {
	Actions       []Action
	Configuration []struct {
		ID     int
		IsTool bool
	}
	DepSets []struct {
		ID                  int
		TransitiveDepSetIDs []int
		DirectArtifactIDs   []int
	} `json:"depSetOfFiles"`
	Artifacts     []struct{ ID, PathFragmentID int }
	PathFragments []struct {
		ID, ParentID int
		Label        string
	}
}

// Action is an action of a graph. What it refers to by an ID is in the graph.
type Action struct {
	Mnemonic             string
	ConfigurationID      int
	Arguments            []string
	ParamFiles           []struct{ Arguments []string }
	EnvironmentVariables []KeyValue
	ExecutionInfo        []KeyValue
	InputDepSetIDs       []int
	OutputIDs            []int
}

// KeyValue is a variable or a requirement.
type KeyValue struct{ Key, Value string }

// Aquery asks for actions and all that their commands are made of.
func (w *Workspace) Aquery(query string, flags ...string) *ActionGraph {
	w.t.Helper()
	out := w.MustBazel(append([]string{"aquery", "--output=jsonproto", "--include_param_files", query}, flags...)...)
	var graph ActionGraph
	if err := json.Unmarshal([]byte(out), &graph); err != nil {
		w.t.Fatal(err)
	}
	return &graph
}

// AllArguments returns a command's arguments, wherever Bazel puts them.
func (a *Action) AllArguments() []string {
	args := slices.Clone(a.Arguments)
	for _, file := range a.ParamFiles {
		args = append(args, file.Arguments...)
	}
	return args
}

// Flag returns the value of a flag, "" without it.
func (a *Action) Flag(name string) string {
	args := a.AllArguments()
	if i := slices.Index(args, name); i >= 0 && i+1 < len(args) {
		return args[i+1]
	}
	return ""
}

// Sets are the sets of files that actions have as inputs.
type Sets struct {
	// Direct has the files that a set holds itself.
	Direct     map[int][]int
	transitive map[int][]int
}

// Sets returns the sets of the graph.
func (g *ActionGraph) Sets() Sets {
	s := Sets{map[int][]int{}, map[int][]int{}}
	for _, set := range g.DepSets {
		s.Direct[set.ID], s.transitive[set.ID] = set.DirectArtifactIDs, set.TransitiveDepSetIDs
	}
	return s
}

// Within returns sets and those that they include, each once. It leaves out
// those in seen, to which it adds the others.
func (s Sets) Within(sets []int, seen map[int]bool) []int {
	var found []int
	for queue := slices.Clone(sets); len(queue) > 0; {
		set := queue[0]
		queue = queue[1:]
		if !seen[set] {
			seen[set] = true
			found = append(found, set)
			queue = append(queue, s.transitive[set]...)
		}
	}
	return found
}

// Files returns the files of the sets that Within returns.
func (s Sets) Files(sets []int, seen map[int]bool) []int {
	var files []int
	for _, set := range s.Within(sets, seen) {
		files = append(files, s.Direct[set]...)
	}
	return files
}

// Producers returns which action writes each file.
func (g *ActionGraph) Producers() map[int]*Action {
	producers := map[int]*Action{}
	for i := range g.Actions {
		for _, id := range g.Actions[i].OutputIDs {
			producers[id] = &g.Actions[i]
		}
	}
	return producers
}

// Paths returns the path of each file, below the folder that commands run in.
func (g *ActionGraph) Paths() map[int]string {
	fragments := map[int]int{}
	for i, f := range g.PathFragments {
		fragments[f.ID] = i
	}
	paths := map[int]string{}
	for _, a := range g.Artifacts {
		f := g.PathFragments[fragments[a.PathFragmentID]]
		path := f.Label
		for f.ParentID != 0 {
			f = g.PathFragments[fragments[f.ParentID]]
			path = f.Label + "/" + path
		}
		paths[a.ID] = path
	}
	return paths
}

// Needed returns the actions that run to build the outputs of last. aquery
// itself lists all actions of all dependencies, whether they run or not.
func (g *ActionGraph) Needed(last ...*Action) []*Action {
	producers := g.Producers()
	sets := g.Sets()
	order := slices.Clone(last)
	seenActions, seenSets := map[*Action]bool{}, map[int]bool{}
	for _, a := range last {
		seenActions[a] = true
	}
	for i := 0; i < len(order); i++ {
		for _, file := range sets.Files(order[i].InputDepSetIDs, seenSets) {
			if a := producers[file]; a != nil && !seenActions[a] {
				seenActions[a] = true
				order = append(order, a)
			}
		}
	}
	return order
}
