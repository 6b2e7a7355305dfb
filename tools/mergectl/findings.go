package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/gomerge/rules_go_merge/tools/mergectl/check"
	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

const (
	// examples is how many findings of a group are shown, and places how many of
	// the folders that they are in.
	examples = 3
	places   = 4
)

// findingsText is what check prints.
type findingsText struct {
	strings.Builder
	color bool
}

func (t *findingsText) printf(format string, args ...any) {
	fmt.Fprintf(t, format, args...)
}

// finding prints a finding with a message in full or in brief.
func (t *findingsText) finding(f check.Finding, message string) {
	t.printf("%s: %s: %s [%s]\n", f.Position, colorSeverity(f.Severity, t.color), message, f.Rule)
	if f.Other != nil {
		t.printf("    other: %s\n", f.Other)
	}
	if f.Fix != "" {
		t.printf("    fix: %s\n", f.Fix)
	}
}

// group prints a group: few findings one by one, many as a whole with examples.
func (t *findingsText) group(g check.Group) {
	if !g.Many() {
		for _, f := range g.Findings {
			t.finding(f, brief(f))
		}
		return
	}
	t.printf("%s: %s [%s]\n", colorSeverity(g.Severity, t.color), g.Summary(), g.Rule)
	for _, f := range g.Examples(examples) {
		t.printf("    %s: %s\n", f.Position, brief(f))
		if f.Fix != "" && g.Fix() == "" {
			t.printf("        fix: %s\n", f.Fix)
		}
	}
	t.printf("    and %d more, which --all lists; in %s\n", len(g.Findings)-examples, folders(g.Folders()))
	if fix := g.Fix(); fix != "" {
		t.printf("    fix: %s\n", fix)
	}
}

func brief(f check.Finding) string {
	return cmp.Or(f.Brief, f.Message)
}

func folders(list []check.Folder) string {
	var texts []string
	for _, folder := range list[:min(places, len(list))] {
		texts = append(texts, fmt.Sprintf("%s (%d)", folder.Dir, folder.Findings))
	}
	if more := len(list) - places; more > 0 {
		texts = append(texts, count(more, "other folder"))
	}
	return strings.Join(texts, ", ")
}

// leftOut names the folders that git ignores.
func (t *findingsText) leftOut(ignored []workspace.Ignored, all bool) {
	var texts []string
	for i, folder := range ignored {
		if i == places && !all {
			texts = append(texts, fmt.Sprintf("and %d more", len(ignored)-places))
			break
		}
		texts = append(texts, fmt.Sprintf("%s (%s)", folder.Dir, folder.Pattern))
	}
	if len(texts) > 0 {
		t.printf("left out, as git does: %s\n", strings.Join(texts, ", "))
	}
}
