module github.com/gomerge/rules_go_merge/tests/image/greeter

go 1.26.0

require github.com/bazelbuild/rules_go v0.65.0
