package suite

import (
	"net"
	"os"
	"path/filepath"
	"strings"
)

// GRPCPair is a caller and a callee with grpc-go, as two binaries, and as services of
// a merged one, which may have more.
type GRPCPair struct {
	Name, Caller, Callee, Merged string
	// CallerVersion and CalleeVersion are those of grpc-go, such as v1.85.0.
	CallerVersion, CalleeVersion string
	// Host is what targets that mean the callee begin with, such as new.test.
	Host string
}

// Title implements Runner.
func (p GRPCPair) Title() string { return p.Name }

func (p GRPCPair) formOf(_, form string) string { return form }

// environment returns the variables of a run, and the address at which the callee
// listens.
func (p GRPCPair) environment(more ...string) (address string, variables []string, err error) {
	free, err := freeAddresses(1)
	if err != nil {
		return "", nil, err
	}
	_, port, err := net.SplitHostPort(free[0])
	return free[0], append(more,
		"CONFORMANCE_CALLER="+strings.TrimPrefix(p.CallerVersion, "v"),
		"CONFORMANCE_CALLEE="+net.JoinHostPort(p.Host, port),
		"CONFORMANCE_LISTEN_"+strings.ReplaceAll(strings.TrimPrefix(p.CalleeVersion, "v"), ".", "_")+"="+free[0],
	), err
}

// Separate implements Runner.
func (p GRPCPair) Separate() ([]Observation, error) {
	address, variables, err := p.environment()
	if err != nil {
		return nil, err
	}
	return separate(p.Caller, p.Callee, address, variables)
}

// Alone implements Runner.
func (p GRPCPair) Alone() ([]Observation, error) { return p.merged("CONFORMANCE_ALONE=1") }

// Listening implements Runner.
func (p GRPCPair) Listening() ([]Observation, error) { return p.merged() }

// Governed runs some cases, those that a regular expression matches, in the merged
// binary with the text of a settings file. The callee listens.
func (p GRPCPair) Governed(cases, settings string) ([]Observation, error) {
	dir, err := os.MkdirTemp("", "settings")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "settings.json")
	if err := os.WriteFile(file, []byte(settings), 0o666); err != nil {
		return nil, err
	}
	return p.merged("CONFORMANCE_CASES="+cases, "GO_MERGE_SETTINGS_FILE="+file)
}

func (p GRPCPair) merged(more ...string) ([]Observation, error) {
	_, variables, err := p.environment(more...)
	if err != nil {
		return nil, err
	}
	return merged(p.Merged, timeout, variables)
}

// grpcDeviations are all known differences. Each of their cases differs: a test fails
// when one does not.
var grpcDeviations = []Deviation{
	{
		Cases:  cases(`ports of peers`),
		Reason: "The caller's address has the port 0: there is no connection.",
	},
	{
		Cases:    cases(`profile labels of handlers`),
		Reason:   "While the callee runs, the goroutine has a profile label with the callee's name.",
		Demanded: true,
	},
	{
		Cases:    cases(`deadline switched, the handler goes on`),
		Reason:   "While the switch makes deadlines cooperative, a call returns when its handler does. There is no switch for RPCs.",
		Demanded: true,
	},
	{
		Cases:  cases(`Goexit`),
		Reason: "A handler that ends its goroutine by runtime.Goexit leaves the caller of an RPC waiting until its deadline. A unary inline call ends with Unavailable at once.",
	},
	{
		Cases:  cases(`(Stop|closed connection) and streams`),
		Reason: "A handler whose connection has closed, or whose server has stopped, gets Canceled from Send, as after a cancellation. Over a connection it gets Unavailable.",
	},
}

// Deviation implements Runner.
func (p GRPCPair) Deviation(name string) *Deviation {
	for i := range grpcDeviations {
		if d := &grpcDeviations[i]; d.Cases.MatchString(name) {
			return d
		}
	}
	return nil
}
