// Package policy decides which calls may be inline, which deadlines these have, and which
// RPCs are verified by inline calls.
// Every method has a gate, which each call asks, and rules set the gates: those of the
// build, of the environment, of a file that can change while the process runs, and of
// the admin interface.
package policy

// Link says who calls whom over which RPC service.
type Link struct{ Caller, Callee, RPCService string }
