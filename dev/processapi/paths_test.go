package main

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/gosdk"
	"github.com/gomerge/rules_go_merge/tools/mergegen/closure"
)

// withPaths are the packages whose functions are given paths.
var withPaths = []string{"io/fs", "net", "os", "os/exec", "path/filepath", "plugin", "syscall"}

// takesNames returns the functions and methods of some SDKs' packages that are
// given texts or addresses, among which are all that are given paths.
func takesNames(sdks []*closure.SDK) (map[symbol]bool, error) {
	all := map[symbol]bool{}
	for _, sdk := range sdks {
		for _, p := range platforms {
			std := sdk.Types(p)
			for _, path := range withPaths {
				pkg, err := std.Import(path)
				if errors.Is(err, closure.ErrNotBuilt) {
					continue
				}
				if err != nil {
					return nil, err
				}
				for _, name := range exported(pkg) {
					if f := function(pkg, name); f != nil && slices.ContainsFunc(slices.Collect(f.Signature().Params().Variables()), isName) {
						all[symbol{path, name}] = true
					}
				}
			}
		}
	}
	return all, nil
}

// function returns what exported calls name, nil if it is a variable.
func function(pkg *types.Package, name string) *types.Func {
	if f, ok := pkg.Scope().Lookup(name).(*types.Func); ok {
		return f
	}
	typ, method, ok := strings.Cut(name, ".")
	if !ok {
		return nil
	}
	m, _, _ := types.LookupFieldOrMethod(types.NewPointer(pkg.Scope().Lookup(typ).Type()), false, pkg, method)
	f, _ := m.(*types.Func)
	return f
}

// isName reports whether a parameter is a text, several, or an address that can be
// one of a unix socket.
func isName(v *types.Var) bool {
	switch t := v.Type(); t.String() {
	case "string", "[]string", "net.Addr", "*net.UnixAddr", "syscall.Sockaddr":
		return true
	}
	return false
}

// TestPaths compares paths.txt with what the SDKs have and with merge/std.
func TestPaths(t *testing.T) {
	text, err := os.ReadFile("paths.txt")
	if err != nil {
		t.Fatal(err)
	}
	entries, err := parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	of, err := index(entries)
	if err != nil {
		t.Fatal(err)
	}
	sdks, err := open(nil)
	if err != nil {
		t.Fatal(err)
	}
	found, err := takesNames(sdks)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sorted(found) {
		if of[s] == nil {
			t.Errorf("%v is given a text or an address: say in paths.txt where a relative path begins", s)
		}
	}
	if roots, err := gosdk.Roots(); err == nil && len(roots) > 1 {
		for _, s := range sorted(of) {
			if !found[s] {
				t.Errorf("%v is in paths.txt, and no SDK has it", s)
			}
		}
	}
	views, copies := packages(t)
	finds := finders(t)
	doc, err := os.ReadFile("../../docs/isolation.md")
	if err != nil {
		t.Fatal(err)
	}
	section := string(doc)
	section = section[strings.Index(section, "\n## Working directory"):strings.Index(section, "\n## Settings file")]
	for _, s := range sorted(of) {
		switch of[s].decision {
		case own:
			if !copies[s.pkg] && (!views[s.pkg] || !finds[s]) {
				t.Errorf("%v is own in paths.txt, and nothing in merge/std finds its paths", s)
			}
		case none:
		case shared:
			if finds[s] {
				t.Errorf("%v is shared in paths.txt, and its code in merge/std finds its paths", s)
			}
			if name := s.name[strings.LastIndexByte(s.name, '.')+1:]; !regexp.MustCompile(`\b` + name).MatchString(section) {
				t.Errorf("docs/isolation.md does not say where paths of %v begin", s)
			}
		default:
			t.Errorf("%v is %s in paths.txt; write own, none or shared", s, of[s].decision)
		}
	}
}

