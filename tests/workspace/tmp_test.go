package workspace

import (
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
)

// TestBelowTmp builds a workspace below /tmp whose rules lie in another folder
// there, which Bazel's sandbox hides unless a flag shows it.
func TestBelowTmp(t *testing.T) {
	bazeltest.SourceTree(t) // skips what cannot run
	if runtime.GOOS != "linux" {
		t.Skip("only Bazel's sandbox on Linux has its own /tmp")
	}
	rules := inTmp(t, "rules")
	bazeltest.CopySource(t, rules)
	w := bazeltest.Open(t, inTmp(t, "workspace"), "")
	w.Write("MODULE.bazel", `bazel_dep(name = "rules_go", version = "0.65.0")
bazel_dep(name = "rules_go_merge", version = "0.0.0")
local_path_override(module_name = "rules_go_merge", path = "`+rules+`")

go_sdk = use_extension("@rules_go//go:extensions.bzl", "go_sdk")
go_sdk.host()
`)
	// An action that reads files of both is enough, and compiles nothing.
	w.Write("BUILD.bazel", `genrule(
    name = "both",
    srcs = ["BUILD.bazel", "@rules_go_merge//merge:defs.bzl"],
    outs = ["both.txt"],
    cmd = "cat $(SRCS) > $@",
)
`)
	defer w.Bazel("clean", "--expunge")

	build := []string{"build", "--spawn_strategy=linux-sandbox", "--disk_cache=", "--nocheck_visibility", "//:both"}
	_, stderr, code := w.Bazel(build...)
	if want := "merge/defs.bzl: No such file or directory"; code == 0 || !strings.Contains(stderr, want) {
		t.Errorf("without the flag: exit code %d and no %q in\n%s", code, want, stderr)
	}
	w.Write(".bazelrc", "build --sandbox_add_mount_pair="+rules+"\n")
	w.MustBazel(build...)
	if both := w.Read("bazel-bin/both.txt"); !strings.Contains(both, "genrule(") || !strings.Contains(both, "go_merged_binary") {
		t.Errorf("the action read\n%s", both)
	}
}

// inTmp returns a new folder below /tmp.
func inTmp(t *testing.T, name string) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}
