module github.com/gomerge/rules_go_merge/tests/conformance/service/gen

go 1.25.0
