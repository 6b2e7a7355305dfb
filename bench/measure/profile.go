package measure

import (
	"errors"
	"fmt"
	"os"
	"runtime/pprof"
)

// Environment of the caller and the callee when they serve.
const (
	CallerAddrEnv    = "CALLER_ADDR"       // where the caller serves
	CalleeAddrEnv    = "CALLEE_ADDR"       // where the callee serves
	CallerProfileEnv = "CALLER_CPUPROFILE" // file for a CPU profile until SIGTERM, or none
	CalleeProfileEnv = "CALLEE_CPUPROFILE"
)

// Profile starts a CPU profile of the process, into the file that the
// environment variable names, and returns what ends it. Without the variable
// there is none.
func Profile(env string) (stop func() error, err error) {
	path := os.Getenv(env)
	if path == "" {
		return func() error { return nil }, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", env, err)
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", env, err), f.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		return f.Close()
	}, nil
}
