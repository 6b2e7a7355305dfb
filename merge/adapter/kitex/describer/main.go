// Describer tells the build which RPC services Kitex's generated code defines,
// and which of them a service serves and calls.
package main

import (
	"github.com/gomerge/rules_go_merge/merge/adapter/describe"
	"github.com/gomerge/rules_go_merge/merge/adapter/kitex/generated"
)

func main() { describe.Main(generated.Describe) }
