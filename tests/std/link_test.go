package std

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/tools/mergegen/overlay"
	"github.com/gomerge/rules_go_merge/tools/mergegen/platform"
)

const merged = `package main

import (
	left "left/example.com/service"
	right "right/example.com/service"
)

func main() {
	left.GoMergeMain()
	right.GoMergeMain()
}
`

// TestTwoServices links all views and copies for two services and runs them: what
// one of them defines outside of its namespace the other defines again.
func TestTwoServices(t *testing.T) {
	table := readTable(t)
	forSDKs(t, func(t *testing.T, s sdk) {
		to := target{goos: runtime.GOOS, goarch: runtime.GOARCH}
		originals := s.exports(t, table, to)
		var both []*service
		for _, name := range []string{"left", "right"} {
			one := newService(t, service{
				sdk: s, to: to, table: table, originals: originals,
				namespace: name, main: "example.com/service",
				env: [][2]string{{"GREETING", "hello from " + name}},
			})
			one.std()
			one.program("testdata/service.go", "testdata/pull.go", "testdata/nopull.go")
			both = append(both, one)
		}
		if t.Failed() {
			return
		}
		out, err := exec.Command(link(t, both...)).CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		var want strings.Builder
		for _, name := range []string{"left", "right"} {
			for _, line := range []string{
				"environment hello from NAME", "flag NAME", `expvar "NAME"`, "http/1.1 NAME HTTP/1.1 <nil>", "http/2 NAME HTTP/2.0 <nil>", "http/2 true", "pull true",
				"gob NAME", "gob true false", "rpc NAME <nil>", "log 2 2", "sql [driver] <nil>", "zip 1 NAME", "trace true", "exec NAME <nil>", "exec true",
				"chroot operation not permitted",
			} {
				if line != "pull true" || slices.Contains(platform.ReleaseTags(s.version), "go1.27") {
					fmt.Fprintln(&want, name, strings.ReplaceAll(line, "NAME", name))
				}
			}
		}
		// The system may refuse to change the root, too. The log says that it was not asked.
		var got strings.Builder
		refused := 0
		for line := range strings.Lines(string(out)) {
			if strings.HasPrefix(line, "rules_go_merge: service ") && strings.Contains(line, " may not change the root directory of the process, which it shares with ") {
				refused++
			} else {
				got.WriteString(line)
			}
		}
		if got.String() != want.String() || refused != 2 {
			t.Errorf("refused to change the root %d times, got\n%swant\n%s", refused, &got, &want)
		}
	})
}

// program compiles the service's main package.
func (s *service) program(files ...string) {
	s.t.Helper()
	var sources []string
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			s.t.Fatal(err)
		}
		sources = append(sources, s.write("program/"+filepath.Base(f), []byte(strings.ReplaceAll(string(text), "@NAME@", s.namespace))))
	}
	sources = append(sources, s.write("program/entry.go", []byte("package main\n\nfunc GoMergeMain() { main() }\n")))
	var own []string
	for path := range s.archives {
		own = append(own, path)
	}
	s.overlay(overlay.Config{}, s.main, sources, own)
}

// link links the merged binary.
func link(t *testing.T, services ...*service) string {
	t.Helper()
	s := services[0]
	dir := t.TempDir()
	var cfg strings.Builder
	var settings []any
	for _, s := range services {
		settings = append(settings, []any{s.namespace, s.env, []string{}, []string{}, "", append([]any{}, s.permissions...), s.folder, s.inProcessOnly})
	}
	json, err := json.Marshal(settings)
	if err != nil {
		t.Fatal(err)
	}
	for path, file := range s.originals {
		fmt.Fprintf(&cfg, "packagefile %s=%s\n", path, file)
	}
	for _, s := range services {
		for path, file := range s.archives {
			fmt.Fprintf(&cfg, "packagefile %s/%s=%s\n", s.namespace, path, file)
		}
	}
	for name, text := range map[string]string{"main.go": merged, "importcfg": cfg.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, command := range [][]string{
		{"compile", "-p", "main", "-importcfg", "importcfg", "-pack", "-o", "main.a", "main.go"},
		{"link", "-importcfg", "importcfg", "-X", runtimeModule + "/process.settings=" + string(json), "-o", "merged", "main.a"},
	} {
		if _, err := s.sdk.run(dir, s.to, command[0], command[1:]...); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "merged")
}
