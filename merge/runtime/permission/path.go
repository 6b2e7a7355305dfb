package permission

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// pathRule allows files by a pattern: * stands for any part of a name, ** as a
// whole name for any number of folders, also none. A pattern without a slash
// is the name of a program in any folder.
func pathRule(text, dir string, getenv func(string) string) (rule, error) {
	for part := range strings.SplitSeq(text, "/") {
		switch {
		case strings.Contains(part, "**") && part != "**":
			return rule{}, fmt.Errorf("%q has ** within a name; write /**/ for any folders", text)
		case part == "." || part == "..":
			return rule{}, fmt.Errorf("%q has the name %s; write the path without it", text, part)
		}
	}
	pattern := os.Expand(text, getenv)
	if !strings.Contains(pattern, "/") {
		return rule{text, func(u use) bool { return MatchName(pattern, filepath.Base(u.path)) }}, nil
	}
	if !filepath.IsAbs(pattern) {
		pattern = filepath.Join(dir, pattern)
	}
	parts := strings.Split(absolute(pattern), "/")
	return rule{text, func(u use) bool {
		return matchParts(parts, strings.Split(u.path, "/")) || u.alsoPath != "" && matchParts(parts, strings.Split(u.alsoPath, "/"))
	}}, nil
}

// absolute cleans a path, and makes it absolute if the working directory is
// known.
func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return filepath.Clean(path)
}

func matchParts(pattern, path []string) bool {
	for len(pattern) > 0 {
		if pattern[0] == "**" {
			for i := range len(path) + 1 {
				if matchParts(pattern[1:], path[i:]) {
					return true
				}
			}
			return false
		}
		if len(path) == 0 || !MatchName(pattern[0], path[0]) {
			return false
		}
		pattern, path = pattern[1:], path[1:]
	}
	return len(path) == 0
}

// MatchName reports whether a name fits a pattern, in which * stands for any text.
// What services dial is compared with targets by it, too.
func MatchName(pattern, name string) bool {
	parts := strings.Split(pattern, "*")
	first, last := parts[0], parts[len(parts)-1]
	if len(parts) == 1 {
		return name == pattern
	}
	rest, ok := strings.CutPrefix(name, first)
	if !ok {
		return false
	}
	for _, part := range parts[1 : len(parts)-1] {
		_, after, ok := strings.Cut(rest, part)
		if !ok {
			return false
		}
		rest = after
	}
	return strings.HasSuffix(rest, last)
}
