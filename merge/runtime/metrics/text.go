package metrics

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

// text is metrics in Prometheus' text format, version 0.0.4.
type text struct {
	strings.Builder
	name string // of the family that is written
	head string // of the same, until there is a series
}

// label is a name and a value.
type label struct{ name, value string }

// family begins a metric. One without series is left out.
func (t *text) family(name, kind, help string) {
	t.name = name
	t.head = "# HELP " + name + " " + help + "\n# TYPE " + name + " " + kind + "\n"
}

// count writes a series of a counter. The suffix is of a histogram.
func (t *text) count(suffix string, labels []label, n uint64) {
	t.series(suffix, labels, strconv.FormatUint(n, 10))
}

// gauge writes a series of a gauge.
func (t *text) gauge(labels []label, value string) { t.series("", labels, value) }

// histogram writes a histogram of latencies.
func (t *text) histogram(labels []label, l reports.Latency) {
	all := labels[:len(labels):len(labels)]
	for i, n := range l.Within {
		t.count("_bucket", append(all, label{"le", seconds(uint64(reports.LatencyBound(i)))}), n)
	}
	t.count("_bucket", append(all, label{"le", "+Inf"}), l.Count)
	t.series("_sum", labels, seconds(l.Sum))
	t.count("_count", labels, l.Count)
}

// seconds returns a number of nanoseconds in seconds.
func seconds(ns uint64) string { return strconv.FormatFloat(float64(ns)/1e9, 'g', -1, 64) }

var escaped = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)

func (t *text) series(suffix string, labels []label, value string) {
	t.WriteString(t.head)
	t.head = ""
	t.WriteString(t.name)
	t.WriteString(suffix)
	for i, l := range labels {
		t.WriteByte("{,"[min(i, 1)])
		t.WriteString(l.name)
		t.WriteString(`="`)
		escaped.WriteString(t, valid(l.value))
		t.WriteByte('"')
	}
	if len(labels) > 0 {
		t.WriteByte('}')
	}
	t.WriteByte(' ')
	t.WriteString(value)
	t.WriteByte('\n')
}

// valid returns a value as UTF-8, which is what the format has. Names of methods may come
// from what a service is sent, and two of them must not be one series.
func valid(value string) string {
	if utf8.ValidString(value) {
		return value
	}
	return strconv.Quote(value)
}
