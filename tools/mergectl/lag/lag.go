// Package lag counts the commits by which a service in a merged binary differs
// from another commit of its sources.
package lag

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/gomerge/rules_go_merge/tools/mergectl/history"
)

// Buildfiles are the names of files that make a folder a package of Bazel's.
var Buildfiles = []string{"BUILD", "BUILD.bazel"}

// moduleFiles are the names of files with versions of Go modules.
var moduleFiles = []string{"go.mod", "go.sum", "go.work", "go.work.sum"}

// Meter measures against one commit, such as HEAD.
type Meter struct {
	repo *history.Repository
	// Head is the hash of the commit.
	Head string
	// packages are the folders with a BUILD file, and modules those with a go.mod or
	// go.work file.
	packages, modules map[string]bool
	byRevision        map[string]*changes
}

// changes are the commits since a revision, by what they changed.
type changes struct {
	err     error
	all     *history.Range
	byPlace map[string][]int // indices in all.Missing, by package or module file
}

// Lag is how far a service is behind a commit.
type Lag struct {
	// Commits is how many commits that changed what the service is built from it
	// does not have, and Oldest when the first of them was made.
	Commits int
	Oldest  time.Time
	// Extra is how many commits of any kind it has that the other does not, as
	// when it was built from a branch.
	Extra int
}

// Days returns for how many whole days the service has been behind.
func (l Lag) Days(now time.Time) int {
	if l.Commits == 0 {
		return 0
	}
	return max(0, int(now.Sub(l.Oldest).Hours()/24))
}

// New returns a meter against a commit, which may be a name such as HEAD.
func New(repo *history.Repository, commit string) (*Meter, error) {
	head, err := repo.Resolve(commit)
	if err != nil {
		return nil, err
	}
	m := &Meter{repo: repo, Head: head, packages: make(map[string]bool), modules: make(map[string]bool), byRevision: make(map[string]*changes)}
	files, err := repo.Files(head, append([]string{"go.mod", "go.work"}, Buildfiles...)...)
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		dir, base := split(file)
		if base == "go.mod" || base == "go.work" {
			m.modules[dir] = true
		} else {
			m.packages[dir] = true
		}
	}
	return m, nil
}

// Prepare reads the history since some revisions at once, which takes less time than
// one after the other.
func (m *Meter) Prepare(revisions []string) error { return m.repo.Prepare(revisions, m.Head) }

// Behind returns by how many commits a service, built at a revision, is behind.
// Folders are the packages that it is compiled from, and target is the label of its
// binary, whose go.mod or go.work file has its module versions.
func (m *Meter) Behind(revision, target string, folders []string) (Lag, error) {
	c := m.since(revision)
	if c.err != nil {
		return Lag{}, c.err
	}
	lag := Lag{Extra: c.all.Extra}
	seen := make(map[int]bool)
	count := func(place string) {
		for _, i := range c.byPlace[place] {
			if !seen[i] {
				seen[i] = true
				commit := c.all.Missing[i]
				if lag.Commits == 0 || commit.Time.Before(lag.Oldest) {
					lag.Oldest = commit.Time
				}
				lag.Commits++
			}
		}
	}
	for _, folder := range folders {
		count(folder)
	}
	if dir, ok := m.module(target); ok {
		for _, name := range moduleFiles {
			count("module file " + path.Join(dir, name))
		}
	}
	return lag, nil
}

// since returns the commits since a revision.
func (m *Meter) since(revision string) *changes {
	if c := m.byRevision[revision]; c != nil {
		return c
	}
	c := &changes{byPlace: make(map[string][]int)}
	m.byRevision[revision] = c
	if c.all, c.err = m.repo.Between(revision, m.Head); c.err != nil {
		c.err = fmt.Errorf("revision %s: %w", revision, c.err)
		return c
	}
	// Folders that are not packages any more have been packages when it was built.
	gone := make(map[string]bool)
	for _, commit := range c.all.Missing {
		for _, file := range commit.Files {
			if dir, base := split(file); slices.Contains(Buildfiles, base) && !m.packages[dir] {
				gone[dir] = true
			}
		}
	}
	for i, commit := range c.all.Missing {
		places := make(map[string]bool)
		for _, file := range commit.Files {
			places[m.Package(file)] = true
			places[above(file, m.packages, gone)] = true
			for _, name := range moduleFiles {
				if path.Base(file) == name {
					places["module file "+file] = true
				}
			}
		}
		for place := range places {
			c.byPlace[place] = append(c.byPlace[place], i)
		}
	}
	return c
}

// Package returns the folder of the package that a file is in, "" for the root.
func (m *Meter) Package(file string) string { return above(file, m.packages, nil) }

// above returns the nearest folder above a file that is in one of two sets.
func above(file string, a, b map[string]bool) string {
	dir, _ := split(file)
	for dir != "" && !a[dir] && !b[dir] {
		dir, _ = split(dir)
	}
	return dir
}

// module returns the folder with the module versions of a target.
func (m *Meter) module(target string) (string, bool) {
	rest, ok := strings.CutPrefix(target, "//")
	if !ok {
		return "", false
	}
	dir, _, _ := strings.Cut(rest, ":")
	for {
		if m.modules[dir] {
			return dir, true
		}
		if dir == "" {
			return "", false
		}
		dir, _ = split(dir)
	}
}

// split returns the folder of a path, "" for the root, and its last part.
func split(file string) (dir, base string) {
	dir, base = path.Split(file)
	return strings.TrimSuffix(dir, "/"), base
}
