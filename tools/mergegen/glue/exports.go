package glue

import (
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
)

// Exports reads types from the export data that the compiler wrote.
type Exports struct {
	files    map[string]string
	importer types.Importer
}

// NewExports returns a reader for export data files by compiled path.
func NewExports(files map[string]string) *Exports {
	x := &Exports{files: files}
	lookup := func(path string) (io.ReadCloser, error) {
		file, ok := files[path]
		if !ok {
			return nil, fmt.Errorf("no export data was given for it; pass --export %s=FILE", path)
		}
		return os.Open(file)
	}
	x.importer = importer.ForCompiler(token.NewFileSet(), "gc", lookup)
	return x
}

// Struct returns a struct type by the compiled path of its package.
func (x *Exports) Struct(path, name string) (*types.Named, error) {
	pkg, err := x.importer.Import(path)
	if err != nil {
		return nil, fmt.Errorf("package %s: %w", path, err)
	}
	obj, ok := pkg.Scope().Lookup(name).(*types.TypeName)
	if !ok {
		return nil, fmt.Errorf("package %s: export data %s has no type %s; is it of another version than the sources?", path, x.files[path], name)
	}
	named, ok := types.Unalias(obj.Type()).(*types.Named)
	if !ok {
		return nil, fmt.Errorf("package %s: %s is not a struct", path, name)
	}
	return named, nil
}

// Complete reads all types of a package, of which those may be known that
// other packages' export data refers to.
func (x *Exports) Complete(path string) error {
	_, err := x.importer.Import(path)
	return err
}
