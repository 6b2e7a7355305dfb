package admin

import (
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/metrics"
	"github.com/gomerge/rules_go_merge/merge/runtime/process"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

// startMetrics serves GET /metrics over TCP at the address that the environment names, if
// it names one, until stop is called. Services are there for more than being measured, so
// they run if nobody can listen there.
func (a *Admin) startMetrics(getenv func(string) string) (stop func()) {
	addr := getenv(process.MetricsAddrEnv)
	if addr == "" {
		return func() {}
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		a.Logger.Printf("%s=%s: %v; there are no metrics over TCP", process.MetricsAddrEnv, addr, err)
		return func() {}
	}
	a.Logger.Printf("metrics are at http://%s/metrics", l.Addr())
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", a.metrics)
	// Who does not read an answer would keep one of few places.
	return serve(limit(l), mux, timeout)
}

// metrics answers with metrics in the text format of Prometheus.
func (a *Admin) metrics(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", metrics.ContentType)
	metrics.Write(w, metrics.State{Links: a.links(), Services: a.Services.States(), Started: started, CPU: cpuTime()})
}

// started is when the process started, but for the variables before this one.
var started = time.Now()

// cpuTime returns the CPU time that the process has used, or 0 if the system does not
// say.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// links reports the state of all links.
func (a *Admin) links() reports.Links {
	rules := a.Rules.Report()
	return reports.Links{Binary: a.Binary, File: rules.File, Killed: rules.Killed, Unbound: rules.Unbound, Links: a.Links.Links(), Targets: a.Links.Targets()}
}
