package main

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/internal/hook"
	"github.com/gomerge/rules_go_merge/tools/mergegen/buildinfo"
	"github.com/gomerge/rules_go_merge/tools/mergegen/overlay"
	"github.com/gomerge/rules_go_merge/tools/mergegen/params"
	"github.com/gomerge/rules_go_merge/tools/mergegen/typecheck"
)

// hookFlags are the flags of "overlay" for a package that an adapter hooks.
type hookFlags struct {
	report          string
	about           hook.Report
	check           typecheck.Config
	imports         []string
	missing         []string
	constant        string
	constantSources []string
	metadata        string
	required        string
}

func (h *hookFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&h.report, "hook-report", "", "output: JSON, for a package that an adapter hooks if it fits: whether it does")
	f.StringVar(&h.about.Package, "hook-package", "", "import path of the package")
	f.StringVar(&h.about.Adapter, "hook-adapter", "", "label of the adapter")
	f.StringVar(&h.about.Role, "hook-role", "", "what the adapter hooks there: client, server, both or nothing")
	f.StringVar(&h.about.Module, "hook-module", "", "name of the framework")
	f.StringVar(&h.about.First, "hook-first", "", "first version that the adapter is tested with")
	f.StringVar(&h.about.Last, "hook-last", "", "last version that the adapter is tested with")
	f.StringVar(&h.about.Effect, "hook-effect", "", "what becomes of the service without the hook")
	f.StringVar(&h.required, "hook-required", "", "why the service cannot do without the hook")
	f.StringArrayVar(&h.missing, "hook-missing-import", nil, "import path of a package that the adapter needs and that is not there")
	f.StringVar(&h.constant, "hook-version-constant", "", "name of a constant that holds the framework's version")
	f.StringArrayVar(&h.constantSources, "hook-version-src", nil, "source of the package that declares the constant")
	f.StringVar(&h.metadata, "hook-metadata", "", "package metadata that holds the version where no constant does")
	f.StringVar(&h.check.Path, "hook-path", "", "path that the package is compiled under")
	f.StringArrayVar(&h.imports, "hook-import", nil, "IMPORTPATH:IMPORTPATH...=PATH=FILE: export data of a package that it may import")
	f.StringVar(&h.check.Std, "hook-std", "", "folder of the compiled standard library")
}

// hook returns nil if the package has none.
func (h *hookFlags) hook(service string, context build.Context) (*overlay.Hook, error) {
	if h.report == "" {
		return nil, nil
	}
	var err error
	if h.check.Imports, err = params.ParseAll(h.imports, typecheck.ParseImport); err != nil {
		return nil, err
	}
	h.check.Context = context
	h.about.Service = service
	if h.about.Version, err = h.version(); err != nil {
		return nil, err
	}
	return &overlay.Hook{Report: h.about, MissingImports: h.missing, Check: h.check.Check, Required: h.required}, nil
}

// version returns "" if the framework's version is nowhere to be found.
func (h *hookFlags) version() (string, error) {
	for _, src := range h.constantSources {
		file, err := parser.ParseFile(token.NewFileSet(), src, nil, parser.SkipObjectResolution)
		if err != nil {
			continue // as the compiler will say
		}
		if version := stringConstant(file, h.constant); version != "" {
			return version, nil
		}
	}
	if h.metadata == "" {
		return "", nil
	}
	version, err := buildinfo.Version(h.metadata)
	if err != nil {
		return "", fmt.Errorf("version of %s: %w", h.about.Module, err)
	}
	return version, nil
}

// stringConstant returns the value of a constant that file declares with a
// string literal, else "".
func stringConstant(file *ast.File, name string) string {
	for _, decl := range file.Decls {
		decl, ok := decl.(*ast.GenDecl)
		if !ok || decl.Tok != token.CONST {
			continue
		}
		for _, spec := range decl.Specs {
			spec := spec.(*ast.ValueSpec)
			for i, id := range spec.Names {
				if id.Name != name || i >= len(spec.Values) {
					continue
				}
				if literal, ok := spec.Values[i].(*ast.BasicLit); ok {
					if value, err := strconv.Unquote(literal.Value); err == nil {
						return value
					}
				}
			}
		}
	}
	return ""
}
