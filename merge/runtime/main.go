package runtime

import (
	"fmt"
	"os"

	"github.com/gomerge/rules_go_merge/merge/runtime/process"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/merge/runtime/supervision"
)

// What the generated main package describes.
type (
	// Binary is a merged binary.
	Binary = supervision.Binary
	// Service is one of its services.
	Service = supervision.Service
)

// Main runs the services of a merged binary, each in its own goroutine,
// and exits the process when they are done. The settings file can change what
// Binary says.
func Main(b Binary) {
	code, err := registered.run(b, os.Getenv)
	if err != nil {
		fmt.Fprintln(os.Stderr, "rules_go_merge:", err)
		os.Exit(1)
	}
	process.WriteRecorded(os.Stderr, process.AllRecorded())
	os.Exit(code)
}

// Guard contains a panic of the goroutine that deferred it: the service goes
// down. The build adds it to the goroutines of a service that contains panics.
// While packages are initialized no service can go down alone, and the process
// ends.
func Guard(service string) {
	if value := recover(); value != nil {
		registered.services.Contain(service, value)
	}
}

// Guarded returns a function that does what f does and contains its panics.
// F is the type of f. The build puts it into go statements, so that they
// evaluate and pass on all that they did.
func Guarded[F any](service string, f F) F {
	return supervision.Guarded(registered.services, service, f)
}

// Links returns the state and the counters of all links, sorted by caller,
// callee, RPC service and method.
func Links() []reports.Link { return registered.links.Links() }
