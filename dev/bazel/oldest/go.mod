module github.com/gomerge/rules_go_merge/dev/bazel/oldest

go 1.25.0

require github.com/bazelbuild/rules_go v0.63.0
