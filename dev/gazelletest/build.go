// Package gazelletest provides tests with a Gazelle that knows the merge
// language.
package gazelletest

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"
)

const (
	gazelleModule = "github.com/bazelbuild/bazel-gazelle"
	// langs is the list of languages, beside this package.
	langs = "gazelle/langs.go.txt"
)

// Binary returns the path of a Gazelle program. Under Bazel it is the one that
// the environment variable GAZELLE names, relative to the working directory at
// the start. Otherwise it is built, which takes seconds; tests should share it.
//
// The working directory must be in this module's folder or below it.
func Binary(t testing.TB) string {
	t.Helper()
	if file := os.Getenv("GAZELLE"); file != "" {
		abs, err := filepath.Abs(runfile(file))
		if err != nil {
			t.Fatal(err)
		}
		return abs
	}
	return build(t, "merge", "")
}

// Plain returns a Gazelle program with the languages it comes with only.
func Plain(t testing.TB) string {
	t.Helper()
	return build(t, "plain", "github.com/gomerge/rules_go_merge/")
}

// runfile finds a file that $(rootpath) named.
func runfile(file string) string {
	if root := os.Getenv("TEST_SRCDIR"); root != "" {
		return filepath.Join(root, os.Getenv("TEST_WORKSPACE"), file)
	}
	return file
}

// build links Gazelle's command with the list of languages, less the lines that
// name the module without. Its main package is not a library and imports internal
// packages, so the list has to be among its files: go build gets a copy of
// Gazelle's module in place of the original.
func build(t testing.TB, name, without string) string {
	t.Helper()
	root := repositoryRoot(t)
	dir := t.TempDir()
	copied := filepath.Join(dir, "bazel-gazelle")
	original := strings.TrimSpace(command(t, root, "go", "list", "-m", "-f", "{{.Dir}}", gazelleModule))
	if err := copyModule(original, copied); err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadFile(filepath.Join(root, "gazelle_ext", filepath.FromSlash(langs)))
	if err != nil {
		t.Fatal(err)
	}
	if without != "" {
		list = withoutModule(list, without)
	}
	write(t, filepath.Join(copied, "cmd", "gazelle", "langs.go"), list)

	goMod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	goSum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	file, err := modfile.Parse("go.mod", goMod, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := file.AddReplace(gazelleModule, "", copied, ""); err != nil {
		t.Fatal(err)
	}
	if goMod, err = file.Format(); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "go.mod"), goMod)
	write(t, filepath.Join(dir, "go.sum"), goSum)

	binary := filepath.Join(dir, name)
	// Without the folders' names in it, the result comes from Go's cache.
	command(t, root, "go", "build", "-trimpath", "-modfile="+filepath.Join(dir, "go.mod"), "-o", binary, gazelleModule+"/cmd/gazelle")
	return binary
}

// withoutModule leaves out the lines of a list of languages that name a module,
// and the element that they make.
func withoutModule(list []byte, module string) []byte {
	var kept [][]byte
	for _, line := range bytes.SplitAfter(list, []byte("\n")) {
		if !bytes.Contains(line, []byte(module)) && !bytes.Contains(line, []byte("merge.NewLanguage()")) {
			kept = append(kept, line)
		}
	}
	return bytes.Join(kept, nil)
}

// repositoryRoot returns the folder with the go.mod file of this module.
func repositoryRoot(t testing.TB) string {
	t.Helper()
	return filepath.Dir(strings.TrimSpace(command(t, ".", "go", "env", "GOMOD")))
}

// copyModule copies what of Gazelle's module the program needs.
func copyModule(from, to string) error {
	return filepath.WalkDir(from, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		base := entry.Name()
		if entry.IsDir() {
			if base == "testdata" || rel == "vendor" || rel == "tests" {
				return filepath.SkipDir
			}
			return os.MkdirAll(filepath.Join(to, rel), 0o777)
		}
		if rel != "go.mod" && (!strings.HasSuffix(base, ".go") || strings.HasSuffix(base, "_test.go")) {
			return nil
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), data, 0o666)
	})
}

func write(t testing.TB, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o666); err != nil {
		t.Fatal(err)
	}
}

// command returns what a command writes to its standard output.
func command(t testing.TB, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, stderr.Bytes()))
	}
	return string(out)
}
