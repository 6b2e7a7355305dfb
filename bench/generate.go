// Package bench measures what merging saves. See README.md.
package bench

//go:generate go tool -modfile=../examples/shop/api/go.mod kitex -module github.com/gomerge/rules_go_merge/bench idl/bench.thrift
//go:generate go tool -modfile=../examples/shop/api/go.mod kitex -module github.com/gomerge/rules_go_merge/bench idl/front.thrift
//go:generate protoc -I idl --go_out=. --go_opt=module=github.com/gomerge/rules_go_merge/bench --go-grpc_out=. --go-grpc_opt=module=github.com/gomerge/rules_go_merge/bench bench.proto
