// Package source reads what BUILD files say about services and merged binaries,
// and changes it.
package source

import (
	"cmp"
	"errors"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/bazelbuild/buildtools/build"

	"github.com/gomerge/rules_go_merge/internal/regular"
)

// Kinds of targets.
const (
	Service = "go_merge_service"
	Binary  = "go_merged_binary"
	Test    = "go_merged_test"
)

// File is a BUILD file. Changes are made in memory.
type File struct {
	// Path is relative to the workspace's root, with slashes.
	Path string
	// Old is what it holds.
	Old     []byte
	Targets []*Target

	// values are new ones of strings in it.
	values map[*build.StringExpr]string
}

// Target is one of the rules'.
type Target struct {
	Kind, Name string
	// File and Line are where it is.
	File *File
	Line int
	rule *build.Rule
}

// Load reads a BUILD file of the workspace in folder root, and returns nil if it
// names none of the kinds of targets.
func Load(root, name string) (*File, error) {
	data, err := regular.ReadBazelFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		return nil, err
	}
	if !strings.Contains(string(data), "go_merge") {
		return nil, nil
	}
	parsed, err := build.ParseBuild(name, data)
	if err != nil {
		return nil, err
	}
	f := &File{Path: name, Old: data, values: make(map[*build.StringExpr]string)}
	for _, rule := range parsed.Rules("") {
		switch kind := rule.Kind(); kind {
		case Service, Binary, Test:
			start, _ := rule.Call.Span()
			f.Targets = append(f.Targets, &Target{Kind: kind, Name: rule.Name(), File: f, Line: start.Line, rule: rule})
		}
	}
	return f, nil
}

// Tree has the targets of a workspace.
type Tree struct {
	root  string
	files map[string]*File // nil for files without targets
}

// NewTree returns the targets of the workspace in folder root, whose BUILD files
// are read when they are asked for.
func NewTree(root string) *Tree { return &Tree{root, make(map[string]*File)} }

// Find returns the target of a label in the workspace, or nil. A macro may have made
// it.
func (t *Tree) Find(label string) (*Target, error) {
	dir, name, ok := Split(label)
	if !ok {
		return nil, nil
	}
	for _, base := range []string{"BUILD.bazel", "BUILD"} {
		f, err := t.File(path.Join(dir, base))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil || f == nil {
			return nil, err
		}
		for _, target := range f.Targets {
			if target.Name == name {
				return target, nil
			}
		}
		return nil, nil
	}
	return nil, nil
}

// File returns a BUILD file, which is nil if it has no targets.
func (t *Tree) File(name string) (*File, error) {
	if f, ok := t.files[name]; ok {
		return f, nil
	}
	f, err := Load(t.root, name)
	if err != nil {
		return nil, err
	}
	t.files[name] = f
	return f, nil
}

// Split takes a label of the workspace apart.
func Split(label string) (dir, name string, ok bool) {
	rest, ok := strings.CutPrefix(label, "//")
	if !ok {
		return "", "", false
	}
	dir, name, ok = strings.Cut(rest, ":")
	if !ok {
		name = path.Base(dir)
	}
	return dir, name, true
}

// Label returns the target's label.
func (t *Target) Label() string {
	dir := t.File.folder()
	return "//" + dir + ":" + t.Name
}

// Position returns where the target is, as file:line.
func (t *Target) Position() string { return t.File.Path + ":" + strconv.Itoa(t.Line) }

// AttrPosition returns where an attribute is, or else the target.
func (t *Target) AttrPosition(attr string) string {
	if def := t.rule.AttrDefn(attr); def != nil {
		start, _ := def.Span()
		return t.File.Path + ":" + strconv.Itoa(start.Line)
	}
	return t.Position()
}

// String returns an attribute that is a string, "" if it is not there or not a
// literal.
func (t *Target) String(attr string) string { return t.rule.AttrString(attr) }

// Literal returns an attribute that is a string, and whether it is one or is not
// there.
func (t *Target) Literal(attr string) (value string, literal bool) {
	expr := t.rule.Attr(attr)
	if expr == nil {
		return "", true
	}
	text, ok := expr.(*build.StringExpr)
	if !ok {
		return "", false
	}
	return text.Value, true
}

// Labels returns an attribute that is a label or a list of labels, in full.
func (t *Target) Labels(attr string) []string {
	labels := t.rule.AttrStrings(attr)
	if one := t.rule.AttrString(attr); one != "" {
		labels = []string{one}
	}
	labels = slices.Clone(labels)
	for i, label := range labels {
		labels[i] = t.absolute(label)
	}
	return labels
}

func (t *Target) absolute(label string) string {
	dir := t.File.folder()
	switch {
	case strings.HasPrefix(label, ":"):
		return "//" + dir + label
	case !strings.Contains(label, "//"):
		return "//" + dir + ":" + label
	case strings.HasPrefix(label, "//") && !strings.Contains(label, ":"):
		return label + ":" + path.Base(label)
	}
	return label
}

// Set gives an attribute another value. It has to be a string already, as
// [Target.Literal] says.
func (t *Target) Set(attr, value string) {
	if text, ok := t.rule.Attr(attr).(*build.StringExpr); ok {
		t.File.values[text] = value
	}
}

// folder returns the folder of the file, "" for the root.
func (f *File) folder() string {
	if dir := path.Dir(f.Path); dir != "." {
		return dir
	}
	return ""
}

// Format returns the file with the changes. All else is as it was.
func (f *File) Format() []byte { return Replace(f.Old, f.values) }

// Replace returns a file with new values of strings that were parsed from it. All else
// is as it was, also where Buildifier would write it differently.
func Replace(data []byte, values map[*build.StringExpr]string) []byte {
	texts := slices.SortedFunc(maps.Keys(values), func(a, b *build.StringExpr) int { return cmp.Compare(a.Start.Byte, b.Start.Byte) })
	var changed []byte
	at := 0
	for _, text := range texts {
		changed = append(changed, data[at:text.Start.Byte]...)
		changed = append(changed, build.FormatString(&build.StringExpr{Value: values[text]})...)
		at = text.End.Byte
	}
	return append(changed, data[at:]...)
}
