package lint_test

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/bazelbuild/buildtools/build"
	"gopkg.in/yaml.v3"

	"github.com/gomerge/rules_go_merge/dev/lint"
)

// TestWorkflows looks for what GitHub, the Bazel Central Registry and pre-commit
// would find out when they run a file: programs, targets, modules and jobs that are
// not there.
func TestWorkflows(t *testing.T) {
	root, err := lint.Root()
	if err != nil {
		t.Fatal(err)
	}
	files, err := lint.Files(root, func(file string) bool {
		room, _, _ := strings.Cut(file, "/")
		return (room == ".bcr" || room == ".github") && path.Ext(file) == ".yml" || file == ".pre-commit-config.yaml"
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{".bcr/presubmit.yml", ".pre-commit-config.yaml", ".github/workflows/ci.yml", ".github/workflows/release.yml"} {
		if !slices.Contains(files, want) {
			t.Errorf("there is no %s", want)
		}
	}
	for _, file := range files {
		src, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Error(err)
			continue
		}
		for _, problem := range workflowProblems(os.DirFS(root), src) {
			t.Errorf("%s: %s", file, problem)
		}
	}
}

func TestWorkflowProblems(t *testing.T) {
	tree := fstest.MapFS{
		".ci/run":                &fstest.MapFile{Mode: 0o755},
		"dev/plain.sh":           &fstest.MapFile{Mode: 0o644},
		"BUILD.bazel":            &fstest.MapFile{Data: []byte("filegroup(name = \"all_files\")\n")},
		"dev/release/BUILD":      &fstest.MapFile{Data: []byte("go_binary(name = \"release\")\n")},
		"e2e/smoke/MODULE.bazel": &fstest.MapFile{},
		"e2e/smoke/BUILD.bazel":  &fstest.MapFile{Data: []byte("go_test(name = \"smoke_test\")\n")},
	}
	for _, test := range []struct {
		text string
		want []string
	}{
		{"jobs: {a: {steps: [{run: \".ci/run //... //:all_files && bazel run //dev/release\"}]}}", nil},
		{"jobs: {a: {steps: [{uses: actions/checkout@v5}]}, b: {needs: a}}", nil},
		{"jobs: [", []string{"yaml: line 1: did not find expected node content"}},
		{"jobs: {a: {steps: [{run: \"x=$(.ci/gone) dev/plain.sh\"}]}}", []string{
			".ci/gone is not a program of this repository", "dev/plain.sh is not a program of this repository",
		}},
		{"jobs: {a: {steps: [{run: bazel test //dev/release:gone //gone/...}]}}", []string{
			"there is no target //dev/release:gone", "there is no target //gone/...",
		}},
		{"jobs: {a: {steps: [{uses: actions/checkout}]}}", []string{"actions/checkout has no version"}},
		{"jobs: {a: {needs: b}}", []string{"there is no job b"}},
		{"bcr_test_module: {module_path: e2e/smoke, tasks: {a: {test_targets: [//..., //:smoke_test, //:gone]}}}", []string{
			"there is no target //:gone",
		}},
		{"bcr_test_module: {module_path: e2e/gone, tasks: {}}", []string{"e2e/gone is not the folder of a module"}},
	} {
		if got := workflowProblems(tree, []byte(test.text)); !slices.Equal(got, test.want) {
			t.Errorf("%s: got %q, want %q", test.text, got, test.want)
		}
	}
}

var (
	// program is a file of this repository that a command of a shell names.
	program = regexp.MustCompile(`(?:^|[\s("])(?:\./)?((?:\.ci|dev)/[\w./-]+|bazelw)\b`)
	target  = regexp.MustCompile(`(?:^|[\s("])(//[\w./-]*(?::[\w.-]+)?)`)
)

// workflowProblems returns what is wrong with a workflow, or with a presubmit file
// of the registry, in a tree.
func workflowProblems(tree fs.FS, src []byte) []string {
	var file struct {
		Jobs map[string]struct {
			Needs string
			Uses  string
			Steps []struct{ Run, Uses string }
		}
		TestModule *struct {
			Path  string `yaml:"module_path"`
			Tasks map[string]struct {
				Targets []string `yaml:"test_targets"`
			}
		} `yaml:"bcr_test_module"`
	}
	if err := yaml.Unmarshal(src, &file); err != nil {
		return []string{err.Error()}
	}
	var problems []string
	report := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	for _, job := range file.Jobs {
		if _, ok := file.Jobs[job.Needs]; job.Needs != "" && !ok {
			report("there is no job %s", job.Needs)
		}
		uses := []string{job.Uses}
		for _, step := range job.Steps {
			uses = append(uses, step.Uses)
			for _, m := range program.FindAllStringSubmatch(step.Run, -1) {
				if info, err := fs.Stat(tree, m[1]); err != nil || info.Mode()&0o100 == 0 {
					report("%s is not a program of this repository", m[1])
				}
			}
			for _, m := range target.FindAllStringSubmatch(step.Run, -1) {
				if !isTarget(tree, m[1]) {
					report("there is no target %s", m[1])
				}
			}
		}
		for _, action := range uses {
			if action != "" && !strings.Contains(action, "@") {
				report("%s has no version", action)
			}
		}
	}
	if module := file.TestModule; module != nil {
		folder, err := fs.Sub(tree, module.Path)
		if err == nil {
			_, err = fs.Stat(folder, "MODULE.bazel")
		}
		if err != nil {
			report("%s is not the folder of a module", module.Path)
			return problems
		}
		for _, task := range module.Tasks {
			for _, label := range task.Targets {
				if !isTarget(folder, label) {
					report("there is no target %s", label)
				}
			}
		}
	}
	return problems
}

// isTarget reports whether the module in a tree has a target, or a folder for a
// pattern that ends in "/...".
func isTarget(tree fs.FS, label string) bool {
	folder, name, named := strings.Cut(strings.TrimPrefix(label, "//"), ":")
	if above, ok := strings.CutSuffix(folder, "..."); ok {
		info, err := fs.Stat(tree, path.Clean(above))
		return err == nil && info.IsDir()
	}
	if !named {
		name = path.Base(folder)
	}
	for _, base := range []string{"BUILD.bazel", "BUILD"} {
		src, err := fs.ReadFile(tree, path.Join(folder, base))
		if err != nil {
			continue
		}
		file, err := build.ParseBuild(base, src)
		return err == nil && slices.ContainsFunc(file.Rules(""), func(rule *build.Rule) bool { return rule.Name() == name })
	}
	return false
}
