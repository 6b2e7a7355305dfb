package history

import (
	"slices"
	"strings"
)

// Prepare reads what [Repository.Between] returns for many commits and one other at
// once, by few runs of git. Commits that the repository does not have, or between which
// it is cut, are left to Between, which says so.
func (r *Repository) Prepare(from []string, to string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	known, err := r.existing(append(slices.Clone(from), to))
	if err != nil || len(known) == 0 {
		return err
	}
	graph, err := r.readGraph(known)
	if err != nil {
		return err
	}
	end, ok := graph.at[to]
	if !ok {
		return nil
	}
	cut, err := r.ends()
	if err != nil {
		return err
	}
	has := graph.ancestors(end)
	for _, name := range known {
		start, ok := graph.at[name]
		if !ok || name == to {
			continue
		}
		lacks := graph.ancestors(start)
		result := &Range{}
		var hashes []string
		for i, hash := range graph.hashes {
			switch {
			case has[i] && !lacks[i]:
				hashes = append(hashes, hash)
			case !has[i] && lacks[i]:
				result.Extra++
			}
		}
		if graph.differAt(cut, has, lacks) {
			continue
		}
		if err := r.fill(result, hashes); err != nil {
			return err
		}
		r.ranges[name+"..."+to] = result
	}
	return nil
}

// differAt reports whether one of some commits is in one set and not in another.
func (g *commitGraph) differAt(commits map[string]bool, a, b []bool) bool {
	for hash := range commits {
		if i, ok := g.at[hash]; ok && a[i] != b[i] {
			return true
		}
	}
	return false
}

// existing returns the hashes of commits that the repository has, each once.
func (r *Repository) existing(names []string) ([]string, error) {
	names = slices.DeleteFunc(names, func(name string) bool { return !fullHash.MatchString(name) })
	slices.Sort(names)
	names = slices.Compact(names)
	out, err := r.gitWith(strings.Join(names, "\n")+"\n", "cat-file", "--batch-check=%(objectname) %(objecttype)")
	if err != nil {
		return nil, err
	}
	var known []string
	for line := range strings.Lines(out) {
		if hash, ok := strings.CutSuffix(strings.TrimSpace(line), " commit"); ok {
			known = append(known, hash)
		}
	}
	return known, nil
}

// commitGraph are commits, newest first, with their parents.
type commitGraph struct {
	hashes  []string
	parents [][]string
	at      map[string]int
}

// readGraph reads the commits that not all of some commits have.
func (r *Repository) readGraph(commits []string) (*commitGraph, error) {
	args := strings.Join(commits, "\n") + "\n"
	// What all have is in no difference. Without a common commit there is nothing to
	// leave out, and git fails.
	if out, err := r.git(append([]string{"merge-base", "--octopus"}, commits...)...); err == nil {
		for parent := range strings.FieldsSeq(out) {
			args += "^" + parent + "^@\n"
		}
	}
	out, err := r.gitWith(args, "rev-list", "--topo-order", "--parents", "--stdin")
	if err != nil {
		return nil, err
	}
	g := &commitGraph{at: make(map[string]int)}
	for line := range strings.Lines(out) {
		fields := strings.Fields(line)
		g.at[fields[0]] = len(g.hashes)
		g.hashes = append(g.hashes, fields[0])
		g.parents = append(g.parents, fields[1:])
	}
	return g, nil
}

// ancestors marks a commit and all commits of the graph that it has.
func (g *commitGraph) ancestors(start int) []bool {
	marked := make([]bool, len(g.hashes))
	queue := []int{start}
	for len(queue) > 0 {
		i := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if marked[i] {
			continue
		}
		marked[i] = true
		for _, parent := range g.parents[i] {
			if j, ok := g.at[parent]; ok {
				queue = append(queue, j)
			}
		}
	}
	return marked
}
