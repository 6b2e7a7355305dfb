package main

import (
	"context"
	"os"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/observe"
)

// testCase is one case. It returns what it observes as text.
type testCase struct {
	name string
	run  func(ctx context.Context, callee *target) string
}

// group are cases of one row of the contract, in the order in which they run.
type group struct {
	row   int
	cases []testCase
	only  string // the transport, "" for all
	form  string // of the calls in a merged binary, "" for inline
}

// Forms of the calls of a case in a merged binary.
const (
	inline   = "inline"
	byRPC    = "rpc"      // at least the calls that the case is about
	varying  = "any"      // RPCs until the callee runs
	switched = "switched" // as the case switches them
	unlinked = "unlinked" // RPCs of no link, which nobody counts
)

func groups() []group {
	return []group{
		{row: 1, cases: values()},
		{row: 1, cases: results()},
		{row: 1, cases: randomValues(), only: "default"},
		{row: 1, cases: protobufValues()},
		{row: 2, cases: aliasing()},
		{row: 2, cases: protobufAliasing()},
		{row: 3, cases: skewed()},
		{row: 3, cases: randomSkewed(), only: "default"},
		{row: 3, cases: protobufSkewed()},
		{row: 4, cases: failures()},
		{row: 4, cases: protobufFailures()},
		{row: 5, cases: panics()},
		{row: 6, cases: deadlines()},
		{row: 7, cases: metadata()},
		{row: 8, cases: order()},
		{row: 9, cases: tracing()},
		{row: 10, cases: identity()},
		{row: 10, cases: byAddress(), form: byRPC},
		{row: 11, cases: governance()},
		{row: 11, cases: coded(), form: byRPC},
		{row: 11, cases: discovered()},
		{row: 12, cases: oneway()},
		{row: 13, cases: streaming("gRPC")},
		{row: 13, cases: overGRPC()},
		{row: 13, cases: streaming("TTHeader"), form: byRPC},
		{row: 13, cases: generics(), form: byRPC},
		{row: 13, cases: binaryGenerics(), form: unlinked},
		{row: 14, cases: lifecycle(), form: varying},
		{row: 15, cases: switching(), form: switched},
		{row: 16, cases: profile(), only: "default"},
		{row: 0, cases: together(), only: "ttheader"},
	}
}

// undecodable are the cases whose arguments the callee could not decode or the
// caller not encode. A merged binary leaves them to RPC for the error's sake.
var undecodable = map[string]bool{
	"echo required field missing":                           true,
	"echo union without a value":                            true,
	"echo union with two values":                            true,
	"skew nil":                                              true,
	"skew required by the callee":                           true,
	"skew a method of the caller's":                         true,
	"protobuf skew arguments that the callee cannot decode": true,
	"protobuf skew a method of the caller's":                true,
}

// formOf returns the form of a case, as far as the caller knows it.
func (g group) formOf(c testCase) string {
	switch {
	case c.name == "echo required field missing" && os.Getenv(observe.SharedEnv) != "":
		return inline // the struct that lacks the field is nil, and stays it
	case undecodable[c.name]:
		return byRPC
	case g.form == "":
		return inline
	}
	return g.form
}
