// Package exports reads who calls whom from what other systems export.
package exports

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/traffic"
)

// Format is how an export is written.
type Format string

const (
	// CSV has a line for each link or method: see [Read].
	CSV Format = "csv"
	// Prometheus is the text format of metrics, as processes show them.
	Prometheus Format = "prometheus"
	// PrometheusAPI is the JSON that Prometheus answers queries with.
	PrometheusAPI Format = "prometheus-api"
	// Jaeger is the JSON of Jaeger's /api/dependencies.
	Jaeger Format = "jaeger"
	// OTLP is OpenTelemetry's JSON of traces, one object or several.
	OTLP Format = "otlp"
)

// Formats are all formats.
var Formats = []Format{CSV, Prometheus, PrometheusAPI, Jaeger, OTLP}

// Options say what an export does not.
type Options struct {
	// Format is guessed if it is empty.
	Format Format
	// Period is the time in which the calls were made, for exports that only count
	// them. It is 0 if it is not known.
	Period time.Duration
	// Sampling is the part of the calls that were recorded, 0 for all.
	Sampling float64
	// ServiceOf returns the name of the service that serves an RPC service, for
	// metrics that name only the latter. It returns "" if it is not known.
	ServiceOf func(rpcService string) string
}

// ErrPeriod is why an export that only counts calls is not read.
var ErrPeriod = errors.New("this export counts calls and does not say in which time; give its period, such as 1h")

// Read reads an export under a name for messages.
func Read(name string, data []byte, o Options) (*traffic.Graph, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // as programs of Windows write
	if o.Format == "" {
		o.Format = guess(name, data)
	}
	if !(o.Sampling >= 0 && o.Sampling <= 1) {
		return nil, fmt.Errorf("%s: sampling %g is not between 0 and 1", name, o.Sampling)
	}
	if o.ServiceOf == nil {
		o.ServiceOf = func(string) string { return "" }
	}
	read, ok := map[Format]func(*reader) error{
		CSV: readCSV, Prometheus: readPrometheus, PrometheusAPI: readPrometheusAPI, Jaeger: readJaeger, OTLP: readOTLP,
	}[o.Format]
	if !ok {
		return nil, fmt.Errorf("%s: format %q is unknown; there are %v", name, o.Format, Formats)
	}
	r := &reader{data: data, Options: o, Builder: traffic.NewBuilder(name)}
	if err := read(r); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return r.Graph(), nil
}

// reader reads one export.
type reader struct {
	data []byte
	Options
	*traffic.Builder
}

// perSecond returns the rate of calls that were counted in a period.
func (r *reader) perSecond(count float64, period time.Duration) float64 {
	if r.Sampling > 0 {
		count /= r.Sampling
	}
	return count / period.Seconds()
}

// guess returns the format that a file seems to have.
func guess(name string, data []byte) Format {
	text := bytes.TrimSpace(data)
	switch {
	case strings.EqualFold(filepath.Ext(name), ".csv"):
		return CSV
	case len(text) == 0 || text[0] != '{' && text[0] != '[':
		return Prometheus
	}
	head := text[:min(len(text), 4096)]
	switch {
	case bytes.Contains(head, []byte(`"resourceSpans"`)):
		return OTLP
	case bytes.Contains(head, []byte(`"resultType"`)):
		return PrometheusAPI
	}
	return Jaeger
}
