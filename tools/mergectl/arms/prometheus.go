package arms

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/prometheus/common/model"
)

// Prometheus is a server that scrapes the processes. Each combination of the labels that
// it adds, such as job and instance, is a process.
type Prometheus struct {
	// URL is its address, such as http://prometheus:9090.
	URL string
	// Selector has the matchers that the series of the processes have in common, such as
	// job="shop".
	Selector string
	// Without are added labels that do not name a process, such as that of a replica of
	// Prometheus itself.
	Without []string
}

// Read reads the newest value of each series.
func (p *Prometheus) Read(ctx context.Context) Reading {
	failed := func(err error) Reading { return Reading{Failures: []Failure{{p.URL, err}}} }
	address, err := url.Parse(p.URL)
	if err != nil {
		return failed(err)
	}
	matchers := `__name__=~"go_merge_.+"`
	if p.Selector != "" { // and not all targets of the server
		matchers = `__name__=~"go_merge_.+|` + upMetric + `",` + p.Selector
	}
	address = address.JoinPath("api/v1/query")
	address.RawQuery = url.Values{"query": {"{" + matchers + "}"}}.Encode()
	text, err := get(ctx, http.DefaultClient, address.String())
	if err != nil {
		return failed(err)
	}
	var answer struct {
		Status string `json:"status"`
		Error  string `json:"error"`
		Data   struct {
			Type   string       `json:"resultType"`
			Result model.Vector `json:"result"`
		} `json:"data"`
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return failed(fmt.Errorf("it is not a Prometheus server: %w", err))
	}
	if answer.Status != "success" {
		return failed(fmt.Errorf("it answers: %s", answer.Error))
	}
	r := p.processes(answer.Data.Result)
	if len(r.Processes)+len(r.Failures) == 0 {
		return failed(fmt.Errorf("it has no series {%s}; does it scrape the processes?", matchers))
	}
	return r
}

// upMetric is what Prometheus itself says about a target: 0 if it cannot scrape it. Without
// it, a process that cannot be reached would be as one that is not there.
const upMetric = "up"

// ownLabels are the labels that a merged binary gives its metrics.
var ownLabels = []string{"binary", "callee", "caller", "digest", "drawn", "ended", "le", "method", "outcome", "process_id", "reason", "revision", "rpc_service", "service", "version", "way"}

// processes puts the series of each process together.
func (p *Prometheus) processes(vector model.Vector) (r Reading) {
	samples, down := make(map[string][]sample), make(map[string]bool)
	for _, s := range vector {
		if s == nil {
			continue
		}
		one := sample{name: string(s.Metric[model.MetricNameLabel]), labels: make(map[string]string), value: float64(s.Value)}
		added := make(map[string]string)
		for name, value := range s.Metric {
			// Prometheus keeps a label of the process under another name if the target has
			// one of the same name, such as service in Kubernetes. That of the target is on
			// all series and cannot be told from a process's own, so it names no process.
			own, exported := strings.CutPrefix(string(name), "exported_")
			_, renamed := s.Metric["exported_"+name]
			switch {
			case name == model.MetricNameLabel:
			case exported && slices.Contains(ownLabels, own):
				one.labels[own] = string(value)
			case slices.Contains(ownLabels, string(name)):
				if !renamed {
					one.labels[string(name)] = string(value)
				}
			case !slices.Contains(p.Without, string(name)):
				added[string(name)] = string(value)
			}
		}
		key := targetName(added)
		if one.name == upMetric {
			down[key] = down[key] || one.value == 0
			continue
		}
		samples[key] = append(samples[key], one)
	}
	for _, name := range slices.Sorted(maps.Keys(samples)) {
		process, err := processOf(name, samples[name])
		if err == nil && hasTwice(samples[name]) {
			err = errors.New("there are several series of one metric; name the labels in which they differ under without")
		}
		if err != nil {
			r.Failures = append(r.Failures, Failure{name, err})
			continue
		}
		r.Processes = append(r.Processes, process)
	}
	for _, name := range slices.Sorted(maps.Keys(down)) {
		// Another Prometheus may have scraped it.
		if down[name] && samples[name] == nil {
			r.Failures = append(r.Failures, Failure{name, errors.New("Prometheus cannot scrape it; if it is not a merged binary, have the selector leave it out")})
		}
	}
	return r
}

// targetName returns a name for a target: its instance, and its other labels.
func targetName(labels map[string]string) string {
	name := labels["instance"]
	for _, label := range slices.Sorted(maps.Keys(labels)) {
		if label != "instance" {
			name += " " + label + "=" + labels[label]
		}
	}
	return strings.TrimSpace(name)
}

// hasTwice reports whether two series have the same name and labels.
func hasTwice(samples []sample) bool {
	seen := make(map[string]bool, len(samples))
	for _, s := range samples {
		var key strings.Builder
		key.WriteString(s.name)
		for _, label := range slices.Sorted(maps.Keys(s.labels)) {
			fmt.Fprintf(&key, "%q%q", label, s.labels[label])
		}
		if seen[key.String()] {
			return true
		}
		seen[key.String()] = true
	}
	return false
}
