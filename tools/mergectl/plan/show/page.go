package show

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"unicode/utf8"

	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/choose"
)

//go:embed page.html.tmpl
var pageText string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"number": number,
	"count":  count,
	"change": func(saved float64) string { return signed(-saved) },
	"signed": signed,
	"bytes":  func(n float64) string { return Bytes(n, false) },
	"more":   func(n float64) string { return Bytes(n, true) },
	"names":  Names,
	"why":    Why,
	"proof":  Proof,
	"draw":   draw,
	"inc":    func(i int) int { return i + 1 },
	"percent": func(part float64) string {
		return fmt.Sprintf("%.3g %%", 100*part)
	},
}).Parse(pageText))

// Page writes a page that needs no other file: the groups in a table, and the graph
// of the one that is chosen in it.
func Page(out io.Writer, p *choose.Plan) error {
	return pageTemplate.Execute(out, p)
}

// Lengths in pixels.
const (
	boxHeight = 44
	charWidth = 8
	columnGap = 170
	rowGap    = 30
	margin    = 20
)

// drawing is the graph of a group, in columns by how many calls it takes from the
// host to a service.
type drawing struct {
	Width, Height int
	Boxes         []box
	Lines         []line
}

type box struct {
	X, Y, Width, Height, Middle int
	Name, About                 string
	Host                        bool
}

type line struct {
	Path      string
	X, Y      int
	Label     string
	Uncounted bool
}

func draw(g choose.Group) drawing {
	column := make(map[string]int)
	caller := make(map[string]string)
	for _, m := range g.Members {
		caller[m.Service] = m.Caller
	}
	for _, m := range g.Members {
		depth := 0
		for name := m.Service; caller[name] != "" && depth < len(g.Members); name = caller[name] {
			depth++
		}
		column[m.Service] = depth
	}
	width := 0
	about := make(map[string]string)
	for _, m := range g.Members {
		about[m.Service] = fmt.Sprintf("%.3g %% of its work", 100*m.Share)
		width = max(width, charWidth*max(utf8.RuneCountInString(m.Service), utf8.RuneCountInString(about[m.Service]))+2*margin)
	}
	d := drawing{}
	rows := make(map[int]int)
	boxes := make(map[string]box)
	for _, m := range g.Members {
		c := column[m.Service]
		b := box{
			X: margin + c*(width+columnGap), Y: margin + rows[c]*(boxHeight+rowGap), Width: width, Height: boxHeight,
			Name: m.Service, About: about[m.Service], Host: m.Caller == "",
		}
		b.Middle = b.X + width/2
		rows[c]++
		boxes[m.Service] = b
		d.Boxes = append(d.Boxes, b)
		d.Width, d.Height = max(d.Width, b.X+width+margin), max(d.Height, b.Y+boxHeight+margin)
	}
	for _, m := range g.Members {
		for _, l := range m.Links {
			from, to := boxes[l.Caller()], boxes[l.Callee()]
			one := connect(from, to)
			one.Label, one.Uncounted = number(l.Inline)+"/s", l.Uncounted
			d.Height = max(d.Height, one.Y+margin)
			d.Lines = append(d.Lines, one)
		}
	}
	return d
}

// connect draws a curve from the right side of a box to the left side of another.
// Unless that is in the next column, it goes below what is between.
func connect(from, to box) line {
	x1, y1 := from.X+from.Width, from.Y+from.Height/2
	x2, y2 := to.X, to.Y+to.Height/2
	bend, bend1, bend2 := columnGap/2, y1, y2
	if x2-x1 != columnGap {
		bend1 = max(y1, y2) + boxHeight + rowGap
		bend2 = bend1
	}
	return line{
		Path: fmt.Sprintf("M%d %d C%d %d %d %d %d %d", x1, y1, x1+bend, bend1, x2-bend, bend2, x2, y2),
		X:    (x1 + x2) / 2, Y: (y1+3*bend1+3*bend2+y2)/8 - 4, // above the curve's middle
	}
}
