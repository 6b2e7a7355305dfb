package graph

import (
	"fmt"
	"strings"
	"testing"
)

func focus(t *testing.T, f Focus) (svg string, folded int) {
	t.Helper()
	var out strings.Builder
	folded, err := f.WriteSVG(&out)
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), folded
}

func TestFocus(t *testing.T) {
	all := []Calls{
		{Caller: "api", Callee: "item", Weight: 10, Inline: 1, About: "10 calls/s"},
		{Caller: "item", Callee: "stock", Weight: 20, About: "20 calls/s"},
		{Caller: "stock", Callee: "ledger", Weight: 5, About: "5 calls/s"},
		{Caller: "mail", Callee: "spool", Weight: 9, About: "9 calls/s"},
		{Caller: "stock", Callee: "item", Weight: 1, About: "1 call/s"},
	}
	href := func(service string) string { return "graph?service=" + service }
	for _, tt := range []struct {
		center       string
		depth        int
		boxes, lines int
		has, hasNot  []string
	}{
		{"item", 1, 3, 2, []string{">api<", ">stock<", "20 calls/s", `href="graph?service=api"`}, []string{">ledger<", ">mail<"}},
		{"item", 2, 4, 3, []string{">ledger<"}, []string{">mail<"}},
		{"spool", 2, 2, 1, []string{">mail<"}, []string{">item<"}},
		{"a<b>", 1, 1, 0, []string{"a&lt;b&gt;"}, nil},
	} {
		svg, folded := focus(t, Focus{Center: tt.center, Depth: tt.depth, All: all, Href: href, ID: "g", Title: "calls"})
		if boxes, lines := strings.Count(svg, "<rect"), strings.Count(svg, `<path class="line`); boxes != tt.boxes || lines != tt.lines || folded != 0 {
			t.Errorf("%s at %d: %d boxes, %d lines, %d folded; want %d, %d, 0", tt.center, tt.depth, boxes, lines, folded, tt.boxes, tt.lines)
		}
		for _, text := range tt.has {
			if !strings.Contains(svg, text) {
				t.Errorf("%s at %d: no %s in\n%s", tt.center, tt.depth, text, svg)
			}
		}
		for _, text := range tt.hasNot {
			if strings.Contains(svg, text) {
				t.Errorf("%s at %d: %s is drawn", tt.center, tt.depth, text)
			}
		}
	}
}

// TestFocusFolds draws a service with more neighbours than there is room for.
func TestFocusFolds(t *testing.T) {
	var all []Calls
	for i := range 500 {
		caller, callee := fmt.Sprintf("caller-%d", i), fmt.Sprintf("callee-%d", i)
		all = append(all,
			Calls{Caller: caller, Callee: "hub", Weight: float64(i)}, Calls{Caller: "hub", Callee: callee, Weight: float64(i)},
			Calls{Caller: "far-" + caller, Callee: caller, Weight: 1}, Calls{Caller: callee, Callee: "far-" + callee, Weight: 1})
	}
	for depth, want := range map[int]int{1: 2 * (500 - mostRows), 2: 4 * (500 - mostRows)} {
		svg, folded := focus(t, Focus{Center: "hub", Depth: depth, All: all, ID: "g"})
		if boxes := strings.Count(svg, "<rect"); boxes > MostNodes || folded != want {
			t.Errorf("depth %d: %d boxes and %d folded, want at most %d and %d", depth, boxes, folded, MostNodes, want)
		}
		if !strings.Contains(svg, ">caller-499<") || strings.Contains(svg, ">caller-1<") || !strings.Contains(svg, fmt.Sprintf(">%d more<", 500-mostRows)) {
			t.Errorf("depth %d: the services with most calls are not those that are drawn", depth)
		}
	}
}
