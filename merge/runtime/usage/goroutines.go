package usage

import (
	"bytes"
	"cmp"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

// Goroutines returns the goroutines of all services, sorted by service and
// function. Looking at them stops all of them for a moment.
func (all Services) Goroutines() []reports.GoroutineGroup {
	return all.goroutinesOf(goroutineProfile())
}

// goroutineProfile returns the stacks of all goroutines in a text form, in which
// a paragraph stands for goroutines with one stack.
func goroutineProfile() string {
	var profile bytes.Buffer
	pprof.Lookup("goroutine").WriteTo(&profile, 1)
	return profile.String()
}

// goroutinesOf reads a goroutine profile. A goroutine has the service's label
// unless it comes from the initialization of packages: then its functions tell.
func (all Services) goroutinesOf(profile string) []reports.GoroutineGroup {
	groups := []reports.GoroutineGroup{}
	for paragraph := range strings.SplitSeq(profile, "\n\n") {
		if _, rest, ok := strings.Cut(paragraph, "goroutine profile: "); ok {
			_, paragraph, _ = strings.Cut(rest, "\n")
		}
		number, _, _ := strings.Cut(paragraph, " @ ")
		n, err := strconv.Atoi(number)
		if err != nil {
			continue
		}
		if s, ok := all.serviceOf(paragraph); ok {
			function, place := outermost(paragraph)
			groups = append(groups, reports.GoroutineGroup{Service: s.Name, Function: function, Place: place, Count: n})
		}
	}
	slices.SortFunc(groups, func(a, b reports.GoroutineGroup) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Function, b.Function), cmp.Compare(a.Place, b.Place))
	})
	merged := groups[:0]
	for _, g := range groups {
		if i := len(merged) - 1; i >= 0 && merged[i].Service == g.Service && merged[i].Function == g.Function {
			merged[i].Count += g.Count
			continue
		}
		merged = append(merged, g)
	}
	return merged
}

// serviceOf returns the service that the goroutines of a paragraph belong to,
// if there is one.
func (all Services) serviceOf(paragraph string) (s Service, ok bool) {
	for _, s := range all {
		if hasLabel(paragraph, s.Name) {
			return s, true
		}
	}
	for _, s := range all {
		if strings.Contains(paragraph, "\t"+s.Namespace+"/") {
			return s, true
		}
	}
	return Service{}, false
}

// hasLabel reports whether the goroutines of a paragraph have a service's label.
func hasLabel(paragraph, service string) bool {
	_, rest, ok := strings.Cut(paragraph, "\n# labels: ")
	labels, _, _ := strings.Cut(rest, "\n")
	return ok && strings.Contains(labels, strconv.Quote(serviceLabel)+":"+strconv.Quote(service))
}

// outermost returns the last function of a paragraph's stack, and where it is.
// A line has the columns "#", address, function and place.
func outermost(paragraph string) (function, place string) {
	line := paragraph[strings.LastIndexByte(paragraph, '\n')+1:]
	columns := strings.FieldsFunc(line, func(r rune) bool { return r == '\t' })
	if len(columns) != 4 {
		return "", ""
	}
	function = columns[2]
	if i := strings.LastIndex(function, "+0x"); i >= 0 {
		function = function[:i]
	}
	return function, columns[3]
}
