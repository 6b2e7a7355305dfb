// Package matrix compares the versions of services in merged binaries with their
// sources.
package matrix

import (
	"errors"
	"fmt"
	"time"

	"github.com/gomerge/rules_go_merge/tools/mergectl/fleet"
	"github.com/gomerge/rules_go_merge/tools/mergectl/lag"
	"github.com/gomerge/rules_go_merge/tools/mergectl/source"
)

// Row is one service in one merged binary.
type Row struct {
	Service string `json:"service"`
	// Label is that of the go_merge_service, and Target that of its go_binary.
	Label  string `json:"label,omitempty"`
	Target string `json:"target,omitempty"`
	Binary string `json:"binary"`
	// Source is what the sources have. Its digest is known if the merged binary
	// was built from them, and its revision is the commit of the sources.
	Source fleet.Identity `json:"source"`
	// Built is what the manifest has, and Running what processes report.
	Built   fleet.Identity `json:"built"`
	Running []Running      `json:"running"`
	// Behind is how far what was built is behind the sources, nil if that is not
	// known for the reason Unknown.
	Behind  *Behind `json:"behind,omitempty"`
	Unknown string  `json:"unknown,omitempty"`
	// Elsewhere is set if nothing that it is compiled from is in the workspace, so
	// that its commits are in another repository.
	Elsewhere bool `json:"elsewhere,omitempty"`

	Embedding *fleet.Embedding `json:"-"`
	// Declared is the go_merge_service in its BUILD file, nil if a macro made it or
	// it is not in the workspace.
	Declared *source.Target `json:"-"`
}

// Running is what some processes run of a service.
type Running struct {
	fleet.Running
	// Behind is how far that is behind the sources, nil if that is the same as of what
	// was built, or not known for the reason Unknown.
	Behind  *Behind `json:"behind,omitempty"`
	Unknown string  `json:"unknown,omitempty"`
}

// Behind is how far a service is behind.
type Behind struct {
	// Commits of the sources change the service and are not in it.
	Commits int `json:"commits"`
	// Days is how old the first of them is.
	Days int `json:"days"`
	// Extra commits are in it and not in the sources.
	Extra int `json:"extra,omitempty"`
}

// Sources are what rows are compared with. All may be nil.
type Sources struct {
	// Meter counts commits up to the sources'. NoMeter is why there is none.
	Meter   *lag.Meter
	NoMeter error
	// Tree has the BUILD files.
	Tree *source.Tree
	// Now is when days are counted to.
	Now time.Time
	// Revision is that of manifests that have none, "" if it is not known.
	Revision string
}

var errNoRepository = errors.New("there is no Git repository to count commits in")

// Rows returns a row for each service in each merged binary, sorted by service and
// binary.
func Rows(x *fleet.Index, from Sources) ([]Row, error) {
	if from.Meter != nil {
		var revisions []string
		for _, s := range x.Services {
			for _, e := range s.Embedded {
				revisions = append(revisions, e.Built.Revision)
				for _, r := range e.Running {
					revisions = append(revisions, r.Revision)
				}
			}
		}
		if err := from.Meter.Prepare(revisions); err != nil {
			return nil, err
		}
	}
	var rows []Row
	for _, s := range x.Services {
		for _, e := range s.Embedded {
			row, err := newRow(e, from)
			if err != nil {
				return nil, err
			}
			rows = append(rows, row)
		}
	}
	return rows, nil
}

func newRow(e *fleet.Embedding, from Sources) (Row, error) {
	if e.Built.Revision == "" {
		e.Built.Revision = from.Revision
	}
	row := Row{
		Service: e.Service.Name, Label: e.Label, Target: e.Service.Target, Binary: e.Binary.Label,
		Built: e.Built, Running: []Running{}, Embedding: e,
	}
	for _, r := range e.Running {
		row.Running = append(row.Running, newRunning(e, r, from))
	}
	if from.Tree != nil {
		declared, err := from.Tree.Find(e.Label)
		if err != nil {
			return row, err
		}
		if row.Declared = declared; declared != nil {
			row.Source.Version = declared.String("version")
		}
	}
	row.Elsewhere = len(e.Folders) == 0
	behind, err := measure(e, e.Built.Revision, from)
	if err != nil {
		row.Unknown = err.Error()
		return row, nil
	}
	row.Behind = behind
	row.Source.Revision = from.Meter.Head
	if e.Built.Revision == from.Meter.Head {
		row.Source.Digest = e.Built.Digest
	}
	return row, nil
}

// newRunning measures what runs, where it is not what was built.
func newRunning(e *fleet.Embedding, r fleet.Running, from Sources) Running {
	one := Running{Running: r}
	sameCode := r.Digest != "" && r.Digest == e.Built.Digest
	sameCommit := r.Revision != "" && r.Revision == e.Built.Revision
	switch {
	case sameCode || sameCommit:
	case r.Revision == "":
		one.Unknown = fmt.Sprintf("%s reports no commit, and is not known to run the code of %s; build it with --stamp and a workspace status of STABLE_GIT_COMMIT", r.Reports[0], e.Binary.File)
	default:
		var err error
		if one.Behind, err = measure(e, r.Revision, from); err != nil {
			one.Unknown = fmt.Sprintf("%s: %v", r.Reports[0], err)
		}
	}
	return one
}

// measure returns how far a revision of a service is behind.
func measure(e *fleet.Embedding, revision string, from Sources) (*Behind, error) {
	switch {
	case from.Meter == nil && from.NoMeter != nil:
		return nil, fmt.Errorf("%w: %w", errNoRepository, from.NoMeter)
	case from.Meter == nil:
		return nil, errNoRepository
	case len(e.Folders) == 0:
		return nil, fmt.Errorf("%s is compiled from no package of this workspace", e.Service.Name)
	case revision == "":
		return nil, fmt.Errorf("%s has no revision; build it with --stamp and a workspace status of STABLE_GIT_COMMIT, or say --at=COMMIT", e.Binary.File)
	}
	l, err := from.Meter.Behind(revision, e.Service.Target, e.Folders)
	if err != nil {
		return nil, err
	}
	return &Behind{Commits: l.Commits, Days: l.Days(from.Now), Extra: l.Extra}, nil
}

// Commits returns a number of commits in words.
func Commits(n int) string {
	if n == 1 {
		return "1 commit"
	}
	return fmt.Sprintf("%d commits", n)
}
