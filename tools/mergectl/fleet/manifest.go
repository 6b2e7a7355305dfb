package fleet

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/gomerge/rules_go_merge/internal/regular"
)

// Ends of the names of manifests. A small one says of versions what the full one
// does.
const (
	small = ".versions.json"
	full  = ".manifest.json"
)

// document is what is read of a manifest, small or full.
type document struct {
	Name     string `json:"name"`
	Label    string `json:"label"`
	Services []struct {
		Name      string `json:"name"`
		Namespace string `json:"namespace"`
		Label     string `json:"label"`
		Binary    string `json:"binary"`
		Identity
		Folders  []string `json:"folders"`
		Packages []struct {
			Label string `json:"label"`
		} `json:"packages"`
	} `json:"services"`
	Links []struct {
		Caller      string     `json:"caller"`
		Callee      string     `json:"callee"`
		RPCService  string     `json:"rpc_service"`
		Conversions []OneSided `json:"conversions"`
	} `json:"links"`
}

// ReadManifests reads manifests, and those in folders. Where a folder has both
// kinds of one merged binary, the small one counts.
func ReadManifests(names []string) ([]*Binary, error) {
	var files []string
	for _, name := range names {
		found, err := manifestsAt(name)
		if err != nil {
			return nil, err
		}
		files = append(files, found...)
	}
	slices.Sort(files)
	files = slices.Compact(files)
	binaries := make([]*Binary, len(files))
	errs := make([]error, len(files))
	var wg sync.WaitGroup
	next := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				binaries[i], errs[i] = readManifest(files[i])
			}
		})
	}
	for i := range files {
		next <- i
	}
	close(next)
	wg.Wait()
	return binaries, errors.Join(errs...)
}

// manifestsAt returns the manifests at a path.
func manifestsAt(name string) ([]string, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("manifests: %w", err)
	}
	if !info.IsDir() {
		return []string{name}, nil
	}
	w := walker{seen: make(map[string]bool)}
	if err := w.walk(name); err != nil {
		return nil, fmt.Errorf("manifests in %s: %w", name, err)
	}
	files := w.files
	return slices.DeleteFunc(files, func(file string) bool {
		stem, ok := strings.CutSuffix(file, full)
		return ok && slices.Contains(files, stem+small)
	}), nil
}

// walker finds manifests in a folder, and behind links to other folders.
type walker struct {
	files []string
	// seen are the folders that were walked, so that links in circles end.
	seen map[string]bool
}

func (w *walker) walk(name string) error {
	root, err := filepath.EvalSymlinks(name)
	if err != nil {
		return err
	}
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			if path != root && isBazels(entry.Name()) || w.seen[path] {
				return filepath.SkipDir
			}
			w.seen[path] = true
		case strings.HasSuffix(path, small) || strings.HasSuffix(path, full):
			w.files = append(w.files, path)
		case entry.Type() == fs.ModeSymlink && !isBazels(entry.Name()) && !strings.HasPrefix(entry.Name(), "bazel-"):
			info, err := os.Stat(path)
			switch {
			case errors.Is(err, fs.ErrNotExist): // a link to nothing
			case err != nil:
				return err
			case info.IsDir():
				return w.walk(path)
			}
		}
		return nil
	})
}

// isBazels reports whether a folder of a build's outputs has no manifests, but much
// else: packages in namespaces, or copies for one program.
func isBazels(name string) bool {
	return name == "external" || strings.HasSuffix(name, ".ns") || strings.HasSuffix(name, ".runfiles")
}

func readManifest(file string) (*Binary, error) {
	data, err := regular.ReadFile(file)
	if err != nil {
		return nil, err
	}
	b, err := ParseManifest(file, data)
	if err != nil {
		return nil, fmt.Errorf("%s is not a manifest of a merged binary: %w", file, err)
	}
	return b, nil
}

// ParseManifest reads a manifest.
func ParseManifest(file string, data []byte) (*Binary, error) {
	var d document
	if err := json.Unmarshal(data, &d); err != nil {
		return nil, err
	}
	if d.Name == "" || len(d.Services) == 0 {
		return nil, errors.New("it has no name or no services")
	}
	b := &Binary{Name: d.Name, Label: cmp.Or(d.Label, d.Name), File: file}
	seen := make(map[string]bool)
	for i, s := range d.Services {
		if s.Name == "" {
			return nil, fmt.Errorf("service %d has no name", i+1)
		}
		if seen[s.Name] {
			return nil, fmt.Errorf("it has two services with the name %s", s.Name)
		}
		seen[s.Name] = true
		e := &Embedding{Service: &Service{Name: s.Name, Target: s.Binary}, Binary: b, Label: s.Label, Namespace: cmp.Or(s.Namespace, s.Name), Built: s.Identity, Folders: s.Folders}
		for _, p := range s.Packages {
			if rest, ok := strings.CutPrefix(p.Label, "//"); ok {
				folder, _, _ := strings.Cut(rest, ":")
				e.Folders = append(e.Folders, folder)
			}
		}
		slices.Sort(e.Folders)
		e.Folders = slices.Compact(e.Folders)
		b.Embedded = append(b.Embedded, e)
	}
	for _, l := range d.Links {
		link := Link{Caller: l.Caller, Callee: l.Callee, RPCService: l.RPCService}
		for _, c := range l.Conversions {
			if len(c.SenderOnly)+len(c.ReceiverOnly) > 0 {
				link.OneSided = append(link.OneSided, c)
			}
		}
		b.Links = append(b.Links, link)
	}
	return b, nil
}
