package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/gomerge/rules_go_merge/tools/mergectl/check"
)

const (
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	cyan   = "\x1b[36m"
	bold   = "\x1b[1m"
	plain  = "\x1b[0m"
)

// hasColor reports whether to write with colours: on a terminal, unless NO_COLOR
// is set or the terminal has none.
func hasColor(out io.Writer) bool { return os.Getenv("NO_COLOR") == "" && isTerminal(out) }

// isTerminal reports whether out is a terminal that can do more than print lines.
func isTerminal(out io.Writer) bool {
	file, ok := out.(*os.File)
	if !ok || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// colorDiff colours a line of a unified diff.
func colorDiff(line string, color bool) string {
	code := ""
	switch {
	case !color:
	case strings.HasPrefix(line, "--- "), strings.HasPrefix(line, "+++ "):
		code = bold
	case strings.HasPrefix(line, "@@"):
		code = cyan
	case strings.HasPrefix(line, "+"):
		code = green
	case strings.HasPrefix(line, "-"):
		code = red
	}
	if code == "" {
		return line
	}
	return code + strings.TrimSuffix(line, "\n") + plain + "\n"
}

func colorSeverity(s check.Severity, color bool) string {
	if !color {
		return string(s)
	}
	return map[check.Severity]string{check.Error: red, check.Warning: yellow, check.Note: cyan}[s] + string(s) + plain
}

// placeIn returns a function that spells a text that begins with a path below
// root with one that is relative to the user's folder.
func placeIn(root string) func(string) string {
	here, err := os.Getwd()
	if err != nil {
		return func(text string) string { return text }
	}
	if resolved, err := filepath.EvalSymlinks(here); err == nil {
		here = resolved
	}
	abs, err := filepath.Abs(root)
	if err != nil {
		return func(text string) string { return text }
	}
	if resolved, err := filepath.EvalSymlinks(abs); err == nil {
		abs = resolved
	}
	return func(text string) string {
		name, rest, found := strings.Cut(text, ":")
		if filepath.IsAbs(name) || strings.Contains(name, " ") {
			return text
		}
		rel, err := filepath.Rel(here, filepath.Join(abs, filepath.FromSlash(name)))
		if err != nil {
			return text
		}
		if found {
			rel += ":" + rest
		}
		return rel
	}
}

// placed respells the paths at the beginning of an error's lines.
func placed(err error, root string) error {
	place := placeIn(root)
	var lines []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if name, _, ok := strings.Cut(line, ":"); ok {
			if _, err := os.Stat(filepath.Join(root, name)); err == nil {
				line = place(line)
			}
		}
		lines = append(lines, line)
	}
	return errors.New(strings.Join(lines, "\n"))
}
