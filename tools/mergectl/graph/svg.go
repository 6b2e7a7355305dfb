package graph

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

//go:embed graph.svg.tmpl
var svgText string

var svgTemplate = template.Must(template.New("svg").Parse(svgText))

// Lengths in pixels.
const (
	boxHeight  = 44
	charWidth  = 8
	columnGap  = 150
	rowGap     = 26
	margin     = 20
	lineHeight = 14
)

type drawing struct {
	Width, Height int
	Boxes         []box
	Lines         []line
}

type box struct {
	X, Y, Width, Height, Middle int
	Name, About                 string
	Outside                     bool
}

type line struct {
	Path   string
	X, Y   int
	Labels []label
}

type label struct {
	Text string
	Y    int
}

// WriteSVG draws the graph in columns: each service is to the left of those
// that it calls, unless calls go in a circle.
func WriteSVG(out io.Writer, w *workspace.Workspace) error {
	return svgTemplate.Execute(out, draw(newGraph(w)))
}

func draw(g *graph) drawing {
	columns := 0
	width := 0
	for _, n := range g.nodes {
		columns = max(columns, n.layer+1)
		width = max(width, charWidth*max(utf8.RuneCountInString(n.name), utf8.RuneCountInString(n.about))+2*margin)
	}
	rows := make([]int, columns)
	boxes := make(map[*node]box)
	var d drawing
	for _, n := range g.nodes {
		column := columns - 1 - n.layer
		b := box{
			X: margin + column*(width+columnGap), Y: margin + rows[column]*(boxHeight+rowGap),
			Width: width, Height: boxHeight, Name: n.name, About: n.about, Outside: n.outside,
		}
		b.Middle = b.X + width/2
		rows[column]++
		boxes[n] = b
		d.Boxes = append(d.Boxes, b)
		d.Width, d.Height = max(d.Width, b.X+width+margin), max(d.Height, b.Y+boxHeight+margin)
	}
	for _, e := range g.edges {
		l := connect(boxes[e.from], boxes[e.to], e.labels, e.from.layer-e.to.layer == 1)
		d.Height = max(d.Height, l.Y+margin)
		d.Lines = append(d.Lines, l)
	}
	return d
}

// connect draws a curve from the right side of a box to the left side of
// another. Unless that is in the next column, it goes below what is between.
func connect(from, to box, labels []string, next bool) line {
	x1, y1 := from.X+from.Width, from.Y+from.Height/2
	x2, y2 := to.X, to.Y+to.Height/2
	bend, bend1, bend2 := columnGap/2, y1, y2
	if !next {
		bend1 = max(y1, y2) + boxHeight + rowGap
		bend2 = bend1
	}
	l := line{
		Path: fmt.Sprintf("M%d %d C%d %d %d %d %d %d", x1, y1, x1+bend, bend1, x2-bend, bend2, x2, y2),
		X:    (x1 + x2) / 2, Y: (y1+3*bend1+3*bend2+y2)/8 - 4, // above the curve's middle
	}
	for i, text := range labels {
		l.Labels = append(l.Labels, label{strings.TrimSpace(text), l.Y - (len(labels)-1-i)*lineHeight})
	}
	return l
}
