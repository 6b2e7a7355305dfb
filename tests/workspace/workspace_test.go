package workspace

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
)

func newWorkspace(t *testing.T) *bazeltest.Workspace {
	t.Helper()
	archive, err := txtar.ParseFile("two_services.txtar")
	if err != nil {
		t.Fatal(err)
	}
	return bazeltest.New(t, "two_services", archive)
}

func TestRunsBothServices(t *testing.T) {
	w := newWorkspace(t)
	got := strings.Fields(w.MustBazel("run", "//:shop"))
	slices.Sort(got)
	if want := []string{"1", "1", "item", "stock"}; !slices.Equal(got, want) {
		t.Errorf("printed %q, want %q", got, want)
	}
}

func TestCompileErrorNamesFileServiceAndNamespace(t *testing.T) {
	w := newWorkspace(t)
	w.Write("stock/main.go", "package main\n\nfunc main() {\n\tfmt.Println()\n}\n")
	_, stderr, code := w.Bazel("build", "//:shop")
	if code == 0 {
		t.Fatal("a service that does not compile was built")
	}
	for _, want := range []string{
		"stock/main.go:4:2: undefined: fmt\n",
		"(from target //:stock_service)",
		"stock_service.ns/stock~example.com~shop~stock.a",
	} {
		if !strings.Contains(stderr, want) {
			t.Errorf("no %q in\n%s", want, stderr)
		}
	}
	if strings.Contains(stderr, ".ns/example.com/shop/stock/main.go") {
		t.Errorf("the overlay's path shows in\n%s", stderr)
	}
}

// TestServicesCannotReachTheRuntime checks that no service can import the runtime. The runtime
// trusts its callers, so importing it would allow impersonation.
func TestServicesCannotReachTheRuntime(t *testing.T) {
	w := newWorkspace(t)
	build := w.Read("stock/BUILD.bazel")
	w.Write("stock/BUILD.bazel", strings.Replace(build, `"//common"`, `"//common", "@rules_go_merge//merge/runtime"`, 1))
	w.Write("stock/main.go", `package main

import "github.com/gomerge/rules_go_merge/merge/runtime"

func main() { runtime.NewClient("item", "StockService", "stock") }
`)
	_, stderr, code := w.Bazel("build", "//:shop")
	if code == 0 || !strings.Contains(stderr, "merge/runtime:runtime' is not visible from") {
		t.Errorf("exit code %d and no refusal in\n%s", code, stderr)
	}
	// Packages whose panics are contained are compiled with the runtime.
	w.Write("stock/BUILD.bazel", build)
	w.Write("BUILD.bazel", strings.Replace(w.Read("BUILD.bazel"), `env_inherit = ["STOCK_PANIC"],`, `on_panic = "contain",`, 1))
	_, stderr, code = w.Bazel("build", "//:shop")
	if want := "stock/main.go:3:8: service stock imports github.com/gomerge/rules_go_merge/merge/runtime, which only the code that the build adds may do"; code == 0 || !strings.Contains(stderr, want) {
		t.Errorf("exit code %d and no %q in\n%s", code, want, stderr)
	}
}

// TestWindowsIsSkipped has Bazel leave out what cannot be built, unless it is asked for.
func TestWindowsIsSkipped(t *testing.T) {
	w := newWorkspace(t)
	const windows = "--platforms=@io_bazel_rules_go//go/toolchain:windows_amd64"
	w.MustBazel("build", "--nobuild", windows, "//...")
	_, stderr, code := w.Bazel("build", "--nobuild", windows, "//:shop")
	if code == 0 {
		t.Error("a merged binary for Windows was analyzed")
	}
	for _, want := range []string{
		"Target //:shop is incompatible and cannot be built",
		"//merge/std:os_other_than_windows",
	} {
		if !strings.Contains(stderr, want) {
			t.Errorf("no %q in\n%s", want, stderr)
		}
	}
}

func TestPanicShowsTheServicesOwnFiles(t *testing.T) {
	w := newWorkspace(t)
	w.MustBazel("build", "//:shop")
	cmd := exec.Command(filepath.Join(w.Dir, "bazel-bin", "shop_", "shop"))
	cmd.Env = append(os.Environ(), "STOCK_PANIC=1")
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Fatal("the panic did not end the process")
	}
	for _, want := range []string{"assignment to entry in nil map", "stock/example.com/shop/stock.main()", "\tstock/main.go:13 +"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

func TestCollidingCSymbols(t *testing.T) {
	w := newWorkspace(t)
	for _, service := range []string{"item", "stock"} {
		w.Write(service+"/main.go", `package main

/*
int shop_count(void) { return 1; }
*/
import "C"

func main() { println(C.shop_count()) }
`)
		w.Write(service+"/BUILD.bazel", strings.Replace(w.Read(service+"/BUILD.bazel"), "    deps", "    cgo = True,\n    deps", 1))
	}
	_, stderr, code := w.Bazel("build", "//:shop")
	if code == 0 {
		t.Fatal("two definitions of a C symbol were linked")
	}
	want := `a C symbol is defined twice among the services of the merged binary:
  shop_count is defined by
    //item:item (package example.com/shop/item of service item)
    //stock:stock (package example.com/shop/stock of service stock)
C symbols cannot be given a namespace. Do one of these:
  - make the symbol static, if only its own C file uses it
  - give it another name in one of the packages, also in its //export line
  - name the package as shared with go_merge_shared, so that it is compiled once for all services
  - leave all but one of these services out of the merged binary: item, stock
`
	if !strings.Contains(stderr, want) {
		t.Errorf("no %q in\n%s", want, stderr)
	}
}

// TestTwoServicesReplaceARuntimeSymbol: what the runtime refers to by its name
// exists once.
func TestTwoServicesReplaceARuntimeSymbol(t *testing.T) {
	w := newWorkspace(t)
	for _, service := range []string{"item", "stock"} {
		w.Write(service+"/main.go", `package main

import _ "unsafe"

//go:linkname iscgo runtime.iscgo
var iscgo = true

func main() { println(iscgo) }
`)
	}
	_, stderr, code := w.Bazel("build", "//:shop")
	want := `services of the merged binary define symbols that exist once in a process:
  runtime.iscgo, defined by
    package example.com/shop/item of service item (item/main.go:5)
    package example.com/shop/stock of service stock (stock/main.go:5)
`
	if code == 0 || !strings.Contains(stderr, want) {
		t.Errorf("exit code %d and no %q in\n%s", code, want, stderr)
	}
}
