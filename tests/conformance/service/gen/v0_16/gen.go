// Package gen holds what the shop example's version of Kitex generates for item.
package gen

//go:generate go tool -modfile=../../../../examples/shop/item/go.mod kitex -module github.com/gomerge/rules_go_merge/tests/conformance/service/gen ../../../idl/contract.thrift
//go:generate go tool -modfile=../../../../examples/shop/item/go.mod kitex -module github.com/gomerge/rules_go_merge/tests/conformance/service/gen ../../../idl/probe.thrift
//go:generate go tool -modfile=../../../../examples/shop/item/go.mod kitex -module github.com/gomerge/rules_go_merge/tests/conformance/service/gen ../../../idl/skew_caller.thrift
//go:generate go tool -modfile=../../../../examples/shop/item/go.mod kitex -module github.com/gomerge/rules_go_merge/tests/conformance/service/gen ../../../idl/skew_callee.thrift
//go:generate go tool -modfile=../../../../examples/shop/item/go.mod kitex -streamx -module github.com/gomerge/rules_go_merge/tests/conformance/service/gen ../../../idl/stream.thrift
//go:generate go tool -modfile=../../../../examples/shop/item/go.mod kitex -type protobuf -module github.com/gomerge/rules_go_merge/tests/conformance/service/gen ../../../idl/proto.proto
//go:generate go tool -modfile=../../../../examples/shop/item/go.mod kitex -type protobuf -module github.com/gomerge/rules_go_merge/tests/conformance/service/gen ../../../idl/proto_caller.proto
//go:generate go tool -modfile=../../../../examples/shop/item/go.mod kitex -type protobuf -module github.com/gomerge/rules_go_merge/tests/conformance/service/gen ../../../idl/proto_callee.proto
