package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/gosdk"
	"github.com/gomerge/rules_go_merge/tools/mergegen/added"
)

// TestDecided compares the table with what the SDKs export.
func TestDecided(t *testing.T) {
	of := table(t)
	sdks, err := open(nil)
	if err != nil {
		t.Fatal(err)
	}
	exported, err := api(sdks)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(exported); n < 900 {
		t.Errorf("only %d functions, variables and methods were found", n)
	}
	if err := undecided(exported, of); err != nil {
		t.Error(err)
	}
	if roots, err := gosdk.Roots(); err != nil || len(roots) < 2 {
		t.Logf("what no SDK exports is looked for only with all SDKs in %s, which Bazel sets", gosdk.Env)
		return
	}
	for _, s := range sorted(of) {
		if isWalked(s.pkg) && !exported[s] {
			t.Errorf("%v is in table.txt, and no SDK exports it", s)
		}
	}
}

// TestExported says what counts as exported.
func TestExported(t *testing.T) {
	const src = `package p

type Interface interface{ Skipped() }
type Alias = Value
type Value struct{}
type Promotes struct{ *Value }
type common struct{}
type Test struct{ common }

func (Value) Get()    {}
func (*Value) Set()   {}
func (Value) hidden() {}
func (*Promotes) Own() {}
func (*common) Log()  {}

func Func()
func local()

const Constant = 1

var Variable, local2 int
`
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "p.go", src, 0)
	if err != nil {
		t.Fatal(err)
	}
	pkg, err := new(types.Config).Check("p", fset, []*ast.File{f}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"Func", "Promotes.Own", "Test.Log", "Value.Get", "Value.Set", "Variable"}
	if got := exported(pkg); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestAdded has an SDK export more than the table knows.
func TestAdded(t *testing.T) {
	exported := map[symbol]bool{{"os", "Getenv"}: true, {"os", "Frobnicate"}: true, {"net", "TCPConn.Frob"}: true}
	err := undecided(exported, table(t))
	want := "dev/processapi/table.txt has no decision for\n  net.TCPConn.Frob\n  os.Frobnicate\nRead what"
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("error is %v, want %s...", err, want)
	}
}

func TestBadTables(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"unknown decision", "package os\nmaybe: x\n\tExit\n", "table.txt:2: want DECISION: REASON"},
		{"no reason", "package os\nown\n\tExit\n", "table.txt:2: want DECISION: REASON"},
		{"no package", "own: x\n\tExit\n", "table.txt:1: want DECISION: REASON"},
		{"no decision", "package net\nown: x\n\tDial\npackage os\n\tExit\n", "table.txt:5: names without a decision"},
		{"not sorted", "package os\nown: x\n\tExit\n\tArgs\n", "table.txt:4: names of one decision have to be sorted"},
		{"no names", "package os\nown: x\n", "package os: no names are own: x"},
		{"two decisions", "package os\nown: x\n\tExit\nnone: y\n\tExit\n", "os.Exit has two decisions, own and none"},
		{"all of an SDK's package", "package os\nown: x\n\t*\n", "package os: a Go SDK has its sources"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			entries, err := parse(tt.text)
			if err == nil {
				_, err = index(entries)
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %v, want %q", err, tt.want)
			}
		})
	}
}

