// Package matrix compares the versions of services in merged binaries with their
// sources.
package matrix

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gomerge/rules_go_merge/tools/mergectl/fleet"
	"github.com/gomerge/rules_go_merge/tools/mergectl/lag"
	"github.com/gomerge/rules_go_merge/tools/mergectl/skew"
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
	Built   fleet.Identity  `json:"built"`
	Running []fleet.Running `json:"running"`
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
	// Meter counts commits up to the sources'.
	Meter *lag.Meter
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
		Built: e.Built, Running: e.Running, Embedding: e,
	}
	if row.Running == nil {
		row.Running = []fleet.Running{}
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
	behind, err := measure(e, from)
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

func measure(e *fleet.Embedding, from Sources) (*Behind, error) {
	switch {
	case from.Meter == nil:
		return nil, errNoRepository
	case len(e.Folders) == 0:
		return nil, fmt.Errorf("%s is compiled from no package of this workspace", e.Service.Name)
	case e.Built.Revision == "":
		return nil, fmt.Errorf("%s has no revision; build it with --stamp and a workspace status of STABLE_GIT_COMMIT, or say --at=COMMIT", e.Binary.File)
	}
	l, err := from.Meter.Behind(e.Built.Revision, e.Service.Target, e.Folders)
	if err != nil {
		return nil, err
	}
	return &Behind{Commits: l.Commits, Days: l.Days(from.Now), Extra: l.Extra}, nil
}

// AgainstStandalone compares the services in merged binaries with those that are
// deployed alone, of which revisions has the commit by the service's name. Meter
// returns one for a commit.
func AgainstStandalone(x *fleet.Index, revisions map[string]string, meter func(commit string) (*lag.Meter, error)) ([]skew.Finding, error) {
	var all []skew.Finding
	for name, revision := range revisions {
		services := x.Service(name)
		if len(services) == 0 {
			return nil, fmt.Errorf("no manifest has the service %s, which is said to be deployed alone", name)
		}
		alone, err := meter(revision)
		if err != nil {
			return nil, err
		}
		for _, s := range services {
			for _, e := range s.Embedded {
				if e.Built.Revision == "" {
					continue
				}
				finding, err := againstStandalone(e, alone, meter)
				if err != nil {
					return nil, err
				}
				if finding != nil {
					all = append(all, *finding)
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b skew.Finding) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Binaries[0], b.Binaries[0]))
	})
	return all, nil
}

func againstStandalone(e *fleet.Embedding, alone *lag.Meter, meter func(string) (*lag.Meter, error)) (*skew.Finding, error) {
	behind, err := alone.Behind(e.Built.Revision, e.Service.Target, e.Folders)
	if err != nil {
		return nil, err
	}
	embedded, err := meter(e.Built.Revision)
	if err != nil {
		return nil, err
	}
	ahead, err := embedded.Behind(alone.Head, e.Service.Target, e.Folders)
	if err != nil || behind.Commits+ahead.Commits == 0 {
		return nil, err
	}
	text := fmt.Sprintf("the one in %s at %s differs from the one deployed alone at %s by %s", e.Binary.Label, skew.Short(e.Built.Revision), skew.Short(alone.Head), Commits(behind.Commits+ahead.Commits))
	switch {
	case ahead.Commits == 0:
		text += ", which it lacks"
	case behind.Commits == 0:
		text += ", which only it has"
	default:
		text += fmt.Sprintf(": it lacks %d and has %d more", behind.Commits, ahead.Commits)
	}
	return &skew.Finding{
		Kind: skew.Standalone, Service: e.Service.Name, Binaries: []string{e.Binary.Label},
		Commits: behind.Commits + ahead.Commits, Text: text,
	}, nil
}

// Commits returns a number of commits in words.
func Commits(n int) string {
	if n == 1 {
		return "1 commit"
	}
	return fmt.Sprintf("%d commits", n)
}