// TestResolvedOnce looks for functions of views that find what one name stands for
// twice, between which the service may change its folder.
func TestResolvedOnce(t *testing.T) {
	finds := finders(t)
	resolved := 0
	for _, pkg := range append(slices.Clone(withPaths), "crypto/tls", "net/textproto") {
		for name, decl := range written(t, pkg) {
			names := map[string]int{}
			ast.Inspect(decl.Body, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				switch fun := call.Fun.(type) {
				case *ast.Ident:
					ok = finds[symbol{pkg, fun.Name}]
				case *ast.SelectorExpr:
					of, _ := fun.X.(*ast.Ident)
					ok = of != nil && of.Name == "self" && finding.MatchString(fun.Sel.Name)
				default:
					ok = false
				}
				for _, arg := range call.Args {
					if id, isIdent := arg.(*ast.Ident); ok && isIdent && !noName.MatchString(id.Name) {
						names[id.Name]++
						resolved++
					}
				}
				return true
			})
			for found, n := range names {
				if n > 1 {
					t.Errorf("%v finds what %s stands for %d times: let it use the path that was judged", symbol{pkg, name}, found, n)
				}
			}
		}
	}
	if resolved < 80 {
		t.Errorf("only %d names are given to what finds paths", resolved)
	}
}

// noName are parameters that are given to what finds paths, and are none.
var noName = regexp.MustCompile(`^(access|otherAccess|op|network)$`)

// finding are names of functions and methods that find a service's paths.
var finding = regexp.MustCompile(`^(Path|Paths|PathAt|PathsAt|SocketPath|Use|UseBoth|UseProgram|UseToDial|UseToListen|Chdir)$`)

// finders returns the functions of views that find the paths that they are given,
// by themselves or by others of their package, and those that views compile again.
func finders(t *testing.T) map[symbol]bool {
	all := map[symbol]bool{}
	for _, pkg := range withPaths {
		bodies := written(t, pkg)
		for _, name := range kept(t, pkg) {
			all[symbol{pkg, name}] = true
		}
		for again := true; again; {
			again = false
			for name, decl := range bodies {
				if !all[symbol{pkg, name}] && findsBy(decl, func(called string) bool { return all[symbol{pkg, called}] }) {
					all[symbol{pkg, name}], again = true, true
				}
			}
		}
	}
	return all
}

// written returns the functions that the files of a view declare.
func written(t *testing.T, pkg string) map[string]*ast.FuncDecl {
	bodies := map[string]*ast.FuncDecl{}
	for _, name := range writtenFiles(t, pkg) {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range f.Decls {
			if decl, ok := decl.(*ast.FuncDecl); ok {
				bodies[nameOf(decl)] = decl
			}
		}
	}
	return bodies
}

// kept returns the functions that a view compiles again.
func kept(t *testing.T, pkg string) (names []string) {
	for _, name := range writtenFiles(t, pkg) {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range keepLine.FindAllStringSubmatch(string(data), -1) {
			names = append(names, strings.Fields(m[1])...)
		}
	}
	return names
}

func writtenFiles(t *testing.T, pkg string) []string {
	files, err := filepath.Glob("../../merge/std/" + pkg + "/*.go")
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// findsBy reports whether a function calls one that finds paths.
func findsBy(decl *ast.FuncDecl, finds func(name string) bool) bool {
	receiver := ""
	if decl.Recv != nil && len(decl.Recv.List[0].Names) > 0 {
		receiver = decl.Recv.List[0].Names[0].Name
	}
	found := false
	ast.Inspect(decl.Body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		switch fun := call.Fun.(type) {
		case *ast.Ident:
			found = found || finds(fun.Name)
		case *ast.SelectorExpr:
			of, _ := fun.X.(*ast.Ident)
			found = found || of != nil && of.Name == "self" && finding.MatchString(fun.Sel.Name)
			// A method of one of the view's own types: the receiver's, or that of a value
			// which is made for the call.
			if of == nil || receiver != "" && of.Name == receiver {
				found = found || finds("Dialer."+fun.Sel.Name) || finds("ListenConfig."+fun.Sel.Name)
			}
		}
		return true
	})
	return found
}
