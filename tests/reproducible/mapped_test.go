package reproducible

import (
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
)

// TestPathMapping builds in two configurations that differ in nothing that a
// pure Go package is made of. With their names left out of paths, the second
// takes from the cache what the first has built.
func TestPathMapping(t *testing.T) {
	w := workspace(t, "mapped")
	// The tools may be in the cache that other tests have. The services are not.
	w.Write("common/new.go", "package common\n\nconst run = "+strconv.FormatInt(time.Now().UnixNano(), 10)+"\n")
	w.Replace("common/BUILD.bazel", `srcs = ["common.go"]`, `srcs = ["common.go", "new.go"]`)
	flags := []string{shop, "--output_groups=+manifest,+glue", "--experimental_output_paths=strip", "--@io_bazel_rules_go//go/config:pure"}
	if !bazeltest.HasCache() {
		flags = append(flags, "--disk_cache="+filepath.Join(t.TempDir(), "cache"))
	}

	ran := map[string]int{}
	for _, s := range w.Build(append(flags, "-c", "fastbuild")...) {
		if !s.CacheHit && strings.Contains(s.ListedOutputs[0], "_service.ns/") {
			ran[s.Mnemonic]++
		}
	}
	if ran["GoMergeOverlay"] == 0 || ran["GoCompilePkg"] == 0 {
		t.Errorf("the first build ran %v for the services", ran)
	}
	hits := map[string]int{}
	for _, s := range w.Build(append(flags, "-c", "opt")...) {
		switch {
		case s.CacheHit:
			hits[s.Mnemonic]++
		case s.Mnemonic != "GoLink": // rules_go does not map its paths
			t.Errorf("%s of %s ran: %s", s.Mnemonic, s.TargetLabel, s.Output())
		}
	}
	t.Logf("hits: %v", hits)
	for mnemonic, n := range ran {
		if hits[mnemonic] < n {
			t.Errorf("%d %s were in the cache, want at least the %d that ran", hits[mnemonic], mnemonic, n)
		}
	}
	checkPrints(t, w, "item unset unset", "stock pure unset")
}
