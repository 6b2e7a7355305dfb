// Package outputs tests the outputs of merged binaries other than the executable.
package outputs

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
)

func TestAddresses(t *testing.T) {
	infos := readInfos(t)
	out, err := exec.Command(bazeltest.Runfile(t, os.Getenv("BINARY"))).Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != 4 {
		t.Fatalf("printed %q, want four lines", lines)
	}
	originals := map[string]string{"main.here": here, "place.There": there}
	for _, line := range lines {
		words := strings.Fields(line)
		if f := infos[words[0]].find(t, originals[words[1]]); f.Address != words[2] {
			t.Errorf("service %s: %s is at %s, not at %s", words[0], words[1], words[2], f.Address)
		}
	}
}
