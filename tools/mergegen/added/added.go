// Package added prepares the Go files that the build adds to a service's
// packages: those of a framework's adapter, and those of the standard library's
// views and copies.
//
// They are Go files that compile only within the package they are added to. A
// build tag keeps them out of every other build.
package added

import (
	"fmt"
	"regexp"
	"strings"
)

// Tag is the build tag of added files. It stands first in their constraint.
const Tag = "go_merge_added"

const constraint = "//go:build " + Tag

// The rules replace the same text in the files of views, see
// merge/private/std.bzl.
var untag = strings.NewReplacer(constraint+" && ", "//go:build ", constraint, "//")

// Tagged reports whether a Go file is one to be added.
func Tagged(text string) bool { return strings.HasPrefix(text, constraint) }

// Untag returns an added file's text with only what else its constraint asks for.
// All lines keep their numbers. It fails if the tag is elsewhere in a constraint,
// where the file would be left out of every build.
func Untag(text string) (string, error) {
	text = untag.Replace(text)
	if line := misplaced.FindString(text); line != "" {
		return "", fmt.Errorf("the constraint %q has the tag %s where it is not taken out: begin with it, as in %s && linux", line, Tag, constraint)
	}
	return text, nil
}

var misplaced = regexp.MustCompile(`(?m)^//go:build .*\b` + Tag + `\b.*$`)
