package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// files returns the exports of a run by name.
func files(requests []request) map[string][]byte {
	r := newRecording(requests)
	return map[string][]byte{
		"calls.csv":         r.csv(),
		"kitex.prom":        r.kitex(),
		"istio.prom":        r.istio(),
		"servicegraph.prom": r.serviceGraph(),
		"jaeger.json":       r.jaeger(),
		"traces.otlp.json":  r.otlp(),
	}
}

// count is how many calls there were of a method, or of all for "".
type count struct {
	caller, callee, method string
	calls                  int
	request, response      int
}

// counts adds up the calls by a link, and by method if methods is set.
func (r *recording) counts(methods bool) []count {
	var list []count
	for _, c := range r.calls {
		one := count{caller: c.Caller, callee: c.Callee}
		if methods {
			one.method = c.Method
		}
		i := slices.IndexFunc(list, func(other count) bool {
			return other.caller == one.caller && other.callee == one.callee && other.method == one.method
		})
		if i < 0 {
			i = len(list)
			list = append(list, one)
		}
		list[i].calls += sampled
		list[i].request += sampled * c.Request
		list[i].response += sampled * c.Response
	}
	slices.SortFunc(list, func(a, b count) int {
		return cmp.Or(cmp.Compare(a.caller, b.caller), cmp.Compare(a.callee, b.callee), cmp.Compare(a.method, b.method))
	})
	return list
}

func (r *recording) csv() []byte {
	var b bytes.Buffer
	b.WriteString("caller,callee,method,calls,bytes_per_call\n")
	for _, c := range r.counts(true) {
		fmt.Fprintf(&b, "%s,%s,%s,%d,%d\n", c.caller, c.callee, c.method, c.calls, (c.request+c.response)/c.calls)
	}
	return b.Bytes()
}

// kitex writes what monitor-prometheus of both sides counts.
func (r *recording) kitex() []byte {
	var b bytes.Buffer
	for _, side := range []string{"client", "server"} {
		name := "kitex_" + side + "_throughput"
		fmt.Fprintf(&b, "# HELP %s Total number of RPCs completed by the %s, regardless of success or failure.\n# TYPE %s counter\n", name, side, name)
		for _, c := range r.counts(true) {
			fmt.Fprintf(&b, "%s{callee=%q,caller=%q,method=%q,status=\"succeed\",type=\"ok\"} %d\n", name, c.callee, c.caller, c.method, c.calls)
		}
	}
	return b.Bytes()
}

// istio writes what the proxies of both sides count.
func (r *recording) istio() []byte {
	var b bytes.Buffer
	b.WriteString("# TYPE istio_requests_total counter\n")
	for _, reporter := range []string{"destination", "source"} {
		for _, c := range r.counts(false) {
			fmt.Fprintf(&b, "istio_requests_total{%s,response_code=\"200\"} %d\n", workloads(reporter, c), c.calls)
		}
	}
	// The ingress is not in the mesh.
	fmt.Fprintf(&b, "istio_requests_total{%s,response_code=\"200\"} %d\n", workloads("destination", count{caller: "unknown", callee: "api"}), r.requests*sampled)
	for _, direction := range []string{"request", "response"} {
		name := "istio_" + direction + "_bytes"
		fmt.Fprintf(&b, "# TYPE %s histogram\n", name)
		for _, reporter := range []string{"destination", "source"} {
			for _, c := range r.counts(false) {
				sum := c.request
				if direction == "response" {
					sum = c.response
				}
				labels := workloads(reporter, c)
				fmt.Fprintf(&b, "%s_bucket{%s,le=\"+Inf\"} %d\n%s_sum{%s} %d\n%s_count{%s} %d\n", name, labels, c.calls, name, labels, sum, name, labels, c.calls)
			}
		}
	}
	return b.Bytes()
}

func workloads(reporter string, c count) string {
	return fmt.Sprintf("reporter=%q,source_workload=%q,destination_workload=%q,request_protocol=\"tcp\"", reporter, c.caller, c.callee)
}

// serviceGraph writes what the OpenTelemetry collector's connector counts.
func (r *recording) serviceGraph() []byte {
	var b bytes.Buffer
	b.WriteString("# TYPE traces_service_graph_request_total counter\n")
	for _, c := range r.counts(false) {
		fmt.Fprintf(&b, "traces_service_graph_request_total{client=%q,server=%q,connection_type=\"\"} %d\n", c.caller, c.callee, c.calls)
	}
	fmt.Fprintf(&b, "# TYPE traces_service_graph_unpaired_spans_total counter\ntraces_service_graph_unpaired_spans_total{client=\"\",server=\"api\"} %d\n", r.requests*sampled)
	return b.Bytes()
}

func (r *recording) jaeger() []byte {
	type dependency struct {
		Parent    string `json:"parent"`
		Child     string `json:"child"`
		CallCount int    `json:"callCount"`
	}
	answer := struct {
		Data   []dependency `json:"data"`
		Total  int          `json:"total"`
		Limit  int          `json:"limit"`
		Offset int          `json:"offset"`
		Errors []string     `json:"errors"`
	}{}
	for _, c := range r.counts(false) {
		// Jaeger has the spans that were sampled.
		answer.Data = append(answer.Data, dependency{c.caller, c.callee, c.calls / sampled})
	}
	data, err := json.MarshalIndent(answer, "", " ")
	if err != nil {
		panic(err) // the types are fixed
	}
	return append(data, '\n')
}

// otlp writes the traces as the collector's file exporter does, one object a line.
func (r *recording) otlp() []byte {
	type value map[string]any
	type keyValue struct {
		Key   string `json:"key"`
		Value value  `json:"value"`
	}
	kinds := map[string]int{"server": 2, "client": 3}
	var b bytes.Buffer
	for start := 0; start < len(r.spans); {
		// A line has the spans of one service that follow each other.
		end := start
		for end < len(r.spans) && r.spans[end].service == r.spans[start].service {
			end++
		}
		var spans []map[string]any
		for _, s := range r.spans[start:end] {
			one := map[string]any{
				"traceId": s.trace, "spanId": s.id, "name": s.name, "kind": kinds[s.kind],
				"startTimeUnixNano": strconv.FormatInt(s.start, 10), "endTimeUnixNano": strconv.FormatInt(s.end, 10), "status": map[string]any{},
			}
			if s.parent != "" {
				one["parentSpanId"] = s.parent
			}
			var attributes []keyValue
			for _, a := range s.attributes {
				v := value{"stringValue": a.text}
				if a.text == "" {
					v = value{"intValue": strconv.Itoa(a.size)}
				}
				attributes = append(attributes, keyValue{a.name, v})
			}
			if len(attributes) > 0 {
				one["attributes"] = attributes
			}
			spans = append(spans, one)
		}
		object := map[string]any{"resourceSpans": []any{map[string]any{
			"resource":   map[string]any{"attributes": []keyValue{{"service.name", value{"stringValue": r.spans[start].service}}}},
			"scopeSpans": []any{map[string]any{"scope": map[string]any{"name": "shop"}, "spans": spans}},
		}}}
		data, err := json.Marshal(object)
		if err != nil {
			panic(err) // the types are fixed
		}
		b.Write(append(data, '\n'))
		start = end
	}
	return b.Bytes()
}
