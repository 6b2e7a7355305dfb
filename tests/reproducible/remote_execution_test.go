package reproducible

import (
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
)

// TestFitForRemoteExecution looks at every command that the merged binary, its
// manifest and its glue need, those that build the tools among them.
func TestFitForRemoteExecution(t *testing.T) {
	w := workspace(t, "here")
	for _, mode := range []struct {
		name  string
		flags []string
		usesC bool
	}{
		{"cgo", nil, true},
		{"pure", []string{"--@io_bazel_rules_go//go/config:pure"}, false},
	} {
		t.Run(mode.name, func(t *testing.T) {
			graph := w.Aquery("deps("+shop+")", mode.flags...)
			paths := graph.Paths()
			var last []*bazeltest.Action
			for i := range graph.Actions {
				a := &graph.Actions[i]
				if output := paths[a.OutputIDs[0]]; strings.HasSuffix(output, "/bin/shop_/shop") || a.Mnemonic == "GoMergeManifest" {
					last = append(last, a)
				}
			}
			count := map[string]int{}
			for _, c := range commands(graph, graph.Needed(last...)) {
				count[c.mnemonic]++
				for _, problem := range unfit(c, mode.usesC) {
					t.Errorf("%s of %s: %s", c.mnemonic, c.outputs[0], problem)
				}
			}
			t.Logf("commands: %v", count)
			for _, mnemonic := range []string{
				"GoCompilePkg", "GoLink", "GoMergeBuildInfo", "GoMergeDescribe", "GoMergeDigest", "GoMergeFindServices", "GoMergeGlue", "GoMergeMain",
				"GoMergeManifest", "GoMergeOverlay", "GoMergeView", "GoStdlib",
			} {
				if count[mnemonic] == 0 {
					t.Errorf("no %s was looked at", mnemonic)
				}
			}
		})
	}
}

// TestUnfit shows that the check sees what it is for.
func TestUnfit(t *testing.T) {
	const tool = "bazel-out/k8-opt-exec/bin/tool"
	for _, tc := range []struct {
		name   string
		change func(c *command)
		want   string
	}{
		{"nothing", func(c *command) {}, ""},
		{"a folder of inputs", func(c *command) { c.args = append(c.args, "-goroot=external/sdk") }, ""},
		{"a label and a package", func(c *command) { c.args = append(c.args, "@@//item:item=example.com/item=stock/a.go") }, ""},
		{"an argument", func(c *command) { c.args = append(c.args, "/home/me/a.go") }, `argument "/home/me/a.go" has an absolute path`},
		{"a flag's value", func(c *command) { c.args = append(c.args, "--src=/home/me/a.go") }, `argument "--src=/home/me/a.go" has an absolute path`},
		{"a flag of one letter", func(c *command) { c.args = append(c.args, "-I/usr/include") }, `argument "-I/usr/include" has an absolute path`},
		{"a C compiler", func(c *command) { c.args = append(c.args, "-extld", "/usr/bin/gcc") }, `argument "/usr/bin/gcc" has an absolute path`},
		{"an undeclared source", func(c *command) { c.args = append(c.args, "--src=external/sdk/src2/b.go") }, `argument "--src=external/sdk/src2/b.go" names external/sdk/src2/b.go, which is neither input nor output`},
		{"an undeclared output", func(c *command) { c.args = append(c.args, "bazel-out/k8/bin/c.go") }, `argument "bazel-out/k8/bin/c.go" names bazel-out/k8/bin/c.go, which is neither input nor output`},
		{"a program of the host", func(c *command) { c.args[0] = "/bin/bash" }, "it runs /bin/bash, which is not an input"},
		{"a program for the target", func(c *command) { c.inputs[tool] = builtProgram }, "it runs " + tool + ", which is not built for the machine that runs it"},
		{"an input elsewhere", func(c *command) { c.inputs["../other/a.go"] = source }, "input ../other/a.go is outside of the execution root"},
		{"a variable", func(c *command) { c.env["GOROOT"] = "/usr/local/go" }, "variable GOROOT=/usr/local/go has an absolute path"},
		{"somebody's PATH", func(c *command) { c.env["PATH"] = "/home/me/bin:/bin" }, "variable PATH=/home/me/bin:/bin has an absolute path"},
		{"a requirement", func(c *command) { c.requires["no-remote"] = "1" }, "it has the execution requirement no-remote"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := command{
				args:     []string{tool, "-o", "bazel-out/k8/bin/b.go"},
				env:      map[string]string{"GOROOT": "external/sdk", "PATH": "/usr/bin:/bin"},
				requires: map[string]string{"supports-path-mapping": "1"},
				inputs:   map[string]origin{tool: builtTool, "stock/a.go": source, "external/sdk/src/a.go": source},
				outputs:  []string{"bazel-out/k8/bin/b.go"},
			}
			tc.change(&c)
			if got := strings.Join(unfit(c, false), "\n"); !strings.HasSuffix(got, tc.want) || tc.want == "" && got != "" {
				t.Errorf("found %q, want %q", got, tc.want)
			}
		})
	}
	c := command{args: []string{tool, "-extld", "/usr/bin/gcc"}, env: map[string]string{"CC": "/usr/bin/gcc"}, inputs: map[string]origin{tool: builtTool}}
	if got := unfit(c, true); len(got) > 0 {
		t.Errorf("with the same C compiler there: found %q", got)
	}
}
