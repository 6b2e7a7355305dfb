module github.com/gomerge/rules_go_merge/conformance/service/gen

go 1.25.0
