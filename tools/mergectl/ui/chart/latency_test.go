package chart

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

// within returns the latency of calls of which one ended in each of some buckets.
func within(buckets ...int) reports.Latency {
	l := reports.Latency{Count: uint64(len(buckets))}
	for _, b := range buckets {
		for i := b; i < reports.LatencyBounds; i++ {
			l.Within[i]++
		}
	}
	return l
}

func TestLatency(t *testing.T) {
	slowest := within(3)
	slowest.Count++ // and one beyond all bounds
	for _, tt := range []struct {
		name        string
		inline, rpc reports.Latency
		curves      int
		has         []string
	}{
		{"none", reports.Latency{}, reports.Latency{}, 0, nil},
		{"one arm", within(2, 2, 3), reports.Latency{}, 1, []string{">inline<", "1µs"}},
		{"both arms", within(2, 2, 3), within(9, 10, 12), 2, []string{">inline<", ">RPC<", "1µs", "10µs", "100µs", "1ms"}},
		{"one bucket", within(5, 5), within(5), 2, nil},
		{"first bucket", within(0), reports.Latency{}, 1, nil},
		{"last bucket", within(reports.LatencyBounds - 1), reports.Latency{}, 1, nil},
		{"beyond all", slowest, reports.Latency{Count: 7}, 2, []string{"10s"}},
	} {
		var out strings.Builder
		drawn, err := Latency(&out, "c", "Latency of a<b>",
			Curve{Name: "inline", Class: "inline", Latency: tt.inline}, Curve{Name: "RPC", Class: "rpc", Dashed: true, Latency: tt.rpc})
		if err != nil {
			t.Fatal(err)
		}
		svg := out.String()
		if drawn != (tt.curves > 0) || strings.Count(svg, "<polyline") != tt.curves || strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
			t.Errorf("%s: drawn is %v in\n%s", tt.name, drawn, svg)
		}
		for _, text := range tt.has {
			if !strings.Contains(svg, text) {
				t.Errorf("%s: no %s in\n%s", tt.name, text, svg)
			}
		}
		for d := xml.NewDecoder(strings.NewReader(svg)); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v in\n%s", tt.name, err, svg)
			}
		}
	}
}
