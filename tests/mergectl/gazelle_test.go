package mergectl

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/bazelbuild/buildtools/build"

	"github.com/gomerge/rules_go_merge/dev/gazelletest"
	"github.com/gomerge/rules_go_merge/dev/repotest"
	"github.com/gomerge/rules_go_merge/tools/mergectl/change"
	"github.com/gomerge/rules_go_merge/tools/mergectl/initialize"
	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

// TestGazelle runs Gazelle after init, without Bazel. It has to have nothing to
// report, and to find all services; running both again changes nothing.
func TestGazelle(t *testing.T) {
	gazelle := gazelletest.Binary(t)
	shop, err := filepath.Abs(filepath.Join("..", "..", "examples", "shop"))
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string][]string{
		"grpc":      {"//cmd/stock:stock_service", "//cmd/item:item_service", "//cmd/web:web_service"},
		"modules":   {"//price:price_service", "//stock:stock_service", "//item:item_service"},
		"services":  {"//services/price/server:price_service", "//services/stock/server:stock_service", "//services/user/server:user_service", "//services/cart/server:cart_service", "//services/order/server:order_service"},
		"workspace": {"//stock:stock_service", "//item:item_service"},
	}
	// The services of gRPC that listen at one address, with what others dial.
	dialled := map[string]map[string]string{"grpc": {
		"//cmd/item:item_service":   "registry://*/srv-item",
		"//cmd/stock:stock_service": "registry://*/srv-stock",
	}}
	for name, services := range tests {
		t.Run(name, func(t *testing.T) {
			root := repotest.New(t, repository(t, name, shop))
			if changed := initializeIn(t, root); changed == 0 {
				t.Error("init changed nothing")
			}
			if out := runGazelle(t, gazelle, root); out != "" {
				t.Errorf("Gazelle reported\n%s", out)
			}
			binary := rule(t, root, "//:merged")
			if binary.Kind() != "go_merged_binary" || !slices.Equal(binary.AttrStrings("services"), services) {
				t.Errorf("no merged binary of %q: %s of %q", services, binary.Kind(), binary.AttrStrings("services"))
			}
			for _, service := range services {
				if inherited := rule(t, root, service).AttrStrings("env_inherit"); !slices.Equal(inherited, []string{"*"}) {
					t.Errorf("%s inherits %q", service, inherited)
				}
			}
			for service, target := range dialled[name] {
				r := rule(t, root, service)
				listen, _ := r.Attr("listen").(*build.Ident)
				if listen == nil || listen.Name != "False" || !slices.Equal(r.AttrStrings("targets"), []string{target}) {
					t.Errorf("%s listens, or has targets %q", service, r.AttrStrings("targets"))
				}
			}
			if changed := initializeIn(t, root); changed != 0 {
				t.Errorf("init again changed %d files", changed)
			}
			if out := runGazelle(t, gazelle, root, "-mode=diff"); out != "" {
				t.Errorf("Gazelle again would change\n%s", out)
			}
		})
	}
}

// rule returns the rule that a label names in a repository's BUILD files.
func rule(t *testing.T, root, name string) *build.Rule {
	t.Helper()
	dir, target, _ := strings.Cut(strings.TrimPrefix(name, "//"), ":")
	file := filepath.Join(root, dir, "BUILD.bazel")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := build.ParseBuild(file, data)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range parsed.Rules("") {
		if r.Name() == target {
			return r
		}
	}
	t.Fatalf("no target %s in\n%s", name, data)
	return nil
}

// initializeIn does what mergectl init does, and returns the number of files
// that it changed.
func initializeIn(t *testing.T, root string) int {
	t.Helper()
	w, err := workspace.Load(root)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := initialize.New(w, initialize.Options{GoSDK: "host"})
	if err != nil {
		t.Fatal(err)
	}
	if err := change.Apply(root, plan.Files); err != nil {
		t.Fatal(err)
	}
	return len(plan.Files)
}

// runGazelle returns what Gazelle prints.
func runGazelle(t *testing.T, gazelle, root string, args ...string) string {
	t.Helper()
	cmd := exec.Command(gazelle, append(args, "-repo_root="+root)...)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	return string(out)
}