// TestViews compares the table with the packages that each service has for itself.
func TestViews(t *testing.T) {
	of := table(t)
	written := readWritten(t)
	views, copies := packages(t)
	for _, s := range sorted(of) {
		e := of[s]
		w, declared := written[s]
		switch e.decision {
		case none, shared:
			if declared {
				t.Errorf("%v is %s in table.txt, and its view in merge/std declares it", s, e.decision)
			}
		case same:
			if !declared {
				t.Errorf("%v is same in table.txt, and nothing in merge/std or merge/modules declares it", s)
			}
		case own, owner, permission:
			switch {
			case !isWalked(s.pkg):
				// Its sources are not here.
			case views[s.pkg] && !declared:
				t.Errorf("%v is %s in table.txt, and the view in merge/std does not declare or keep it", s, e.decision)
			case !views[s.pkg] && !copies[s.pkg]:
				t.Errorf("%v is %s in table.txt, and services have no %s for themselves", s, e.decision, s.pkg)
			}
		}
		if !isWalked(s.pkg) {
			continue // its code calls the service's package syscall
		}
		if declared && w.owns != (e.decision == owner) {
			t.Errorf("%v is %s in table.txt; does its code in merge/std ask for the owner of a knob: %t", s, e.decision, w.owns)
		}
		if declared && w.asks && e.decision != permission {
			t.Errorf("%v is %s in table.txt, and its code in merge/std asks for permission", s, e.decision)
		}
	}
	for _, s := range sorted(written) {
		if !isWalked(s.pkg) && strings.Contains(s.pkg, ".") && ast.IsExported(s.name) && of[s] == nil {
			t.Errorf("merge/modules declares %v, for which table.txt has no separate decision", s)
		}
	}
}

// TestFields compares the structs that views declare with those of the SDKs: code
// that names a field of a newer one would not compile.
func TestFields(t *testing.T) {
	sdks, err := open(nil)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for path, structs := range writtenStructs(t) {
		for _, sdk := range sdks {
			pkg, err := sdk.Types(platforms[0]).Import(path)
			if err != nil {
				t.Fatal(err)
			}
			for name, written := range structs {
				o := pkg.Scope().Lookup(name)
				if o == nil {
					continue
				}
				found++
				original := o.Type().Underlying().(*types.Struct)
				var want []string
				for i := range original.NumFields() {
					if f := original.Field(i); f.Exported() {
						want = append(want, f.Name())
					}
				}
				if !slices.Equal(written, want) {
					t.Errorf("the view's %s.%s has the fields %v, want %v", path, name, written, want)
				}
			}
		}
	}
	if found < 3 {
		t.Errorf("only %d structs were compared", found)
	}
}

// writtenStructs returns the exported fields of the exported structs that views
// declare, by package and name.
func writtenStructs(t *testing.T) map[string]map[string][]string {
	all := make(map[string]map[string][]string)
	views, _ := packages(t)
	for path := range views {
		files, err := filepath.Glob("../../merge/std/" + path + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(f, func(n ast.Node) bool {
				spec, ok := n.(*ast.TypeSpec)
				if !ok || !spec.Name.IsExported() {
					return true
				}
				if s, ok := spec.Type.(*ast.StructType); ok {
					var fields []string
					for _, field := range s.Fields.List {
						for _, id := range field.Names {
							if id.IsExported() {
								fields = append(fields, id.Name)
							}
						}
					}
					if all[path] == nil {
						all[path] = make(map[string][]string)
					}
					all[path][spec.Name.Name] = fields
				}
				return true
			})
		}
	}
	return all
}

var codeSpan = regexp.MustCompile("`[^`]+`")

// TestShared checks that docs/isolation.md has an example of each entry that is
// shared, as code.
func TestShared(t *testing.T) {
	doc, err := os.ReadFile("../../docs/isolation.md")
	if err != nil {
		t.Fatal(err)
	}
	spans := strings.Join(codeSpan.FindAllString(string(doc), -1), "")
	entries, err := parse(tableText)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.decision != shared || !isWalked(e.pkg) {
			continue
		}
		if !slices.ContainsFunc(e.names, func(name string) bool {
			name = name[strings.LastIndexByte(name, '.')+1:]
			return regexp.MustCompile(`\b` + name + `\b`).MatchString(spans)
		}) {
			t.Errorf("package %s: docs/isolation.md has none of %v, which are shared: %s", e.pkg, e.names, e.why)
		}
	}
}

// code is what a view has in place of an original.
type code struct {
	owns bool // asks whether the service owns a knob
	asks bool // asks for a permission
}

