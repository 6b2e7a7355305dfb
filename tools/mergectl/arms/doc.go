// Package arms reads from running merged binaries how calls ended by what was drawn
// for them, and what changed from one reading to the next.
//
// A [Source] reads processes: their admin sockets, their addresses for metrics, a
// Prometheus server, or saved files. All of them report the same metrics, which
// docs/metrics.md lists. A [Watch] compares the readings of each process with those
// before, and names the processes that it does not believe.
package arms
