package markdown_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/lint/markdown"
)

func TestProse(t *testing.T) {
	long := strings.Repeat("one two three four\n", 10)
	for _, test := range []struct {
		name string
		text string
		want []string
	}{
		{"clean", "# A page\n\nA service is not a process. It has no codec, and there is no log.\n", nil},
		{"is no", "A service is no process.", []string{
			`page.md:1: "is no process.": write "is not a", or "has no"`,
		}},
		{"is no, with code", "That\nis no `go_binary` target.", []string{
			"page.md:2: \"is no `code`\": write \"is not a\", or \"has no\"",
		}},
		{"is no longer", "It is no longer there.", nil},
		{"tells whether", "It\ntells\nwhether it runs.", []string{
			`page.md:2: "tells whether": write "says", "shows" or "reports"`,
		}},
		{"of its own", "It has an environment of its own.", []string{
			`page.md:1: "of its own.": put "its own" before the noun, or write "separate"`,
		}},
		{"of its own file", "It takes the versions of its own file.", nil},
		{"in a list", "- one\n- besides, two\n", []string{
			`page.md:2: "besides": write "in addition to", "other than" or "also"`,
		}},
		{"in a heading", "## Made anew\n", []string{
			`page.md:1: "anew": write "again"`,
		}},
		{"in a table", "| what | how |\n| --- | --- |\n| link | likewise |\n", []string{
			`page.md:3: "likewise": write "also", or repeat the statement`,
		}},
		{"in emphasis and a link", "It waits *in [vain](page.md)*.", []string{
			`page.md:1: "in vain": write "without effect", or say what happens`,
		}},
		{"in code", "`is no link`\n\n    for ever\n\n```\nbesides\n```\n", nil},
		{"articles", "An link, a answer, a one and an RPC.", []string{
			`page.md:1: "a answer": write "an"`,
			`page.md:1: "An link": write "a"`,
		}},
		{"twice", "It is in the\nthe log.", []string{
			`page.md:1: "the" is there twice`,
		}},
		{"filler", "Simply run it, e.g. twice.", []string{
			`page.md:1: "Simply": leave it out`,
			`page.md:1: "e.g.": write "for example" or "such as"`,
		}},
		{"long sentence", "Short.\n" + long + "Five.", []string{
			"page.md:2: a sentence of 41 words; at most 40 can be read at once",
		}},
		{"sentences", "Short.\n" + long + "\nFour: " + long, nil},
		{"header", "Text.\n\n| column | |\n| --- | --- |\n| a | b |\n", []string{
			"page.md:3: an empty cell in a table's header; say what the column has",
		}},
		{"long line", "Text.\n\n" + strings.Repeat("left right ", 7) + "four\n\n    code " + strings.Repeat("x ", 50) + "\n", []string{
			"page.md:3: a line of 81 columns; break it at 80",
		}},
		{"long link", "- [link](https://example.com/" + strings.Repeat("x", 60) + ")\n\n<https://example.com/" + strings.Repeat("x", 80) + ">\n", nil},
		{"generated", "<!-- begin -->\n\n" + strings.Repeat("left right ", 9) + "\n\n<!-- end -->\n", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := markdown.Prose("page.md", []byte(test.text)); !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}
