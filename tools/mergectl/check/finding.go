// Package check finds what keeps services of a repository from being merged, or
// calls between them from being inline.
package check

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gomerge/rules_go_merge/tools/mergectl/gosdk"
	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

// Severity reports what a finding means.
type Severity string

const (
	// Error means that a build fails.
	Error Severity = "error"
	// Warning means that a merged binary does not do all that it could.
	Warning Severity = "warning"
	// Note is good to know, and usually right as it is.
	Note Severity = "note"
)

// Finding is one thing that was found.
type Finding struct {
	Severity Severity `json:"severity"`
	// Rule names what was checked.
	Rule     string   `json:"rule"`
	Position Position `json:"position"`
	// Other is the place of the other party, if there is one.
	Other   *Position `json:"other,omitempty"`
	Message string    `json:"message"`
	// Brief is the message without the end of a long list in it, or empty.
	Brief string `json:"-"`
	// Fix is the way out.
	Fix string `json:"fix,omitempty"`
}

// Position is a line of a file, or the file as a whole.
type Position struct {
	File string `json:"file"`
	Line int    `json:"line,omitempty"`
}

func (p Position) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

// parsePosition reads "file:line", with or without a column.
func parsePosition(text string) Position {
	parts := strings.Split(text, ":")
	if len(parts) > 1 {
		if line, err := strconv.Atoi(parts[1]); err == nil {
			return Position{parts[0], line}
		}
	}
	return Position{File: parts[0]}
}

// fromError makes a finding of an error that begins with a position.
func fromError(rule string, err error, fix string) Finding {
	text := err.Error()
	position, message, ok := strings.Cut(text, ": ")
	if !ok {
		return Finding{Severity: Error, Rule: rule, Message: text, Fix: fix}
	}
	return Finding{Severity: Error, Rule: rule, Position: parsePosition(position), Message: message, Fix: fix}
}

// Sets checks that modules can be dependency sets: that their files are complete,
// and that no package of one would be linked with the dependencies of another.
func Sets(w *workspace.Workspace, modules []*workspace.Module) []Finding {
	r := newRepository(w)
	findings := goFiles(r, modules)
	for _, finding := range r.imports(modules) {
		if finding.Rule == otherModule {
			findings = append(findings, finding)
		}
	}
	return findings
}

// Imports finds the imports that lead to nothing.
func Imports(w *workspace.Workspace) []Finding {
	return slices.DeleteFunc(newRepository(w).imports(w.Modules), func(f Finding) bool { return f.Rule == otherModule })
}

// Modules finds modules with one path.
func Modules(w *workspace.Workspace) []Finding {
	return modulePaths(w)
}

// All checks everything, for builds with Go SDKs. Findings are in the order of
// their positions.
func All(w *workspace.Workspace, sdks []gosdk.SDK) ([]Finding, error) {
	r := newRepository(w)
	findings := goFiles(r, w.Modules)
	for _, err := range w.Unread {
		findings = append(findings, fromError("unreadable", err, ""))
	}
	used, broken, err := parse(w)
	if err != nil {
		return nil, err
	}
	findings = append(findings, broken...)
	findings = append(findings, samePaths(w, used)...)
	findings = append(findings, r.imports(w.Modules)...)
	findings = append(findings, r.testImports()...)
	sets, err := bazel(w)
	if err != nil {
		return nil, err
	}
	findings = append(findings, sets...)
	findings = append(findings, calls(w)...)
	findings = append(findings, r.versions(sdks)...)
	fromModule, err := rulesGo(w, sdks)
	if err != nil {
		return nil, err
	}
	findings = append(findings, fromModule...)
	roles, err := Roles(w)
	if err != nil {
		return nil, err
	}
	findings = append(findings, roles...)
	ofGoCommand, err := GoDebug(w)
	if err != nil {
		return nil, err
	}
	findings = append(findings, ofGoCommand...)
	fromBuilds, err := built(w)
	if err != nil {
		return nil, err
	}
	findings = append(findings, fromBuilds...)
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Position.File, b.Position.File), cmp.Compare(a.Position.Line, b.Position.Line))
	})
	return findings, nil
}
