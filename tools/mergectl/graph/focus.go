package graph

import (
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// MostNodes is how many nodes the drawing of a focus has at most.
const MostNodes = 150

// mostRows is how many services a column of it has before the rest are folded.
const mostRows = 24

// deepest is how many calls away from the center services are drawn at most.
const deepest = 8

const (
	// mostChars is how much of a service's name is shown in its box, and mostFull how much
	// under the pointer.
	mostChars = 30
	mostFull  = 1000
	// mostAbout is how much is said of a line, in bytes.
	mostAbout = 4000
)

// Calls are those of one service to another.
type Calls struct {
	Caller, Callee string
	// Weight is what services are ranked by, such as the number of calls.
	Weight float64
	// Inline is the part of the calls that is inline, from 0 to 1.
	Inline float64
	// About says it in words.
	About string
}

// Focus is a service with those around it.
type Focus struct {
	// Center is the service, and Depth how many calls away the others may be, which is
	// at most 8.
	Center string
	Depth  int
	// Title says what is drawn.
	Title string
	// Href returns the address of a service's page, "" for none.
	Href func(service string) string
	// All are the calls to choose from, of any services.
	All []Calls
	// ID makes the identifiers in the drawing differ from those of others on a page.
	ID string
}

//go:embed focus.svg.tmpl
var focusText string

var focusTemplate = template.Must(template.New("focus").Parse(focusText))

// focusNode is a service, or several that are folded into one box.
type focusNode struct {
	name, about string
	level       int // calls from the center, negative to callers
	weight      float64
	row         int
	folded      int
}

type focusDrawing struct {
	ID, Title     string
	Width, Height int
	Boxes         []focusBox
	Lines         []focusLine
}

type focusBox struct {
	box
	Href, Full     string
	Center, Folded bool
}

type focusLine struct {
	Path, About  string
	Inline, Thin bool
	Thickness    string
}

// WriteSVG draws the focus in columns, callers to the left and callees to the right. It
// returns how many services there was no room for, which are counted in the drawing.
func (f Focus) WriteSVG(out io.Writer) (folded int, err error) {
	f.Depth = min(f.Depth, deepest)
	levels := f.levels()
	nodes, folded := f.fold(levels)
	return folded, focusTemplate.Execute(out, f.draw(nodes))
}

// levels returns how many calls away each service is that is drawn.
func (f Focus) levels() map[string]int {
	levels := map[string]int{f.Center: 0}
	for _, step := range []int{1, -1} {
		from := map[string]bool{f.Center: true}
		for depth := 1; depth <= f.Depth; depth++ {
			next := make(map[string]bool)
			for _, c := range f.All {
				near, far := c.Caller, c.Callee
				if step < 0 {
					near, far = far, near
				}
				if _, known := levels[far]; from[near] && !known {
					next[far] = true
				}
			}
			for name := range next {
				levels[name] = step * depth
			}
			from = next
		}
	}
	return levels
}

// fold returns the services to draw by name. In each column it keeps those with the
// greatest weight.
func (f Focus) fold(levels map[string]int) (map[string]*focusNode, int) {
	nodes := make(map[string]*focusNode)
	for name, level := range levels {
		nodes[name] = &focusNode{name: name, level: level}
	}
	for _, c := range f.All {
		from, to := nodes[c.Caller], nodes[c.Callee]
		if !drawn(from, to) {
			continue
		}
		for _, n := range []*focusNode{from, to} {
			n.weight += c.Weight
			if n.level != 0 && (from.level == 0 || to.level == 0) {
				n.about = c.About
			}
		}
	}
	rows := min(mostRows, (MostNodes-1)/max(1, 2*f.Depth)-1)
	columns := make(map[int][]*focusNode)
	for _, n := range nodes {
		columns[n.level] = append(columns[n.level], n)
	}
	total := 0
	for level, column := range columns {
		slices.SortFunc(column, func(a, b *focusNode) int {
			return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.name, b.name))
		})
		if len(column) > rows {
			rest := &focusNode{level: level, folded: len(column) - rows, row: rows}
			rest.name = fmt.Sprintf("%d more", rest.folded)
			rest.about = "callees with fewer calls"
			if level < 0 {
				rest.about = "callers with fewer calls"
			}
			for _, n := range column[rows:] {
				rest.weight += n.weight
				nodes[n.name] = rest
			}
			total += rest.folded
		}
		for i, n := range column[:min(rows, len(column))] {
			n.row = i
		}
	}
	return nodes, total
}

// drawn reports whether calls are drawn: those from one column to the next.
func drawn(from, to *focusNode) bool {
	return from != nil && to != nil && to.level-from.level == 1
}

func (f Focus) draw(nodes map[string]*focusNode) focusDrawing {
	unique := make(map[*focusNode]bool)
	rows := make(map[int]int)
	first, tallest, width := 0, 0, 0
	for _, n := range nodes {
		unique[n] = true
		rows[n.level] = max(rows[n.level], n.row+1)
		first, tallest = min(first, n.level), max(tallest, rows[n.level])
		width = max(width, charWidth*max(utf8.RuneCountInString(short(n.name, mostChars)), utf8.RuneCountInString(n.about)-4)+2*margin)
	}
	d := focusDrawing{ID: f.ID, Title: f.Title}
	boxes := make(map[*focusNode]box)
	for n := range unique {
		b := box{X: margin + (n.level-first)*(width+columnGap), Width: width, Height: boxHeight, Name: short(n.name, mostChars), About: n.about}
		b.Y = margin + n.row*(boxHeight+rowGap) + (tallest-rows[n.level])*(boxHeight+rowGap)/2
		b.Middle = b.X + width/2
		boxes[n] = b
		one := focusBox{box: b, Full: short(n.name, mostFull), Center: n.level == 0, Folded: n.folded > 0}
		if n.folded == 0 && f.Href != nil {
			one.Href = f.Href(n.name)
		}
		d.Boxes = append(d.Boxes, one)
		d.Width, d.Height = max(d.Width, b.X+width+margin), max(d.Height, b.Y+boxHeight+margin)
	}
	// In the order of reading, which the keyboard follows, too.
	slices.SortFunc(d.Boxes, func(a, b focusBox) int { return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.Y, b.Y)) })
	type pair struct{ from, to *focusNode }
	joined := make(map[pair]Calls)
	var order []pair
	for _, c := range f.All {
		p := pair{nodes[c.Caller], nodes[c.Callee]}
		if !drawn(p.from, p.to) {
			continue
		}
		sum, known := joined[p]
		if !known {
			order = append(order, p)
		}
		sum.Inline += c.Inline * c.Weight
		sum.Weight += c.Weight
		if len(sum.About) < mostAbout {
			sum.About = strings.TrimPrefix(sum.About+"; "+short(c.Caller, mostFull)+" to "+short(c.Callee, mostFull)+": "+c.About, "; ")
		}
		joined[p] = sum
	}
	for _, p := range order {
		sum := joined[p]
		one := focusLine{Path: connect(boxes[p.from], boxes[p.to], nil, true).Path, About: sum.About, Inline: sum.Inline > 0, Thin: sum.Weight == 0}
		if p.from.folded+p.to.folded > 0 {
			one.About = "calls of services that are not drawn"
		}
		one.Thickness = fmt.Sprintf("%.1f", min(5, 1+math.Log10(1+sum.Weight)/2))
		d.Lines = append(d.Lines, one)
	}
	return d
}

// short cuts a name that is too long.
func short(name string, most int) string {
	runes := []rune(name)
	if len(runes) <= most {
		return name
	}
	return string(runes[:most-1]) + "…"
}
