package merger

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/dev/adapter"
	hookreport "github.com/gomerge/rules_go_merge/internal/hook"
)

// hook returns what the adapter of a framework does to a package, nil for nothing.
func (s *Service) hook(p *Package) (*framework, *adapter.Hook) {
	for _, f := range s.frameworks {
		for i := range f.Hooks {
			if hook := &f.Hooks[i]; hook.Text("importpath") == p.ImportPath {
				return f, hook
			}
		}
	}
	return nil, nil
}

// hooked writes the overlay of a package that the adapter hooks, and returns its
// flags and what the package then imports of the namespace.
func (s *Service) hooked(p *Package, framework *framework, hook *adapter.Hook) (params, imports []string, err error) {
	reach := s.reach(p, func(string) bool { return false })
	reach[p.ImportPath] = p
	resolved := hook.Resolve(func(importPath string) []string {
		if importer := reach[importPath]; importer != nil {
			return importer.Imports
		}
		return nil
	})
	var files []string
	for _, f := range resolved.Srcs {
		files = append(files, filepath.Join(framework.folder, f))
	}
	dir := filepath.Join(s.folder, p.ImportPath)
	params = s.overlay(p.ImportPath, dir, p.sources(), absolute(files))
	for _, rename := range resolved.Renames {
		params = append(params, "--rename", rename)
	}
	report := filepath.Join(dir, "hook.json")
	params = append(params, "--hook-report", report, "--hook-adapter", framework.name, "--hook-package", p.ImportPath, "--hook-path", s.Name+"/"+p.ImportPath, "--hook-std", s.pkg,
		"--hook-module", hook.Text("module"), "--hook-first", hook.Text("oldest_version"), "--hook-last", hook.Text("newest_version"), "--hook-effect", hook.Text("effect"))
	if role := hook.Text("role"); role != "" {
		params = append(params, "--hook-role", role)
		if role != "client" && !s.Listen {
			params = append(params, "--hook-required", s.Name+" does not listen")
		}
	}
	imports = slices.Clone(p.Imports)
	if resolved.Missing != "" {
		params = append(params, "--hook-missing-import", resolved.Missing)
	}
	for _, path := range resolved.Imports {
		if reach[path] == nil {
			params = append(params, "--hook-missing-import", path)
		} else if !slices.Contains(imports, path) {
			imports = append(imports, path)
		}
	}
	if constant := hook.Text("version_constant"); constant != "" {
		dot := strings.LastIndexByte(constant, '.')
		params = append(params, "--hook-version-constant", constant[dot+1:])
		for _, other := range s.packages {
			if other.ImportPath == constant[:dot] {
				for _, f := range other.sources() {
					params = append(params, "--hook-version-src", f)
				}
			}
		}
	}
	metadata, err := s.metadata(p)
	if err != nil {
		return nil, nil, err
	}
	params = append(params, "--hook-metadata", metadata)
	available := s.importable(imports)
	available[runtimePath] = s.originals[runtimePath]
	for path, own := range available {
		params = append(params, "--hook-import", path+"="+own.path+"="+own.export)
	}
	s.mu.Lock()
	s.hooks = append(s.hooks, report)
	s.mu.Unlock()
	return params, imports, s.runMergegen("overlay", params)
}

// Misfits says which packages of frameworks stay as they are, though an adapter hooks
// them in other versions, and why.
func (s *Service) Misfits() ([]string, error) {
	var misfits []string
	for _, file := range s.hooks {
		report, err := hookreport.Load(file)
		if err != nil {
			return nil, err
		}
		if !report.Hooked {
			misfits = append(misfits, fmt.Sprintf("%s: %s: %s", report.Package, report.Misfit(), strings.Join(report.Reasons, "; ")))
		}
	}
	slices.Sort(misfits)
	return misfits, nil
}
