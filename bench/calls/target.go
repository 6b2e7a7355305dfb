package main

import (
	"cmp"
	"fmt"

	"github.com/gomerge/rules_go_merge/bench/measure"
	"github.com/gomerge/rules_go_merge/bench/report"
)

// target is a bound on the ratio of two rows, or on a row's allocations.
type target struct {
	what       string
	row, base  string
	columns    []string
	baseColumn string  // of base, if it is another one
	atMost     float64 // bound of row/base, or
	atLeast    float64 // bound of base/row, or
	mostAllocs float64 // bound of allocs/op, without a base
}

// Columns of targets.
var (
	small     = []string{"100B"}
	twoAtOnce = []string{measure.Column(scaled, 2)}
	fourTimes = []string{measure.Column(scaled, 4)}
)

var targets = []target{
	{what: "lean, payload shared: at least 2.7x faster than LocalCaller", row: "merged-lean-shared", base: "local-lean", columns: small, atLeast: 2.7},
	{what: "lean, payload shared: at most 3x the generated client's own code", row: "merged-lean-shared", base: "stub-shared", columns: small, atMost: 3},
	{what: "lean, payload copied: at most 1.9x a direct call with the same copy", row: "merged-lean", base: "direct-copied", columns: small, atMost: 1.9},
	{what: "full: at least 20x faster than Kitex over TCP", row: "merged-full", base: "tcp-full", columns: small, atLeast: 20},
	{what: "full: at least 1.05x faster than NewServiceInlineClient, which drops the deadline", row: "merged-full", base: "inline-full", columns: small, atLeast: 1.05},
	{what: "full: at least 1.2x faster than NewServiceInlineClient", row: "merged-full", base: "inline-full", columns: fourTimes, atLeast: 1.2},
	{what: "full: at most 10 allocations", row: "merged-full", columns: small, mostAllocs: 10},
	{what: "full, cooperative deadline: at least 40x faster than Kitex over TCP", row: "merged-full-cooperative", base: "tcp-full", columns: small, atLeast: 40},
	{what: "full, cooperative deadline: at least 2x faster than NewServiceInlineClient", row: "merged-full-cooperative", base: "inline-full", columns: small, atLeast: 2},
	{what: "full but for the deadline: at least 40x faster than Kitex over TCP", row: "merged-full-nodeadline", base: "tcp-full", columns: small, atLeast: 40},
	{what: "full but for the deadline: at least 2x faster than NewServiceInlineClient", row: "merged-full-nodeadline", base: "inline-full", columns: small, atLeast: 2},
	{what: "lean, payload shared: at least 1.9x the calls of one caller", row: "merged-lean-shared", base: "merged-lean-shared", columns: twoAtOnce, baseColumn: scaled, atLeast: 1.9},
	{what: "lean, payload copied: at least 1.9x the calls of one caller", row: "merged-lean", base: "merged-lean", columns: twoAtOnce, baseColumn: scaled, atLeast: 1.9},
	{what: "full: at least 1.9x the calls of one caller", row: "merged-full", base: "merged-full", columns: twoAtOnce, baseColumn: scaled, atLeast: 1.9},
	{what: "copy: at least 3.8x faster than encoding and decoding", row: "copy", base: "codec", columns: []string{measure.Nested}, atLeast: 3.8},
	{what: "gRPC: at least 40x faster than TCP", row: "grpc-merged-plain", base: "grpc-tcp-plain", columns: small, atLeast: 40},
	{what: "gRPC, cancellable: at least 15x faster than TCP", row: "grpc-merged-cancellable", base: "grpc-tcp-cancellable", columns: small, atLeast: 15},
	{what: "gRPC, full: at least 8x faster than TCP", row: "grpc-merged-full", base: "grpc-tcp-full", columns: small, atLeast: 8},
	{what: "gRPC, stream by turns: at least 15x faster than TCP", row: "grpc-merged-ping-pong", base: "grpc-tcp-ping-pong", columns: small, atLeast: 15},
	{what: "gRPC: faster than grpchan", row: "grpc-merged-plain", base: "grpc-grpchan-plain", atLeast: 1},
	{what: "gRPC, cancellable: faster than grpchan", row: "grpc-merged-cancellable", base: "grpc-grpchan-cancellable", atLeast: 1},
	{what: "gRPC, full: faster than grpchan", row: "grpc-merged-full", base: "grpc-grpchan-full", atLeast: 1},
	{what: "gRPC, stream by turns: faster than grpchan", row: "grpc-merged-ping-pong", base: "grpc-grpchan-ping-pong", atLeast: 1},
	{what: "gRPC, stream pipelined: faster than grpchan", row: "grpc-merged-pipelined", base: "grpc-grpchan-pipelined", atLeast: 1},
}

// verdict is what became of a target in one column.
type verdict struct {
	report.Verdict
	row, column string
}

// judge compares the table with the targets whose rows it has.
func (t *table) judge() []verdict {
	var verdicts []verdict
	for _, g := range targets {
		columns := g.columns
		if len(columns) == 0 {
			columns = t.payloads
		}
		for _, column := range columns {
			c, ok := t.cells[g.row][column]
			base, okBase := t.cells[g.base][cmp.Or(g.baseColumn, column)]
			if ok && (okBase || g.base == "") {
				verdicts = append(verdicts, g.judge(column, c, base))
			}
		}
	}
	return verdicts
}

func (g target) judge(column string, c, base cell) verdict {
	v := report.Verdict{Target: g.what, At: heading(column)}
	switch {
	case g.mostAllocs > 0:
		v.Measured, v.Met = fmt.Sprintf("%.0f", c.allocs), c.allocs <= g.mostAllocs
	case g.atMost > 0:
		v.Measured, v.Met = fmt.Sprintf("%.2fx", c.ns/base.ns), c.ns <= g.atMost*base.ns
	default:
		v.Measured, v.Met = fmt.Sprintf("%.2fx", base.ns/c.ns), base.ns >= g.atLeast*c.ns
	}
	return verdict{v, g.row, column}
}

func verdictTable(verdicts []verdict) report.Table {
	var all []report.Verdict
	for _, v := range verdicts {
		all = append(all, v.Verdict)
	}
	return report.Verdicts("payload", all)
}
