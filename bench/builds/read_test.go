package main

import (
	"compress/gzip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/bench/monorepo"
)

func TestParseSummary(t *testing.T) {
	const text = `2071 total actions.

Mnemonics:
  GoLink: 2
  GoMergeOverlay: 2028

Configurations:
  k8-fastbuild: 2071
`
	got, err := parseSummary(text)
	if want := map[string]int{"GoLink": 2, "GoMergeOverlay": 2028}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
	if _, err := parseSummary("Mnemonics:\n  GoLink: many\n"); err == nil {
		t.Error("no error for a number that is none")
	}
}

func TestParseHeap(t *testing.T) {
	if got, err := parseHeap("71MB\n"); err != nil || got != 71<<20 {
		t.Errorf("%d, %v", got, err)
	}
	if _, err := parseHeap("unknown"); err == nil {
		t.Error("no error for a size that is none")
	}
}

func TestReadMetrics(t *testing.T) {
	events := filepath.Join(t.TempDir(), "events.json")
	write(t, events, `{"id":{"started":{}},"started":{"command":"build"}}
{"id":{"buildMetrics":{}},"buildMetrics":{"actionSummary":{"actionData":[{"mnemonic":"GoLink","actionsExecuted":"2"}]},"timingMetrics":{"cpuTimeInMs":"5","analysisPhaseTimeInMs":"1500"}}}
`)
	m, err := readMetrics(events)
	if err != nil {
		t.Fatal(err)
	}
	if m.Timing.Analysis != 1500 || m.executed()["GoLink"] != 2 {
		t.Errorf("%+v", m)
	}
	write(t, events, `{"id":{"started":{}}}`)
	if _, err := readMetrics(events); err == nil || !strings.Contains(err.Error(), "no metrics") {
		t.Errorf("without metrics: error %v", err)
	}
}

func TestReadTrace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "profile.gz")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := gzip.NewWriter(f)
	w.Write([]byte(`{"otherData":{},"traceEvents":[
{"cat":"action processing","name":"GoLink s0/s0_/s0","ph":"X","ts":1,"dur":3000,"out":"bin/s0/s0_/s0","args":{"mnemonic":"GoLink"}},
{"cat":"action processing","name":"GoLink s1/s1_/s1","ph":"X","ts":1,"dur":4000,"out":"bin/s1/s1_/s1","args":{"mnemonic":"GoLink"}},
{"cat":"action processing","name":"GoCompilePkg s0/s0.a","ph":"X","ts":1,"dur":500,"out":"bin/s0/s0.a","args":{"mnemonic":"GoCompilePkg"}},
{"cat":"critical path component","name":"action 'GoLink s1'","ph":"X","ts":1,"dur":4000},
{"cat":"critical path component","name":"action 'GoCompilePkg s1'","ph":"X","ts":1,"dur":600}
]}`))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f.Close()
	got, err := readTrace(path)
	if err != nil {
		t.Fatal(err)
	}
	took, n := got.sum("GoLink")
	if took != 7*time.Millisecond || n != 2 || got.critical != 4600*time.Microsecond {
		t.Errorf("%d links of %s, critical path %s", n, took, got.critical)
	}
}

func TestCheckCompiles(t *testing.T) {
	shape := monorepo.Shape{Services: 2, Packages: 2, Platform: 1, Modules: 1}
	const out = "bazel-out/k8-fastbuild/bin/"
	compiled := func(outputs ...string) *trace {
		t := &trace{}
		for _, o := range outputs {
			t.actions = append(t.actions, action{mnemonic: "GoCompilePkg", output: out + o})
		}
		return t
	}
	namespaced := []string{
		"s0_service.ns/s0~example.com~s0.a", "s0_service.ns/s0~example.com~platform~m0~c0.a",
		"s1_service.ns/s1~example.com~s1.a", "s1_service.ns/s1~example.com~platform~m0~c0.a",
		"s0_service.ns/s0~std~net~http.a", "merged.main/main.a",
	}
	for _, tt := range []struct {
		name  string
		form  form
		trace *trace
		want  string // of the error, "" for none
	}{
		{"separate", separate, compiled("s0/s0.a", "s1/s1.a", "platform/m0/c0/c0.a"), ""},
		{"merged", merged, compiled(namespaced...), ""},
		{"one too few", merged, compiled(namespaced[1:]...), "3 packages were compiled, not 4"},
		{"one twice", merged, compiled(append(namespaced, namespaced[0])...), "s0~example.com~s0.a was compiled twice"},
	} {
		err := checkCompiles(tt.trace, tt.form, shape)
		if tt.want == "" {
			if err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
		} else if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %q", tt.name, err, tt.want)
		}
	}
}

func TestParseSizes(t *testing.T) {
	withLinks := monorepo.New(8, 50)
	withLinks.Interfaces = 20
	got, err := parseSizes("2x50,8x50+20,2x50")
	if want := []monorepo.Shape{monorepo.New(2, 50), withLinks}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	for _, wrong := range []string{"50", "2x", "0x50", "2x50x", "2x50+", "2x50;4x50", "9999999x1"} {
		if _, err := parseSizes(wrong); err == nil {
			t.Errorf("%q: no error", wrong)
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestCompiledByGroup counts the second namespace's copies apart.
func TestCompiledByGroup(t *testing.T) {
	root := t.TempDir()
	tr := &trace{}
	for _, a := range []action{
		{"GoCompilePkg", "bin/s0_service.ns/s0~std~net~http.a", time.Second},
		{"GoCompilePkg", "bin/s1_service.ns/s1~std~net~http.a", 2 * time.Second},
		{"GoCompilePkg", "bin/s1_service.ns/s1~example.com~platform~m0~c0.a", 3 * time.Second},
		{"GoCompilePkg", "bin/s0_service.ns/s0~example.com~platform~m0~c0.a", 4 * time.Second},
		{"GoCompilePkg", "bin/s0_service.ns/s0~example.com~s0.a", 5 * time.Second},
		{"GoCompilePkg", "bin/merged.glue/s0.a", 6 * time.Second},
		{"GoMergeOverlay", "bin/s0_service.ns/s0~example.com~s0.a", 7 * time.Second},
	} {
		path := filepath.Join(root, a.output)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, path, "archive")
		write(t, strings.TrimSuffix(path, "a")+"x", "data")
		tr.actions = append(tr.actions, a)
	}
	got, err := tr.compiledByGroup(root)
	if err != nil {
		t.Fatal(err)
	}
	for group, want := range map[string]compiled{
		ownPackages:   {1, 5 * time.Second, 11},
		platformFirst: {1, 3 * time.Second, 11},
		platformAgain: {1, 4 * time.Second, 11},
		stdFirst:      {1, time.Second, 11},
		stdAgain:      {1, 2 * time.Second, 11},
	} {
		if *got[group] != want {
			t.Errorf("%s: %+v, want %+v", group, *got[group], want)
		}
	}
	if err := os.Remove(filepath.Join(root, "bin/s0_service.ns/s0~example.com~s0.x")); err != nil {
		t.Fatal(err)
	}
	if _, err := tr.compiledByGroup(root); err == nil {
		t.Error("no error for an output that is missing")
	}
}
