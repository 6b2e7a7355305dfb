// Describer tells the build which RPC services packages with gRPC's generated
// code define, and which of them a service serves and calls.
package main

import (
	"github.com/gomerge/rules_go_merge/merge/adapter/describe"
	"github.com/gomerge/rules_go_merge/merge/adapter/grpc/generated"
)

func main() { describe.Main(generated.Describe) }
