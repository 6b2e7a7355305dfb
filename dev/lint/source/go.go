package source

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gomerge/rules_go_merge/dev/lint/wording"
)

// Go returns a message for each wording to avoid in the comments and messages of a Go file.
// Messages are string literals, alone or as parts of a sum, that are
//
//   - of one line, and not in a test: any of them may reach a user;
//   - arguments of methods of testing.TB that report something, in tests;
//   - texts that a command shows as its help, of any length.
//
// Other literals of several lines are templates or the contents of files. Generated files have no
// prose.
func Go(name string, src []byte) ([]string, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	if ast.IsGenerated(file) {
		return nil, nil
	}
	p := &prose{name: name}
	for _, group := range file.Comments {
		p.check(commentLines(fset, group))
	}
	g := goLiterals{prose: p, fset: fset, test: strings.HasSuffix(name, "_test.go")}
	ast.Inspect(file, g.visit)
	return p.messages(), nil
}

// directive is a comment for a tool.
var directive = regexp.MustCompile(`^//(?:[a-z0-9]+:[a-z0-9]|line |export |extern )`)

func commentLines(fset *token.FileSet, group *ast.CommentGroup) []line {
	var lines []line
	for _, comment := range group.List {
		number := fset.Position(comment.Pos()).Line
		if text, ok := strings.CutPrefix(comment.Text, "//"); ok {
			if directive.MatchString(comment.Text) {
				text = ""
			}
			lines = append(lines, line{number, strings.TrimPrefix(text, " ")})
			continue
		}
		text := strings.TrimSuffix(strings.TrimPrefix(comment.Text, "/*"), "*/")
		lines = append(lines, splitLines(strings.TrimPrefix(text, " "), number)...)
	}
	return lines
}

// reports are the methods of testing.TB that show their arguments.
var reports = []string{"Error", "Errorf", "Fatal", "Fatalf", "Log", "Logf", "Skip", "Skipf"}

// helps are the fields of cobra.Command that are shown as help.
var helps = []string{"Short", "Long"}

type goLiterals struct {
	*prose
	fset *token.FileSet
	test bool
}

func (g goLiterals) visit(node ast.Node) bool {
	switch node := node.(type) {
	case *ast.ImportSpec:
		return false
	case *ast.Field:
		// Its tag is for tools.
		ast.Inspect(node.Type, g.visit)
		return false
	case *ast.CallExpr:
		if method, ok := node.Fun.(*ast.SelectorExpr); ok && g.test && slices.Contains(reports, method.Sel.Name) {
			for _, arg := range node.Args {
				g.checkLiteral(arg, false)
			}
		}
	case *ast.KeyValueExpr:
		if field, ok := node.Key.(*ast.Ident); ok && slices.Contains(helps, field.Name) {
			g.checkLiteral(node.Value, true)
			return false
		}
	case *ast.BasicLit, *ast.BinaryExpr:
		if !g.test {
			return !g.checkLiteral(node.(ast.Expr), false)
		}
	}
	return true
}

// verb is a verb of package fmt.
var verb = regexp.MustCompile(`%[-+#0]*(?:\d+|\*)?(?:\.(?:\d+|\*)?)?(?:\[\d+\])?[a-zA-Z]`)

// checkLiteral reports whether an expression is a string literal or a sum of some with others, and
// checks it then. What is not literal counts as code.
func (g goLiterals) checkLiteral(expr ast.Expr, long bool) bool {
	text, ok := literal(expr)
	if !ok {
		return false
	}
	if long || !strings.Contains(strings.Trim(text, "\n"), "\n") {
		g.check(splitLines(verb.ReplaceAllString(text, wording.CodeMark), g.fset.Position(expr.Pos()).Line))
	}
	return true
}

// literal returns the text of a string literal, or of a sum that has one.
func literal(expr ast.Expr) (text string, ok bool) {
	switch expr := expr.(type) {
	case *ast.BasicLit:
		if expr.Kind != token.STRING {
			return "", false
		}
		text, err := strconv.Unquote(expr.Value)
		return text, err == nil
	case *ast.ParenExpr:
		return literal(expr.X)
	case *ast.BinaryExpr:
		if expr.Op != token.ADD {
			return "", false
		}
		left, leftOK := literal(expr.X)
		right, rightOK := literal(expr.Y)
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
