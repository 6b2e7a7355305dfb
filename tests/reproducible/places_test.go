package reproducible

import (
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
)

// cFile is what the C compiler calls a file of the service, wherever it runs.
const cFile = "./bazel-out/k8-fastbuild/bin/stock_service.ns/example.com/shop/stock/go_merge_root/stock/source.c"

// TestPlaces builds the same in two places that share no results.
func TestPlaces(t *testing.T) {
	here := newPlace(t, "here")
	there := newPlace(t, "some/where/there")
	there.elsewhere(t)
	here.fresh(t)
	there.fresh(t)
	here.status(t, "1.4.2")
	there.status(t, "2.0.0")

	t.Run("cgo", func(t *testing.T) {
		mine, spawns := here.build(t)
		checkSandboxed(t, spawns)
		checkRan(t, spawns)
		theirs, spawns := there.build(t)
		checkRan(t, spawns)
		compare(t, mine, theirs)
		checkPrints(t, here.Workspace, "item unset unset", "stock "+cFile+" unset")
	})
	t.Run("stamped", func(t *testing.T) {
		mine, _ := here.build(t, "--stamp")
		theirs, _ := there.build(t, "--stamp")
		if different := differences(mine, theirs); !slices.Equal(different, []string{"/bazel-bin/shop_/shop"}) {
			t.Errorf("%q are not the same, want only the binary", different)
		}
		checkPrints(t, here.Workspace, "item 1.4.2 at-here", "stock "+cFile+" at-here")
		checkPrints(t, there.Workspace, "item 2.0.0 at-there", "stock "+cFile+" at-there")
	})
	t.Run("pure and optimized", func(t *testing.T) {
		flags := []string{"--@io_bazel_rules_go//go/config:pure", "-c", "opt"}
		mine, spawns := here.build(t, flags...)
		checkSandboxed(t, spawns)
		theirs, _ := there.build(t, flags...)
		compare(t, mine, theirs)
		checkPrints(t, here.Workspace, "item unset unset", "stock pure unset")
	})
}

// differences lists the outputs that two builds do not agree on.
func differences(a, b map[string]string) []string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	maps.DeleteFunc(all, func(name, _ string) bool { return a[name] == b[name] })
	return slices.Sorted(maps.Keys(all))
}

func compare(t *testing.T, a, b map[string]string) {
	t.Helper()
	for _, name := range differences(a, b) {
		t.Errorf("%s is not the same", name)
	}
}

// checkPrints runs the merged binary of the last build.
func checkPrints(t *testing.T, w *bazeltest.Workspace, want ...string) {
	t.Helper()
	out, err := exec.Command(filepath.Join(w.Dir, "bazel-bin/shop_/shop")).Output()
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(strings.TrimSpace(string(out)), "\n")
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the binary printed %q, want %q", got, want)
	}
}

// checkSandboxed fails for commands that saw more than their inputs, or that
// may not run on another machine. The standard library may be from a cache.
func checkSandboxed(t *testing.T, spawns []bazeltest.Spawn) {
	t.Helper()
	runners := map[string]int{}
	for _, s := range spawns {
		if s.CacheHit && s.Mnemonic == "GoStdlib" {
			continue
		}
		runners[s.Runner]++
		if !strings.HasSuffix(s.Runner, "-sandbox") || !s.Remotable {
			t.Errorf("%s of %s was run by %q, remotable: %t", s.Mnemonic, s.TargetLabel, s.Runner, s.Remotable)
		}
	}
	t.Logf("commands: %v", runners)
}

// checkRan fails where another build's results were used, and where commands
// are missing that prove something.
func checkRan(t *testing.T, spawns []bazeltest.Spawn) {
	t.Helper()
	ran := map[string]int{}
	for _, s := range spawns {
		ran[s.Mnemonic]++
		if s.CacheHit && s.Mnemonic != "GoStdlib" {
			t.Errorf("%s of %s is from a cache", s.Mnemonic, s.TargetLabel)
		}
	}
	for _, mnemonic := range []string{
		"GoCompilePkg", "GoLink", "GoMergeBuildInfo", "GoMergeDescribe", "GoMergeDigest", "GoMergeFindServices", "GoMergeGlue", "GoMergeMain",
		"GoMergeManifest", "GoMergeOverlay", "GoMergeView", "GoToolchainBinaryBuild",
	} {
		if ran[mnemonic] == 0 {
			t.Errorf("no %s ran", mnemonic)
		}
	}
}
