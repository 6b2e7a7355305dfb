package mergectl

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
)

// TestFromGoToMerged takes repositories without a Bazel file to a merged binary
// by the commands that mergectl init names, and nothing else.
func TestFromGoToMerged(t *testing.T) {
	tests := map[string]struct {
		// env is the variable from which a service takes its HTTP address.
		env string
		// answer is what it says about a lamp, having asked the others.
		answer string
		// calls are the inline calls that this takes, by link, and rpcs the others.
		calls, rpcs map[string]int64
		// unbound are folders of services that do not listen, since their addresses are
		// those of others.
		unbound []string
		// kitex are versions of it, by service.
		kitex map[string]string
	}{
		"grpc": {
			env:     "HALL_HTTP",
			answer:  "item(stock(lamp) l a m p)",
			calls:   map[string]int64{"web->item": 1, "item->stock": 2}, // one is a stream
			unbound: []string{"cmd/item", "cmd/stock"},
		},
		"modules": {
			env:    "SHOP_HTTP",
			answer: `item(stock(price of lamp)) {"text":"stock(price of oil)"}`,
			calls:  map[string]int64{"item->stock": 1, "stock->price": 2},
			rpcs:   map[string]int64{"item->stock": 1}, // it is generic
			kitex:  map[string]string{"price": "v0.11.3", "stock": "v0.12.0"},
		},
		"protos": {
			env:    "YARD_HTTP",
			answer: "item(stock(lamp) l a m p) 1m0s",
			calls:  map[string]int64{"web->item": 1, "item->stock": 2},
		},
		"services": {
			env:    "MALL_HTTP",
			answer: "order(cart(price of lamp stock of lamp) user of lamp)",
			calls:  map[string]int64{"order->cart": 1, "order->user": 1, "cart->price": 1, "cart->stock": 1},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			source := bazeltest.SourceTree(t)
			shop := filepath.Join(source, "examples", "shop")
			// Both have one folder, and so one output base: what Bazel knows of
			// rules, tools and the Go SDK counts for the other.
			w := bazeltest.New(t, "mergectl", repository(t, name, shop))
			// The rules are where MODULE.bazel says.
			w = bazeltest.Open(t, w.Dir, "")
			rules := rulesInTmp(t)
			mergectl(t, "init", "--rules="+rules, w.Dir)
			if rc, want := w.Read(".bazelrc"), "build --sandbox_add_mount_pair="+rules+"\n"; !strings.Contains(rc, want) {
				t.Errorf("no %q in .bazelrc: %q", want, rc)
			}
			w.MustBazel("run", "//:gazelle")
			files := snapshot(t, w.Dir)
			for _, dir := range test.unbound {
				if build := w.Read(dir + "/BUILD.bazel"); !strings.Contains(build, "listen = False,") {
					t.Errorf("%s listens:\n%s", dir, build)
				}
			}
			w.MustBazel("build", "//:merged", "--output_groups=+manifest")
			versions := kitexVersions(t, w.Read("bazel-bin/merged.manifest.json"))
			for service, want := range test.kitex {
				if versions[service] != want {
					t.Errorf("%s has Kitex %q, want %s", service, versions[service], want)
				}
			}

			answer, inline, rpcs := ask(t, filepath.Join(w.Dir, "bazel-bin", "merged_", "merged"), test.env)
			if answer != test.answer {
				t.Errorf("the answer is %q, want %q", answer, test.answer)
			}
			if !maps.Equal(inline, test.calls) {
				t.Errorf("inline calls %v, want %v", inline, test.calls)
			}
			if !maps.Equal(rpcs, test.rpcs) {
				t.Errorf("RPCs %v, want %v", rpcs, test.rpcs)
			}

			if out := mergectl(t, "init", w.Dir); !strings.Contains(out, "Nothing to write") {
				t.Errorf("init again printed\n%s", out)
			}
			w.MustBazel("run", "//:gazelle")
			compare(t, files, snapshot(t, w.Dir))
			out := mergectl(t, "check", "--strict", w.Dir)
			if got := strings.Count(out, "[generic-client]"); got != len(test.rpcs) {
				t.Errorf("%d generic clients, want %d, in\n%s", got, len(test.rpcs), out)
			}
		})
	}
}

// kitexVersions returns the versions of Kitex in a manifest, by service, where
// the adapter fits all of it.
func kitexVersions(t *testing.T, manifest string) map[string]string {
	t.Helper()
	var m struct {
		Services []struct {
			Name  string
			Hooks []struct {
				Module, Version string
				Hooked          bool
			}
		}
	}
	if err := json.Unmarshal([]byte(manifest), &m); err != nil {
		t.Fatal(err)
	}
	versions := make(map[string]string)
	for _, service := range m.Services {
		for _, hook := range service.Hooks {
			if !hook.Hooked {
				t.Errorf("%s %s of %s is not hooked", hook.Module, hook.Version, service.Name)
			} else if hook.Module == "Kitex" {
				versions[service.Name] = hook.Version
			}
		}
	}
	return versions
}

// rulesInTmp returns a copy of this module in /tmp, which Bazel's sandbox hides
// unless it is told not to.
func rulesInTmp(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "rules_go_merge")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	bazeltest.CopySource(t, dir)
	return dir
}

// mergectl runs a command line, which has to succeed, and returns its output.
func mergectl(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command(bazeltest.Runfile(t, os.Getenv("MERGECTL")), args...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("mergectl %s: %v\n%s%s", strings.Join(args, " "), err, out, &stderr)
	}
	return string(out)
}

// snapshot returns the content of the files of a workspace by their paths.
func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	err := filepath.WalkDir(dir, func(name string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() { // Bazel leaves links
			return err
		}
		data, err := os.ReadFile(name)
		files[strings.TrimPrefix(name, dir)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func compare(t *testing.T, before, after map[string]string) {
	t.Helper()
	for name, content := range after {
		if old, ok := before[name]; !ok {
			t.Errorf("file %s is new:\n%s", name, content)
		} else if old != content {
			t.Errorf("file %s was\n%s\nand is\n%s", name, old, content)
		}
	}
	for name := range before {
		if _, ok := after[name]; !ok {
			t.Errorf("file %s is gone", name)
		}
	}
}
