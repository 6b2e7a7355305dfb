package source

import (
	"path"
	"regexp"
	"strings"

	"github.com/bazelbuild/buildtools/build"

	"github.com/gomerge/rules_go_merge/dev/lint/markdown"
	"github.com/gomerge/rules_go_merge/dev/lint/wording"
)

// Starlark returns a message for each wording to avoid in the comments, doc strings and messages of
// a Starlark file. Doc strings are those of functions, and, in Markdown, of files and arguments
// named doc. Messages are the other strings of one line, alone or as parts of a sum, in .bzl files
// other than tests: any of them may reach a user. Those of BUILD files name things.
func Starlark(name string, src []byte) ([]string, error) {
	file, err := build.Parse(name, src)
	if err != nil {
		return nil, err
	}
	s := starlark{prose: &prose{name: name}, strings: path.Ext(name) == ".bzl" && !strings.HasSuffix(name, "_test.bzl"), seen: map[build.Expr]bool{}}
	if doc := docString(file.Stmt); doc != nil {
		s.checkMarkdown(doc)
	}
	build.Walk(file, s.visit)
	return s.messages(), nil
}

type starlark struct {
	*prose
	strings bool
	seen    map[build.Expr]bool // strings that are checked
}

func (s starlark) visit(expr build.Expr, _ []build.Expr) {
	comments := expr.Comment()
	for _, group := range [][]build.Comment{comments.Before, comments.Suffix, comments.After} {
		var lines []line
		for _, comment := range group {
			lines = append(lines, line{comment.Start.Line, strings.TrimPrefix(strings.TrimLeft(comment.Token, "#"), " ")})
		}
		s.check(lines)
	}
	switch expr := expr.(type) {
	case *build.DefStmt:
		if doc := docString(expr.Body); doc != nil {
			s.seen[doc] = true
			s.check(functionDoc(doc))
		}
	case *build.AssignExpr:
		if name, ok := expr.LHS.(*build.Ident); ok && name.Name == "doc" {
			if doc, ok := expr.RHS.(*build.StringExpr); ok {
				s.checkMarkdown(doc)
			}
		}
	case *build.StringExpr, *build.BinaryExpr:
		s.checkString(expr)
	}
}

// docString returns the string that a file or function starts with, or nil.
func docString(statements []build.Expr) *build.StringExpr {
	for _, statement := range statements {
		switch statement := statement.(type) {
		case *build.CommentBlock:
			continue
		case *build.StringExpr:
			return statement
		}
		break
	}
	return nil
}

func (s starlark) checkMarkdown(doc *build.StringExpr) {
	s.seen[doc] = true
	for _, f := range markdown.Text([]byte(unindented(doc.Value))) {
		s.found = append(s.found, finding{doc.Start.Line + f.Line - 1, f.Problem})
	}
}

// argument starts what a function's doc string says about one.
var argument = regexp.MustCompile(`^\s+\**\w+: `)

// functionDoc returns the lines of a function's doc string, with a paragraph for each argument.
func functionDoc(doc *build.StringExpr) []line {
	var lines []line
	section := false
	for _, l := range splitLines(unindented(doc.Value), doc.Start.Line) {
		indented := strings.HasPrefix(l.text, " ")
		if !indented && l.text != "" {
			section = l.text == "Args:" || l.text == "Returns:"
		}
		if section && indented {
			if argument.MatchString(l.text) {
				lines = append(lines, line{l.number, ""})
			}
			l.text = strings.TrimSpace(l.text)
		}
		lines = append(lines, l)
		if section && !indented {
			lines = append(lines, line{l.number, ""})
		}
	}
	return lines
}

// unindented removes from each line but the first the indentation that all of them have.
func unindented(text string) string {
	lines := strings.Split(text, "\n")
	common := -1
	for i, l := range lines[1:] {
		if strings.TrimSpace(l) == "" && i+2 < len(lines) {
			continue // unless it is the last, with the quotes that end the text
		}
		if indent := len(l) - len(strings.TrimLeft(l, " ")); common < 0 || indent < common {
			common = indent
		}
	}
	for i, l := range lines {
		if i > 0 {
			lines[i] = l[min(max(common, 0), len(l)):]
		}
	}
	return strings.Join(lines, "\n")
}

// placeholder is where format puts an argument.
var placeholder = regexp.MustCompile(`%[sdr]|\{\w*\}`)

func (s starlark) checkString(expr build.Expr) {
	text, ok := s.literal(expr)
	if ok && s.strings && !strings.Contains(strings.Trim(text, "\n"), "\n") {
		start, _ := expr.Span()
		s.check([]line{{start.Line, placeholder.ReplaceAllString(strings.Trim(text, "\n"), wording.CodeMark)}})
	}
}

// literal returns the text of a string literal, or of a sum that has one, unless it was taken
// before.
func (s starlark) literal(expr build.Expr) (text string, ok bool) {
	switch expr := expr.(type) {
	case *build.StringExpr:
		if s.seen[expr] {
			return "", false
		}
		s.seen[expr] = true
		return expr.Value, true
	case *build.ParenExpr:
		return s.literal(expr.X)
	case *build.BinaryExpr:
		if expr.Op != "+" || s.seen[expr] {
			return "", false
		}
		s.seen[expr] = true
		left, leftOK := s.literal(expr.X)
		right, rightOK := s.literal(expr.Y)
		if !leftOK {
			left = wording.CodeMark
		}
		if !rightOK {
			right = wording.CodeMark
		}
		return left + right, leftOK || rightOK
	}
	return "", false
}
