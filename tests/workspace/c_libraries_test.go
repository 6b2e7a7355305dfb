package workspace

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
)

// cService is how a service of TestCLibraries comes by its C code.
type cService struct {
	// cdeps is the label of its library. Without one, the service has an
	// object among its sources, and does not call it.
	cdeps string
	// source is more C code in its own package.
	source string
}

func (s cService) write(w *bazeltest.Workspace, name string) {
	main := w.Read("stock/main.go.cgo")
	cgo, srcs := fmt.Sprintf("    cdeps = [%q],\n    cgo = True,\n", s.cdeps), `"main.go"`
	if s.cdeps == "" {
		main, cgo, srcs = "package main\n\nfunc main() {}\n", "", `"main.go", ":own.syso"`
	}
	w.Write(name+"/main.go", strings.Replace(main, "count.h\"", "count.h\"\n// "+s.source, 1))
	w.Write(name+"/BUILD.bazel", fmt.Sprintf(`load("@io_bazel_rules_go//go:def.bzl", "go_binary")
load("//item:own.bzl", "own")

own()

go_binary(
    name = %q,
    srcs = [%s],
%s    importpath = "example.com/shop/%s",
    visibility = ["//visibility:public"],
)
`, name, srcs, cgo, name))
}

func TestCLibraries(t *testing.T) {
	w := newWorkspace(t)
	more, err := txtar.ParseFile("c_libraries.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range more.Files {
		w.Write(f.Name, string(f.Data))
	}
	w.Write("MODULE.bazel", w.Read("MODULE.bazel")+"\nbazel_dep(name = \"rules_cc\", version = \"0.1.5\")\n")
	w.Write("stock/main.go.cgo", w.Read("stock/main.go"))
	build := w.Read("BUILD.bazel")
	shared := strings.ReplaceAll(build, "    binary = ", "    shared = \":shared\",\n    binary = ") + `
load("@rules_go_merge//merge:defs.bzl", "go_merge_shared")

go_merge_shared(
    name = "shared",
    libraries = ["//lib:variable"],
)
`
	tests := []struct {
		item, stock cService
		build       string
		printed     []string // sorted
		refused     []string // parts of the message
	}{
		{
			item:    cService{cdeps: ":own"},
			stock:   cService{cdeps: ":own"},
			refused: []string{"  count is defined by\n", "    //item:own (C library libown.a of service item)\n", "    //stock:own (C library libown.a of service stock)\n"},
		},
		{
			item:    cService{cdeps: ":always"},
			stock:   cService{cdeps: ":imported"},
			refused: []string{"  count is defined by\n", "    //item:always (C library libalways.lo of service item)\n", "    //stock:archive (C library prebuilt.a of service stock)\n"},
		},
		{
			item:    cService{},
			stock:   cService{},
			refused: []string{"  count is defined by\n", "    //item:item (package example.com/shop/item of service item)\n", "    //stock:stock (package example.com/shop/stock of service stock)\n"},
		},
		{
			item:    cService{cdeps: "//lib:count", source: "int count(void) { return 1; }"},
			stock:   cService{cdeps: ":own"},
			refused: []string{"  count is defined by\n", "    //item:item (package example.com/shop/item of service item)\n", "    //stock:own (C library libown.a of service stock)\n"},
		},
		{
			item:    cService{cdeps: "//lib:constant"},
			stock:   cService{cdeps: "//lib:constant"},
			printed: []string{"7", "7"},
		},
		{
			item:  cService{cdeps: "//lib:variable"},
			stock: cService{cdeps: "//lib:variable"},
			refused: []string{
				"services of the merged binary would share the variables of a C library:\n    //lib:variable (C library libvariable.a of service item)\n",
				"name it in libraries of the go_merge_shared target",
			},
		},
		{
			item:    cService{cdeps: "//lib:variable"},
			stock:   cService{cdeps: "//lib:variable"},
			build:   shared,
			printed: []string{"1", "2"},
		},
	}
	for _, test := range tests {
		test.item.write(w, "item")
		test.stock.write(w, "stock")
		w.Write("BUILD.bazel", build)
		if test.build != "" {
			w.Write("BUILD.bazel", test.build)
		}
		if test.refused == nil {
			printed := strings.Fields(w.MustBazel("run", "//:shop"))
			slices.Sort(printed)
			if !slices.Equal(printed, test.printed) {
				t.Errorf("%+v and %+v print %q, want %q", test.item, test.stock, printed, test.printed)
			}
			continue
		}
		_, stderr, code := w.Bazel("build", "//:shop")
		if code == 0 {
			t.Errorf("%+v and %+v were merged", test.item, test.stock)
		}
		for _, want := range test.refused {
			if !strings.Contains(stderr, want) {
				t.Errorf("%+v and %+v: no %q in\n%s", test.item, test.stock, want, stderr)
			}
		}
	}
	w.MustBazel("build", "//:shop", "--output_groups=manifest")
	if got, want := w.Read("bazel-bin/shop.manifest.json"), `"label": "//lib:variable"`; strings.Count(got, want) != 2 {
		t.Errorf("the manifest does not list %s for both services:\n%s", want, got)
	}
}
