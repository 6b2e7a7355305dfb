// Package rulesfile reads and changes the rules file of merged binaries, and keeps
// what people wrote in it: comments, empty lines, and the lines that nobody asked to
// change.
package rulesfile

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/internal/regular"
	"github.com/gomerge/rules_go_merge/merge/runtime/policy"
	"github.com/gomerge/rules_go_merge/tools/mergectl/change"
)

// Limit is how large a rules file may be, in bytes. Processes read no larger one.
const Limit = 1 << 20

// File is a rules file. It is what was read, with the changes that were made since.
type File struct {
	name   string
	old    []byte // as read or written, nil if the file was not there
	lines  []string
	header policy.Header
	rules  []Rule
}

// Rule is a rule of a file.
type Rule struct {
	// Link is the pattern of links, or "kill".
	Link string
	// Value is the rest of the rule, such as "off" or "25%".
	Value string
	// Line is its number in the file, counted from 1.
	Line int

	rule policy.Rule
}

// String returns the rule as in a file.
func (r Rule) String() string { return r.Link + " " + r.Value }

// Read reads a file. One that is not there has no header and no rules; [File.Exists]
// tells it apart. Errors of what it says have its name and the line.
func Read(name string) (*File, error) {
	data, err := regular.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return &File{name: name, lines: []string{""}}, nil
	}
	if err != nil {
		return nil, err
	}
	return Parse(name, data)
}

// Parse is [Read] for what a file of that name holds. data is not nil.
func Parse(name string, data []byte) (*File, error) {
	f := &File{name: name, old: data, lines: strings.Split(string(data), "\n")}
	if err := f.parse(); err != nil {
		return nil, err
	}
	return f, nil
}

// Name returns the name of the file.
func (f *File) Name() string { return f.name }

// Exists reports whether the file was there when it was read.
func (f *File) Exists() bool { return f.old != nil }

// Header returns what the file says about its rules.
func (f *File) Header() policy.Header { return f.header }

// Rules returns the rules, in the order of their lines.
func (f *File) Rules() []Rule { return slices.Clone(f.rules) }

// Bytes returns what the file is to hold.
func (f *File) Bytes() []byte { return []byte(strings.Join(f.lines, "\n")) }

// Write replaces the file by what it is to hold, at once and so that it outlasts a crash
// of the machine. The file keeps its mode, and a symbolic link that leads to it stays. A
// file that is not any more as it was read is an error, as is a link to nothing.
func (f *File) Write() error {
	data := f.Bytes()
	if err := Replace(f.name, f.old, data); err != nil {
		return err
	}
	f.old = data
	return nil
}

// Replace is [File.Write] for a file that holds old, or is not there if that is nil.
func Replace(name string, old, data []byte) error {
	if len(data) > Limit {
		return fmt.Errorf("%s would have %d bytes; processes read at most %d", name, len(data), Limit)
	}
	target, err := filepath.EvalSymlinks(name)
	if errors.Is(err, fs.ErrNotExist) {
		target, err = name, nil // which Apply refuses if it is a link
	}
	if err != nil {
		return err
	}
	return change.Apply(filepath.Dir(target), []change.File{{Name: target, Old: old, New: data}})
}

// parse reads the lines.
func (f *File) parse() error {
	position := func(n int) string { return fmt.Sprintf("%s:%d", f.name, n) }
	header, rest, err := policy.ParseHeader(f.lines, position)
	if err != nil {
		return err
	}
	// All lines at once, for rules that are set twice.
	if _, err := policy.ParseRules(rest, position); err != nil {
		return err
	}
	f.header, f.rules = header, nil
	for i, line := range rest {
		parsed, err := policy.ParseRules([]string{line}, func(int) string { return position(i + 1) })
		if err != nil {
			return err
		}
		for _, rule := range parsed {
			f.rules = append(f.rules, newRule(rule, i+1))
		}
	}
	return nil
}

func newRule(rule policy.Rule, line int) Rule {
	link, value, _ := strings.Cut(rule.String(), " ")
	return Rule{Link: link, Value: value, Line: line, rule: rule}
}
