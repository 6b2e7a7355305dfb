// Package grpccall has both sides of the benchmark's gRPC calls, for all ways by which
// they go.
package grpccall

import "strings"

// Mode says what goes with the calls of a row.
type Mode string

const (
	// Plain calls have a context that cannot end.
	Plain Mode = "plain"
	// Cancellable calls have one that can, as the context of a handler.
	Cancellable Mode = "cancellable"
	// Full calls have a deadline, metadata in both directions, and an interceptor on each
	// side.
	Full Mode = "full"
	// Stats is Cancellable with a stats handler on each side, which does nothing.
	Stats Mode = "stats"
	// PingPong has a message go each way on a bidirectional stream, by turns.
	PingPong Mode = "ping-pong"
	// Pipelined has one go each way, as many at a time as flow control allows.
	Pipelined Mode = "pipelined"
)

// Modes lists all modes.
var Modes = []Mode{Plain, Cancellable, Full, Stats, PingPong, Pipelined}

// Row returns the name of the row for a mode of calls that go by a way, such as "tcp".
func Row(way string, m Mode) string { return "grpc-" + way + "-" + string(m) }

// ModeOf returns the mode of a row.
func ModeOf(row string) Mode {
	for _, m := range Modes {
		if strings.HasSuffix(row, "-"+string(m)) {
			return m
		}
	}
	return Plain
}

// Streams reports whether a call of the mode is a message of a stream.
func (m Mode) Streams() bool { return m == PingPong || m == Pipelined }
