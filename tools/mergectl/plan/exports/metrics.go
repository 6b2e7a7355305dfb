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
	// read returns the link that a series is of, or why it is of none. Then it may
	// return the callee.
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
			if caller == unknownName || callee == unknownName {
				return "", known(callee), "", "a workload is unknown: it is not in the mesh"
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
			if labels["connection_type"] == "virtual_node" {
				// The graph makes the other side up, such as "user".
				callee = labels["server"]
				if labels["client"] != "user" {
					callee = ""
				}
				return "", callee, "", "one side has no spans: connection_type is virtual_node"
			}
			return labels["client"], labels["server"], "", ""
		},
	},
}...)

// unknownName stands in metrics for a service without a name.
const unknownName = "unknown"

// known returns a name, or "" if it is not one.
func known(name string) string {
	if name == unknownName {
		return ""
	}
	return name
}

// sample is what a series says of a link.
type sample struct {
	traffic.Calls
	// rank is of the metric: the caller's side before the callee's, and then by
	// conventions.
	rank    int
	isBytes bool
}

func (s *sample) link() [2]string { return [2]string{s.Caller, s.Callee} }

// addSeries adds what series say of links. Where several metrics count the calls of a
// link, the caller's side counts, and of two systems the first of the conventions.
// What callees count of callers that are not known is what they get in addition.
func (r *reader) addSeries(list []series) {
	var samples []sample
	rank := make(map[[2]string]int)
	for _, s := range list {
		c, is := r.conventionOf(s)
		if c < 0 {
			r.Ignore("series", "their metrics are not of calls that this program knows", 1)
			continue
		}
		if is == other {
			r.Ignore("series", "their metrics say no more of who calls whom", 1)
			continue
		}
		side := conventions[c].calls[s.name]
		if s.labels["reporter"] == "destination" {
			side = 1
		}
		caller, callee, method, why := conventions[c].read(r, s.labels)
		at := sample{Calls: traffic.Calls{Caller: caller, Callee: callee, Method: method}, rank: side*len(conventions) + c, isBytes: is == ofBytes}
		if at.isBytes {
			at.BytesPerSecond = s.rate
		} else {
			at.PerSecond = s.rate
		}
		if why != "" {
			r.Ignore("series", why, 1)
			if callee == "" || at.isBytes || !(at.PerSecond > 0) {
				continue
			}
			at.Caller = "" // what is left is that the callee is called
		}
		if first, ok := rank[at.link()]; !at.isBytes && (!ok || at.rank < first) {
			rank[at.link()] = at.rank
		}
		samples = append(samples, at)
	}
	slices.SortStableFunc(samples, func(a, b sample) int { return cmp.Compare(a.PerSecond, b.PerSecond) })
	r.addUnknown(samples, rank)
	samples = slices.DeleteFunc(samples, func(s sample) bool { return s.Caller == "" && s.Callee != "" })
	// The sizes of a link are for all its calls.
	sized := make(map[[2]string]bool)
	for _, s := range samples {
		if s.isBytes && s.rank == rank[s.link()] {
			sized[s.link()] = true
		}
	}
	for _, s := range samples {
		if first, ok := rank[s.link()]; ok && s.rank != first {
			r.Ignore("series", "the caller's side, or another system, counts the same calls", 1)
			continue
		}
		if sized[s.link()] && !s.isBytes {
			s.Sized = s.PerSecond
		}
		r.Add(s.Calls)
	}
}

// addUnknown adds how many more calls one of the metrics counts of a callee, with those
// of callers that are not known, than its links have.
func (r *reader) addUnknown(samples []sample, rank map[[2]string]int) {
	type place struct {
		callee string
		rank   int
	}
	all, linked, unknown := make(map[place]float64), make(map[string]float64), make(map[string]float64)
	for _, s := range samples {
		if s.isBytes || s.Caller == s.Callee || !(s.PerSecond > 0) {
			continue
		}
		all[place{s.Callee, s.rank}] += s.PerSecond
		if s.Caller != "" && s.rank == rank[s.link()] {
			linked[s.Callee] += s.PerSecond
		}
	}
	for _, s := range samples {
		if s.Caller == "" && s.Callee != "" {
			more := all[place{s.Callee, s.rank}] - linked[s.Callee]
			unknown[s.Callee] = max(unknown[s.Callee], more)
		}
	}
	for callee, perSecond := range unknown {
		// Sums are not exact.
		if perSecond > 1e-9*linked[callee] {
			r.AddUnknown(callee, perSecond)
		}
	}
}

// What a series is of.
const (
	ofCalls = iota
	ofBytes
	other
)

// conventionOf returns the index of the convention that a series follows, or -1.
func (r *reader) conventionOf(s series) (at, is int) {
	for i := range conventions {
		c := &conventions[i]
		_, calls := c.calls[s.name]
		switch {
		case calls:
			return i, ofCalls
		case s.name == "" && !slices.ContainsFunc(c.labels, func(label string) bool { return s.labels[label] == "" }):
			return i, ofCalls
		case slices.Contains(c.bytes, s.name):
			return i, ofBytes
		case slices.ContainsFunc(c.others, func(name string) bool { return s.name == name || s.name == name+"_count" || s.name == name+"_sum" }):
			return i, other
		}
	}
	return -1, other
}
