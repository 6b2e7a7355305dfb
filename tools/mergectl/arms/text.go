package arms

import (
	"bytes"
	"strconv"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// Parse reads what a process reported in Prometheus' text format. The name is that of
// the process.
func Parse(name string, text []byte) (*Process, error) {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	var samples []sample
	for name, family := range families {
		for _, m := range family.Metric {
			samples = append(samples, flat(name, m)...)
		}
	}
	return processOf(name, samples)
}

// flat returns the series of a metric, of which a histogram has several.
func flat(name string, m *dto.Metric) []sample {
	labels := make(map[string]string, len(m.Label))
	for _, pair := range m.Label {
		labels[pair.GetName()] = pair.GetValue()
	}
	switch {
	case m.Counter != nil:
		return []sample{{name, labels, m.Counter.GetValue()}}
	case m.Gauge != nil:
		return []sample{{name, labels, m.Gauge.GetValue()}}
	case m.Untyped != nil:
		return []sample{{name, labels, m.Untyped.GetValue()}}
	case m.Histogram == nil:
		return nil
	}
	list := []sample{
		{name + "_count", labels, float64(m.Histogram.GetSampleCount())},
		{name + "_sum", labels, m.Histogram.GetSampleSum()},
	}
	for _, b := range m.Histogram.Bucket {
		within := map[string]string{"le": strconv.FormatFloat(b.GetUpperBound(), 'g', -1, 64)}
		for name, value := range labels {
			within[name] = value
		}
		list = append(list, sample{name + "_bucket", within, float64(b.GetCumulativeCount())})
	}
	return list
}
