// Package chart draws the charts of docs/performance.md as SVG.
package chart

import (
	"bytes"
	"fmt"
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Series is one kind of value for each row of a chart.
type Series struct {
	Name   string
	Values []float64 // by row, from the top
}

const (
	width     = 20 * vg.Centimeter
	rowHeight = 0.6 * vg.Centimeter
	margins   = 2.5 * vg.Centimeter // title, axis and its label
)

// palette has colours that the colour-blind can tell apart (Okabe and Ito's).
var palette = []color.Color{
	color.RGBA{0x00, 0x72, 0xb2, 0xff},
	color.RGBA{0xe6, 0x9f, 0x00, 0xff},
	color.RGBA{0x00, 0x9e, 0x73, 0xff},
	color.RGBA{0xcc, 0x79, 0xa7, 0xff},
	color.RGBA{0x56, 0xb4, 0xe9, 0xff},
	color.RGBA{0xd5, 0x5e, 0x00, 0xff},
	color.RGBA{0xf0, 0xe4, 0x42, 0xff},
	color.RGBA{0x80, 0x80, 0x80, 0xff},
}

// Dots draws a dot for each value on a logarithmic scale. Values must be
// positive.
func Dots(title, axis string, rows []string, series []Series) ([]byte, error) {
	p := newPlot(title, axis, rows)
	p.X.Scale = plot.LogScale{}
	p.X.Tick.Marker = plot.LogTicks{Prec: -1}
	grid := plotter.NewGrid()
	grid.Horizontal.Color = color.Gray{0xe0}
	grid.Vertical.Color = color.Gray{0xe0}
	p.Add(grid)
	glyphs := []draw.GlyphDrawer{draw.CircleGlyph{}, draw.SquareGlyph{}, draw.TriangleGlyph{}, draw.PyramidGlyph{}}
	for i, s := range series {
		points := make(plotter.XYs, len(s.Values))
		for j, v := range s.Values {
			points[j] = plotter.XY{X: v, Y: float64(len(rows) - 1 - j)}
		}
		scatter, err := plotter.NewScatter(points)
		if err != nil {
			return nil, err
		}
		scatter.GlyphStyle = draw.GlyphStyle{Color: palette[i%len(palette)], Radius: vg.Points(4), Shape: glyphs[i%len(glyphs)]}
		p.Add(scatter)
		p.Legend.Add(s.Name, scatter)
	}
	return svg(p, len(rows)+1)
}

// Stacks draws the series of each row one after the other as a bar.
func Stacks(title, axis string, rows []string, series []Series) ([]byte, error) {
	p := newPlot(title, axis, rows)
	var below *plotter.BarChart
	for i, s := range series {
		values := make(plotter.Values, len(s.Values))
		for j, v := range s.Values {
			values[len(rows)-1-j] = v
		}
		bars, err := plotter.NewBarChart(values, rowHeight)
		if err != nil {
			return nil, err
		}
		bars.Horizontal = true
		bars.Color = palette[i%len(palette)]
		bars.LineStyle.Width = 0
		if below != nil {
			bars.StackOn(below)
		}
		below = bars
		p.Add(bars)
		p.Legend.Add(s.Name, bars)
	}
	p.X.Min = 0
	p.X.Tick.Marker = plot.TickerFunc(wholeTicks)
	// The legend stands beside the bars.
	p.X.Max *= 1.4
	return svg(p, len(rows)+len(series)/2)
}

func init() {
	plot.DefaultFont = font.Font{Typeface: "Liberation", Variant: "Sans"}
}

// wholeTicks has labels without decimals.
func wholeTicks(from, to float64) []plot.Tick {
	ticks := plot.DefaultTicks{}.Ticks(from, to)
	for i, t := range ticks {
		if !t.IsMinor() {
			ticks[i].Label = fmt.Sprintf("%.0f", t.Value)
		}
	}
	return ticks
}

func newPlot(title, axis string, rows []string) *plot.Plot {
	p := plot.New()
	p.Title.Text = title
	p.X.Label.Text = axis
	bottomUp := make([]string, len(rows))
	for i, name := range rows {
		bottomUp[len(rows)-1-i] = name
	}
	p.NominalY(bottomUp...)
	p.Legend.Top = true
	return p
}

func svg(p *plot.Plot, rows int) ([]byte, error) {
	w, err := p.WriterTo(width, margins+vg.Length(rows)*rowHeight, "svg")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	_, err = w.WriteTo(&b)
	return b.Bytes(), err
}
