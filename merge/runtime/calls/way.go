package calls

import "github.com/gomerge/rules_go_merge/merge/runtime/reports"

// Way is how much of the frameworks' code an inline call passes through, on whichever
// side that is more.
type Way uint8

const (
	// Untold is the way of calls of which the callee's adapter does not tell.
	Untold Way = iota
	// Short calls pass through what the services can observe, and carry values in place
	// of headers.
	Short
	// Direct calls carry headers, which meta handlers write and read.
	Direct
	// Transport calls pass through the framework's own transport, too.
	Transport
	// Streamed calls are streams.
	Streamed

	ways = iota - 1 // that are told
)

// waysOf returns how many calls took which way.
func waysOf(count [ways]uint64) reports.Ways {
	return reports.Ways{Short: count[Short-1], Direct: count[Direct-1], Transport: count[Transport-1], Stream: count[Streamed-1]}
}
