package dot

import (
	"strings"
	"testing"
)

func TestWrite(t *testing.T) {
	g := Graph{
		Name: `the "shop"`,
		Nodes: []Node{
			{ID: "item-api"},
			{ID: `back\slash`, Attrs: []Attr{{"label", "two\nlines"}, {"style", "dashed"}}},
		},
		Edges: []Edge{
			{From: "item-api", To: `back\slash`, Attrs: []Attr{{"label", "ItemService"}}},
			{From: "item-api", To: "item-api"},
		},
	}
	const want = `digraph "the \"shop\"" {
  rankdir=LR;
  node [shape=box, style=rounded];
  "item-api";
  "back\\slash" [label="two\nlines", style="dashed"];
  "item-api" -> "back\\slash" [label="ItemService"];
  "item-api" -> "item-api";
}
`
	var got strings.Builder
	if err := g.Write(&got); err != nil {
		t.Fatal(err)
	}
	if got.String() != want {
		t.Errorf("got\n%s\nwant\n%s", &got, want)
	}
}
