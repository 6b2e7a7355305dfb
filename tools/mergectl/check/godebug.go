package check

import (
	"bytes"
	"fmt"
	"go/parser"
	"go/token"
	"path"
	"path/filepath"
	"strings"

	"github.com/gomerge/rules_go_merge/internal/regular"
	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

// goDebug is the rule for settings that the go command gives to a program, and
// rules_go does not.
const goDebug = "go-debug"

// debugSetting is one of them, as "panicnil=1".
type debugSetting struct {
	text     string
	position Position
}

// GoDebug finds services whose main package or go.mod file has settings of
// GODEBUG. rules_go (0.65.0) reads neither, in a service's own binary as in a
// merged one: it leaves the linker's variable to gc_linkopts.
func GoDebug(w *workspace.Workspace) ([]Finding, error) {
	var findings []Finding
	for _, s := range w.Services {
		settings, err := debugSettings(w, s)
		if err != nil {
			return nil, err
		}
		name, data, err := w.BuildFile(s.Dir)
		if err != nil {
			return nil, err
		}
		if len(settings) == 0 || bytes.Contains(data, []byte("runtime.godebugDefault")) {
			continue
		}
		var texts []string
		for _, setting := range settings {
			texts = append(texts, setting.text)
		}
		all := strings.Join(texts, ",")
		write := all
		if strings.Contains(","+all, ",default=") {
			write = "NAME=VALUE" // the default stands for settings that the go command knows
		}
		findings = append(findings, Finding{
			Severity: Warning, Rule: goDebug, Position: settings[0].position, Other: &Position{File: name},
			Message: fmt.Sprintf("service %s has the GODEBUG setting %s, which the go command applies and rules_go does not: neither its own binary nor a merged one has it", s.Name, all),
			Fix:     fmt.Sprintf("write gc_linkopts = [\"-X\", \"runtime.godebugDefault=%s\"] in its go_binary; in a merged binary, it is for all services", write),
		})
	}
	return findings, nil
}

// debugSettings reads the directives of a service's main package, or if there
// are none, the go.mod file's.
func debugSettings(w *workspace.Workspace, s *workspace.Service) ([]debugSetting, error) {
	var settings []debugSetting
	for _, file := range w.Tree.Package(s.Dir).Files {
		data, err := regular.ReadFile(file)
		if err != nil {
			return nil, err
		}
		fset := token.NewFileSet()
		parsed, err := parser.ParseFile(fset, file, data, parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			return nil, err
		}
		for _, group := range parsed.Comments {
			for _, comment := range group.List {
				if text, ok := strings.CutPrefix(comment.Text, "//go:debug "); ok && comment.Pos() < parsed.Package {
					at := Position{path.Join(s.Dir, filepath.Base(file)), fset.Position(comment.Pos()).Line}
					settings = append(settings, debugSetting{strings.TrimSpace(text), at})
				}
			}
		}
	}
	if len(settings) > 0 {
		return settings, nil
	}
	for _, g := range s.Module.File.Godebug {
		settings = append(settings, debugSetting{g.Key + "=" + g.Value, Position{s.Module.GoMod(), g.Syntax.Start.Line}})
	}
	return settings, nil
}
