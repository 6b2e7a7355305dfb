// Package gen holds what Kitex v0.13.1 generates, which is the shop example's for
// stock. Later versions, up to v0.16.2, write the same but for their numbers.
package gen

//go:generate go tool -modfile=../../../../examples/shop/stock/go.mod kitex -module github.com/gomerge/rules_go_merge/tests/conformance/service/gen ../../../idl/contract.thrift
//go:generate go tool -modfile=../../../../examples/shop/stock/go.mod kitex -module github.com/gomerge/rules_go_merge/tests/conformance/service/gen ../../../idl/probe.thrift
//go:generate go tool -modfile=../../../../examples/shop/stock/go.mod kitex -module github.com/gomerge/rules_go_merge/tests/conformance/service/gen ../../../idl/skew_caller.thrift
//go:generate go tool -modfile=../../../../examples/shop/stock/go.mod kitex -module github.com/gomerge/rules_go_merge/tests/conformance/service/gen ../../../idl/skew_callee.thrift
//go:generate go tool -modfile=../../../../examples/shop/stock/go.mod kitex -streamx -module github.com/gomerge/rules_go_merge/tests/conformance/service/gen ../../../idl/stream.thrift
//go:generate go tool -modfile=../../../../examples/shop/stock/go.mod kitex -type protobuf -module github.com/gomerge/rules_go_merge/tests/conformance/service/gen ../../../idl/proto.proto
//go:generate go tool -modfile=../../../../examples/shop/stock/go.mod kitex -type protobuf -module github.com/gomerge/rules_go_merge/tests/conformance/service/gen ../../../idl/proto_caller.proto
//go:generate go tool -modfile=../../../../examples/shop/stock/go.mod kitex -type protobuf -module github.com/gomerge/rules_go_merge/tests/conformance/service/gen ../../../idl/proto_callee.proto

// This version of kitex pins a module that nothing here needs.
//go:generate go mod edit -dropreplace github.com/apache/thrift
