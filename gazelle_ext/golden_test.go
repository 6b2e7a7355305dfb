package merge_test

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bazelbuild/bazel-gazelle/testtools"

	"github.com/gomerge/rules_go_merge/dev/gazelletest"
)

// TestGolden runs Gazelle in a copy of each folder of testdata. A folder holds
// a repository with BUILD.in files and the BUILD.out files that Gazelle makes
// of them, and arguments.txt, expectedStdout.txt, expectedStderr.txt and
// expectedExitCode.txt where they are not empty. To write the .out and expected
// files again:
//
//	UPDATE_SNAPSHOTS=1 BUILD_WORKSPACE_DIRECTORY=$PWD go test ./gazelle_ext
func TestGolden(t *testing.T) {
	binary := gazelletest.Binary(t)
	for _, folder := range folders(t) {
		abs, err := filepath.Abs(folder)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(folder)
		testtools.TestGazelleGenerationOnPath(t, &testtools.TestGazelleGenerationArgs{
			Name:                 name,
			TestDataPathAbsolute: abs,
			TestDataPathRelative: path.Join("gazelle_ext/testdata", name),
			GazelleBinaryPath:    binary,
			Timeout:              time.Minute,
		})
	}
}

// TestAgain runs Gazelle on what it wrote.
func TestAgain(t *testing.T) {
	binary := gazelletest.Binary(t)
	for _, folder := range folders(t) {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			root := copyWithOutputs(t, folder)
			arguments, err := os.ReadFile(filepath.Join(folder, "arguments.txt"))
			if err != nil {
				t.Fatal(err)
			}
			args := strings.Fields(string(arguments))
			if slices.Contains(args, "-mode=diff") {
				t.Skip("it wrote nothing")
			}
			command := 0
			if args[0] == "fix" {
				command = 1
			}
			cmd := exec.Command(binary, slices.Insert(args, command, "-mode=diff")...)
			cmd.Dir = root
			cmd.Env = append(os.Environ(), "BUILD_WORKSPACE_DIRECTORY="+root)
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			if err := cmd.Run(); err != nil || stdout.Len() > 0 {
				t.Errorf("%v\n%s%s", err, &stdout, &stderr)
			}
		})
	}
}

// folders returns the folders of testdata.
func folders(t *testing.T) []string {
	t.Helper()
	folders, err := filepath.Glob("testdata/*")
	if err != nil || len(folders) == 0 {
		t.Fatalf("no test data: %v", err)
	}
	return folders
}

// copyWithOutputs copies a folder with its BUILD.out files as BUILD.bazel files.
func copyWithOutputs(t *testing.T, folder string) string {
	t.Helper()
	root := t.TempDir()
	err := filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(folder, name)
		if err != nil {
			return err
		}
		to := filepath.Join(root, rel)
		if entry.IsDir() {
			return os.MkdirAll(to, 0o777)
		}
		switch entry.Name() {
		case "BUILD.in":
			return nil
		case "BUILD.out":
			to = filepath.Join(filepath.Dir(to), "BUILD.bazel")
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(to, data, 0o666)
	})
	if err != nil {
		t.Fatal(err)
	}
	return root
}
