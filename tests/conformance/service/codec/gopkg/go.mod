module github.com/gomerge/rules_go_merge/tests/conformance/service/codec

go 1.25.0
