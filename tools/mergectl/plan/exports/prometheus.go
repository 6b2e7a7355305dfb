package exports

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// readPrometheus reads the text format of metrics: counters since the start of the
// processes, which is the period.
func readPrometheus(r *reader) error {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(r.data))
	if err != nil {
		return err
	}
	var list []series
	for _, name := range slices.Sorted(maps.Keys(families)) {
		if name == "traces_service_graph_unpaired_spans_total" {
			for _, m := range families[name].Metric {
				r.Ignore("spans", "the service graph has not found their other side", whole(m.GetCounter().GetValue()+m.GetUntyped().GetValue()))
			}
			continue
		}
		for _, m := range families[name].Metric {
			labels := make(map[string]string)
			for _, pair := range m.Label {
				labels[pair.GetName()] = pair.GetValue()
			}
			list = append(list, flat(name, labels, m)...)
		}
	}
	if len(list) == 0 {
		return errors.New("has no metrics in Prometheus' text format")
	}
	if r.Period <= 0 {
		return ErrPeriod
	}
	for i := range list {
		list[i].rate = r.perSecond(list[i].rate, r.Period)
	}
	r.addSeries(list)
	return nil
}

// flat returns the series of a metric, of which histograms and summaries have two
// that count.
func flat(name string, labels map[string]string, m *dto.Metric) []series {
	switch {
	case m.Histogram != nil:
		return []series{
			{name + "_count", labels, float64(m.Histogram.GetSampleCount())},
			{name + "_sum", labels, m.Histogram.GetSampleSum()},
		}
	case m.Summary != nil:
		return []series{
			{name + "_count", labels, float64(m.Summary.GetSampleCount())},
			{name + "_sum", labels, m.Summary.GetSampleSum()},
		}
	case m.Counter != nil:
		return []series{{name, labels, m.Counter.GetValue()}}
	case m.Gauge != nil:
		return []series{{name, labels, m.Gauge.GetValue()}}
	}
	return []series{{name, labels, m.Untyped.GetValue()}}
}

func whole(n float64) int {
	if !(n > 0) {
		return 0
	}
	return int(min(n, math.MaxInt32))
}

// apiAnswer is what Prometheus answers to a query.
type apiAnswer struct {
	Status string `json:"status"`
	Error  string `json:"error"`
	Data   struct {
		ResultType string          `json:"resultType"`
		Result     json.RawMessage `json:"result"`
	} `json:"data"`
}

// readPrometheusAPI reads the answer to a query. Series without a name are results
// of functions such as rate, and have calls per second; those with one are the
// counters themselves. A range of them has its own period.
func readPrometheusAPI(r *reader) error {
	var answer apiAnswer
	if err := json.Unmarshal(r.data, &answer); err != nil {
		return err
	}
	if answer.Status != "success" {
		return fmt.Errorf("Prometheus answered with status %q: %s", answer.Status, answer.Error)
	}
	var list []series
	switch answer.Data.ResultType {
	case model.ValVector.String():
		var vector model.Vector
		if err := json.Unmarshal(answer.Data.Result, &vector); err != nil {
			return err
		}
		for _, s := range vector {
			if s == nil {
				continue
			}
			one := series{string(s.Metric[model.MetricNameLabel]), labelsOf(s.Metric), float64(s.Value)}
			switch {
			case one.name == "":
				one.rate = r.perSecond(one.rate, time.Second)
			case r.Period <= 0:
				return ErrPeriod
			default:
				one.rate = r.perSecond(one.rate, r.Period)
			}
			list = append(list, one)
		}
	case model.ValMatrix.String():
		var matrix model.Matrix
		if err := json.Unmarshal(answer.Data.Result, &matrix); err != nil {
			return err
		}
		// A process that ran for a part of the range made its calls in all of it, as
		// those did that ran before and after.
		times := timesOf(matrix)
		for _, s := range matrix {
			if s == nil || len(s.Values) == 0 {
				continue
			}
			one := series{name: string(s.Metric[model.MetricNameLabel]), labels: labelsOf(s.Metric)}
			if !slices.IsSortedFunc(s.Values, func(a, b model.SamplePair) int { return cmp.Compare(a.Timestamp, b.Timestamp) }) {
				r.Ignore("series", "their values are not in the order of time", 1)
				continue
			}
			if one.name == "" {
				sum := 0.0
				for _, v := range s.Values {
					sum += float64(v.Value)
				}
				one.rate = r.perSecond(sum/float64(len(times)), time.Second)
			} else {
				period := times[len(times)-1].Sub(times[0])
				if len(s.Values) < 2 || period <= 0 {
					r.Ignore("series", "they have fewer than two values", 1)
					continue
				}
				one.rate = r.perSecond(increase(s.Values), period)
			}
			list = append(list, one)
		}
	default:
		return fmt.Errorf("its result is a %q, and not a vector or a matrix", answer.Data.ResultType)
	}
	r.addSeries(list)
	return nil
}

// timesOf returns the times of all values, sorted.
func timesOf(matrix model.Matrix) []time.Time {
	seen := make(map[model.Time]bool)
	for _, s := range matrix {
		if s == nil {
			continue
		}
		for _, v := range s.Values {
			seen[v.Timestamp] = true
		}
	}
	var times []time.Time
	for _, t := range slices.Sorted(maps.Keys(seen)) {
		times = append(times, t.Time())
	}
	return times
}

// increase returns by how much a counter has increased. One that is lower than
// before has been reset.
func increase(values []model.SamplePair) float64 {
	sum := 0.0
	for i := 1; i < len(values); i++ {
		before, after := float64(values[i-1].Value), float64(values[i].Value)
		if after < before {
			before = 0
		}
		sum += after - before
	}
	return sum
}

func labelsOf(m model.Metric) map[string]string {
	labels := make(map[string]string)
	for name, value := range m {
		if name != model.MetricNameLabel {
			labels[string(name)] = string(value)
		}
	}
	return labels
}
