package workspace

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/gomerge/rules_go_merge/merge/tests/bazeltest"
)

func newWorkspace(t *testing.T) *bazeltest.Workspace {
	t.Helper()
	archive, err := txtar.ParseFile("two_services.txtar")
	if err != nil {
		t.Fatal(err)
	}
	return bazeltest.New(t, "two_services", archive)
}

// compiledPackages lists the -p argument of every compile that target needs in
// its own configuration, less those of merge/runtime.
func compiledPackages(t *testing.T, w *bazeltest.Workspace, target string) []string {
	t.Helper()
	var graph struct {
		Actions []struct {
			Arguments  []string
			ParamFiles []struct{ Arguments []string }
		}
	}
	out := w.MustBazel("aquery", "--output=jsonproto", "--include_param_files",
		`mnemonic("GoCompilePkg.*", deps(`+target+`))`, "--noimplicit_deps")
	if err := json.Unmarshal([]byte(out), &graph); err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, action := range graph.Actions {
		args := action.Arguments
		for _, file := range action.ParamFiles {
			args = append(args, file.Arguments...)
		}
		if i := slices.Index(args, "-p"); i >= 0 && strings.Contains(args[i+1], "example.com/shop") {
			paths = append(paths, args[i+1])
		}
	}
	slices.Sort(paths)
	return paths
}

func TestOnlyNamespacedPackagesAreCompiled(t *testing.T) {
	w := newWorkspace(t)
	got := compiledPackages(t, w, "//:shop")
	want := []string{
		"item/example.com/shop/common",
		"item/example.com/shop/item",
		"stock/example.com/shop/common",
		"stock/example.com/shop/stock",
	}
	if !slices.Equal(got, want) {
		t.Errorf("compiled %q, want %q", got, want)
	}
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
	w.Write("common/common.go", "package common\n\n// Log is broken.\nfunc Log(line string) {\n\tfmt.Println(line)\n}\n")
	_, stderr, code := w.Bazel("build", "//:shop")
	if code == 0 {
		t.Fatal("a service that does not compile was built")
	}
	for _, want := range []string{
		"common/common.go:5:2: undefined: fmt\n",
		"(from target //:stock_service)",
		"stock_service.ns/stock~example.com~shop~common.a",
	} {
		if !strings.Contains(stderr, want) {
			t.Errorf("no %q in\n%s", want, stderr)
		}
	}
	if strings.Contains(stderr, ".ns/example.com/shop/common/common.go") {
		t.Errorf("the overlay's path shows in\n%s", stderr)
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
