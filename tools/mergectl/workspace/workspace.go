// Package workspace reads a Go repository: its modules, its services and which
// of them call which. It reads Go files, go.mod files and what Bazel files say,
// and runs neither Go nor Bazel. git tells it what is not part of the repository.
//
// Folders and files are slash-separated paths below the repository's root, ""
// for the root itself.
package workspace

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/gomerge/rules_go_merge/internal/regular"
	"github.com/gomerge/rules_go_merge/internal/scan"
)

// Workspace is a repository.
type Workspace struct {
	// Root is the absolute path of its root.
	Root string
	// Modules is sorted by folder.
	Modules []*Module
	// Work is the root's go.work file, or nil, and Used the modules that it uses.
	Work *modfile.WorkFile
	Used []*Module
	// Packages are the folders with Go files, sorted.
	Packages []string
	// Services is sorted by name.
	Services []*Service
	// Calls is sorted by caller, then by RPC service.
	Calls []*Call
	// Binaries is sorted by folder.
	Binaries []*Binary
	Shared   []Shared
	// Tree reads the packages.
	Tree *scan.Tree
	// Place spells a path for the user. Errors and positions that are kept have
	// the path itself.
	Place func(name string) string
	// Unread are packages that could not be read. Each error names file and line.
	Unread []error
	// Excluded are the patterns that the user gave, as Gazelle's directive has
	// them, and Ignored the folders that git ignores, sorted. Both are left out.
	Excluded []string
	Ignored  []Ignored
	// Vendored are the vendor folders, sorted, which are left out: a build takes
	// the versions of go.mod.
	Vendored []string
	// HasProtos is set if there are .proto files, and GeneratedProtos if there is
	// code that was generated for such files.
	HasProtos, GeneratedProtos bool
	// Remarks are what the user should know about how the repository was read.
	Remarks []string

	// patterns are those of Bazel's and Gazelle's files, and matched those of
	// all patterns that matched something.
	patterns []string
	matched  map[string]bool
	// ignored holds the place of the pattern by which git ignores a folder.
	ignored map[string]string
	// goMods are the paths of the go.mod files.
	goMods []string
	// buildDirs are the folders with a BUILD file, sorted.
	buildDirs []string
}

// Module is a Go module of the repository.
type Module struct {
	Dir  string
	File *modfile.File
}

// GoMod returns the path of the module's go.mod file.
func (m *Module) GoMod() string { return path.Join(m.Dir, "go.mod") }

// GoSum returns the path of the module's go.sum file, which may not exist.
func (m *Module) GoSum() string { return path.Join(m.Dir, "go.sum") }

// Path returns the module's path.
func (m *Module) Path() string { return m.File.Module.Mod.Path }

// contains reports whether a package's import path is one of the module.
func (m *Module) contains(importPath string) bool {
	rest, ok := strings.CutPrefix(importPath, m.Path())
	return ok && (rest == "" || rest[0] == '/')
}

// Folder returns the folder of a package of the module.
func (m *Module) Folder(importPath string) string {
	return strings.TrimPrefix(path.Join(m.Dir, strings.TrimPrefix(importPath, m.Path())), "/")
}

// Load reads the repository that folder dir is in. Its root is the nearest
// folder at or above dir that has a MODULE.bazel file, in the same Git
// repository, else dir itself. Excluded are the patterns of files and folders
// that are to be left out, in addition to those that Bazel and Gazelle leave out.
func Load(dir string, excluded ...string) (*Workspace, error) {
	root, err := findRoot(dir)
	if err != nil {
		return nil, err
	}
	w := &Workspace{Root: root, Tree: scan.New(root), Place: func(name string) string { return name }}
	if err := w.walk(excluded); err != nil {
		return nil, err
	}
	if err := w.readWork(); err != nil {
		return nil, err
	}
	if err := w.keepNeeded(); err != nil {
		return nil, err
	}
	for _, goMod := range w.goMods {
		data, err := regular.ReadFile(w.File(goMod))
		if err != nil {
			return nil, err
		}
		file, err := modfile.Parse(goMod, data, nil)
		if err != nil {
			return nil, err
		}
		if file.Module == nil {
			return nil, fmt.Errorf("%s:1: no module directive; run go mod init in its folder", goMod)
		}
		w.Modules = append(w.Modules, &Module{Dir: strings.TrimPrefix(path.Dir(goMod), "."), File: file})
	}
	if len(w.Modules) == 0 {
		return nil, noModule(root)
	}
	slices.SortFunc(w.Modules, func(a, b *Module) int { return strings.Compare(a.Dir, b.Dir) })
	for _, m := range w.Modules {
		if w.uses(m.Dir) {
			w.Used = append(w.Used, m)
		}
	}
	if err := w.findServices(); err != nil {
		return nil, err
	}
	w.findCalls()
	return w, w.findBinaries()
}

// GoWork is the go.work file's path.
const GoWork = "go.work"

func (w *Workspace) readWork() error {
	data, err := regular.ReadFile(w.File(GoWork))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	w.Work, err = modfile.ParseWork(GoWork, data, nil)
	return err
}

// uses reports whether the go.work file uses the module in folder dir.
func (w *Workspace) uses(dir string) bool {
	return w.Work != nil && slices.ContainsFunc(w.Work.Use, func(use *modfile.Use) bool { return path.Join(use.Path, "go.mod") == path.Join(dir, "go.mod") })
}

func (w *Workspace) remark(format string, args ...any) {
	w.Remarks = append(w.Remarks, fmt.Sprintf(format, args...))
}

// File returns the file system's name of a file.
func (w *Workspace) File(name string) string {
	return filepath.Join(w.Root, filepath.FromSlash(name))
}

// ModuleOf returns the module that the package in folder dir belongs to, or nil.
func (w *Workspace) ModuleOf(dir string) *Module {
	var found *Module
	for _, m := range w.Modules { // those of folders above come first
		if Below(m.Dir, dir) {
			found = m
		}
	}
	return found
}

// ModuleWith returns the module whose path a package's import path begins with.
// It returns nil if there is none, or if there are two with one path.
func (w *Workspace) ModuleWith(importPath string) *Module {
	var found *Module
	several := false
	for _, m := range w.Modules {
		switch {
		case !m.contains(importPath) || found != nil && len(m.Path()) < len(found.Path()):
		case found != nil && m.Path() == found.Path():
			several = true
		default:
			found, several = m, false
		}
	}
	if several {
		return nil
	}
	return found
}

// Below reports whether dir is the folder above or in it.
func Below(above, dir string) bool {
	return above == "" || dir == above || strings.HasPrefix(dir, above+"/")
}

func findRoot(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	info, err := os.Stat(abs)
	if err != nil {
		return "", err
	}
	if !info.IsDir() {
		return "", fmt.Errorf("%s is not a folder", dir)
	}
	for d := abs; ; d = filepath.Dir(d) {
		if exists(filepath.Join(d, "MODULE.bazel")) {
			return d, nil
		}
		if d == filepath.Dir(d) || exists(filepath.Join(d, ".git")) {
			return abs, nil
		}
	}
}

// noModule says that there is no go.mod file below root, and where one is.
func noModule(root string) error {
	for d := filepath.Dir(root); d != filepath.Dir(d); d = filepath.Dir(d) {
		if exists(filepath.Join(d, "go.mod")) {
			return fmt.Errorf("%s is a folder inside of the Go module %s; name the module's folder or one above it", root, d)
		}
	}
	return errors.New(root + ": no go.mod file in it or below; name the root of a Go repository")
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}
