package mergectl

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/exports"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/traffic"
)

// TestExportsAgree reads what six systems would export of one minute of the shop.
func TestExportsAgree(t *testing.T) {
	dir := filepath.Join("..", "..", "examples", "shop", "traffic")
	var first []traffic.Link
	for _, export := range []struct {
		file     string
		sampling float64
		// ignored is how many things are not used.
		ignored int
		sized   bool
	}{
		{"calls.csv", 0, 0, true},
		{"kitex.prom", 0, 8, false},             // the callee's side
		{"istio.prom", 0, 22, true},             // the callee's side, counts of sizes and calls from outside
		{"servicegraph.prom", 0, 120000, false}, // requests from outside
		{"jaeger.json", 0.0005, 0, false},
		{"traces.otlp.json", 0.0005, 60, true}, // requests from outside
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
	if len(first) != 3 {
		t.Errorf("links %s", list(first))
	}
}

func list(links []traffic.Link) string {
	var texts []string
	for _, l := range links {
		texts = append(texts, fmt.Sprintf("%s->%s %g", l.Caller, l.Callee, l.PerSecond))
	}
	slices.SortFunc(texts, cmp.Compare)
	return strings.Join(texts, ", ")
}
