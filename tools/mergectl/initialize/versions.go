package initialize

// The versions that MODULE.bazel of a repository without one gets: those that
// these rules are tested with.
const (
	bazelVersion   = "7.7.1"
	rulesVersion   = "0.0.0"
	gazelleVersion = "0.47.0"
	rulesGoVersion = "0.65.0"
)
