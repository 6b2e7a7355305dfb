package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"github.com/gomerge/rules_go_merge/bench/report"
)

// compiled is what it took to compile packages of a merged binary.
type compiled struct {
	packages int
	took     time.Duration
	size     int64 // bytes of the outputs
}

// Groups of a merged binary's packages, by what compiling them costs on top of
// compiling each once.
const (
	ownPackages   = "services' own packages"
	platformFirst = "platform, in the first namespace"
	platformAgain = "platform, again in each other"
	stdFirst      = "standard library, in the first namespace"
	stdAgain      = "standard library, again in each other"
)

var groups = []string{ownPackages, platformFirst, platformAgain, stdFirst, stdAgain}

// namespaced is the output of a compile action in a namespace: what kind of
// package it is, and the package.
var namespaced = regexp.MustCompile(`[.]ns/s[0-9]+~(std|example[.]com~platform)?(.*)[.]a$`)

// compiledByGroup adds up the compile actions of a merged binary. root is what
// paths of outputs are relative to.
func (t *trace) compiledByGroup(root string) (map[string]*compiled, error) {
	found := make(map[string]*compiled)
	for _, group := range groups {
		found[group] = &compiled{}
	}
	seen := make(map[string]bool)
	for _, a := range t.actions {
		m := namespaced.FindStringSubmatch(a.output)
		if a.mnemonic != "GoCompilePkg" || m == nil {
			continue
		}
		group := ownPackages
		switch kind, again := m[1], seen[m[1]+m[2]]; {
		case kind == "std" && again:
			group = stdAgain
		case kind == "std":
			group = stdFirst
		case kind != "" && again:
			group = platformAgain
		case kind != "":
			group = platformFirst
		}
		seen[m[1]+m[2]] = true
		size, err := outputSize(filepath.Join(root, a.output))
		if err != nil {
			return nil, err
		}
		found[group].packages++
		found[group].took += a.took
		found[group].size += size
	}
	return found, nil
}

// outputSize returns the size of an archive and of the export data next to it.
func outputSize(archive string) (int64, error) {
	var size int64
	for _, path := range []string{archive, archive[:len(archive)-len("a")] + "x"} {
		info, err := os.Stat(path)
		if err != nil {
			return 0, err
		}
		size += info.Size()
	}
	return size, nil
}

// compiledTable has what compiling the largest merged binary took.
func (r *result) compiledTable() report.Table {
	largest := r.largest()
	t := report.Table{{"compiled for merged, " + largest.shape.String(), "packages", "actions' time, s", "outputs, MB"}}
	for _, group := range groups {
		c := largest.of[merged].compiled[group]
		t = append(t, []string{group, strconv.Itoa(c.packages), fmt.Sprintf("%.1f", c.took.Seconds()), fmt.Sprintf("%.1f", float64(c.size)/1e6)})
	}
	return t
}
