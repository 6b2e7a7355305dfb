// Package traffic is who calls whom how often, whatever it was measured with.
package traffic

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Graph is the calls between services.
type Graph struct {
	// Links are sorted by caller and callee, with one for each pair.
	Links []Link `json:"links"`
	// Received are services that others call, too, than the callers in the links,
	// sorted by name.
	Received []Received `json:"received,omitempty"`
	// Ignored is what was read and is not in the links, sorted.
	Ignored []Ignored `json:"ignored"`
}

// Received is how many calls a service gets in all, also from callers that are not
// known.
type Received struct {
	Callee    string  `json:"callee"`
	PerSecond float64 `json:"perSecond"`
	Source    string  `json:"source"`
}

// Link is the calls of one service to another.
type Link struct {
	Caller string `json:"caller"`
	Callee string `json:"callee"`
	// PerSecond is how many calls there are per second.
	PerSecond float64 `json:"perSecond"`
	// Bytes is the mean size of request and response together, 0 if it is not known.
	Bytes float64 `json:"bytes,omitempty"`
	// Methods are sorted by name. One without a name stands for calls of which the
	// method is not known.
	Methods []Method `json:"methods,omitempty"`
	// Source is where the numbers are from.
	Source string `json:"source"`
}

// Method is the calls of a link to one method.
type Method struct {
	Name      string  `json:"name"`
	PerSecond float64 `json:"perSecond"`
	Bytes     float64 `json:"bytes,omitempty"`
}

// Ignored is something that was read and not used.
type Ignored struct {
	// Source is the file, What the kind of things and Why the reason.
	Source string `json:"source"`
	What   string `json:"what"`
	Why    string `json:"why"`
	Count  int    `json:"count"`
}

func (i Ignored) String() string {
	return fmt.Sprintf("%s: %d %s: %s", i.Source, i.Count, i.What, i.Why)
}

// Calls is what an export says of one link or method.
type Calls struct {
	Caller, Callee, Method string
	PerSecond              float64
	// BytesPerSecond is of requests and responses, and Sized how many of the calls
	// per second it is for.
	BytesPerSecond, Sized float64
}

// Builder makes a graph of what an export says, in whatever order.
type Builder struct {
	source  string
	calls   []Calls
	ignored map[Ignored]int
}

// NewBuilder returns a builder for an export.
func NewBuilder(source string) *Builder {
	return &Builder{source: source, ignored: make(map[Ignored]int)}
}

// Add adds calls. Those of a service to itself, to services without a name or with an
// arrow in it, and negative ones are ignored with a reason. Those from such services are
// in no link.
func (b *Builder) Add(c Calls) {
	c.Caller, c.Callee = strings.TrimSpace(c.Caller), strings.TrimSpace(c.Callee)
	switch {
	case c.Callee == "":
		b.Ignore("calls", "the callee has no name", 1)
	case strings.Contains(c.Callee, arrow):
		b.Ignore("calls", "the callee's name has "+arrow+" in it, which stands between caller and callee", 1)
	case c.Caller == c.Callee:
		b.Ignore("calls", "of a service to itself", 1)
	case !(c.PerSecond >= 0) || c.PerSecond > maxRate || !(c.BytesPerSecond >= 0) || c.BytesPerSecond > maxRate*maxRate:
		b.Ignore("calls", "the number is negative, too large or not a number", 1)
	case c.PerSecond == 0 && c.BytesPerSecond == 0:
		b.Ignore("calls", "none were made", 1)
	case c.Caller == "":
		b.Ignore("calls", "the caller has no name: they only count as what the callee gets", 1)
		b.calls = append(b.calls, c)
	case strings.Contains(c.Caller, arrow):
		b.Ignore("calls", "the caller's name has "+arrow+" in it: they only count as what the callee gets", 1)
		c.Caller = ""
		b.calls = append(b.calls, c)
	default:
		b.calls = append(b.calls, c)
	}
}

// arrow stands between the two services of a link, wherever it is written.
const arrow = "->"

// AddUnknown adds calls of callers that are not known, for a reason that was given.
func (b *Builder) AddUnknown(callee string, perSecond float64) {
	if callee = strings.TrimSpace(callee); callee != "" && !strings.Contains(callee, arrow) && perSecond > 0 && perSecond <= maxRate {
		b.calls = append(b.calls, Calls{Callee: callee, PerSecond: perSecond})
	}
}

// maxRate is more calls per second than any fleet makes.
const maxRate = 1e15

// Ignore counts what is not used.
func (b *Builder) Ignore(what, why string, n int) {
	if n > 0 {
		b.ignored[Ignored{Source: b.source, What: what, Why: why}] += n
	}
}

