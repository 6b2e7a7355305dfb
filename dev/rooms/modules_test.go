package rooms_test

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/bazelbuild/buildtools/build"
)

// moduleRepo matches labels in repositories of Go modules: those of the tools' own
// dependency set, with a prefix, and those of go_deps.
var moduleRepo = regexp.MustCompile(`^@(rules_go_merge_)?((?:com|in|net|org)_\w+)//`)

// TestOneCopyOfModules looks for targets that take one Go module from go_deps and
// from the tools' own dependency set: Bazel would only find out when it links them.
func TestOneCopyOfModules(t *testing.T) {
	deps := map[string][]string{} // labels by label
	for folder, file := range buildFiles(t) {
		for _, rule := range file.Rules("") {
			for _, attr := range []string{"deps", "embed"} {
				for _, dep := range rule.AttrStrings(attr) {
					label := "//" + folder + ":" + rule.Name()
					deps[label] = append(deps[label], absolute(dep, folder))
				}
			}
		}
	}
	modules := 0
	for label := range deps {
		from := map[string]string{} // prefixes by module
		for _, dep := range reached(label, deps) {
			match := moduleRepo.FindStringSubmatch(dep)
			if match == nil {
				continue
			}
			modules++
			if other, ok := from[match[2]]; ok && other != match[1] {
				t.Errorf("%s links %s from go_deps and from the tools' own dependency set", label, match[2])
			}
			from[match[2]] = match[1]
		}
	}
	if modules == 0 {
		t.Error("no target links a module")
	}
}

// buildFiles returns the BUILD files of the work tree by folder.
func buildFiles(t *testing.T) map[string]*build.File {
	t.Helper()
	root, files := sources(t, func(file string) bool { return path.Base(file) == "BUILD.bazel" })
	parsed := map[string]*build.File{}
	for _, file := range files {
		data, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		if parsed[strings.TrimSuffix(path.Dir(file), ".")], err = build.ParseBuild(file, data); err != nil {
			t.Fatal(err)
		}
	}
	return parsed
}

// absolute returns a label as //folder:name, unless it is in another repository.
func absolute(label, folder string) string {
	switch {
	case strings.HasPrefix(label, ":"):
		return "//" + folder + label
	case strings.HasPrefix(label, "//") && !strings.Contains(label, ":"):
		return label + ":" + path.Base(label)
	}
	return label
}

// reached returns what a target depends on, directly or through others.
func reached(label string, deps map[string][]string) []string {
	seen := []string{label}
	for i := 0; i < len(seen); i++ {
		for _, dep := range deps[seen[i]] {
			if !slices.Contains(seen, dep) {
				seen = append(seen, dep)
			}
		}
	}
	return seen
}
