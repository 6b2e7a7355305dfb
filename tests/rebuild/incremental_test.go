package rebuild

import (
	"slices"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
)

// The example in another checkout of this repository, of which the cache has
// what this one has built.
const (
	example      = "//examples/shop"
	mainCompile  = "examples/shop/shop.main/main.a"
	stockCompile = "examples/shop/stock/stock_service.ns/stock~github.com~gomerge~rules_go_merge~examples~shop~stock.a"
)

// outputsOf returns the first outputs of the commands of one mnemonic, sorted.
func outputsOf(spawns []bazeltest.Spawn, mnemonic string) []string {
	var outputs []string
	for _, s := range spawns {
		if s.Mnemonic == mnemonic {
			outputs = append(outputs, s.Output())
		}
	}
	slices.Sort(outputs)
	return outputs
}

// otherThan returns the outputs that begin with none of the prefixes.
func otherThan(outputs []string, prefixes ...string) []string {
	return slices.DeleteFunc(slices.Clone(outputs), func(output string) bool {
		return slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(output, prefix) })
	})
}

// TestIncremental changes one thing after the other, and looks at the commands
// that Bazel needs for the merged shop.
func TestIncremental(t *testing.T) {
	w := bazeltest.Checkout(t, "rebuild")
	// Validations are of the services' own targets, which they compile.
	w.Flags = append(w.Flags, "--norun_validations")
	w.MustBazel("clean")
	w.Write("two/BUILD.bazel", `load("//merge:defs.bzl", "go_merged_binary")

go_merged_binary(
    name = "two",
    services = [
        "//examples/shop/item:item_service",
        "//examples/shop/stock:stock_service",
    ],
)
`)
	w.MustBazel("build", "//two")
	t.Run("another service compiles that service", func(t *testing.T) {
		w.Replace("two/BUILD.bazel", "    services = [\n", "    services = [\n        \"//examples/shop/api:api_service\",\n")
		spawns := w.Build("//two")
		compiled := outputsOf(spawns, "GoCompilePkg")
		if others := otherThan(compiled, "examples/shop/api/api_service.ns/", "two/two.glue/", "two/two.main/"); len(others) > 0 {
			t.Errorf("compiled %q", others)
		}
		if n := len(compiled); n < 300 {
			t.Errorf("only %d packages were compiled", n)
		}
		if others := otherThan(outputsOf(spawns, "GoMergeOverlay"), "examples/shop/api/"); len(others) > 0 {
			t.Errorf("overlays of %q", others)
		}
	})
	t.Run("another merged binary compiles no service", func(t *testing.T) {
		w.Replace("two/BUILD.bazel", "go_merged_binary(\n    name = \"two\",", "go_merged_binary(\n    name = \"more\",")
		compiled := outputsOf(w.Build("//two:more"), "GoCompilePkg")
		if others := otherThan(compiled, "two/more.glue/", "two/more.main/"); len(others) > 0 || len(compiled) == 0 {
			t.Errorf("compiled %q", others)
		}
	})
	w.MustBazel("build", example)

	t.Run("a function's body compiles its package and the main package, and links", func(t *testing.T) {
		w.Replace("examples/shop/stock/handler.go", "return h.inv.Views(), nil", "views := h.inv.Views(); return views, nil")
		checkCommands(t, w.Build(example), map[string][]string{
			"GoMergeOverlay": {"examples/shop/stock/stock_service.ns/github.com/gomerge/rules_go_merge/examples/shop/stock/debug.go"},
			"GoCompilePkg":   {mainCompile, stockCompile}, // The main package holds the digest.
			"GoLink":         {"examples/shop/shop_/shop"},
		})
	})

	t.Run("a comment compiles its package", func(t *testing.T) {
		w.Replace("examples/shop/stock/handler.go", "// handler implements", "// handler is what implements")
		checkCommands(t, w.Build(example), map[string][]string{
			"GoMergeOverlay": {"examples/shop/stock/stock_service.ns/github.com/gomerge/rules_go_merge/examples/shop/stock/debug.go"},
			"GoCompilePkg":   {stockCompile},
			"GoLink":         nil,
		})
	})

	t.Run("another mergegen writes everything again and compiles nothing", func(t *testing.T) {
		w.Replace("tools/mergegen/main.go", `"mergegen:"`, `"mergegen :"`)
		spawns := w.Build(example)
		if n := len(outputsOf(spawns, "GoMergeOverlay")); n < 100 {
			t.Errorf("only %d overlays were written", n)
		}
		for _, mnemonic := range []string{"GoCompilePkg", "GoLink"} {
			if others := otherThan(outputsOf(spawns, mnemonic), "tools/mergegen/"); len(others) > 0 {
				t.Errorf("%s ran for %q", mnemonic, others)
			}
		}
	})

	t.Run("a field of the IDL compiles what uses it, and the glue of both sides", func(t *testing.T) {
		const generated = "examples/shop/stock/kitex_gen/stock/stock.go"
		w.Replace(generated, "type StockLevel struct {\n", "type StockLevel struct {\n\tNote *string `thrift:\"note,99,optional\" frugal:\"99,optional,string\" json:\"note,omitempty\"`\n")
		spawns := w.Build(example)
		compiled := outputsOf(spawns, "GoCompilePkg")
		others := otherThan(compiled, "examples/shop/stock/stock_service.ns/stock~github.com~gomerge~", "examples/shop/shop.glue/", mainCompile)
		if len(others) > 0 {
			t.Errorf("compiled %q", others)
		}
		for _, caller := range []string{"api", "item"} {
			if !slices.ContainsFunc(compiled, func(output string) bool { return strings.HasPrefix(output, "examples/shop/shop.glue/"+caller) }) {
				t.Errorf("the glue of %s was not compiled: %q", caller, compiled)
			}
		}
	})
}

// checkCommands compares the outputs of commands by their mnemonics.
func checkCommands(t *testing.T, spawns []bazeltest.Spawn, want map[string][]string) {
	t.Helper()
	for mnemonic, outputs := range want {
		if got := outputsOf(spawns, mnemonic); !slices.Equal(got, outputs) {
			t.Errorf("%s ran for %q, want %q", mnemonic, got, outputs)
		}
	}
}