// Graph returns the graph.
func (b *Builder) Graph() *Graph {
	// Sums of floating-point numbers depend on their order.
	slices.SortFunc(b.calls, func(x, y Calls) int {
		return cmp.Or(
			cmp.Compare(x.Caller, y.Caller), cmp.Compare(x.Callee, y.Callee), cmp.Compare(x.Method, y.Method),
			cmp.Compare(x.PerSecond, y.PerSecond), cmp.Compare(x.BytesPerSecond, y.BytesPerSecond), cmp.Compare(x.Sized, y.Sized),
		)
	})
	g := &Graph{}
	var sum, sumOfMethod Calls
	closeMethod := func() {
		if len(g.Links) == 0 {
			return
		}
		if sumOfMethod.PerSecond > 0 {
			l := &g.Links[len(g.Links)-1]
			l.Methods = append(l.Methods, Method{sumOfMethod.Method, sumOfMethod.PerSecond, sumOfMethod.meanBytes()})
		}
	}
	closeLink := func() {
		closeMethod()
		if len(g.Links) == 0 {
			return
		}
		l := &g.Links[len(g.Links)-1]
		l.PerSecond, l.Bytes = sum.PerSecond, sum.meanBytes()
		if len(l.Methods) == 1 && l.Methods[0].Name == "" {
			l.Methods = nil
		}
		if l.PerSecond == 0 {
			b.Ignore("links", "only the size of calls is known, not how many there are", 1)
			g.Links = g.Links[:len(g.Links)-1]
		}
	}
	for _, c := range b.calls {
		if c.Caller != sum.Caller || c.Callee != sum.Callee {
			closeLink()
			g.Links = append(g.Links, Link{Caller: c.Caller, Callee: c.Callee, Source: b.source})
			sum, sumOfMethod = Calls{Caller: c.Caller, Callee: c.Callee}, Calls{Method: c.Method}
		} else if c.Method != sumOfMethod.Method {
			closeMethod()
			sumOfMethod = Calls{Method: c.Method}
		}
		sum.add(c)
		sumOfMethod.add(c)
	}
	closeLink()
	// Callers without a name come first.
	unknown := slices.IndexFunc(g.Links, func(l Link) bool { return l.Caller != "" })
	if unknown < 0 {
		unknown = len(g.Links)
	}
	for _, l := range g.Links[:unknown] {
		g.Received = append(g.Received, Received{l.Callee, l.PerSecond, b.source})
	}
	g.Links = g.Links[unknown:]
	for _, l := range g.Links {
		if i, ok := find(g.Received, l.Callee); ok {
			g.Received[i].PerSecond += l.PerSecond
		}
	}
	g.Ignored = sorted(b.ignored)
	return g
}

func find(list []Received, callee string) (int, bool) {
	return slices.BinarySearchFunc(list, callee, func(r Received, callee string) int { return cmp.Compare(r.Callee, callee) })
}

func (c *Calls) add(other Calls) {
	c.PerSecond += other.PerSecond
	c.BytesPerSecond += other.BytesPerSecond
	c.Sized += other.Sized
}

func (c *Calls) meanBytes() float64 {
	if c.Sized == 0 {
		return 0
	}
	return c.BytesPerSecond / c.Sized
}

func sorted(counts map[Ignored]int) []Ignored {
	list := []Ignored{}
	for i, n := range counts {
		i.Count = n
		list = append(list, i)
	}
	slices.SortFunc(list, func(a, b Ignored) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.What, b.What), cmp.Compare(a.Why, b.Why))
	})
	return list
}

// Merge puts graphs into one. A link has its numbers from the first graph that has
// it, since several exports of one fleet count the same calls. Later ones only add
// a size of calls that the first does not have. Of what a service receives, the most
// counts that one of them has.
func Merge(graphs ...*Graph) *Graph {
	merged := &Graph{Ignored: []Ignored{}}
	at := make(map[[2]string]int)
	for _, g := range graphs {
		ignored := make(map[Ignored]int)
		for _, l := range g.Links {
			i, ok := at[[2]string{l.Caller, l.Callee}]
			if !ok {
				at[[2]string{l.Caller, l.Callee}] = len(merged.Links)
				merged.Links = append(merged.Links, l)
				continue
			}
			first := &merged.Links[i]
			if first.Bytes == 0 && l.Bytes > 0 {
				first.Bytes = l.Bytes
				first.Source += "; bytes: " + l.Source
			}
			ignored[Ignored{Source: l.Source, What: "links", Why: "their calls are counted from an input before it"}]++
		}
		for _, r := range g.Received {
			i, ok := find(merged.Received, r.Callee)
			if !ok {
				merged.Received = slices.Insert(merged.Received, i, r)
			} else if r.PerSecond > merged.Received[i].PerSecond {
				merged.Received[i] = r
			}
		}
		merged.Ignored = append(merged.Ignored, g.Ignored...)
		merged.Ignored = append(merged.Ignored, sorted(ignored)...)
	}
	slices.SortFunc(merged.Links, func(a, b Link) int {
		return cmp.Or(cmp.Compare(a.Caller, b.Caller), cmp.Compare(a.Callee, b.Callee))
	})
	return merged
}

// Rename returns the graph with other names of services. Links that have one name
// then are one.
func (g *Graph) Rename(name func(string) string) *Graph {
	renamed := &Graph{Ignored: g.Ignored}
	bySource := make(map[string]*Builder)
	var order []string
	builder := func(source string) *Builder {
		b := bySource[source]
		if b == nil {
			b = NewBuilder(source)
			bySource[source] = b
			order = append(order, source)
		}
		return b
	}
	linked := make(map[string]float64)
	for _, l := range g.Links {
		linked[l.Callee] += l.PerSecond
	}
	for _, r := range g.Received {
		builder(r.Source).AddUnknown(name(r.Callee), r.PerSecond-linked[r.Callee])
	}
	for _, l := range g.Links {
		b := builder(l.Source)
		methods := l.Methods
		if len(methods) == 0 {
			methods = []Method{{"", l.PerSecond, l.Bytes}}
		}
		for _, m := range methods {
			c := Calls{Caller: name(l.Caller), Callee: name(l.Callee), Method: m.Name, PerSecond: m.PerSecond}
			if m.Bytes > 0 {
				c.BytesPerSecond, c.Sized = m.Bytes*m.PerSecond, m.PerSecond
			}
			b.Add(c)
		}
	}
	slices.Sort(order)
	graphs := []*Graph{renamed}
	for _, source := range order {
		graphs = append(graphs, bySource[source].Graph())
	}
	return Merge(graphs...)
}
