// The Go modules that the rules take from go_deps, since they end up in one binary with Gazelle's own
// packages, which take them from there. Gazelle and rules_go require them themselves. The versions are
// those of the oldest ones that the rules work with, so that no user gets another version than without
// the rules. What Go itself builds the rules with is in the go.mod file at the top.
module github.com/gomerge/rules_go_merge

go 1.25.0

require (
	github.com/bazelbuild/buildtools v0.0.0-20250930140053-2eb4fccefb52
	github.com/bmatcuk/doublestar/v4 v4.9.1
	github.com/pmezard/go-difflib v1.0.0
	golang.org/x/mod v0.25.0
)
