// Package bazel runs the differential test as a Bazel test.
package bazel

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestConversions runs run.sh of this module, or of the one in the folder MODULE,
// in a copy, for it generates code there. It uses the user's own Go caches where Bazel says where they are.
func TestConversions(t *testing.T) {
	runfiles, tmp := os.Getenv("TEST_SRCDIR"), os.Getenv("TEST_TMPDIR")
	if runfiles == "" {
		t.Skip("needs files that Bazel builds; run ../run.sh")
	}
	sdk, err := filepath.EvalSymlinks(filepath.Join(runfiles, os.Getenv("GO_SDK_ROOT")))
	if err != nil {
		t.Fatal(err)
	}
	module := filepath.Join(tmp, "difftest")
	if err := os.RemoveAll(module); err != nil {
		t.Fatal(err)
	}
	top := filepath.Dir(filepath.Join(runfiles, os.Getenv("RUN_SH")))
	if out, err := exec.Command("cp", "-rL", top, module).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cmd := exec.Command(filepath.Join(module, os.Getenv("MODULE"), "run.sh"), "-short", "-count=1")
	cmd.Env = append(os.Environ(),
		"PATH="+filepath.Join(filepath.Dir(sdk), "bin")+":"+os.Getenv("PATH"),
		"MERGEGEN="+filepath.Join(runfiles, os.Getenv("MERGEGEN")),
		"DESCRIBER="+filepath.Join(runfiles, os.Getenv("DESCRIBER")),
		"PROTOC="+filepath.Join(runfiles, os.Getenv("PROTOC")),
		"GOFLAGS=-trimpath", // one cache entry for all checkouts
	)
	if os.Getenv("HOME") == "" {
		cmd.Env = append(cmd.Env, "HOME="+tmp)
	}
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Errorf("run.sh: %v", err)
	}
}
