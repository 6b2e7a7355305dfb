package bench_test

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

var (
	builds = flag.String("builds", "", "runfile of the command builds")
	module = flag.String("module", "", "runfile of MODULE.bazel")
)

// TestBuilds analyzes the smallest monorepos. The command itself fails when a
// package has more or fewer compile actions than it should.
func TestBuilds(t *testing.T) {
	files := os.Getenv("TEST_SRCDIR")
	if files == "" {
		t.Skip("needs the command that Bazel builds: run it with bazelw test")
	}
	path, err := filepath.EvalSymlinks(filepath.Join(files, *module))
	if err != nil {
		t.Fatal(err)
	}
	tmp := t.TempDir()
	cmd := exec.Command(filepath.Join(files, *builds),
		"--rules="+filepath.Dir(path), "--bazelrc="+os.Getenv("GO_MERGE_TEST_BAZELRC"),
		"--heap=2g", "--count=1", "--sizes=2x5+1,32x5000", "--builds=")
	cmd.Env = append(os.Environ(), "TMPDIR="+tmp)
	if path := os.Getenv("GO_MERGE_TEST_PATH"); path != "" {
		cmd.Env = append(cmd.Env, "PATH="+path)
	}
	var log bytes.Buffer
	cmd.Stderr = &log
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, log.String())
	}
	for _, line := range []string{
		`2 +5 and 2 generated +[\d.]+ +[\d.]+ +[\d.]+x +\d+ +\d+ +[\d.]+x +13 +14 +\d+ +\d+`,
		`32 +5000 +not run: more than 50000 packages *`,
		`compile actions: one per package and namespace +2 x \(5 \+ 2\) +14 of 14 +met`,
	} {
		if !regexp.MustCompile(`(?m)^` + line + `$`).Match(out) {
			t.Errorf("no line like %s:\n%s", line, out)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(tmp, "*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}
