package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const bumpDiff = `# stock/BUILD.bazel: version of stock
--- a/stock/BUILD.bazel
+++ b/stock/BUILD.bazel
@@ -1,5 +1,5 @@
 go_merge_service(
     name = "stock_service",
     binary = ":stock",
-    version = "v1.4.0",
+    version = "v1.5.0",
 )
# item/go.mod: dependency set item
--- a/item/go.mod
+++ b/item/go.mod
@@ -2,4 +2,4 @@
 
 go 1.25
 
-require example.com/stock v1.3.0 // its IDL
+require example.com/stock v1.5.0 // its IDL
# merge_versions.yaml: default version of stock
--- a/merge_versions.yaml
+++ b/merge_versions.yaml
@@ -1,6 +1,6 @@
 services:
   stock:
-    version: v1.4.0 # for all
+    version: v1.5.0 # for all
 exceptions:
 - service: stock
   binary: //:cart
# left as it is: late/go.mod:3: example.com/stock is at v1.9.0, which is later
# left as it is: own/go.mod:5: example.com/stock is replaced by ../stock, so what is required does not count
# left as it is: merge_versions.yaml:5: an exception until 2026-12-31 for //:cart: waits
`

func TestVersionsBump(t *testing.T) {
	f := newVersionsFixture(t)
	f.Commit("", map[string]string{
		"MODULE.bazel":        "bazel_dep(name = \"rules_go_merge\", version = \"1.0\")\nmerge_deps = use_extension(\"@rules_go_merge//merge:extensions.bzl\", \"merge_deps\")\nmerge_deps.from_file(name = \"item\", go_mod = \"//item:go.mod\")\n",
		"merge_versions.yaml": "services:\n  stock:\n    version: v1.4.0 # for all\nexceptions:\n- service: stock\n  binary: //:cart\n  reason: waits\n  until: 2026-12-31\n",
		"late/go.mod":         "module example.com/late\n\nrequire example.com/stock v1.9.0\n",
		"own/go.mod":          "module example.com/own\n\nrequire example.com/stock v1.2.0\n\nreplace example.com/stock => ../stock\n",
		"x/testdata/go.mod":   "module example.com/x\n\nrequire example.com/stock v1.2.0\n",
		"other/go.mod":        "module example.com/other\n\nrequire example.com/more v1.2.0\n",
	})
	built := "--manifests=" + filepath.Join(f.Dir, "built")
	got, code := f.run(t, "bump", "stock@v1.5.0", built)
	// The callee's files come first, and the default with it.
	const steps = "# item/go.mod"
	if code != 0 || !strings.Contains(got, steps) || strings.Index(got, "# merge_versions.yaml") > strings.Index(got, steps) || strings.Index(got, "# stock/BUILD.bazel") > strings.Index(got, steps) {
		t.Errorf("exit code %d, and callees are not first: %s", code, got)
	}
	for part := range strings.SplitSeq(strings.ReplaceAll(bumpDiff, "\n# ", "\n\x00# "), "\x00") {
		if !strings.Contains(got, part) {
			t.Errorf("got\n%s\nwithout\n%s", got, part)
		}
	}
	if strings.Contains(got, "testdata") || strings.Contains(got, "other/") {
		t.Errorf("got\n%s", got)
	}
	if want := `# With --write these changes are made. Then run:
#   (cd item && go mod tidy)
#   bazel mod tidy
#   bazel test //:shop_test //item/... //stock/...
`; !strings.HasSuffix(got, want) {
		t.Errorf("got the end\n%s\nwant\n%s", got, want)
	}
	if dirty := f.Run("diff", "--name-only"); dirty != "" {
		t.Errorf("without --write, these changed: %s", dirty)
	}
	if got, code := f.run(t, "bump", "stock@v1.5.0", "--write", built); code != 0 || !strings.Contains(got, "# Then run:") {
		t.Errorf("exit code %d: %s", code, got)
	}
	if dirty := f.Run("diff", "--name-only"); dirty != "item/go.mod\nmerge_versions.yaml\nstock/BUILD.bazel" {
		t.Errorf("these changed: %s", dirty)
	}
	data, err := os.ReadFile(filepath.Join(f.Dir, "item/go.mod"))
	if err != nil || !strings.Contains(string(data), "require example.com/stock v1.5.0 // its IDL\n") {
		t.Errorf("%v: %s", err, data)
	}
	// What is done stays as it is.
	if got, code := f.run(t, "bump", "stock@v1.5.0", built); code != 0 || strings.Contains(got, "+++") {
		t.Errorf("again: exit code %d: %s", code, got)
	}
}

// TestVersionsBumpModules pins a service of another repository.
func TestVersionsBumpModules(t *testing.T) {
	f := newVersionsFixture(t)
	f.Commit("", map[string]string{
		"MODULE.bazel": `bazel_dep(name = "rules_go_merge", version = "1.0")
bazel_dep(name = "cart_module", version = "1.2.0", repo_name = "carts")
bazel_dep(name = "held", version = "1.2.0")
git_override(
    module_name = "held",
    commit = "x",
)
merge_deps = use_extension("@rules_go_merge//merge:extensions.bzl", "merge_deps")
merge_deps.from_file(name = "far", go_mod = "//far:go.mod")
`,
		"far/go.mod":      "module example.com/far\n\ngo 1.25\n\nrequire example.org/user v1.0.0\n",
		"far/BUILD.bazel": "go_merge_service(\n    name = \"user_service\",\n    binary = \"@far_org_example_user//cmd/user\",\n    version = VERSION,\n)\n\ngo_merge_service(\n    name = \"cart_service\",\n    binary = \"@carts//cart\",\n)\n\ngo_merge_service(\n    name = \"held_service\",\n    binary = \"@held//:held\",\n)\n",
	})
	for service, want := range map[string]string{
		"user@v1.1.0":             "-require example.org/user v1.0.0\n+require example.org/user v1.1.0\n",
		"example.org/user@v1.1.0": "-require example.org/user v1.0.0\n+require example.org/user v1.1.0\n",
		"cart@v1.3.0":             "-bazel_dep(name = \"cart_module\", version = \"1.2.0\", repo_name = \"carts\")\n+bazel_dep(name = \"cart_module\", version = \"1.3.0\", repo_name = \"carts\")\n",
		"held@v1.3.0":             "# left as it is: MODULE.bazel:4: this git_override pins held; change it by hand\n",
		"user@v1.1.1":             "# left as it is: far/BUILD.bazel:4: version is not a plain string; see that it is v1.1.1\n",
		"user@main":               "main is not a version of a Go module, so go.mod files stay as they are",
	} {
		if got, code := f.run(t, "bump", service); service != "user@main" && code != 0 || !strings.Contains(got, want) {
			t.Errorf("%s: exit code %d, got\n%s\nwant\n%s", service, code, got, want)
		}
	}
	for arg, want := range map[string]string{
		"stock":                   "want SERVICE@VERSION",
		"nothing@v1.0.0":          "nothing pins nothing to another version than v1.0.0",
		"example.org/user@v2.0.0": "should be v0 or v1, not v2",
	} {
		if got, code := f.run(t, "bump", arg); code != 1 || !strings.Contains(got, want) {
			t.Errorf("%s: exit code %d, got %s, want %s", arg, code, got, want)
		}
	}
}
