package main

import (
	"context"
	"encoding/json"
	"os"
	"reflect"
	"testing"

	"github.com/fullstorydev/grpchan/grpchantesting"
	"google.golang.org/grpc/interop"
	"google.golang.org/grpc/interop/grpc_testing"
)

// others are cases of suites that others have written. The process ends when one of
// package interop fails. Of its cases these are left out: those with credentials of a
// cloud; pick_first_unary, which wants a server to tell its ID; orca_per_rpc and
// orca_oob, which are about a balancer of the caller, and nothing is balanced inline;
// and the soak tests, which repeat large_unary.
func others() []testCase {
	var all []testCase
	for _, c := range []struct {
		name string
		call any // a function of package interop
	}{
		{"empty_unary", interop.DoEmptyUnaryCall},
		{"large_unary", interop.DoLargeUnaryCall},
		{"client_streaming", interop.DoClientStreaming},
		{"server_streaming", interop.DoServerStreaming},
		{"ping_pong", interop.DoPingPong},
		{"empty_stream", interop.DoEmptyStream},
		{"timeout_on_sleeping_server", interop.DoTimeoutOnSleepingServer},
		{"cancel_after_begin", interop.DoCancelAfterBegin},
		{"cancel_after_first_response", interop.DoCancelAfterFirstResponse},
		{"custom_metadata", interop.DoCustomMetadata},
		{"status_code_and_message", interop.DoStatusCodeAndMessage},
		{"special_status_message", interop.DoSpecialStatusMessage},
		{"unimplemented_method", interop.DoUnimplementedMethod},
		{"unimplemented_service", interop.DoUnimplementedService},
	} {
		all = append(all, testCase{name: "interop/" + c.name, run: func(e *env) {
			e.try("first") // since that of a case may have ended before it begins
			e.interop(c.call)
			e.Addf("passes")
		}})
	}
	return all
}

// channelTests are the last case. It ends the process.
func (c *callee) channelTests() {
	match := func(string, string) (bool, error) { return true, nil }
	testing.Main(match, []testing.InternalTest{{Name: "grpchan", F: func(t *testing.T) {
		o, err := c.run(group{}, testCase{name: channelTestsName, run: func(e *env) {
			grpchantesting.RunChannelTestCases(t, e.cc, true)
			e.Addf("failed %t", t.Failed())
		}})
		if err == nil {
			err = json.NewEncoder(os.Stdout).Encode(o)
		}
		if err == nil && !t.Failed() {
			os.Exit(0) // or package testing prints what is not an observation
		}
		t.Errorf("after the tests: %v", err)
	}}}, nil, nil)
}

const channelTestsName = "grpchan's channel tests"

// interop calls a function of package interop. Newer ones take a context first, and
// each a connection or one of the clients.
func (e *env) interop(function any) {
	f := reflect.ValueOf(function)
	var args []reflect.Value
	for i := range f.Type().NumIn() {
		if f.Type().IsVariadic() && i == f.Type().NumIn()-1 {
			break
		}
		for _, arg := range []any{context.Background(), e.cc, grpc_testing.NewTestServiceClient(e.cc), grpc_testing.NewUnimplementedServiceClient(e.cc)} {
			if reflect.TypeOf(arg).AssignableTo(f.Type().In(i)) {
				args = append(args, reflect.ValueOf(arg))
				break
			}
		}
	}
	f.Call(args)
}
