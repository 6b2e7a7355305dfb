package check

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"maps"
	"path"
	"slices"
	"strconv"

	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

// fileUsers are the functions of packages os and io/ioutil that make or read
// files, with their names as first argument.
var fileUsers = map[string][]string{
	`"os"`:        {"Create", "DirFS", "Mkdir", "MkdirAll", "Open", "OpenFile", "OpenRoot", "ReadDir", "ReadFile", "WriteFile"},
	`"io/ioutil"`: {"ReadDir", "ReadFile", "WriteFile"},
}

// usedFile is a file that a package uses by a constant relative name.
type usedFile struct {
	name     string
	position Position
}

// place is a file by the working directory that it is in, and its name there.
type place struct{ folder, name string }

// samePaths finds files that several services of a binary use by one name,
// relative to one working directory. While there is no binary, it judges as if
// all services were merged.
func samePaths(w *workspace.Workspace, used map[string][]usedFile) []Finding {
	groups := [][]*workspace.Service{w.Services}
	if len(w.Binaries) > 0 {
		groups = nil
		for _, b := range w.Binaries {
			groups = append(groups, b.Services)
		}
	}
	at := make(map[*workspace.Service]map[string]Position)
	for _, s := range w.Services {
		at[s] = make(map[string]Position)
		for _, dir := range reach(w, s) {
			for _, file := range used[dir] {
				if _, known := at[s][file.name]; !known {
					at[s][file.name] = file.position
				}
			}
		}
	}
	var findings []Finding
	for _, services := range groups {
		by := make(map[place][]*workspace.Service)
		for _, s := range services {
			for name := range at[s] {
				p := place{s.Folder, name}
				by[p] = append(by[p], s)
			}
		}
		places := slices.SortedFunc(maps.Keys(by), func(a, b place) int {
			return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.folder, b.folder))
		})
		for _, p := range places {
			if len(by[p]) < 2 {
				continue
			}
			where, of := "in the working directory, of which a process has one", "a working_directory"
			if p.folder != "" {
				where, of = "in their working directory "+strconv.Quote(p.folder), "a separate working_directory"
			}
			first, second := at[by[p][0]][p.name], at[by[p][1]][p.name]
			findings = append(findings, Finding{
				Severity: Warning, Rule: "same-path", Position: second, Other: &first,
				Message: fmt.Sprintf("services %s use %s %s", serviceNames(by[p]), strconv.Quote(p.name), where),
				Fix:     "give the go_merge_service of each " + of + ", or let each read the path from a flag or a variable",
			})
		}
	}
	return findings
}

// relativeFiles returns what a file of Go makes and reads.
func relativeFiles(fset *token.FileSet, file *ast.File) []usedFile {
	functions := make(map[string][]string) // by the name of their package here
	for _, spec := range file.Imports {
		users, ok := fileUsers[spec.Path.Value]
		if !ok {
			continue
		}
		name := path.Base(spec.Path.Value[1 : len(spec.Path.Value)-1])
		if spec.Name != nil {
			name = spec.Name.Name
		}
		functions[name] = users
	}
	if len(functions) == 0 {
		return nil
	}
	var used []usedFile
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		fun, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		pkg, ok := fun.X.(*ast.Ident)
		literal, constant := call.Args[0].(*ast.BasicLit)
		if !ok || !slices.Contains(functions[pkg.Name], fun.Sel.Name) || !constant || literal.Kind != token.STRING {
			return true
		}
		if name, err := strconv.Unquote(literal.Value); err == nil && name != "" && !path.IsAbs(name) {
			at := fset.Position(call.Pos())
			used = append(used, usedFile{path.Clean(name), Position{at.Filename, at.Line}})
		}
		return true
	})
	return used
}
