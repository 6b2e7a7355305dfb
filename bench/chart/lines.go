package chart

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Point is a point of a line.
type Point struct{ X, Y float64 }

// Line is how one figure grows.
type Line struct {
	Name   string
	Points []Point
}

const lineRows = 14 // the height of a chart of lines

// Lines draws lines on scales that begin with 0, so that what grows linearly
// is straight.
func Lines(title, xAxis, yAxis string, lines []Line) ([]byte, error) {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, xAxis, yAxis
	grid := plotter.NewGrid()
	grid.Horizontal.Color = color.Gray{0xe0}
	grid.Vertical.Color = color.Gray{0xe0}
	p.Add(grid)
	p.Legend.Top, p.Legend.Left = true, true
	for i, l := range lines {
		points := make(plotter.XYs, len(l.Points))
		for j, at := range l.Points {
			points[j] = plotter.XY(at)
		}
		line, dots, err := plotter.NewLinePoints(points)
		if err != nil {
			return nil, err
		}
		line.Color = palette[i%len(palette)]
		dots.GlyphStyle = draw.GlyphStyle{Color: line.Color, Radius: vg.Points(3), Shape: draw.CircleGlyph{}}
		p.Add(line, dots)
		p.Legend.Add(l.Name, line, dots)
	}
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Min = 0
		axis.Tick.Marker = plot.TickerFunc(wholeTicks)
	}
	// The legend stands above the lines.
	p.Y.Max *= 1.4
	return svg(p, lineRows)
}
