package rulesfile

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/policy"
)

// Header is a header to set: what is zero is left out of the file.
type Header struct {
	Generation uint64
	Expires    time.Time
	// Processes is a percentage, such as "25%".
	Processes string
}

// SetHeader makes the header another one. Lines that there are keep their places and
// their comments. It fails, and changes nothing, if a process could not read the header.
func (f *File) SetHeader(h Header) error {
	set := [...]struct{ word, value string }{
		{"generation", ""}, {"expires", ""}, {"processes", h.Processes},
	}
	if h.Generation != 0 {
		set[0].value = fmt.Sprint(h.Generation)
	}
	if !h.Expires.IsZero() {
		set[1].value = h.Expires.UTC().Format(time.RFC3339)
	}
	return f.edit(func(lines []string) ([]string, error) {
		at := 0 // where the next line goes that is not there yet
		for _, s := range set {
			i := slices.IndexFunc(lines, func(line string) bool { return firstWord(line) == s.word })
			switch {
			case i < 0 && s.value != "":
				lines = slices.Insert(lines, at, s.word+" "+s.value+lineEnd(lines))
				at++
			case i >= 0 && s.value != "":
				lines[i] = replaceText(lines[i], s.word+" "+s.value)
				at = i + 1
			case i >= 0:
				lines = slices.Delete(lines, i, i+1)
			}
		}
		return lines, nil
	})
}

// Set sets rules in their text form. Each takes the place of the one of its kind for
// the same links, and keeps that line's comment; others come to the end of the file. It
// fails, and changes nothing, if one is not a rule.
func (f *File) Set(rules ...string) error {
	wanted, err := policy.ParseRules(rules, func(n int) string { return fmt.Sprintf("rule %d", n) })
	if err != nil {
		return err
	}
	return f.edit(func(lines []string) ([]string, error) {
		end := lineEnd(lines)
		for _, rule := range wanted {
			i := slices.IndexFunc(f.rules, func(r Rule) bool { return rule.Replaces(r.rule) })
			if i >= 0 {
				line := &lines[f.rules[i].Line-1]
				*line = replaceText(*line, rule.String())
				continue
			}
			if last := len(lines) - 1; last >= 0 && lines[last] == "" {
				lines = slices.Insert(lines, last, rule.String()+end)
			} else {
				if last >= 0 && end != "" && !strings.HasSuffix(lines[last], end) {
					lines[last] += end // which ended with the file
				}
				lines = append(lines, rule.String()+end, "")
			}
		}
		return lines, nil
	})
}

// Unset removes the rules of all kinds for a link, with their lines' comments. It fails,
// and changes nothing, if there are none.
func (f *File) Unset(link string) error {
	pattern, err := policy.ParsePattern(link)
	if err != nil {
		return err
	}
	return f.edit(func(lines []string) ([]string, error) {
		var kept []string
		for i, line := range lines {
			if !slices.ContainsFunc(f.rules, func(r Rule) bool { return r.Line == i+1 && r.Link == pattern.String() }) {
				kept = append(kept, line)
			}
		}
		if len(kept) == len(lines) {
			return nil, fmt.Errorf("%s has no rule for %s", f.name, pattern)
		}
		return kept, nil
	})
}

// edit changes the lines, unless what comes of it cannot be read.
func (f *File) edit(change func(lines []string) ([]string, error)) error {
	lines, err := change(slices.Clone(f.lines))
	if err != nil {
		return err
	}
	changed := &File{name: f.name, old: f.old, lines: lines}
	if err := changed.parse(); err != nil {
		return errors.Join(errors.New("nothing is changed, for the file could not be read afterwards"), err)
	}
	*f = *changed
	return nil
}

// firstWord returns the first word of a line, "" if it has none but a comment.
func firstWord(line string) string {
	text, _, _ := strings.Cut(line, "#")
	if fields := strings.Fields(text); len(fields) > 0 {
		return fields[0]
	}
	return ""
}

// replaceText replaces what a line says, and keeps its indentation and its comment.
func replaceText(line, text string) string {
	old, _, _ := strings.Cut(line, "#")
	old = strings.TrimSpace(old)
	return strings.Replace(line, old, text, 1)
}

// lineEnd is what lines of the file have before the newline.
func lineEnd(lines []string) string {
	if len(lines) > 1 && strings.HasSuffix(lines[0], "\r") {
		return "\r"
	}
	return ""
}
