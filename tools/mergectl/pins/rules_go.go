package pins

import (
	"go/version"
	"strings"

	"golang.org/x/mod/semver"
)

const (
	// RulesGoOfOldGo is a version of rules_go that works with Go 1.25: its module
	// requires what Go 1.25 builds. Version 0.65 requires golang.org/x/mod and
	// golang.org/x/tools that need Go 1.26.
	RulesGoOfOldGo = "0.63.0"

	rulesGoOfNewGo = "0.65.0" // the first that needs newGo
	newGo          = "1.26"
)

// RulesGoFits reports whether a version of rules_go, such as 0.65.0, works with a
// version of Go. Versions that are not known do.
func RulesGoFits(rulesGo, goVersion string) bool {
	return goVersion == "" || semver.Compare(minor(rulesGo), minor(rulesGoOfNewGo)) < 0 ||
		version.Compare("go"+goVersion, "go"+newGo) >= 0
}

// minor returns v0.65 for 0.65.0, and for what registries make of it, such as
// 0.65.0.bcr.1.
func minor(rulesGo string) string {
	parts := strings.SplitN(rulesGo, ".", 3)
	return "v" + strings.Join(parts[:min(2, len(parts))], ".")
}
