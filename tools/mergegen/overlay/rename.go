package overlay

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"strings"
)

// Rename gives the declaration of a function or method another name.
type Rename struct {
	// Receiver is the receiver's type, such as "*server", or "" for a function.
	Receiver string
	// From and To are the old and the new name.
	From, To string
}

var renameForm = regexp.MustCompile(`^(?:\((\*?[\pL_][\pL\pN_]*)\)\.|([\pL_][\pL\pN_]*)\.)?([^.()=]+)=([^.()=]+)$`)

// ParseRename reads a Rename from one of the forms
//
//	NewClient=goMergeNewClient
//	(*server).Run=goMergeRun
//	server.Name=goMergeName
func ParseRename(s string) (Rename, error) {
	m := renameForm.FindStringSubmatch(s)
	if m == nil || !token.IsIdentifier(m[3]) || !token.IsIdentifier(m[4]) {
		return Rename{}, fmt.Errorf("rename %q is not of the form Func=NewName or (*Type).Method=NewName", s)
	}
	return Rename{Receiver: m[1] + m[2], From: m[3], To: m[4]}, nil
}

// String spells the function as it is declared.
func (r Rename) String() string {
	if r.Receiver == "" {
		return "func " + r.From
	}
	return fmt.Sprintf("method (%s).%s", r.Receiver, r.From)
}

// renames does the renames that apply to the file and says which did.
func (e *goEditor) renames(renames []Rename) []bool {
	found := make([]bool, len(renames))
	// An external test in the same directory is another package.
	if strings.HasSuffix(e.file.Name.Name, "_test") {
		return found
	}
	for _, decl := range e.file.Decls {
		decl, ok := decl.(*ast.FuncDecl)
		if !ok {
			continue
		}
		for i, r := range renames {
			if decl.Name.Name != r.From || receiver(decl) != r.Receiver {
				continue
			}
			found[i] = true
			start := e.offset(decl.Name.Pos())
			to := r.To
			// What follows on the line keeps its column, unless the file's own
			// line directives say that columns are unknown.
			if pos := e.fset.Position(decl.Name.End()); pos.Column > 0 {
				to += fmt.Sprintf("/*line :%d:%d*/", pos.Line, pos.Column)
			}
			e.splices = append(e.splices, splice{start, start + len(r.From), to})
			e.change(e.line(decl.Name.Pos()), Func, r.qualify(r.From), r.qualify(r.To))
			break
		}
	}
	return found
}

func (r Rename) qualify(name string) string {
	if r.Receiver == "" {
		return name
	}
	return fmt.Sprintf("(%s).%s", r.Receiver, name)
}

// receiver returns the type of a method's receiver without its type parameters,
// "" for a function.
func receiver(decl *ast.FuncDecl) string {
	if decl.Recv == nil || len(decl.Recv.List) != 1 {
		return ""
	}
	star := ""
	t := decl.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.ParenExpr:
			t = x.X
		case *ast.StarExpr:
			star, t = "*", x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return star + x.Name
		default:
			return "?" // does not compile
		}
	}
}
