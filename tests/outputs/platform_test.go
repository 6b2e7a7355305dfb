// Package outputs tests what is built for platforms that the test does not run on.
package outputs

import (
	"debug/elf"
	"debug/macho"
	"os"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
)

// machine returns the machine that a program is for.
var machine = map[string]func(t *testing.T, file string) any{
	"darwin_arm64": func(t *testing.T, file string) any {
		f, err := macho.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		return f.Cpu
	},
	"linux_arm64": func(t *testing.T, file string) any {
		f, err := elf.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		return f.Machine
	},
}

func TestMachine(t *testing.T) {
	want := map[string]any{
		"darwin_arm64": macho.CpuArm64,
		"linux_arm64":  elf.EM_AARCH64,
	}
	platform := os.Getenv("PLATFORM")
	if got := machine[platform](t, bazeltest.Runfile(t, os.Getenv("BINARY"))); got != want[platform] {
		t.Errorf("the program is for %v, want %v", got, want[platform])
	}
}

// TestPackages compares what the binary was made from with what is in it.
func TestPackages(t *testing.T) {
	var manifest struct {
		Services []struct {
			Name     string
			Packages []struct{ ImportPath string }
		}
	}
	readJSON(t, os.Getenv("MANIFEST"), &manifest)
	infos := readInfos(t)
	for _, s := range manifest.Services {
		linked := map[string]bool{}
		for _, p := range infos[s.Name].Packages {
			linked[p.ImportPath] = true
		}
		if len(s.Packages) != 2 {
			t.Errorf("service %s is made from %d packages, want 2", s.Name, len(s.Packages))
		}
		for _, p := range s.Packages {
			if !linked[p.ImportPath] {
				t.Errorf("service %s: package %s is not in the binary", s.Name, p.ImportPath)
			}
		}
	}
}
