module github.com/gomerge/rules_go_merge/dev/bazel/modules

go 1.25.0

require (
	github.com/bazelbuild/rules_go v0.65.0
	github.com/bazelbuild/bazel-gazelle v0.47.0
)
