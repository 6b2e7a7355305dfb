package check

import (
	"fmt"
	"go/ast"
	"go/token"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

// writers are the functions of package os that make files, with their names as
// first argument.
var writers = []string{"Create", "Mkdir", "MkdirAll", "OpenFile", "WriteFile"}

// madeFile is a file that a package makes under a constant relative name.
type madeFile struct {
	name     string
	position Position
}

// samePaths finds files that several services of a binary make under one name,
// relative to the working directory, which a process has once. While there is no
// binary, it judges as if all services were merged.
func samePaths(w *workspace.Workspace, made map[string][]madeFile) []Finding {
	groups := [][]*workspace.Service{w.Services}
	if len(w.Binaries) > 0 {
		groups = nil
		for _, b := range w.Binaries {
			groups = append(groups, b.Services)
		}
	}
	written := make(map[*workspace.Service]map[string]Position)
	for _, s := range w.Services {
		written[s] = make(map[string]Position)
		for _, dir := range reach(w, s) {
			for _, file := range made[dir] {
				if _, known := written[s][file.name]; !known {
					written[s][file.name] = file.position
				}
			}
		}
	}
	var findings []Finding
	for _, services := range groups {
		by := make(map[string][]*workspace.Service)
		for _, s := range services {
			for name := range written[s] {
				by[name] = append(by[name], s)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(by)) {
			if len(by[name]) < 2 {
				continue
			}
			first, second := written[by[name][0]][name], written[by[name][1]][name]
			findings = append(findings, Finding{
				Severity: Warning, Rule: "same-path", Position: second, Other: &first,
				Message: fmt.Sprintf("services %s make %s in the working directory, of which a process has one", serviceNames(by[name]), strconv.Quote(name)),
				Fix:     "let each service read the folder from a flag or a variable, which its go_merge_service sets",
			})
		}
	}
	return findings
}

// relativeFiles returns what a file of Go makes.
func relativeFiles(fset *token.FileSet, file *ast.File) []madeFile {
	osName := ""
	for _, spec := range file.Imports {
		if spec.Path.Value == `"os"` {
			osName = "os"
			if spec.Name != nil {
				osName = spec.Name.Name
			}
		}
	}
	if osName == "" {
		return nil
	}
	var made []madeFile
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		fun, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || !slices.Contains(writers, fun.Sel.Name) || fun.Sel.Name == "OpenFile" && (len(call.Args) != 3 || !creates(call.Args[1])) {
			return true
		}
		pkg, ok := fun.X.(*ast.Ident)
		literal, constant := call.Args[0].(*ast.BasicLit)
		if !ok || pkg.Name != osName || !constant || literal.Kind != token.STRING {
			return true
		}
		if name, err := strconv.Unquote(literal.Value); err == nil && name != "" && !path.IsAbs(name) {
			at := fset.Position(call.Pos())
			made = append(made, madeFile{path.Clean(name), Position{at.Filename, at.Line}})
		}
		return true
	})
	return made
}

// creates reports whether the flags of os.OpenFile have it make a file.
func creates(flags ast.Expr) bool {
	found := false
	ast.Inspect(flags, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		found = found || ok && strings.HasPrefix(id.Name, "O_CREAT")
		return true
	})
	return found
}
