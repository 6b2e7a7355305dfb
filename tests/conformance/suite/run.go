// Package suite runs the cases of the contract against two services, as two
// processes and in one, and compares what the caller observes.
package suite

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Pair is a caller and a callee with Kitex, as two binaries and as one.
type Pair struct {
	Name, Caller, Callee, Merged string
	// CallerKitex and CalleeKitex are their versions of Kitex, such as v0.16.3.
	CallerKitex, CalleeKitex string
	// Few is set if the callee has nothing at its connections and no meta handlers, so
	// that calls take the shortest way to it. Its limiter then refuses no calls.
	Few bool
}

// Ways returns p as it is, and with few options if there is a shorter way for both sides'
// versions of Kitex.
func (p Pair) Ways() []Pair {
	if callerBefore("v0.15")(p) || calleeBefore("v0.15")(p) {
		return []Pair{p}
	}
	few := p
	few.Few = true
	return []Pair{p, few}
}

// Title implements Runner.
func (p Pair) Title() string { return p.Name }

// shared is the end of the names of pairs whose merged services share memory.
const shared = "_shared"

// SharesMemory reports whether the merged services share memory.
func (p Pair) SharesMemory() bool { return strings.HasSuffix(p.Name, shared) }

// isLenient reports whether the cases do not tell nil from empty. Shared memory
// leaves nil as it is. Over RPC without a frame, Kitex v0.10 decodes an empty
// binary as nil, which inline calls do not.
func (p Pair) isLenient() bool { return p.SharesMemory() || isMinor(p.CallerKitex, "v0.10") }

// Pairs reads pairs from arguments, six for each: the fields of Pair.
func Pairs(args []string) ([]Pair, error) {
	const fields = 6
	if len(args) == 0 || len(args)%fields != 0 {
		return nil, fmt.Errorf("arguments are %q, want a pair's name, three binaries and two versions of Kitex, repeatedly", args)
	}
	var pairs []Pair
	for ; len(args) > 0; args = args[fields:] {
		pairs = append(pairs, Pair{Name: args[0], Caller: args[1], Callee: args[2], Merged: args[3], CallerKitex: args[4], CalleeKitex: args[5]})
	}
	return pairs, nil
}

// Observation is what the caller prints of a case.
type Observation struct {
	Row  int    `json:"row"` // of the contract, 0 for none
	Case string `json:"case"`
	Form string `json:"form"` // see the caller
	Seen string `json:"seen"`
	// Inline and RPC count the case's calls in a merged binary.
	Inline uint64 `json:"inline"`
	RPC    uint64 `json:"rpc"`
	// Verified is what verification found out about the case's calls, nil for Kitex and
	// where none are verified.
	Verified *Verified `json:"verified"`
}

// How long the cases may take, all together, and the storm.
const (
	timeout      = 3 * time.Minute
	stormTimeout = 10 * time.Minute
)

// startTimeout is how long a process may take until it listens.
const startTimeout = 20 * time.Second

// Separate runs the caller and the callee as two processes.
func (p Pair) Separate() ([]Observation, error) {
	env, err := p.environment()
	if err != nil {
		return nil, err
	}
	return separate(p.Caller, p.Callee, env.callee, env.variables())
}

// separate runs a caller and a callee, which listens at an address, as two processes.
func separate(caller, callee, address string, variables []string) ([]Observation, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, callee)
	cmd.Env = append(os.Environ(), variables...)
	var log bytes.Buffer
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	if err := waitFor(address); err != nil {
		cancel()
		<-exited
		return nil, fmt.Errorf("%s: %w\n%s", callee, err, log.String())
	}
	seen, err := observe(ctx, caller, variables)
	select {
	case died := <-exited:
		return nil, fmt.Errorf("%s did not live on: %w\n%s", callee, died, log.String())
	default:
	}
	cancel()
	<-exited
	return seen, err
}

// Alone runs the merged binary. The caller has an address at which nobody
// listens: only inline calls reach the callee.
func (p Pair) Alone() ([]Observation, error) { return p.alone() }

func (p Pair) alone(more ...string) ([]Observation, error) {
	env, err := p.environment()
	if err != nil {
		return nil, err
	}
	nobody, free, err := keptAddresses(2)
	if err != nil {
		return nil, err
	}
	defer free()
	env.callee, env.late = nobody[0], nobody[1]
	return merged(p.Merged, timeout, append(env.variables(), more...))
}

// Listening runs the merged binary. The callee listens where the caller expects
// it: calls that are not inline reach it as RPCs.
func (p Pair) Listening() ([]Observation, error) {
	env, err := p.environment()
	if err != nil {
		return nil, err
	}
	return merged(p.Merged, timeout, env.variables())
}

