package main

import (
	"fmt"

	"github.com/gomerge/rules_go_merge/bench/report"
)

// target is a bound on the ratio of two rows.
type target struct {
	what       string
	row, base  string
	payloads   []string // all of the table's when empty
	atMost     float64  // bound of row/base, or
	atLeast    float64  // bound of base/row
	sameAllocs bool     // row allocates as often as base, and no ratio counts
}

var targets = []target{
	{what: "lean, payload shared: at most 2x a direct call", row: "merged-lean-shared", base: "direct-shared", atMost: 2},
	{what: "lean, payload shared: allocations of the generated client only", row: "merged-lean-shared", base: "stub-shared", sameAllocs: true},
	{what: "lean, payload copied: at most 2x a direct call with the same copy", row: "merged-lean", base: "direct-copied", atMost: 2},
	{what: "full: at least 4x faster than NewServiceInlineClient", row: "merged-full", base: "inline-full", payloads: []string{"100B"}, atLeast: 4},
	{what: "full, payload shared: at least 4x faster than NewServiceInlineClient, which shares it too", row: "merged-full-shared", base: "inline-full", atLeast: 4},
	{what: "full: at least 80x faster than Kitex over TCP", row: "merged-full", base: "tcp-full", payloads: []string{"100B"}, atLeast: 80},
	{what: "copy: at least 5x faster than encoding and decoding", row: "copy", base: "codec", payloads: []string{"nested"}, atLeast: 5},
	{what: "gRPC: at least 40x faster than TCP", row: "grpc-merged-plain", base: "grpc-tcp-plain", payloads: []string{"100B"}, atLeast: 40},
	{what: "gRPC, cancellable: at least 15x faster than TCP", row: "grpc-merged-cancellable", base: "grpc-tcp-cancellable", payloads: []string{"100B"}, atLeast: 15},
	{what: "gRPC, full: at least 8x faster than TCP", row: "grpc-merged-full", base: "grpc-tcp-full", payloads: []string{"100B"}, atLeast: 8},
	{what: "gRPC, stream by turns: at least 15x faster than TCP", row: "grpc-merged-ping-pong", base: "grpc-tcp-ping-pong", payloads: []string{"100B"}, atLeast: 15},
	{what: "gRPC: faster than grpchan", row: "grpc-merged-plain", base: "grpc-grpchan-plain", atLeast: 1},
	{what: "gRPC, cancellable: faster than grpchan", row: "grpc-merged-cancellable", base: "grpc-grpchan-cancellable", atLeast: 1},
	{what: "gRPC, full: faster than grpchan", row: "grpc-merged-full", base: "grpc-grpchan-full", atLeast: 1},
	{what: "gRPC, stream by turns: faster than grpchan", row: "grpc-merged-ping-pong", base: "grpc-grpchan-ping-pong", atLeast: 1},
	{what: "gRPC, stream pipelined: faster than grpchan", row: "grpc-merged-pipelined", base: "grpc-grpchan-pipelined", atLeast: 1},
}

// verdict is what became of a target with one payload.
type verdict struct {
	report.Verdict
	row string
}

// judge compares the table with the targets whose rows it has.
func (t *table) judge() []verdict {
	var verdicts []verdict
	for _, g := range targets {
		payloads := g.payloads
		if len(payloads) == 0 {
			payloads = t.payloads
		}
		for _, p := range payloads {
			c, ok := t.cells[g.row][p]
			base, okBase := t.cells[g.base][p]
			if ok && okBase {
				verdicts = append(verdicts, g.judge(p, c, base))
			}
		}
	}
	return verdicts
}

func (g target) judge(payload string, c, base cell) verdict {
	v := report.Verdict{Target: g.what, At: payload}
	switch {
	case g.sameAllocs:
		v.Measured, v.Met = fmt.Sprintf("%.0f and %.0f", c.allocs, base.allocs), c.allocs <= base.allocs
	case g.atMost > 0:
		v.Measured, v.Met = fmt.Sprintf("%.2fx", c.ns/base.ns), c.ns <= g.atMost*base.ns
	default:
		v.Measured, v.Met = fmt.Sprintf("%.2fx", base.ns/c.ns), base.ns >= g.atLeast*c.ns
	}
	return verdict{v, g.row}
}

func verdictTable(verdicts []verdict) report.Table {
	var all []report.Verdict
	for _, v := range verdicts {
		all = append(all, v.Verdict)
	}
	return report.Verdicts("payload", all)
}
