// Package smoke merges two services with rules that come from another module.
package smoke

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Both services print what they would print alone, with their own version of
// one module, and its state.
func TestMergedBinary(t *testing.T) {
	cmd := exec.Command(os.Getenv("MERGED"))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(strings.TrimSpace(string(out)), "\n")
	slices.Sort(got)
	want := []string{
		"new: ffffffff-ffff-ffff-ffff-ffffffffffff true",
		"old: 00000000-0000-4000-8000-000000000000",
	}
	if !slices.Equal(got, want) {
		t.Errorf("printed %q, want %q", got, want)
	}
}
