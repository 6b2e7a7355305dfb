package merger

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/gomerge/rules_go_merge/dev/bzl"
)

const runtimePath = "github.com/gomerge/rules_go_merge/merge/runtime"

// Merger compiles services and links them. It has what all of them have in common.
type Merger struct {
	*Toolchain
	std []bzl.Struct // packages of the standard library of which services have views or copies

	originals map[string]imported // the standard library and the runtime, by path
	pkg       string              // folder of the compiled standard library, as in a GOROOT
	stdPaths  []string            // all packages of the standard library
	views     map[string]string   // file of each view
}

// New compiles what the services of some programs have in common. packages are all
// that these consist of.
func New(tc *Toolchain, packages []*Package) (*Merger, error) {
	m := &Merger{Toolchain: tc, originals: make(map[string]imported), views: make(map[string]string), pkg: filepath.Join(tc.dir, "pkg")}
	table, err := bzl.Read(filepath.Join(tc.repository, "merge/private/std_packages.bzl"))
	if err != nil {
		return nil, err
	}
	m.std = table.List("STD_PACKAGES")
	m.std = slices.DeleteFunc(m.std, func(p bzl.Struct) bool { return len(tc.stdSources(p.Text("path"))) == 0 }) // of another Go

	needed := map[string]bool{}
	for _, p := range packages {
		if p.Standard {
			needed[p.ImportPath] = true
		}
	}
	if tc.Race {
		needed["runtime/race"], needed["runtime/cgo"] = true, true // for the linker
	}
	common, err := tc.List(tc.repository, slices.Concat([]string{"-export", "./merge/runtime", "./merge/runtime/process", "./merge/runtime/signals"}, slices.Sorted(maps.Keys(needed)))...)
	if err != nil {
		return nil, err
	}
	for _, p := range common {
		if p.Export == "" {
			continue // unsafe
		}
		m.originals[p.ImportPath] = imported{p.ImportPath, archive{p.Export, p.Export, ""}}
		if p.Standard {
			file := filepath.Join(m.pkg, runtime.GOOS+"_"+runtime.GOARCH, p.ImportPath+".a")
			if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o777), os.Symlink(p.Export, file)); err != nil {
				return nil, err
			}
		}
	}
	if m.stdPaths, err = tc.allStd(); err != nil {
		return nil, err
	}
	for _, p := range m.std {
		path := p.Text("path")
		if p["view"] != true {
			continue
		}
		m.views[path] = tc.File("view.go")
		params := []string{"--package", path, "-o", m.views[path]}
		for _, f := range tc.stdSources(path) {
			if filepath.Ext(f) == ".go" {
				params = append(params, "--src", f)
			}
		}
		for _, f := range tc.written(path) {
			params = append(params, "--written", f)
		}
		if err := tc.runMergegen("view", append(params, tc.platform()...)); err != nil {
			return nil, err
		}
	}
	return m, nil
}