// Chosen runs some cases, those that a regular expression matches, in a merged
// binary with several callees. They listen anywhere: only inline calls reach
// them.
func (p Pair) Chosen(cases string) ([]Observation, error) {
	env, err := p.environment()
	if err != nil {
		return nil, err
	}
	env.listenCallee, env.listenLate = "127.0.0.1:0", "127.0.0.1:0"
	return merged(p.Merged, timeout, append(env.variables(), "CONFORMANCE_CASES="+cases))
}

// Storm runs the merged binary with so many calls at once, most of which fail.
func (p Pair) Storm(calls int, more ...string) (Observation, error) {
	env, err := p.environment()
	if err != nil {
		return Observation{}, err
	}
	seen, err := merged(p.Merged, stormTimeout, append(env.variables(), append(more, fmt.Sprintf("CONFORMANCE_STORM=%d", calls))...))
	if err != nil {
		return Observation{}, err
	}
	if len(seen) != 1 {
		return Observation{}, fmt.Errorf("%s printed %d lines for the storm, want one", p.Merged, len(seen))
	}
	return seen[0], nil
}

// merged runs a merged binary, which ends by itself.
func merged(binary string, timeout time.Duration, env []string) ([]Observation, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	// The path of a socket has to be short.
	dir, err := os.MkdirTemp("", "c")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	return observe(ctx, binary, append(env, "GO_MERGE_ADMIN_SOCKET="+filepath.Join(dir, "s")))
}

// observe returns what a binary prints, which ends by itself.
func observe(ctx context.Context, binary string, env []string) ([]Observation, error) {
	seen, log, err := execute(ctx, binary, env)
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, log)
	}
	return seen, nil
}

// execute is observe with the binary's log apart.
func execute(ctx context.Context, binary string, env []string) (seen []Observation, log string, err error) {
	cmd := exec.CommandContext(ctx, binary)
	cmd.Env = append(os.Environ(), env...)
	var out, logged bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &logged
	if err := cmd.Run(); err != nil {
		return nil, logged.String(), fmt.Errorf("%s: %w", binary, err)
	}
	for decoder := json.NewDecoder(&out); decoder.More(); {
		var o Observation
		if err := decoder.Decode(&o); err != nil {
			return nil, logged.String(), fmt.Errorf("%s printed what is not an observation: %w", binary, err)
		}
		seen = append(seen, o)
	}
	return seen, logged.String(), nil
}

// environment has the addresses of a run: those that the caller dials, and
// those at which servers listen; the cases to leave out; and whether memory may be
// shared.
type environment struct {
	callee, late, back                   string
	listenCallee, listenLate, listenBack string

	without         string
	shared, lenient bool
	few             bool
}

func (p Pair) environment() (environment, error) {
	free, err := freeAddresses(3)
	if err != nil {
		return environment{}, err
	}
	return environment{free[0], free[1], free[2], free[0], free[1], free[2], p.without(), p.SharesMemory(), p.isLenient(), p.Few}, nil
}

// freeAddresses returns addresses at which nobody listens.
func freeAddresses(n int) ([]string, error) {
	var free []string
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		free = append(free, l.Addr().String())
	}
	return free, nil
}

// keptAddresses returns addresses at which nobody listens or can, until they are freed.
func keptAddresses(n int) (addresses []string, free func(), err error) {
	var sockets []int
	free = func() {
		for _, socket := range sockets {
			syscall.Close(socket)
		}
	}
	for range n {
		socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
		if err != nil {
			free()
			return nil, nil, err
		}
		syscall.CloseOnExec(socket)
		sockets = append(sockets, socket)
		bound := &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}
		name, err := syscall.Sockaddr(nil), syscall.Bind(socket, bound)
		if err == nil {
			name, err = syscall.Getsockname(socket)
		}
		if err != nil {
			free()
			return nil, nil, err
		}
		addresses = append(addresses, net.JoinHostPort("127.0.0.1", strconv.Itoa(name.(*syscall.SockaddrInet4).Port)))
	}
	return addresses, free, nil
}

func (e environment) variables() []string {
	variables := []string{
		"CONFORMANCE_CALLEE=" + e.callee, "CONFORMANCE_LISTEN=" + e.listenCallee,
		"CONFORMANCE_LATE=" + e.late, "CONFORMANCE_LATE_LISTEN=" + e.listenLate,
		"CONFORMANCE_BACK=" + e.back, "CONFORMANCE_BACK_LISTEN=" + e.listenBack,
		"CONFORMANCE_WITHOUT=" + e.without,
	}
	if e.shared {
		variables = append(variables, "CONFORMANCE_SHARED=1")
	}
	if e.lenient {
		variables = append(variables, "CONFORMANCE_LENIENT=1")
	}
	if e.few {
		variables = append(variables, "CONFORMANCE_FEW=1")
	}
	return variables
}

// waitFor returns when somebody listens at the address.
func waitFor(address string) error {
	for start := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			return conn.Close()
		}
		if time.Since(start) > startTimeout {
			return errors.Join(errors.New("does not listen"), err)
		}
	}
}
