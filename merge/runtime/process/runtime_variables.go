package process

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
)

// runtimeVariables are those that Go's runtime reads when the process starts,
// and which do what a function of the standard library does, too: set for one
// service, they do so as if the service called it.
var runtimeVariables = map[string]func(p *Process, value string) error{
	"GOGC":        setGCPercent,
	"GOMAXPROCS":  setMaxProcs,
	"GOMEMLIMIT":  setMemoryLimit,
	"GOTRACEBACK": setTraceback,
}

// processVariables are those that Go's runtime reads for the process and nobody
// can set for one service. merge/private/settings.bzl has them, too.
var processVariables = []string{"GOCOVERDIR", "GODEBUG", "GORACE"}

// libraryVariables are those that packages of the standard library, of which
// services have no copies, read from the environment of the process.
var libraryVariables = map[string]string{
	"HOSTALIASES":   "net",
	"LOCALDOMAIN":   "net",
	"RES_OPTIONS":   "net",
	"SSL_CERT_DIR":  "crypto/x509",
	"SSL_CERT_FILE": "crypto/x509",
	"ZONEINFO":      "time",
}

// readForAll is the log's text about one of these.
func readForAll(name, reader string) string {
	return fmt.Sprintf("sets %s, which package %s reads for all services from what the process was started with: set it for the process, without a service's name", name, reader)
}

// checkRuntimeVariable returns an error for a variable that a service cannot
// have for itself.
func checkRuntimeVariable(service, name string) error {
	if slices.Contains(processVariables, name) {
		return fmt.Errorf("variable %s of service %s: Go's runtime reads it for the whole process: set it for the process, without a service's name", name, service)
	}
	return nil
}

// SetRuntimeVariables does what the variables that services set for themselves
// say to Go's runtime, in the order of the services. What the process was started
// with stays, and so does what a service has set before. Whoever comes too late
// is told on standard error, and so is who sets what only the process can.
func SetRuntimeVariables(services []string, stderr io.Writer) error {
	all, err := load()
	if err != nil {
		return err
	}
	return setRuntimeVariables(services, all.services, os.Getenv, stderr)
}

func setRuntimeVariables(services []string, all map[string]*Process, getenv func(string) string, stderr io.Writer) error {
	for _, service := range services {
		p := all[service]
		if p == nil {
			continue
		}
		for _, name := range p.own {
			if reader := libraryVariables[name]; reader != "" && p.env.values[name] != getenv(name) {
				fmt.Fprintf(stderr, "rules_go_merge: service %s %s\n", service, readForAll(name, reader))
			}
			set, ok := runtimeVariables[name]
			if !ok {
				continue
			}
			if ofProcess := getenv(name); ofProcess != "" {
				fmt.Fprintf(stderr, "rules_go_merge: service %s sets %s, but the process was started with %s=%s\n", service, name, name, ofProcess)
				continue
			}
			value := p.env.values[name]
			if value == "" {
				continue // as if it were not set
			}
			if err := set(p, value); err != nil {
				return fmt.Errorf("variable %s of service %s: %q: %w", name, service, value, err)
			}
		}
	}
	return nil
}

func setGCPercent(p *Process, value string) error {
	percent := -1
	if value != "off" {
		var err error
		if percent, err = strconv.Atoi(value); err != nil || percent < 0 {
			return errors.New("want a percentage without its sign, or off")
		}
	}
	p.Set(&GCPercent, percent, debug.SetGCPercent)
	return nil
}

func setMaxProcs(p *Process, value string) error {
	n, err := strconv.Atoi(value)
	if err != nil || n <= 0 {
		return errors.New("want a positive number")
	}
	if p.Owns(&MaxProcs) {
		runtime.GOMAXPROCS(n)
	}
	return nil
}

func setMemoryLimit(p *Process, value string) error {
	limit, ok := parseByteCount(value)
	if value == "off" {
		limit, ok = math.MaxInt64, true
	}
	if !ok {
		return errors.New("want a number of bytes such as 512MiB, or off")
	}
	if p.Owns(&MemoryLimit) {
		debug.SetMemoryLimit(limit)
	}
	return nil
}

func setTraceback(p *Process, value string) error {
	if p.Owns(&Traceback) {
		debug.SetTraceback(value)
	}
	return nil
}

// parseByteCount reads a number of bytes as Go's runtime does: with no unit, B,
// KiB, MiB, GiB or TiB.
func parseByteCount(text string) (n int64, ok bool) {
	shift := 0
	if number, bytes := strings.CutSuffix(text, "B"); bytes {
		text = number
		if number, binary := strings.CutSuffix(text, "i"); binary && number != "" {
			unit := strings.IndexByte("KMGT", number[len(number)-1])
			if unit < 0 {
				return 0, false
			}
			text, shift = number[:len(number)-1], 10*(unit+1)
		}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64>>shift {
		return 0, false
	}
	return n << shift, true
}
