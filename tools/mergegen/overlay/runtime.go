package overlay

import (
	"bytes"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"strconv"
	"strings"

	"github.com/gomerge/rules_go_merge/internal/naming"
)

// refuseRuntime fails if a source of the service imports the runtime or links
// to its functions, which only added files and the build's generated code may:
// it believes them whose calls they make. A copy of it that is among the
// service's own packages joins nothing.
func (c Config) refuseRuntime(path string, src []byte) error {
	if !bytes.Contains(src, []byte(naming.Runtime)) || c.Namespace.packages[naming.Runtime] {
		return nil
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil // as the compiler will say
	}
	var errs []error
	refuse := func(at token.Pos, does, what string) {
		errs = append(errs, fmt.Errorf("%s: service %s %s %s, which only the code that the build adds may do; take it out, or leave the service out of the merged binary",
			fset.PositionFor(at, false), c.Service, does, what))
	}
	for _, i := range file.Imports {
		imported, err := strconv.Unquote(i.Path.Value)
		if err == nil && (imported == naming.Runtime || strings.HasPrefix(imported, naming.Runtime+"/")) {
			refuse(i.Pos(), "imports", imported)
		}
	}
	for _, group := range file.Comments {
		for _, comment := range group.List {
			if f := strings.Fields(comment.Text); len(f) == 3 && (strings.HasPrefix(comment.Text, linknameDirective) || strings.HasPrefix(comment.Text, linknamestdDirective)) && strings.HasPrefix(f[2], naming.Runtime) {
				refuse(comment.Pos(), "links to", f[2])
			}
		}
	}
	return errors.Join(errs...)
}
