// Package chart draws the latency of calls. It writes SVG itself: that of Go's charting
// libraries has fixed colours, which follow no dark mode, and inline styles, which a
// strict content security policy refuses.
package chart

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"strings"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/tools/mergectl/units"
)

//go:embed latency.svg.tmpl
var latencyText string

var latencyTemplate = template.Must(template.New("latency").Parse(latencyText))

// Lengths in pixels.
const (
	width, height = 720, 300
	left, right   = 52, 70
	top, bottom   = 34, 44
)

// Curve is the latency of some calls.
type Curve struct {
	// Name is the legend, and Class what the style sheet knows it by. Dashed curves can
	// be distinguished without colours.
	Name, Class string
	Dashed      bool
	Latency     reports.Latency
}

type drawing struct {
	ID, Title                        string
	Width, Height                    int
	Left, Right, Top, Bottom, Middle int
	Xs, Ys                           []tick
	Curves                           []curve
}

type tick struct{ At, Label string }

func newTick(at float64, label string) tick { return tick{fmt.Sprintf("%.1f", at), label} }

type curve struct {
	Curve
	Points  string
	LegendX int
}

// Latency draws which part of the calls took how long at most, on a logarithmic axis. It
// returns false, and draws nothing, if no call was timed.
func Latency(out io.Writer, id, title string, curves ...Curve) (bool, error) {
	var shown []Curve
	first, last := reports.LatencyBounds, -1
	for _, c := range curves {
		if c.Latency.Count == 0 {
			continue
		}
		shown = append(shown, c)
		for i, n := range c.Latency.Within {
			if n > 0 {
				first = min(first, i)
			}
			if n < c.Latency.Count {
				last = max(last, i)
			}
		}
	}
	if shown == nil {
		return false, nil
	}
	// From where the first call ends to where all have.
	first = max(0, min(first, reports.LatencyBounds-1)-1)
	last = min(max(last+1, first+2), reports.LatencyBounds-1)
	d := drawing{
		ID: id, Title: title, Width: width, Height: height,
		Left: left, Right: width - right, Top: top, Bottom: height - bottom, Middle: (left + width - right) / 2,
	}
	from, to := math.Log10(float64(reports.LatencyBound(first))), math.Log10(float64(reports.LatencyBound(last)))
	x := func(ns float64) float64 {
		return left + (math.Log10(ns)-from)/(to-from)*(width-left-right)
	}
	y := func(part float64) float64 { return float64(height-bottom) - part*(height-top-bottom) }
	steps := []float64{1}
	if to-from < 3 {
		steps = []float64{1, 2, 5}
	}
	for power := math.Floor(from); power <= to; power++ {
		for _, step := range steps {
			if ns := step * math.Pow(10, power); math.Log10(ns) >= from && math.Log10(ns) <= to {
				d.Xs = append(d.Xs, newTick(x(ns), units.Duration(int64(ns))))
			}
		}
	}
	for _, percent := range []int{0, 25, 50, 75, 90, 100} {
		d.Ys = append(d.Ys, newTick(y(float64(percent)/100), fmt.Sprintf("%d %%", percent)))
	}
	for i, c := range shown {
		one := curve{Curve: c, LegendX: left + 150*i}
		var points []string
		for bound := first; bound <= last; bound++ {
			part := float64(c.Latency.Within[bound]) / float64(c.Latency.Count)
			points = append(points, fmt.Sprintf("%.1f,%.1f", x(float64(reports.LatencyBound(bound))), y(min(part, 1))))
		}
		one.Points = strings.Join(points, " ")
		d.Curves = append(d.Curves, one)
	}
	return true, latencyTemplate.Execute(out, d)
}
