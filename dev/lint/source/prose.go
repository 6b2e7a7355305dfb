// Package source checks the wording of what is written for people in Go and Starlark files:
// comments, doc strings and messages.
package source

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/dev/lint/wording"
)

// prose collects the findings of a file.
type prose struct {
	name  string
	found []finding
}

type finding struct {
	line    int
	problem string
}

// messages returns what was found, in the order of lines.
func (p *prose) messages() []string {
	slices.SortStableFunc(p.found, func(a, b finding) int { return a.line - b.line })
	var messages []string
	for _, f := range p.found {
		messages = append(messages, fmt.Sprintf("%s:%d: %s", p.name, f.line, f.problem))
	}
	return messages
}

// line is one of a text.
type line struct {
	number int
	text   string
}

// item is the mark before an item of a list.
var item = regexp.MustCompile(`^\s+(?:[-*+•]|\d+[.)]) `)

// check looks at each paragraph and item of a text. Indented lines other than those of items are
// code.
func (p *prose) check(lines []line) {
	var paragraph []line
	inItem := false
	end := func() {
		p.checkParagraph(paragraph)
		paragraph, inItem = nil, false
	}
	for _, l := range lines {
		switch indented := strings.TrimLeft(l.text, " \t") != l.text; {
		case strings.TrimSpace(l.text) == "":
			end()
		case item.MatchString(l.text):
			end()
			inItem = true
			paragraph = append(paragraph, line{l.number, item.ReplaceAllString(l.text, "")})
		case indented && !inItem:
			end()
		default:
			paragraph = append(paragraph, l)
		}
	}
	end()
}

// quoted is code within a text.
var quoted = regexp.MustCompile("`[^`]*`")

func (p *prose) checkParagraph(lines []line) {
	var text strings.Builder
	var starts []int
	for _, l := range lines {
		if text.Len() > 0 {
			text.WriteByte(' ')
		}
		starts = append(starts, text.Len())
		text.WriteString(quoted.ReplaceAllString(strings.TrimSpace(l.text), wording.CodeMark))
	}
	for _, f := range append(wording.Find(text.String()), wording.LongSentences(text.String())...) {
		i, exact := slices.BinarySearch(starts, f.At)
		if !exact {
			i--
		}
		p.found = append(p.found, finding{lines[i].number, f.Problem})
	}
}

// splitLines returns the lines of a text, the first of which is that of a file with a number.
func splitLines(text string, number int) []line {
	var lines []line
	for i, text := range strings.Split(text, "\n") {
		lines = append(lines, line{number + i, text})
	}
	return lines
}
