// Package order has one message in two versions, under one name and in .proto
// files of one name.
package order

//go:generate protoc -I v1 --go_out=v1 --go_opt=module=github.com/gomerge/rules_go_merge/tests/isolation/thirdparty/order/v1 shop/order.proto
//go:generate protoc -I v2 --go_out=v2 --go_opt=module=github.com/gomerge/rules_go_merge/tests/isolation/thirdparty/order/v2 shop/order.proto