var keepLine = regexp.MustCompile(`(?m)^//mergegen:keep (.*)$`)

// readWritten returns what views declare or keep, and what other modules' packages
// are given.
func readWritten(t *testing.T) map[symbol]code {
	all := map[symbol]code{}
	for _, root := range []string{"../../merge/std", "../../merge/modules"} {
		read(t, root, all)
	}
	if !all[symbol{"os", "Chdir"}].owns || !all[symbol{"net", "Dialer.DialContext"}].asks {
		t.Fatalf("found %v", all)
	}
	if _, ok := all[symbol{"golang.org/x/sys/unix", "Exit"}]; !ok {
		t.Fatalf("found %v", all)
	}
	return all
}

// read adds what the files below root declare or keep.
func read(t *testing.T, root string, all map[symbol]code) {
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".go") {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil || !added.Tagged(string(data)) {
			return err
		}
		rel, err := filepath.Rel(root, filepath.Dir(name))
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, data, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		pkg := filepath.ToSlash(rel)
		for _, m := range keepLine.FindAllStringSubmatch(string(data), -1) {
			for _, kept := range strings.Fields(m[1]) {
				all[symbol{pkg, kept}] = code{}
			}
		}
		for _, decl := range f.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				all[symbol{pkg, nameOf(decl)}] = codeOf(decl)
			case *ast.GenDecl:
				for _, spec := range decl.Specs {
					if spec, ok := spec.(*ast.ValueSpec); ok {
						for _, id := range spec.Names {
							all[symbol{pkg, id.Name}] = code{}
						}
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func nameOf(decl *ast.FuncDecl) string {
	if decl.Recv == nil {
		return decl.Name.Name
	}
	recv := decl.Recv.List[0].Type
	if star, ok := recv.(*ast.StarExpr); ok {
		recv = star.X
	}
	if generic, ok := recv.(*ast.IndexExpr); ok {
		recv = generic.X
	}
	return recv.(*ast.Ident).Name + "." + decl.Name.Name
}

var (
	// owning and asking are methods of a view's self.
	owning = regexp.MustCompile(`^(Owns|Set)$`)
	asking = regexp.MustCompile(`^(May.*|UseToDial|UseToListen|UseProgram)$`)
	// asked are the accesses that self.Use is given.
	asked = regexp.MustCompile(`^(Read|Write|Exec)$`)
)

// codeOf looks for methods of a view's self, and what they are given.
func codeOf(decl *ast.FuncDecl) code {
	var c code
	ast.Inspect(decl.Body, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			of, _ := sel.X.(*ast.Ident)
			switch {
			case of != nil && of.Name == "self":
				c.owns = c.owns || owning.MatchString(sel.Sel.Name)
				c.asks = c.asks || asking.MatchString(sel.Sel.Name)
			case of != nil && of.Name == "process":
				c.asks = c.asks || asked.MatchString(sel.Sel.Name)
			}
		}
		return true
	})
	return c
}

var packageLine = regexp.MustCompile(`\b_(view|copy)\(\s*"([^"]+)"`)

// packages returns those of which services have views and copies.
func packages(t *testing.T) (views, copies map[string]bool) {
	data, err := os.ReadFile("../../merge/private/std_packages.bzl")
	if err != nil {
		t.Fatal(err)
	}
	views, copies = map[string]bool{}, map[string]bool{}
	for _, m := range packageLine.FindAllStringSubmatch(string(data), -1) {
		if m[1] == "view" {
			views[m[2]] = true
		} else {
			copies[m[2]] = true
		}
	}
	if !views["os"] || !copies["os/exec"] {
		t.Fatalf("found views %v and copies %v", views, copies)
	}
	return views, copies
}

func table(t *testing.T) map[symbol]*entry {
	of, err := decided()
	if err != nil {
		t.Fatal(err)
	}
	return of
}
