package kitex_test

import (
	"flag"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/mod/semver"

	"github.com/gomerge/rules_go_merge/dev/adapter"
	"github.com/gomerge/rules_go_merge/dev/gosdk"
)

var (
	allVersions = flag.Bool("all", false, "test with all versions of Kitex in tests/conformance/service, not only the oldest and the newest")
	keep        = flag.String("keep", "", "`folder` for the copies of Kitex, which are kept")
)

const (
	repository = "../../.."
	services   = repository + "/tests/conformance/service" // has a .mod file for each version of Kitex
	kitex      = "github.com/cloudwego/kitex"
	metainfo   = "github.com/bytedance/gopkg/cloud/metainfo"
)

// TestVet hooks copies of Kitex as the build does, vets them and runs the unit
// tests of the added files, which are in their packages.
func TestVet(t *testing.T) {
	gosdk.OnPath(t)
	kitexAdapter, err := adapter.Read("BUILD.bazel", "kitex")
	if err != nil {
		t.Fatal(err)
	}
	// //tests/conformance/versions compiles the others, and runs them.
	versions := readVersions(t)
	if !*allVersions {
		versions = []version{versions[0], versions[len(versions)-1]}
	}
	for _, v := range versions {
		t.Run(v.kitex, func(t *testing.T) {
			c := adapter.WorkspaceConfig{
				Repository: repository, Service: services, Mod: v.mod, Modules: []string{kitex, "github.com/bytedance/gopkg", "github.com/cloudwego/netpoll"},
			}
			if *keep != "" {
				c.Keep = filepath.Join(*keep, v.kitex)
			}
			w := adapter.NewWorkspace(t, c)
			var packages []string
			for _, hook := range kitexAdapter.Hooks {
				w.Hook(hook)
				packages = append(packages, hook.Text("importpath"))
			}
			if len(packages) < 3 {
				t.Fatalf("only %q are hooked", packages)
			}
			w.Run(append([]string{"vet"}, packages...)...)
			// There are no other tests in the copies.
			if n := w.Test("-count=1", kitex+"/client", kitex+"/server", metainfo); n < 20 {
				t.Errorf("only %d tests of the added files ran", n)
			}
		})
	}
}

// version is a version of Kitex and the file that requires it.
type version struct{ kitex, mod string }

// readVersions returns the versions of the services, the oldest first.
func readVersions(t *testing.T) []version {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(services, "*.mod"))
	if err != nil {
		t.Fatal(err)
	}
	var versions []version
	for _, file := range files {
		for _, r := range adapter.ReadMod(t, file).Require {
			if r.Mod.Path == kitex {
				versions = append(versions, version{r.Mod.Version, file})
			}
		}
	}
	if len(versions) < 2 {
		t.Fatalf("%s has %v", services, versions)
	}
	slices.SortFunc(versions, func(a, b version) int { return semver.Compare(a.kitex, b.kitex) })
	return versions
}
