package exports

import (
	"cmp"
	"slices"

	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/traffic"
)

// series is a time series of a metric as a rate per second.
type series struct {
	name   string // empty for a query's result that has none
	labels map[string]string
	rate   float64
}

// convention is how a system names its metrics of calls.
type convention struct {
	// calls are the metrics that count calls, by the side that counts: 0 for the
	// caller's, 1 for the callee's.
	calls map[string]int
	// bytes are the metrics with the sizes of requests or responses.
	bytes []string
	// others are known metrics of the system that say nothing more.
	others []string
	// labels are those that a series without a name is known by.
	labels []string
	// read returns the link that a series is of, or why it is of none.
	read func(r *reader, labels map[string]string) (caller, callee, method, why string)
}

// conventions are those of RPC frameworks, of Istio, and of OpenTelemetry's service
// graph connector, or Tempo's.
var conventions = append(frameworks, []convention{
	{
		calls:  map[string]int{"istio_requests_total": 0},
		bytes:  []string{"istio_request_bytes_sum", "istio_response_bytes_sum"},
		others: []string{"istio_request_duration_milliseconds", "istio_request_bytes", "istio_response_bytes"},
		labels: []string{"source_workload", "destination_workload"},
		read: func(_ *reader, labels map[string]string) (caller, callee, method, why string) {
			caller, callee = labels["source_workload"], labels["destination_workload"]
			if caller == "unknown" || callee == "unknown" {
				return "", "", "", "a workload is unknown: it is not in the mesh"
			}
			return caller, callee, "", ""
		},
	},
	{
		calls:  map[string]int{"traces_service_graph_request_total": 0},
		others: []string{"traces_service_graph_request_failed_total", "traces_service_graph_request_server_seconds", "traces_service_graph_request_client_seconds"},
		labels: []string{"client", "server"},
		read: func(_ *reader, labels map[string]string) (caller, callee, method, why string) {
			if kind := labels["connection_type"]; kind == "database" || kind == "messaging_system" {
				return "", "", "", "these are not RPCs: connection_type is " + kind
			}
			return labels["client"], labels["server"], "", ""
		},
	},
}...)

// sample is what a series says of a link.
type sample struct {
	traffic.Calls
	side    int
	isBytes bool
}

// addSeries adds what series say of links. Where both sides count the calls of a
// link, the caller's count.
func (r *reader) addSeries(list []series) {
	var samples []sample
	side := make(map[[2]string]int)
	for _, s := range list {
		c, is := r.conventionOf(s)
		if c == nil {
			r.Ignore("series", "their metrics are not of calls that this program knows", 1)
			continue
		}
		if is == other {
			r.Ignore("series", "their metrics say no more of who calls whom", 1)
			continue
		}
		caller, callee, method, why := c.read(r, s.labels)
		if why != "" {
			r.Ignore("series", why, 1)
			continue
		}
		at := sample{Calls: traffic.Calls{Caller: caller, Callee: callee, Method: method}, side: c.calls[s.name]}
		if s.labels["reporter"] == "destination" {
			at.side = 1
		}
		if is == ofBytes {
			at.isBytes, at.BytesPerSecond = true, s.rate
		} else {
			at.PerSecond = s.rate
		}
		link := [2]string{caller, callee}
		if first, ok := side[link]; !ok || at.side < first {
			side[link] = at.side
		}
		samples = append(samples, at)
	}
	// The sizes of a link are for all its calls.
	sized := make(map[[2]string]float64)
	for _, s := range samples {
		if link := [2]string{s.Caller, s.Callee}; s.isBytes && s.side == side[link] {
			sized[link] = 0
		}
	}
	slices.SortStableFunc(samples, func(a, b sample) int { return cmp.Compare(a.PerSecond, b.PerSecond) })
	for _, s := range samples {
		link := [2]string{s.Caller, s.Callee}
		if _, ok := sized[link]; ok && s.side == side[link] {
			sized[link] += s.PerSecond
		}
	}
	for _, s := range samples {
		link := [2]string{s.Caller, s.Callee}
		if s.side != side[link] {
			r.Ignore("series", "the caller's side counts the same calls", 1)
			continue
		}
		if _, ok := sized[link]; ok && !s.isBytes {
			s.Sized = s.PerSecond
		}
		r.Add(s.Calls)
	}
}

// What a series is of.
const (
	ofCalls = iota
	ofBytes
	other
)

func (r *reader) conventionOf(s series) (*convention, int) {
	for i := range conventions {
		c := &conventions[i]
		_, calls := c.calls[s.name]
		switch {
		case calls:
			return c, ofCalls
		case s.name == "" && !slices.ContainsFunc(c.labels, func(label string) bool { return s.labels[label] == "" }):
			return c, ofCalls
		case slices.Contains(c.bytes, s.name):
			return c, ofBytes
		case slices.ContainsFunc(c.others, func(name string) bool { return s.name == name || s.name == name+"_count" || s.name == name+"_sum" }):
			return c, other
		}
	}
	return nil, other
}
