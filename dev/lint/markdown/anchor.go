package markdown

import (
	"html"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
)

// dropped are the characters of a heading that its anchor lacks.
var dropped = regexp.MustCompile(`[^\p{L}\p{M}\p{N}\p{Pc}\- ]`)

// Anchor returns the fragment by which GitHub links to the first heading of a page that has the
// given text; a later one with the same text has "-1", "-2" and so on appended.
func Anchor(heading string) string {
	return strings.ReplaceAll(dropped.ReplaceAllString(strings.ToLower(heading), ""), " ", "-")
}

// plain returns the text of a node without its markup.
func plain(node ast.Node, src []byte) string {
	var b strings.Builder
	// Never fails: the function does not.
	_ = ast.Walk(node, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch node := node.(type) {
		case *ast.Image:
			return ast.WalkSkipChildren, nil
		case *ast.CodeSpan:
			for child := node.FirstChild(); child != nil; child = child.NextSibling() {
				if text, ok := child.(*ast.Text); ok {
					b.Write(text.Segment.Value(src))
				}
			}
			return ast.WalkSkipChildren, nil
		case *ast.Text:
			b.WriteString(html.UnescapeString(string(util.UnescapePunctuations(node.Segment.Value(src)))))
			if node.SoftLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(node.Value)
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}
