package metrics

import (
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

// ContentType is the media type of what [Write] writes.
const ContentType = "text/plain; version=0.0.4; charset=utf-8"

// State is what metrics are of.
type State struct {
	Links    reports.Links
	Services []reports.Service
	// Started is when the process started, and CPU the time that it has used since.
	// Zero values are left out.
	Started time.Time
	CPU     time.Duration
}

// Write writes all metrics. docs/metrics.md has them.
func Write(w io.Writer, s State) error {
	var t text
	t.calls(s.Links.Links)
	t.rules(&s.Links)
	t.services(s.Links.Binary, s.Services)
	t.process(&s)
	_, err := io.WriteString(w, t.String())
	return err
}

// calls writes what is counted of each method.
func (t *text) calls(links []reports.Link) {
	t.family("go_merge_calls_total", "counter", "Calls that have ended, by what the gate drew for them and how they ended for their callers.")
	for _, l := range links {
		for _, arm := range arms(&l) {
			of := append(labelsOf(&l), label{"drawn", arm.drawn})
			for i, ended := range endings(arm.Ended) {
				// Where there are calls, the good ones have a series, for ratios.
				if ended.n > 0 || i == 0 && arm.drawn != "none" {
					t.count("", append(of[:len(of):len(of)], label{"ended", ended.name}), ended.n)
				}
			}
		}
	}
	t.family("go_merge_call_duration_seconds", "histogram", "Time from where the framework's client begins a call until that returns, of about one in 16 calls.")
	for _, l := range links {
		for _, arm := range arms(&l) {
			if arm.Latency.Count > 0 {
				t.histogram(append(labelsOf(&l), label{"drawn", arm.drawn}), arm.Latency)
			}
		}
	}
	t.family("go_merge_attempts_total", "counter", "Attempts to make calls, by the way that they went.")
	for _, l := range links {
		t.count("", append(labelsOf(&l), label{"way", "inline"}), l.Inline)
		t.count("", append(labelsOf(&l), label{"way", "rpc"}), l.RPC)
	}
	t.family("go_merge_fallbacks_total", "counter", "Attempts that were drawn inline and are RPCs, by why.")
	for _, l := range links {
		for _, fell := range fallbacks(l.Fallbacks) {
			if fell.n > 0 {
				t.count("", append(labelsOf(&l), label{"reason", fell.name}), fell.n)
			}
		}
	}
	t.family("go_merge_verified_calls_total", "counter", "RPCs that a rule has verified by an inline call, by whether both ended in the same way.")
	for _, l := range links {
		if v := l.Verification; v != nil {
			for _, n := range []counted{{"same", v.Same}, {"different", v.Different}, {"skipped", v.Skipped.Sum()}} {
				t.count("", append(labelsOf(&l), label{"outcome", n.name}), n.n)
			}
		}
	}
	t.family("go_merge_inline_errors_total", "counter", "Inline attempts that gave no result.")
	for _, l := range links {
		t.count("", labelsOf(&l), l.Errors)
	}
	t.family("go_merge_inline_panics_total", "counter", "Inline attempts in which the callee panicked.")
	for _, l := range links {
		t.count("", labelsOf(&l), l.Panics)
	}
	t.family("go_merge_inline_ratio", "gauge", "Part of the calls that rules let be inline, from 0 to 1.")
	for _, l := range links {
		t.gauge(labelsOf(&l), ratio(l.State))
	}
	t.family("go_merge_callee_serving", "gauge", "Whether the callee takes inline calls.")
	for _, l := range links {
		t.gauge(labelsOf(&l), flag(l.Serving))
	}
}

// rules writes what the process obeys.
func (t *text) rules(links *reports.Links) {
	t.family("go_merge_unknown_target_calls_total", "counter", "Calls over targets that mean no merged service, although one serves the RPC service.")
	for i, target := range links.Targets {
		n := target.RPC // those of one caller and RPC service are next to each other
		if i > 0 && links.Targets[i-1].Caller == target.Caller && links.Targets[i-1].RPCService == target.RPCService {
			continue
		}
		for _, next := range links.Targets[i+1:] {
			if next.Caller != target.Caller || next.RPCService != target.RPCService {
				break
			}
			n += next.RPC
		}
		t.count("", []label{{"caller", target.Caller}, {"rpc_service", target.RPCService}}, n)
	}
	t.family("go_merge_kill_switch", "gauge", "Whether the kill switch makes all calls RPCs.")
	t.gauge(nil, flag(len(links.Killed) > 0))
	file := links.File
	if file == nil {
		return
	}
	t.family("go_merge_rules_file_generation", "gauge", "Generation of the rules file that the process obeys, 0 if it has none.")
	t.gauge(nil, strconv.FormatUint(file.Generation, 10))
	t.family("go_merge_rules_file_usable", "gauge", "Whether the rules file can be used as it is.")
	t.gauge(nil, flag(file.Failure == ""))
	t.family("go_merge_rules_file_applies", "gauge", "Whether the rules of the file are in force: they have not expired, and the process is in their share.")
	t.gauge(nil, flag(file.Applies()))
	if file.Expires != nil {
		t.family("go_merge_rules_file_expiry_timestamp_seconds", "gauge", "When the rules of the file end, in seconds since 1970.")
		t.gauge(nil, strconv.FormatInt(file.Expires.Unix(), 10))
	}
}

// process writes what tells the process from others.
func (t *text) process(s *State) {
	if file := s.Links.File; file != nil {
		t.family("go_merge_process_info", "gauge", "Always 1, with the ID by which the process is in a share of processes.")
		t.gauge([]label{{"process_id", file.ProcessID}}, "1")
	}
	if !s.Started.IsZero() {
		t.family("go_merge_process_start_time_seconds", "gauge", "When the process started, in seconds since 1970.")
		t.gauge(nil, seconds(uint64(s.Started.UnixNano())))
	}
	if s.CPU > 0 {
		t.family("go_merge_process_cpu_seconds_total", "counter", "CPU time that the process has used, in user and system mode.")
		t.series("", nil, seconds(uint64(s.CPU)))
	}
}

// services writes what runs in the process.
func (t *text) services(binary string, services []reports.Service) {
	t.family("go_merge_binary_info", "gauge", "Always 1, with the name of the merged binary.")
	t.gauge([]label{{"binary", binary}}, "1")
	t.family("go_merge_service_info", "gauge", "Always 1, with the version, the revision of the sources and the digest of the code of a service.")
	for _, s := range services {
		t.gauge([]label{{"service", s.Name}, {"version", s.Version}, {"revision", s.Revision}, {"digest", s.Digest}}, "1")
	}
	t.family("go_merge_service_running", "gauge", "Whether the main function of a service runs.")
	for _, s := range services {
		t.gauge([]label{{"service", s.Name}}, flag(s.State == reports.Running))
	}
	t.family("go_merge_service_restarts_total", "counter", "How often a service was started again.")
	for _, s := range services {
		t.count("", []label{{"service", s.Name}}, uint64(s.Restarts))
	}
	t.family("go_merge_service_throttled_calls_total", "counter", "Inline calls that waited since their callee was above its CPU limit.")
	for _, s := range services {
		t.count("", []label{{"service", s.Name}}, s.Throttled)
	}
	t.family("go_merge_service_refused_calls_total", "counter", "Inline calls that a limit of their callee refused.")
	for _, s := range services {
		t.count("", []label{{"service", s.Name}}, s.Refused)
	}
}

// labelsOf returns the labels of a method. Those that are counted together have no name.
func labelsOf(l *reports.Link) []label {
	return []label{{"caller", l.Caller}, {"callee", l.Callee}, {"rpc_service", l.RPCService}, {"method", l.Method}}
}

// armOf is an arm with its name.
type armOf struct {
	drawn string
	reports.Arm
}

func arms(l *reports.Link) [3]armOf {
	return [3]armOf{{"inline", l.Drawn.Inline}, {"rpc", l.Drawn.RPC}, {"none", l.Drawn.None}}
}

// counted is a count with its name.
type counted struct {
	name string
	n    uint64
}

// endings returns the endings, the good one first.
func endings(e reports.Endings) [9]counted {
	return [9]counted{
		{"ok", e.OK}, {"application", e.Application}, {"internal", e.Internal}, {"panic", e.Panic}, {"timeout", e.Timeout},
		{"canceled", e.Canceled}, {"denied", e.Denied}, {"overloaded", e.Overloaded}, {"unavailable", e.Unavailable},
	}
}

func fallbacks(f reports.Fallbacks) [5]counted {
	return [5]counted{
		{"unconverted", f.Unconverted}, {"absent", f.Absent}, {"elsewhere", f.Elsewhere},
		{"declined", f.Declined}, {"refused", f.Refused},
	}
}

// ratio returns the state of a gate as a number.
func ratio(state string) string {
	switch state {
	case "on":
		return "1"
	case "off", "never":
		return "0"
	}
	percent, err := strconv.ParseFloat(strings.TrimSuffix(state, "%"), 64)
	if err != nil {
		return "NaN"
	}
	return strconv.FormatFloat(percent/100, 'g', 8, 64)
}

func flag(is bool) string {
	if is {
		return "1"
	}
	return "0"
}
