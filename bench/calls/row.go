package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/bench/grpccall"
	"github.com/gomerge/rules_go_merge/bench/measure"
)

// row is a way of making a call, one line of the table.
type row struct {
	name   string // as the binaries know it
	title  string
	binary string // which has it
	full   bool
	merged bool
	stream bool   // a call is a message each way on a stream, which is one inline call
	scales bool   // is measured with several callers, too
	rules  string // of a merged binary's links, or empty
}

// rows are the table's rows, in order.
var rows = append(kitexRows, grpcRows()...)

// grpcRows returns the rows of gRPC: all modes of calls, by all ways.
func grpcRows() (rows []row) {
	titles := map[grpccall.Mode]string{
		grpccall.Plain:       "", // a context that cannot end
		grpccall.Cancellable: ", cancellable",
		grpccall.Full:        ", full",
		grpccall.Stats:       ", stats handlers",
		grpccall.PingPong:    ", stream by turns",
		grpccall.Pipelined:   ", stream pipelined",
	}
	for _, m := range grpccall.Modes {
		for _, way := range []struct{ name, title, binary string }{
			{"merged", "gRPC, merged", "merged-grpc"},
			{"grpchan", "grpchan in-process, payload copied", "grpc"},
			{"bufconn", "gRPC over bufconn", "grpc"},
			{"unix", "gRPC over a unix socket", "grpc"},
			{"tcp", "gRPC over TCP", "grpc"},
		} {
			if way.name == "grpchan" && m == grpccall.Stats { // which it does not have
				continue
			}
			rows = append(rows, row{
				name: grpccall.Row(way.name, m), title: way.title + titles[m], binary: way.binary,
				merged: way.name == "merged", stream: m.Streams(),
			})
		}
	}
	return rows
}

var kitexRows = []row{
	{name: "direct-shared", title: "direct call", binary: "kitex"},
	{name: "direct-copied", title: "direct call, payload copied", binary: "kitex"},
	{name: "stub-shared", title: "generated client's code over a direct call", binary: "kitex"},
	{name: "merged-lean-shared", title: "merged, lean, payload shared", binary: "shared", merged: true, scales: true},
	{name: "merged-lean", title: "merged, lean, payload copied", binary: "merged", merged: true, scales: true},
	{name: "inline-lean", title: "Kitex NewServiceInlineClient, lean", binary: "kitex", scales: true},
	{name: "local-lean", title: "Kitex LocalCaller, lean", binary: "kitex", scales: true},
	{name: "unix-lean", title: "Kitex over a unix socket, lean", binary: "kitex"},
	{name: "tcp-lean", title: "Kitex over TCP, lean", binary: "kitex"},
	{name: "merged-full-shared-nodeadline", title: "merged, full but for the deadline, payload shared", binary: "shared", merged: true, full: true},
	{name: "merged-full-shared-cooperative", title: "merged, full, cooperative deadline, payload shared", binary: "shared", merged: true, full: true, rules: cooperative},
	{name: "merged-full-shared", title: "merged, full, payload shared", binary: "shared", merged: true, full: true},
	{name: "merged-full-nodeadline", title: "merged, full but for the deadline, payload copied", binary: "merged", merged: true, full: true, scales: true},
	{name: "merged-full-cooperative", title: "merged, full, cooperative deadline, payload copied", binary: "merged", merged: true, full: true, scales: true, rules: cooperative},
	{name: "merged-full", title: "merged, full, payload copied", binary: "merged", merged: true, full: true, scales: true},
	{name: "inline-full", title: "Kitex NewServiceInlineClient, full", binary: "kitex", full: true, scales: true},
	{name: "local-full", title: "Kitex LocalCaller, full", binary: "kitex", full: true, scales: true},
	{name: "unix-full", title: "Kitex over a unix socket, full", binary: "kitex", full: true},
	{name: "tcp-full", title: "Kitex over TCP, full", binary: "kitex", full: true},
	{name: "copy", title: "one copy", binary: "kitex"},
	{name: "codec", title: "one encoding and decoding", binary: "kitex"},
}

// cooperative is a rule for the deadlines of the merged binaries' calls.
const cooperative = "caller->callee cooperative"

// scaled is the payload of the columns with several callers, and callers are their
// numbers.
const scaled = "100B"

var callers = []int{2, 4}

// columns returns those in which a row is measured, for some payloads.
func (r row) columns(payloads []string) []string {
	if !r.scales || !slices.Contains(payloads, scaled) {
		return payloads
	}
	columns := slices.Clone(payloads)
	for _, n := range callers {
		columns = append(columns, measure.Column(scaled, n))
	}
	return columns
}

// choose returns the rows with the given comma-separated names, or all when
// there are none. A name may end in "*". Rows without a binary are left out.
func choose(names string, binaries map[string]string) ([]row, error) {
	var chosen []row
	patterns := strings.Split(names, ",")
	used := make(map[string]bool)
	for _, r := range rows {
		if binaries[r.binary] == "" {
			continue
		}
		matches := func(pattern string) bool {
			prefix, open := strings.CutSuffix(pattern, "*")
			return pattern == r.name || open && strings.HasPrefix(r.name, prefix)
		}
		if i := slices.IndexFunc(patterns, matches); names == "" || i >= 0 {
			if i >= 0 {
				used[patterns[i]] = true
			}
			chosen = append(chosen, r)
		}
	}
	for _, p := range patterns {
		if names != "" && !used[p] {
			return nil, fmt.Errorf("no row %q; there are %s", p, strings.Join(rowNames(binaries), ", "))
		}
	}
	return chosen, nil
}

func rowNames(binaries map[string]string) []string {
	var names []string
	for _, r := range rows {
		if binaries[r.binary] != "" {
			names = append(names, r.name)
		}
	}
	return names
}
