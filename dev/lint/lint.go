// Package lint finds files of the work tree for the tools and tests that need all of a kind.
package lint

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Root returns the work tree's top folder. It follows a link to MODULE.bazel rather than read the
// test's runfiles: a test cannot name as data the sources of all packages, those that are yet to
// come among them. The tests are therefore tagged "external", which keeps Bazel from reusing an
// old result, and "local", which keeps them on the machine that has the tree.
//
// The working folder must be one of dev, as it is under both Bazel and go test.
func Root() (string, error) {
	file, err := filepath.EvalSymlinks(filepath.Join("..", "..", "MODULE.bazel"))
	if err != nil {
		return "", err
	}
	return filepath.Dir(file), nil
}

// Files returns the regular files below root that want accepts, as sorted slash-separated paths
// relative to root. It asks git for the files that are tracked or could be, and walks the tree if
// git or its repository is not there. Test data, vendored code and Bazel's links are left out.
func Files(root string, want func(path string) bool) ([]string, error) {
	paths, err := gitFiles(root)
	if err != nil {
		if paths, err = walk(root); err != nil {
			return nil, err
		}
	}
	var files []string
	for _, path := range paths {
		if skipped(path) || !want(path) {
			continue
		}
		info, err := os.Lstat(filepath.Join(root, filepath.FromSlash(path)))
		if errors.Is(err, fs.ErrNotExist) {
			continue // deleted, and git was not told yet
		}
		if err != nil {
			return nil, err
		}
		if info.Mode().IsRegular() {
			files = append(files, path)
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no files to check below %s", root)
	}
	slices.Sort(files)
	return files, nil
}

// IsStarlark reports whether a path is that of a BUILD file or another in Starlark.
func IsStarlark(file string) bool {
	switch base := path.Base(file); base {
	case "BUILD", "BUILD.bazel", "MODULE.bazel", "REPO.bazel", "WORKSPACE":
		return true
	default:
		return path.Ext(base) == ".bzl"
	}
}

func gitFiles(root string) ([]string, error) {
	cmd := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00"), nil
}

func walk(root string) ([]string, error) {
	var paths []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		switch {
		case !entry.IsDir():
			paths = append(paths, rel)
		case rel == ".git", skipped(rel):
			return filepath.SkipDir
		}
		return nil
	})
	return paths, err
}

// skipped reports whether a path lies in a folder that no check looks into.
func skipped(path string) bool {
	parts := strings.Split(path, "/")
	return strings.HasPrefix(parts[0], "bazel-") || slices.Contains(parts, "testdata") || slices.Contains(parts, "vendor")
}
