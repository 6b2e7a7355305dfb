// Package gen holds what the shop example's version of Kitex generates for item.
package gen

//go:generate go tool -modfile=../../../../examples/shop/item/go.mod kitex -module github.com/gomerge/rules_go_merge/conformance/service/gen ../../../idl/contract.thrift
