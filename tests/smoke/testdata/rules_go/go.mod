module github.com/gomerge/rules_go_merge/tests/smoke/testdata/rules_go

go 1.25.0

require github.com/bazelbuild/rules_go v0.62.0
