package grpc_test

import (
	"flag"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/adapter"
	"github.com/gomerge/rules_go_merge/dev/gosdk"
)

var (
	race = flag.Bool("detect_races", false, "run the unit tests of the added files with the race detector")
	keep = flag.String("keep", "", "`folder` for the copies of grpc-go, which are kept")
	only = flag.String("version", "", "the one `version` of grpc-go to test with")
)

const grpc = "google.golang.org/grpc"

// TestVet hooks copies of grpc-go as the build does, vets them and runs the unit
// tests of the added files, which are in its package. testdata/service has a .mod file
// for each version.
func TestVet(t *testing.T) {
	gosdk.OnPath(t)
	grpcAdapter, err := adapter.Read("BUILD.bazel", "grpc")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("testdata/service/v*.mod")
	if err != nil || len(files) < 4 {
		t.Fatalf("versions %q, error %v", files, err)
	}
	for _, file := range files {
		version := strings.TrimSuffix(filepath.Base(file), ".mod")
		if *only != "" && *only != version {
			continue
		}
		t.Run(version, func(t *testing.T) {
			t.Parallel() // the tests of one version wait, while those of another are compiled
			c := adapter.WorkspaceConfig{Repository: "../../..", Service: "testdata/service", Mod: file, Modules: []string{grpc}, Cgo: *race}
			if *keep != "" {
				c.Keep = filepath.Join(*keep, version)
			}
			w := adapter.NewWorkspace(t, c)
			for _, hook := range grpcAdapter.Hooks {
				w.Hook(hook)
			}
			w.Run("vet", grpc)
			args := []string{"-count=1", "-timeout=5m", grpc}
			if *race {
				args = append([]string{"-race"}, args...)
			}
			// There are no other tests in the copy.
			if n := w.Test(args...); n < 100 {
				t.Errorf("only %d tests of the added files ran", n)
			}
		})
	}
}
