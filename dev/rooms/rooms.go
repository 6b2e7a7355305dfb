// Package rooms says which folders of this repository users get, and which
// folders may import from which. docs/architecture.md draws it.
package rooms

import (
	"slices"
	"strings"
)

// Room is a folder whose packages, with those of the folders below, have one
// purpose.
type Room struct {
	// Folder is the slash-separated path from the top.
	Folder string
	// Shipped is whether users get it. What is not shipped develops, tests or
	// shows the rest.
	Shipped bool
	// Imports are the folders of the rooms that Go packages of this one import.
	// Tests of shipped packages do not count.
	Imports []string
}

// All are the rooms, each after those that it imports.
var All = []Room{
	{"merge/runtime/linkpattern", true, nil},
	{"merge/runtime/permission", true, nil},
	{"merge/runtime/regular", true, nil},
	{"merge/runtime/signals", true, nil},
	{"merge/runtime/process", true, []string{"merge/runtime/permission", "merge/runtime/regular"}},
	{"merge/runtime/reports", true, []string{"merge/runtime/linkpattern", "merge/runtime/process"}},
	{"merge/runtime/usage", true, []string{"merge/runtime/process", "merge/runtime/reports"}},
	{"merge/runtime/stripes", true, nil},
	{"merge/runtime/limits", true, []string{"merge/runtime/reports", "merge/runtime/stripes", "merge/runtime/usage"}},
	{"merge/runtime/handoff", true, []string{"merge/runtime/process", "merge/runtime/stripes", "merge/runtime/usage"}},
	{"merge/runtime/answers", true, []string{"merge/runtime/reports"}},
	{"merge/runtime/policy", true, []string{"merge/runtime/linkpattern", "merge/runtime/regular", "merge/runtime/reports"}},
	{"merge/runtime/calls", true, []string{
		"merge/runtime/answers", "merge/runtime/limits", "merge/runtime/linkpattern", "merge/runtime/permission", "merge/runtime/policy", "merge/runtime/process", "merge/runtime/reports", "merge/runtime/stripes", "merge/runtime/usage",
	}},
	{"merge/runtime/supervision", true, []string{
		"merge/runtime/calls", "merge/runtime/limits", "merge/runtime/process", "merge/runtime/reports", "merge/runtime/signals", "merge/runtime/usage",
	}},
	{"merge/runtime/metrics", true, []string{"merge/runtime/reports"}},
	{"merge/runtime/admin", true, []string{
		"merge/runtime/calls", "merge/runtime/metrics", "merge/runtime/policy", "merge/runtime/process", "merge/runtime/reports", "merge/runtime/supervision",
	}},
	{"merge/runtime", true, []string{
		"merge/runtime/admin", "merge/runtime/answers", "merge/runtime/calls", "merge/runtime/handoff", "merge/runtime/policy", "merge/runtime/process", "merge/runtime/reports", "merge/runtime/stripes", "merge/runtime/supervision",
	}},
	{"merge/modules", true, []string{"merge/runtime/process"}},
	{"merge/std", true, []string{"merge/runtime/process", "merge/runtime/signals"}},
	{"merge/adapter", true, []string{"merge/runtime"}},
	{"merge", true, nil},
	{"internal", true, []string{"merge/adapter", "merge/runtime/regular", "merge/runtime/reports"}},
	{"tools/mergegen", true, []string{"internal", "merge/adapter", "merge/runtime/linkpattern"}},
	{"tools/mergectl", true, []string{"internal", "merge/runtime/linkpattern", "merge/runtime/permission", "merge/runtime/policy", "merge/runtime/process", "merge/runtime/reports"}},
	{"tools/testrunner", true, []string{"internal", "merge/runtime/linkpattern", "merge/runtime/reports"}},
	{"gazelle_ext", true, []string{"internal"}},
	{"dev", false, []string{"internal", "merge/runtime", "tools/mergegen"}},
	{"tests", false, []string{"dev", "internal", "merge/runtime", "merge/runtime/linkpattern", "merge/runtime/reports", "tools/mergectl", "tools/mergegen"}},
	{"bench", false, nil},
	{"examples", false, []string{"internal", "merge/runtime/reports"}},
	{"e2e", false, []string{"merge/adapter", "merge/runtime"}},
}

// Of returns the room of a file, nil for one that is in none.
func Of(file string) *Room {
	var of *Room
	for i, room := range All {
		if strings.HasPrefix(file, room.Folder+"/") && (of == nil || len(room.Folder) > len(of.Folder)) {
			of = &All[i]
		}
	}
	return of
}

// IsTest reports whether a file is only for tests, in whichever room.
func IsTest(file string) bool {
	return strings.HasSuffix(file, "_test.go") || slices.Contains(strings.Split(file, "/"), "testdata")
}
