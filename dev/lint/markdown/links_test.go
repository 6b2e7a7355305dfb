package markdown_test

import (
	"slices"
	"testing"
	"testing/fstest"

	"github.com/gomerge/rules_go_merge/dev/lint/markdown"
)

func TestBrokenLinks(t *testing.T) {
	const target = `# A page

## Go versions, and *"what"* each needs

## The ` + "`env_inherit`" + ` attribute

## Twice

## Twice

Setext heading
--------------

<a id="by-hand"></a>

` + "```" + `
# Not a heading
` + "```" + `
`
	for _, test := range []struct {
		name string
		text string
		want []string
	}{
		{"file", "[a](target.md) [b](../main.go) [c](../docs) ![d](picture.svg)", nil},
		{"from the root", "[a](/docs/target.md)", nil},
		{"heading", "[a](target.md#go-versions-and-what-each-needs)", nil},
		{"heading with code", "[a](target.md#the-env_inherit-attribute)", nil},
		{"underlined heading", "[a](target.md#setext-heading)", nil},
		{"second of the same name", "[a](target.md#twice-1)", nil},
		{"HTML", "[a](target.md#by-hand)", nil},
		{"own heading", "# Here\n\n[a](#here)", nil},
		{"lines", "[a](../main.go#L1) [b](../main.go#L1-L2)", nil},
		{"elsewhere", "[a](https://example.com/gone.md#gone) <mailto:a@example.com> [b](//example.com/x)", nil},
		{"code", "`[a](gone.md)`\n\n    [b](gone.md)\n", nil},
		{"in a table", "| a | b |\n| --- | --- |\n| `x` | [a](gone.md) |\n", []string{
			"docs/page.md:3: link to gone.md: no such file",
		}},
		{"no file", "Text.\n\nA paragraph\nof [two\nlines](gone.md).", []string{
			"docs/page.md:4: link to gone.md: no such file",
		}},
		{"no picture", "![a](gone.svg)", []string{
			"docs/page.md:1: link to gone.svg: no such file",
		}},
		{"by reference", "[a][b]\n\n[b]: gone.md\n", []string{
			"docs/page.md:1: link to gone.md: no such file",
		}},
		{"wrong folder", "[a](main.go)", []string{
			"docs/page.md:1: link to main.go: no such file",
		}},
		{"no heading", "[a](target.md#gone) [b](#gone)", []string{
			"docs/page.md:1: link to target.md#gone: no such heading in docs/target.md",
			"docs/page.md:1: link to #gone: no such heading in docs/page.md",
		}},
		{"third of two", "[a](target.md#twice-2)", []string{
			"docs/page.md:1: link to target.md#twice-2: no such heading in docs/target.md",
		}},
		{"heading in code", "[a](target.md#not-a-heading)", []string{
			"docs/page.md:1: link to target.md#not-a-heading: no such heading in docs/target.md",
		}},
		{"heading of a folder", "[a](../docs#here)", []string{
			"docs/page.md:1: link to ../docs#here: a folder has no headings; link to its README.md",
		}},
		{"heading of a source file", "[a](../main.go#main)", []string{
			"docs/page.md:1: link to ../main.go#main: not a line of a source file",
		}},
		{"out of the repository", "[a](../../other/README.md)", []string{
			"docs/page.md:1: link to ../../other/README.md: leads out of the repository",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			tree := fstest.MapFS{
				"docs/page.md":     {Data: []byte(test.text)},
				"docs/target.md":   {Data: []byte(target)},
				"docs/picture.svg": {},
				"main.go":          {},
			}
			got, err := markdown.BrokenLinks(tree, []string{"docs/page.md"})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
