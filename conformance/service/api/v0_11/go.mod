module github.com/gomerge/rules_go_merge/conformance/service/api

go 1.25.0
