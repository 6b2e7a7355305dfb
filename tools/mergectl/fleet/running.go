package fleet

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/gomerge/rules_go_merge/internal/admin"
	"github.com/gomerge/rules_go_merge/internal/regular"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

// Report is what one process says about its services.
type Report struct {
	// From is the file or the socket.
	From string
	reports.Services
}

// ReadReports reads what processes report: at admin sockets, in files that
// mergectl services --format=json wrote, and in folders of such files.
func ReadReports(names []string) ([]Report, error) {
	var all []Report
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil {
			return nil, fmt.Errorf("reports: %w", err)
		}
		switch {
		case info.Mode().Type() == fs.ModeSocket:
			services, err := admin.NewClient(name).Services()
			if err != nil {
				return nil, err
			}
			all = append(all, Report{name, *services})
		case info.IsDir():
			files, err := filepath.Glob(filepath.Join(name, "*.json"))
			if err != nil {
				return nil, err
			}
			if len(files) == 0 {
				return nil, fmt.Errorf("reports: %s has no .json files", name)
			}
			for _, file := range files {
				report, err := readReport(file)
				if err != nil {
					return nil, err
				}
				all = append(all, report)
			}
		default:
			report, err := readReport(name)
			if err != nil {
				return nil, err
			}
			all = append(all, report)
		}
	}
	return all, nil
}

func readReport(file string) (Report, error) {
	data, err := regular.ReadFile(file)
	if err != nil {
		return Report{}, err
	}
	report, err := ParseReport(file, data)
	if err != nil {
		return Report{}, fmt.Errorf("%s is not what mergectl services --format=json writes: %w", file, err)
	}
	return report, nil
}

// ParseReport reads a saved report.
func ParseReport(from string, data []byte) (Report, error) {
	report := Report{From: from}
	if err := json.Unmarshal(data, &report.Services); err != nil {
		return Report{}, err
	}
	if report.Binary == "" {
		return Report{}, errors.New(`it has no "binary"`)
	}
	return report, nil
}

// AddRunning joins reports with the merged binaries that they are of. Processes
// know their binary by name; where several have it, the one that embeds the same
// services is meant.
func (x *Index) AddRunning(all []Report) error {
	byName := make(map[string][]*Binary)
	for _, b := range x.Binaries {
		byName[b.Name] = append(byName[b.Name], b)
	}
	for _, report := range all {
		candidates := byName[report.Binary]
		if len(candidates) > 1 {
			candidates = slices.DeleteFunc(slices.Clone(candidates), func(b *Binary) bool { return !sameServices(b, report) })
		}
		if len(candidates) != 1 {
			return fmt.Errorf("%s is of a process of %s, of which there are %d manifests with these services; add or leave out manifests so that there is one", report.From, report.Binary, len(candidates))
		}
		b := candidates[0]
		for _, s := range report.Services.Services {
			e := b.Embeds(s.Name)
			if e == nil {
				return fmt.Errorf("%s is of a process with the service %s, which the manifest %s does not have; add the manifest that the process was built with", report.From, s.Name, b.File)
			}
			e.addRunning(Identity{s.Version, s.Revision, s.Digest}, report.From)
		}
	}
	return nil
}

func sameServices(b *Binary, report Report) bool {
	if len(b.Embedded) != len(report.Services.Services) {
		return false
	}
	for _, s := range report.Services.Services {
		if b.Embeds(s.Name) == nil {
			return false
		}
	}
	return true
}

func (e *Embedding) addRunning(id Identity, from string) {
	i := slices.IndexFunc(e.Running, func(r Running) bool { return r.Identity == id })
	if i < 0 {
		e.Running = append(e.Running, Running{Identity: id})
		i = len(e.Running) - 1
	}
	// Of thousands of processes, sorting them for each would take seconds.
	at, _ := slices.BinarySearch(e.Running[i].Reports, from)
	e.Running[i].Reports = slices.Insert(e.Running[i].Reports, at, from)
	slices.SortFunc(e.Running, func(a, b Running) int {
		return cmp.Or(cmp.Compare(len(b.Reports), len(a.Reports)), cmp.Compare(a.Digest, b.Digest), cmp.Compare(a.Version, b.Version), cmp.Compare(a.Revision, b.Revision))
	})
}
