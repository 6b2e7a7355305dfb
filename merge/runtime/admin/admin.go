package admin

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/calls"
	"github.com/gomerge/rules_go_merge/merge/runtime/policy"
	"github.com/gomerge/rules_go_merge/merge/runtime/process"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/merge/runtime/supervision"
)

// source is the source of the rules that are set through the socket.
const source = "admin socket"

const (
	// maxBody is how long a request's rules may be, in bytes.
	maxBody = 1 << 20
	// timeout is how long a client may take for a request, and how long a
	// connection may be idle.
	timeout = 10 * time.Second
)

// Admin is the admin interface of a merged binary, which answers these requests:
//
//	GET    /links             state and counters of all methods
//	GET    /services          state of all services and what they have of the process
//	GET    /goroutines        the services' goroutines
//	GET    /knobs             who has set what the process has once
//	GET    /permissions       what services used, if the process records it
//	GET    /metrics           metrics of links and services, for Prometheus
//	GET    /profile?seconds=N CPU profile of the process, for pprof
//	GET    /rules             the rules in effect, of all sources
//	POST   /rules             set the rules in the body, beside those set before
//	PUT    /rules             set the rules in the body, and unset all others
//	DELETE /rules             unset all rules
//	DELETE /rules?link=L      unset the rules for L; may be repeated
//
// Bodies of requests have the form of the rules file. Requests change the
// rules set through the socket only. With ?unbound=refuse, POST and PUT refuse
// rules that make calls RPCs of services that do not listen, with status 409; the
// kill rule is never refused. Each request is applied as a whole or, when
// anything about it is wrong, not at all and answered with status 400 and what
// is wrong as text; a link without a rule has status 404. Answers but that of
// GET /metrics are JSON:
// GET /links returns a [reports.Links], GET /services a [reports.Services],
// GET /goroutines a [reports.Goroutines], GET /knobs a [reports.Knobs], and
// GET /permissions a [reports.Permissions]. Requests about rules return a
// [reports.Rules].
type Admin struct {
	// Binary is the name of the merged binary.
	Binary   string
	Links    *calls.Table
	Rules    *policy.Switch
	Services *supervision.Process
	Logger   *log.Logger
}

// Start serves the admin interface on the unix socket that the environment names,
// if it names one, and metrics at the address that it names, until stop is called. The
// socket is accessible to the process's user only.
func (a *Admin) Start(getenv func(string) string) (stop func(), err error) {
	stopSocket, err := a.startSocket(getenv(process.AdminSocketEnv))
	if err != nil {
		return nil, err
	}
	stopMetrics := a.startMetrics(getenv)
	return func() {
		stopSocket()
		stopMetrics()
	}, nil
}

// startSocket serves the admin interface on a unix socket, "" for none.
func (a *Admin) startSocket(path string) (stop func(), err error) {
	if path == "" {
		return func() {}, nil
	}
	if path[0] == '@' {
		return nil, fmt.Errorf("%s=%s: every user can open an abstract socket; write the path of a file", process.AdminSocketEnv, path)
	}
	// A service may change the working folder.
	if path, err = filepath.Abs(path); err != nil {
		return nil, fmt.Errorf("%s: %w", process.AdminSocketEnv, err)
	}
	l, err := listenUnix(path, a.Logger)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", process.AdminSocketEnv, err)
	}
	return serve(l, a.handler(), 0), nil // a profile takes as long as it is asked for
}

// serve answers requests until stop is called. An answer may take the time write, or 0 for
// any.
func serve(l net.Listener, h http.Handler, write time.Duration) (stop func()) {
	srv := &http.Server{Handler: h, ReadTimeout: timeout, WriteTimeout: write, IdleTimeout: timeout}
	go srv.Serve(l)
	return func() {
		srv.Close()
		l.Close() // which Close leaves open before Serve has begun
	}
}

func (a *Admin) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /links", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, a.links())
	})
	mux.HandleFunc("GET /services", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, reports.Services{Binary: a.Binary, Services: a.Services.Services()})
	})
	mux.HandleFunc("GET /goroutines", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, reports.Goroutines{Binary: a.Binary, Goroutines: a.Services.Goroutines()})
	})
	mux.HandleFunc("GET /permissions", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, reports.Permissions{Binary: a.Binary, Services: process.AllRecorded()})
	})
	mux.HandleFunc("GET /knobs", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, reports.Knobs{Binary: a.Binary, Knobs: process.Knobs()})
	})
	mux.HandleFunc("GET /profile", cpuProfile)
	mux.HandleFunc("GET /metrics", a.metrics)
	mux.HandleFunc("GET /rules", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, a.Rules.Report())
	})
	mux.HandleFunc("POST /rules", a.change(a.Rules.Set))
	mux.HandleFunc("PUT /rules", a.change(a.Rules.Replace))
	mux.HandleFunc("DELETE /rules", a.delete)
	return mux
}

// change returns a handler that gives the rules of the request to f.
func (a *Admin) change(f func(policy.Layer, string, []policy.Rule) int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		lines := strings.Split(string(body), "\n")
		rules, err := policy.ParseRules(lines, func(n int) string { return fmt.Sprintf("line %d", n) })
		if err == nil {
			err = a.Rules.Check(rules)
		}
		if err == nil && len(rules) == 0 && r.Method == http.MethodPost {
			err = errors.New("the request has no rules")
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		switch r.URL.RawQuery {
		case "":
		case "unbound=refuse":
			if links := a.Rules.Unbound(policy.AdminLayer, rules, r.Method == http.MethodPut); len(links) > 0 {
				http.Error(w, reports.DescribeUnbound(links)+"; to bind an address, set listen to true in the settings file or the go_merge_service, and restart the process", http.StatusConflict)
				return
			}
		default:
			http.Error(w, "the only parameter is unbound=refuse", http.StatusBadRequest)
			return
		}
		for i := range rules {
			rules[i].Source = source
		}
		a.report(w, f(policy.AdminLayer, source, rules))
	}
}

func (a *Admin) delete(w http.ResponseWriter, r *http.Request) {
	if r.URL.RawQuery == "" {
		a.report(w, a.Rules.Replace(policy.AdminLayer, source, nil))
		return
	}
	query := r.URL.Query()
	if len(query) != 1 || query["link"] == nil {
		http.Error(w, "the only parameter is link", http.StatusBadRequest)
		return
	}
	var patterns []policy.Pattern
	for _, name := range query["link"] {
		p, err := policy.ParsePattern(name)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		patterns = append(patterns, p)
	}
	changed, err := a.Rules.Unset(policy.AdminLayer, source, patterns)
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	a.report(w, changed)
}

func (a *Admin) report(w http.ResponseWriter, changed int) {
	report := a.Rules.Report()
	report.Changed = changed
	answer(w, report)
}

func answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false) // for the arrows to be readable
	enc.Encode(body)
}
