module github.com/gomerge/rules_go_merge/merge/tests/contract/service/gen

go 1.25.0
