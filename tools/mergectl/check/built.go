package check

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"github.com/bazelbuild/bazel-gazelle/label"

	"github.com/gomerge/rules_go_merge/internal/hook"
	"github.com/gomerge/rules_go_merge/internal/regular"
	"github.com/gomerge/rules_go_merge/tools/mergectl/modulefile"
	"github.com/gomerge/rules_go_merge/tools/mergectl/pins"
	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

// notHooked is the rule for what the build found out about the framework.
const notHooked = "not-hooked"

// manifest is what counts here of a merged binary's manifest.
type manifest struct {
	Services []struct {
		Name  string
		Hooks []hook.Report
	}
}

// built reads the manifests of merged binaries that were built, as far as they
// are newer than what the versions come from: where a framework is not what the
// rules expect, they have the reason.
func built(w *workspace.Workspace) ([]Finding, error) {
	var findings []Finding
	for _, b := range w.Binaries {
		l, err := label.Parse(b.Label)
		if err != nil {
			return nil, err
		}
		name := path.Join("bazel-bin", l.Pkg, l.Name+".manifest.json")
		info, err := os.Stat(w.File(name))
		if errors.Is(err, fs.ErrNotExist) || err == nil && outdated(w, info.ModTime()) {
			continue
		}
		if err != nil {
			return nil, err
		}
		data, err := regular.ReadFile(w.File(name))
		if err != nil {
			return nil, err
		}
		var m manifest
		if err := json.Unmarshal(data, &m); err != nil {
			return nil, fmt.Errorf("%s: not the manifest of a merged binary: %w", name, err)
		}
		for _, s := range m.Services {
			for _, h := range s.Hooks {
				if h.Hooked {
					continue
				}
				page := ""
				for _, f := range pins.Frameworks {
					if f.Name == h.Module {
						page = see(f.Page)
					}
				}
				findings = append(findings, Finding{
					Severity: Warning, Rule: notHooked, Position: Position{b.File, b.Line}, Other: &Position{File: name},
					Message: fmt.Sprintf("service %s of %s: %s: %s (%s: %s)", s.Name, b.Label, h.Misfit(), h.Effect, h.Package, strings.Join(h.Reasons, "; ")),
					Fix:     fmt.Sprintf("take a version of %s from %s to %s%s", h.Module, h.First, h.Last, page),
				})
			}
		}
	}
	return findings, nil
}

// outdated reports whether files that modules' versions come from were changed
// after a time.
func outdated(w *workspace.Workspace, since time.Time) bool {
	names := []string{modulefile.Name, workspace.GoWork}
	for _, m := range w.Modules {
		names = append(names, m.GoMod())
	}
	for _, name := range names {
		if info, err := os.Stat(w.File(name)); err == nil && info.ModTime().After(since) {
			return true
		}
	}
	return false
}
