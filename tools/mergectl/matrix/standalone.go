package matrix

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/tools/mergectl/fleet"
	"github.com/gomerge/rules_go_merge/tools/mergectl/history"
	"github.com/gomerge/rules_go_merge/tools/mergectl/idl"
	"github.com/gomerge/rules_go_merge/tools/mergectl/lag"
	"github.com/gomerge/rules_go_merge/tools/mergectl/skew"
)

// Alone is a service that is deployed alone.
type Alone struct {
	Revision string
	// Asked is set if a person says so, and not the manifest of a merged binary.
	Asked bool
}

// AgainstStandalone compares the services in merged binaries with those that are
// deployed alone, by the service's name. Meter returns one for a commit of the
// repository.
func AgainstStandalone(x *fleet.Index, alone map[string]Alone, repo *history.Repository, meter func(commit string) (*lag.Meter, error)) ([]skew.Finding, error) {
	read := &codeReader{repo: repo, changes: make(map[[2]string][]history.Change), files: make(map[[2]string]idl.Structs)}
	var all []skew.Finding
	for name, deployed := range alone {
		services := x.Service(name)
		if len(services) == 0 {
			return nil, fmt.Errorf("no manifest has the service %s, which is said to be deployed alone", name)
		}
		var compared []*fleet.Embedding
		for _, s := range services {
			for _, e := range s.Embedded {
				if e.Built.Revision != "" && len(e.Folders) > 0 {
					compared = append(compared, e)
				}
			}
		}
		at, err := meter(deployed.Revision)
		switch {
		case err != nil && deployed.Asked:
			return nil, err
		case err != nil && len(compared) > 0:
			all = append(all, skew.Finding{
				Kind: skew.Standalone, Service: name, Binaries: labels(compared),
				Text: fmt.Sprintf("how far it differs from the one deployed alone is not known, since %v by --standalone", err),
			})
			continue
		case err != nil:
			continue
		}
		for _, e := range compared {
			if finding := againstStandalone(e, at, meter); finding != nil {
				all = append(all, *finding)
				all = append(all, fields(e, at, read)...)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b skew.Finding) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Binaries[0], b.Binaries[0]))
	})
	return all, nil
}

// labels returns the labels of the merged binaries that embed a service.
func labels(embedded []*fleet.Embedding) []string {
	var list []string
	for _, e := range embedded {
		list = append(list, e.Binary.Label)
	}
	return list
}

func againstStandalone(e *fleet.Embedding, alone *lag.Meter, meter func(string) (*lag.Meter, error)) *skew.Finding {
	behind, ahead, err := bothWays(e, alone, meter)
	if err != nil {
		return &skew.Finding{
			Kind: skew.Standalone, Service: e.Service.Name, Binaries: []string{e.Binary.Label},
			Text: fmt.Sprintf("how far the one in %s differs from the one deployed alone is not known: %v", e.Binary.Label, err),
		}
	}
	if behind.Commits+ahead.Commits == 0 {
		return nil
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
	}
}

// bothWays returns by how much a service in a merged binary is behind the one that is
// deployed alone, and the other way round.
func bothWays(e *fleet.Embedding, alone *lag.Meter, meter func(string) (*lag.Meter, error)) (behind, ahead lag.Lag, err error) {
	if behind, err = alone.Behind(e.Built.Revision, e.Service.Target, e.Folders); err != nil {
		return behind, ahead, err
	}
	embedded, err := meter(e.Built.Revision)
	if err != nil {
		return behind, ahead, err
	}
	ahead, err = embedded.Behind(alone.Head, e.Service.Target, e.Folders)
	return behind, ahead, err
}

// fields compares the structs of the IDL in a merged binary with those of the service
// that is deployed alone, where their generated code is in the repository.
func fields(e *fleet.Embedding, alone *lag.Meter, read *codeReader) []skew.Finding {
	finding := func(format string, args ...any) skew.Finding {
		return skew.Finding{Kind: skew.Fields, Service: e.Service.Name, Binaries: []string{e.Binary.Label}, Text: fmt.Sprintf(format, args...)}
	}
	here := fmt.Sprintf("the one in %s at %s", e.Binary.Label, skew.Short(e.Built.Revision))
	there := fmt.Sprintf("the one deployed alone at %s", skew.Short(alone.Head))
	differences, err := read.differences(e, alone)
	if err != nil {
		return []skew.Finding{finding("which fields of the IDL %s and %s lack is not known: %v", here, there, err)}
	}
	var all []skew.Finding
	for _, d := range differences {
		if len(d.Lacks) > 0 {
			all = append(all, finding("%s lacks %s of %s, which %s has", here, strings.Join(d.Lacks, ", "), d.Struct.Name, there))
		}
		if len(d.More) > 0 {
			all = append(all, finding("%s lacks %s of %s, which %s has", there, strings.Join(d.More, ", "), d.Struct.Name, here))
		}
	}
	return all
}

// codeReader reads generated code of commits, each file once.
type codeReader struct {
	repo *history.Repository
	// changes are by two commits, and files by a commit and the file's name.
	changes map[[2]string][]history.Change
	files   map[[2]string]idl.Structs
}

// differences compares the structs in the Go files that differ between a service in a
// merged binary and the one that is deployed alone. Those in other files are the same.
func (r *codeReader) differences(e *fleet.Embedding, alone *lag.Meter) ([]idl.Difference, error) {
	commits := [2]string{e.Built.Revision, alone.Head}
	changes, known := r.changes[commits]
	if !known {
		var err error
		if changes, err = r.repo.Changes(commits[0], commits[1]); err != nil {
			return nil, err
		}
		r.changes[commits] = changes
	}
	sides := [2]idl.Structs{make(idl.Structs), make(idl.Structs)}
	for _, c := range changes {
		if path.Ext(c.Path) != ".go" || strings.HasSuffix(c.Path, "_test.go") || c.Indirect || !slices.Contains(e.Folders, alone.Package(c.Path)) {
			continue
		}
		for i, commit := range commits {
			structs, err := r.structs(commit, c.Path)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", skew.Short(commit), err)
			}
			maps.Copy(sides[i], structs)
		}
	}
	return idl.Compare(sides[0], sides[1]), nil
}

// structs returns those of a file.
func (r *codeReader) structs(commit, file string) (idl.Structs, error) {
	key := [2]string{commit, file}
	if structs, ok := r.files[key]; ok {
		return structs, nil
	}
	src, err := r.repo.Read(commit, file)
	if err != nil {
		return nil, err
	}
	structs := make(idl.Structs)
	if err := structs.Add(path.Dir(file), file, src); err != nil {
		return nil, err
	}
	r.files[key] = structs
	return structs, nil
}
