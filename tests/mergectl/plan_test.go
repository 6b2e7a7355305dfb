package mergectl

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/exports"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/traffic"
)

// TestExportsAgree reads what six systems would export of the run of the shop that is
// recorded in the repository.
func TestExportsAgree(t *testing.T) {
	exportsAgree(t, filepath.Join("..", "..", "examples", "shop", "traffic"), 60)
}

// TestExportsOfARunAgree runs the shop, and reads what six systems would export of that.
func TestExportsOfARunAgree(t *testing.T) {
	program := func(variable string) string {
		path := os.Getenv(variable)
		if path == "" {
			t.Skipf("%s is not set: the programs are built by Bazel", variable)
		}
		return filepath.Join(os.Getenv("TEST_SRCDIR"), os.Getenv("TEST_WORKSPACE"), path)
	}
	const requests = 20
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), program("RECORD"), "-out="+dir, fmt.Sprintf("-requests=%d", requests), "-every=0",
		"-api="+program("SHOP_API"), "-item="+program("SHOP_ITEM"), "-stock="+program("SHOP_STOCK"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	exportsAgree(t, dir, requests)
}

// exportsAgree compares the graphs of all exports of a run, which has requests from
// outside.
func exportsAgree(t *testing.T, dir string, requests int) {
	t.Helper()
	var first []traffic.Link
	for _, export := range []struct {
		file     string
		sampling float64
		// ignored is how many things are not used.
		ignored int
		sized   bool
	}{
		{"calls.csv", 0, 0, true},
		{"kitex.prom", 0, 8, false},                      // the callee's side
		{"istio.prom", 0, 22, true},                      // the callee's side, counts of sizes and calls from outside
		{"servicegraph.prom", 0, 2000 * requests, false}, // requests from outside
		{"jaeger.json", 0.0005, 0, false},
		{"traces.otlp.json", 0.0005, requests, true}, // requests from outside
	} {
		data, err := os.ReadFile(filepath.Join(dir, export.file))
		if err != nil {
			t.Fatal(err)
		}
		g, err := exports.Read(export.file, data, exports.Options{Period: time.Minute, Sampling: export.sampling})
		if err != nil {
			t.Fatal(err)
		}
		ignored := 0
		for _, i := range g.Ignored {
			ignored += i.Count
		}
		if ignored != export.ignored {
			t.Errorf("%s: %d things are ignored, want %d: %v", export.file, ignored, export.ignored, g.Ignored)
		}
		if first == nil {
			first = g.Links
			continue
		}
		if len(g.Links) != len(first) {
			t.Fatalf("%s: links %s, want %s", export.file, list(g.Links), list(first))
		}
		for i, l := range g.Links {
			want := first[i]
			same := l.Caller == want.Caller && l.Callee == want.Callee && math.Abs(l.PerSecond-want.PerSecond) < 1e-9*want.PerSecond
			// A mean in whole bytes per method is rounded.
			if !same || (l.Bytes > 0) != export.sized || export.sized && math.Abs(l.Bytes-want.Bytes) > 1 {
				t.Errorf("%s: link %+v, want %+v", export.file, l, want)
			}
		}
	}
	if got := list(first); got != links(requests) {
		t.Errorf("links %s, want %s", got, links(requests))
	}
}

// links are those of a run, in which 19 of 20 requests go on to item and each of these
// to stock, most of them twice.
func links(requests int) string {
	perSecond := func(of20 int) float64 { return float64(2000*requests*of20/20) / 60 }
	return fmt.Sprintf("api->item %.6g, api->stock %.6g, item->stock %.6g", perSecond(19), perSecond(1), perSecond(31))
}

func list(links []traffic.Link) string {
	var texts []string
	for _, l := range links {
		texts = append(texts, fmt.Sprintf("%s->%s %.6g", l.Caller, l.Callee, l.PerSecond))
	}
	slices.SortFunc(texts, cmp.Compare)
	return strings.Join(texts, ", ")
}
