package initialize

// The versions that MODULE.bazel of a repository without one gets: those that
// these rules are tested with.
const (
	bazelVersion   = "7.7.1"
	rulesVersion   = "0.0.0"
	gazelleVersion = "0.47.0"
	rulesGoVersion = "0.65.0"
)

// rulesProtoVersion is that of the rules_proto that rules_go depends on, from
// which Gazelle loads proto_library.
const rulesProtoVersion = "7.0.2"
