package suite

// Contract is what merged calls of a framework have in common with RPCs.
type Contract struct {
	// Rows are the headings of its rows, by number. Row 0 has cases that are of
	// several.
	Rows []string
	// Prefix begins the numbers.
	Prefix string
	// Report is the command that writes its table to the documentation.
	Report string
}

// Kitex is the contract of Kitex.
var Kitex = &Contract{
	Report: "bazel run //tests/conformance:report",
	Rows: []string{
		"services that call each other",
		"values and results",
		"aliasing",
		"IDL skew",
		"errors",
		"panics",
		"deadlines and cancellation",
		"context values",
		"order of middleware",
		"tracers and statistics",
		"rpcinfo",
		"governance",
		"oneway",
		"streaming and generic clients",
		"life of the callee",
		"gray release",
		"profiles",
	},
}

// GRPC is the contract of grpc-go.
var GRPC = &Contract{
	Prefix: "g",
	Report: "go test ./tests/conformance/versions -run TestGRPC -update",
	Rows: []string{
		"grpc-go's interop tests, grpchan's channel tests",
		"messages and codecs",
		"metadata",
		"statuses and errors",
		"deadlines and cancellation",
		"headers, trailers and call options",
		"interceptors, stats handlers, credentials, peers",
		"streams",
		"sizes, numbers of streams, service config",
		"panics",
		"servers that stop and start, closed connections",
		"targets",
		"gray release, limits, permissions, profile labels",
	},
}
