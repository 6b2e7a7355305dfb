package main

import (
	"errors"
	"go/types"
	"strings"

	"github.com/gomerge/rules_go_merge/tools/mergegen/closure"
)

// platforms are those that the API is read for.
var platforms = []closure.Platform{{GOOS: "linux", GOARCH: "amd64"}, {GOOS: "darwin", GOARCH: "arm64"}}

// walked are the packages through which code reads and changes what a process
// has. A path that ends in a slash means all packages below it.
var walked = []string{"net", "os", "os/", "runtime", "runtime/", "syscall", "testing", "testing/"}

func isWalked(path string) bool {
	if closure.IsInternal(path) {
		return false
	}
	for _, w := range walked {
		if path == w || strings.HasSuffix(w, "/") && strings.HasPrefix(path, w) {
			return true
		}
	}
	return false
}

// symbol is a function or variable, as Getenv, or a method, as File.Chdir.
type symbol struct{ pkg, name string }

func (s symbol) String() string { return s.pkg + "." + s.name }

// api returns what the walked packages of some SDKs export, on all platforms
// together.
func api(sdks []*closure.SDK) (map[symbol]bool, error) {
	all := map[symbol]bool{}
	for _, sdk := range sdks {
		for _, p := range platforms {
			std := sdk.Types(p)
			for _, path := range sdk.Packages() {
				if !isWalked(path) {
					continue
				}
				pkg, err := std.Import(path)
				if errors.Is(err, closure.ErrNotBuilt) {
					continue
				}
				if err != nil {
					return nil, err
				}
				for _, name := range exported(pkg) {
					all[symbol{path, name}] = true
				}
			}
		}
	}
	return all, nil
}

// exported returns the functions and variables of a package, and the methods
// that it declares. A method of an interface does what its implementation does,
// and a promoted one of an exported type is listed there.
func exported(pkg *types.Package) []string {
	var names []string
	for _, name := range pkg.Scope().Names() {
		o := pkg.Scope().Lookup(name)
		if !o.Exported() {
			continue
		}
		switch o := o.(type) {
		case *types.Func, *types.Var:
			names = append(names, name)
		case *types.TypeName:
			if o.IsAlias() || types.IsInterface(o.Type()) {
				continue
			}
			methods := types.NewMethodSet(types.NewPointer(o.Type()))
			for i := range methods.Len() {
				m := methods.At(i)
				if m.Obj().Exported() && m.Obj().Pkg() == pkg && !promotedExported(m) {
					names = append(names, name+"."+m.Obj().Name())
				}
			}
		}
	}
	return names
}

// promotedExported reports whether a method is that of an embedded exported
// type.
func promotedExported(m *types.Selection) bool {
	if len(m.Index()) == 1 {
		return false
	}
	recv := m.Obj().(*types.Func).Signature().Recv().Type()
	if p, ok := recv.(*types.Pointer); ok {
		recv = p.Elem()
	}
	named, ok := recv.(*types.Named)
	return ok && named.Obj().Exported()
}
