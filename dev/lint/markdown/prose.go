package markdown

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	tables "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"

	"github.com/gomerge/rules_go_merge/dev/lint/wording"
)

// maxColumns is how long a line may be that can be broken.
const maxColumns = 80

// Prose returns a message for each wording in the text of a Markdown file that the documentation
// avoids, for each sentence and line that is too long, and for each header of a table that has an
// empty cell. It looks at no code. Parts between comments "<!-- begin" or "<!-- bazel" and
// "<!-- end" are generated, so their lines may have any length.
func Prose(name string, src []byte) []string {
	var messages []string
	for _, f := range append(Text(src), checkLines(src)...) {
		messages = append(messages, fmt.Sprintf("%s:%d: %s", name, f.Line, f.Problem))
	}
	return messages
}

// Finding is a problem of a line.
type Finding struct {
	Line    int
	Problem string
}

// Text returns what Prose finds in a text, other than the length of its lines.
func Text(src []byte) []Finding {
	var found []Finding
	// Never fails: the function does not.
	_ = ast.Walk(parser.Parse(text.NewReader(src)), func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch node := node.(type) {
		case *ast.Heading, *ast.Paragraph, *ast.TextBlock:
			found = append(found, checkBlock(node, src)...)
			return ast.WalkSkipChildren, nil
		case *tables.TableCell:
			found = append(found, checkBlock(node, src)...)
			if node.Parent().Kind() == tables.KindTableHeader && node.ChildCount() == 0 {
				found = append(found, Finding{lineOf(src, rowStart(node.Parent(), src)), "an empty cell in a table's header; say what the column has"})
			}
			return ast.WalkSkipChildren, nil
		}
		return ast.WalkContinue, nil
	})
	return found
}

// block is the text of a block, with one space for each line break, and where each byte is from.
type block struct {
	text strings.Builder
	from []int
}

func (b *block) add(s string, at int, each bool) {
	b.text.WriteString(s)
	for i := range len(s) {
		if each {
			b.from = append(b.from, at+i)
		} else {
			b.from = append(b.from, at)
		}
	}
}

// read adds the text below a node.
func (b *block) read(parent ast.Node, src []byte) {
	for node := parent.FirstChild(); node != nil; node = node.NextSibling() {
		switch node := node.(type) {
		case *ast.Text:
			segment := node.Segment
			b.add(string(segment.Value(src)), segment.Start, true)
			if node.SoftLineBreak() || node.HardLineBreak() {
				b.add(" ", segment.Stop, false)
			}
		case *ast.CodeSpan, *ast.AutoLink:
			at := 0
			if text, ok := node.FirstChild().(*ast.Text); ok {
				at = text.Segment.Start
			} else if n := len(b.from); n > 0 {
				at = b.from[n-1]
			}
			b.add(wording.CodeMark, at, false)
		case *ast.RawHTML:
		default:
			b.read(node, src)
		}
	}
}

func checkBlock(node ast.Node, src []byte) []Finding {
	var b block
	b.read(node, src)
	text := b.text.String()
	var found []Finding
	for _, f := range append(wording.Find(text), wording.LongSentences(text)...) {
		found = append(found, Finding{lineOf(src, b.from[f.At]), f.Problem})
	}
	return found
}

// lineOf returns the line of an offset.
func lineOf(src []byte, at int) int { return 1 + bytes.Count(src[:at], []byte("\n")) }

// rowStart returns a place in the header of a table: its first cell with text, or else its line,
// which is two above the row below it.
func rowStart(header ast.Node, src []byte) int {
	var b block
	if b.read(header, src); len(b.from) > 0 {
		return b.from[0]
	}
	if next := header.NextSibling(); next != nil {
		b.read(next, src)
	}
	if len(b.from) == 0 {
		return 0
	}
	at := b.from[0]
	for range 2 {
		at = max(0, bytes.LastIndexByte(src[:at], '\n'))
	}
	return at
}

// unbreakable is a line of one word, such as a long link, with the mark of a list.
var unbreakable = regexp.MustCompile(`^\s*(?:[-*] )?\S+$`)

// checkLines finds long lines outside of code, tables, headings and generated parts.
func checkLines(src []byte) []Finding {
	var found []Finding
	number := 0
	fenced, generated := false, false
	for line := range strings.Lines(string(src)) {
		number++
		trimmed := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(trimmed, "```"):
			fenced = !fenced
		case strings.HasPrefix(trimmed, "<!-- end"):
			generated = false
		case strings.HasPrefix(trimmed, "<!-- begin"), strings.HasPrefix(trimmed, "<!-- bazel"):
			generated = true
		case fenced, generated, trimmed == "", trimmed[0] == '|', trimmed[0] == '#', strings.HasPrefix(line, "    "):
		default:
			text := strings.TrimRight(line, "\r\n")
			if n := utf8.RuneCountInString(text); n > maxColumns && !unbreakable.MatchString(text) {
				found = append(found, Finding{number, fmt.Sprintf("a line of %d columns; break it at %d", n, maxColumns)})
			}
		}
	}
	return found
}
