// Package compare runs the services of an example as separate processes and
// merged into one binary, sends both the same requests, and reports what differs.
//
// It runs on Linux only, for it reads processes' CPU time from /proc.
package compare

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Example is a set of services, one of which answers HTTP requests for all.
type Example struct {
	// Name is what the services are together.
	Name string
	// Services are listed callees first. The last answers requests.
	Services []Service
	// Framework is that of the calls between services. The answer to
	// GET /versions has under "data" an object for each service, with the
	// framework's version under its name in lower case.
	Framework string
	// Script has a request for every kind of answer, and Mix what is sent over
	// and over to measure times.
	Script, Mix []Call
	// Env returns the variables that tell the services where they listen, and
	// where each finds the others.
	Env func(listen, dial map[string]string) []string
	// DebugVariable tells a service where its debug pages are, if it has any.
	DebugVariable string
	// Headers returns those of the request with a number, in addition to
	// X-Request-Id.
	Headers func(number int) http.Header
}

// Service is one of an example's, with the settings of its go_merge_service
// target. A separate process has to be given the same.
type Service struct {
	Name      string
	Args, Env []string
	// Added are arguments that it gets at the start, wherever it runs.
	Added []string
}

// Binaries are the paths of programs by the names of their services. That of all
// services is called [Merged].
type Binaries map[string]string

// Merged is the name of the binary of all services.
const Merged = "merged"

// versionsPath is where the front says what services are built with, when it can
// reach them all.
const versionsPath = "/versions"

// front returns the service that answers requests.
func (e *Example) front() string { return e.Services[len(e.Services)-1].Name }

// callees returns the services that others call.
func (e *Example) callees() []Service { return e.Services[:len(e.Services)-1] }

// command is how to start a program.
type command struct {
	program   string
	args, env []string
}

// commands returns how to start the services. debug has the address of each
// service's debug pages.
func (e *Example) commands(bins Binaries, merged bool, debug map[string]string) []command {
	var separate []command
	all := command{program: bins[Merged]}
	for _, s := range e.Services {
		c := command{program: bins[s.Name], args: slices.Concat(s.Args, s.Added), env: slices.Clone(s.Env)}
		if e.DebugVariable != "" {
			variable := e.DebugVariable + "=" + debug[s.Name]
			c.env = append(c.env, variable)
			all.env = append(all.env, strings.ToUpper(s.Name)+"__"+variable)
		}
		separate = append(separate, c)
		for _, arg := range s.Added {
			all.args = append(all.args, s.Name+":"+arg)
		}
	}
	if merged {
		return []command{all}
	}
	return separate
}

// headers returns the headers of the request with a number.
func (e *Example) headers(number int) http.Header {
	h := make(http.Header)
	if e.Headers != nil {
		h = e.Headers(number)
	}
	h.Set("X-Request-Id", fmt.Sprintf("request-%d", number))
	return h
}
