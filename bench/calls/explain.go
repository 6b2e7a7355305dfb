package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/bench/admin"
	"github.com/gomerge/rules_go_merge/bench/report"
)

// ways says which way the calls of a merged binary took, "" if there were none. Those
// that are in no way have passed through nothing of the framework's transport.
func ways(links []admin.Link) string {
	sum := admin.Sum(links)
	if sum.Inline == 0 {
		return ""
	}
	var parts []string
	rest := sum.Inline
	for _, way := range slices.Sorted(maps.Keys(sum.Ways)) {
		if n := sum.Ways[way]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, way))
			rest -= n
		}
	}
	if rest > 0 {
		parts = append(parts, fmt.Sprintf("%d others", rest))
	}
	return strings.Join(parts, ", ")
}

// waysTable lists for the merged rows which way the calls of the last run took.
func (t *table) waysTable() report.Table {
	text := report.Table{{"row", "ways of calls"}}
	for _, r := range t.rows {
		if r.merged {
			text = append(text, []string{r.title, t.ways[r.name]})
		}
	}
	return text
}
