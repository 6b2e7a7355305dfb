package show

import (
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/choose"
)

// group is a host, a callee of it and a callee of that.
var group = choose.Group{Host: "api", Cores: 2, Inline: 30, Members: []choose.Member{
	{Service: "api", Share: 1},
	{Service: "item", Caller: "api", Share: 1, Cores: 1, Links: []choose.Link{{Link: "api->item", Inline: 10}}},
	{Service: "stock", Caller: "item", Share: 0.5, Cores: 2, Links: []choose.Link{{Link: "item->stock", Inline: 20}, {Link: "api->stock", Inline: 1, Uncounted: true}}},
}}

func TestPage(t *testing.T) {
	var b strings.Builder
	p := &choose.Plan{
		Services: 3, Links: 4, Groups: []choose.Group{group},
		Rejected: []choose.Rejected{{Link: "a<b>->c", Rule: "affinity", Why: "too few"}}, Warnings: []string{"mind the gap"},
	}
	if err := Page(&b, p); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	for want, n := range map[string]int{
		"<section": 1, "<rect": 3, `<path class="line" d="M`: 3, `<path class="arrow"`: 1, "stroke-dasharray": 1, `href="#group-1"`: 1, "a&lt;b&gt;-&gt;c": 1, "mind the gap": 1,
		// It needs no other file.
		"src=": 0, "<link": 0, "<script": 0, "default-src 'none'": 1,
		// What is wider than a screen scrolls, by the keyboard, too.
		`<div class="scroll" role="group"`: 4, `tabindex="0"`: 4, "</div>": 4, `<th scope="row"`: 5,
		"prefers-color-scheme: dark": 1,
	} {
		if got := strings.Count(text, want); got != n {
			t.Errorf("the page has %d times %q, want %d", got, want, n)
		}
	}
}

func TestNames(t *testing.T) {
	if got := Names(group); got != "api->item->stock" {
		t.Errorf("got %s", got)
	}
	if got := Why(group); got != "50 % of stock's work is for the group, the rest is for other callers" {
		t.Errorf("got %s", got)
	}
}
