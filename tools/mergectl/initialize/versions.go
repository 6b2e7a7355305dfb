package initialize

// The versions that MODULE.bazel of a repository without one gets: those that
// these rules are tested with.
const (
	bazelVersion   = "7.7.1"
	rulesVersion   = "0.0.0"
	gazelleVersion = "0.47.0"
	rulesGoVersion = "0.65.0"
)

// protobufModules are those whose rules and files Gazelle's targets for .proto
// files name, at the versions that rules_go depends on: rules_proto has
// proto_library, and protobuf the well-known types.
var protobufModules = []struct{ name, version string }{
	{"protobuf", "29.0"},
	{"rules_proto", "7.0.2"},
}
