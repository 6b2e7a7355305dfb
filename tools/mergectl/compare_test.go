package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestPlanCompareExitCodes tells predictions that are off from what cannot be compared.
func TestPlanCompareExitCodes(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"plan.json":     `{"version": 1, "groups": [{"host": "item", "coresOfCalls": 1}]}`,
		"measured.yaml": "groups: [{host: item, cores_before: 4, cores_after: 3}]\n",
		"off.yaml":      "groups: [{host: item, cores_before: 4, cores_after: 2}]\n",
		"other.yaml":    "groups: [{host: other, cores_before: 4, cores_after: 2}]\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	for _, tt := range []struct {
		args []string
		want int
	}{
		{[]string{"--plan=plan.json", "--measured=measured.yaml"}, 0},
		{[]string{"--plan=plan.json", "--measured=off.yaml"}, 1},
		{[]string{"--plan=plan.json", "--measured=off.yaml", "--max-error=0.5"}, 0},
		{[]string{"--plan=plan.json", "--measured=off.yaml", "--max-error=NaN"}, 2},
		{[]string{"--plan=plan.json", "--measured=other.yaml"}, 2},
		{[]string{"--plan=plan.json", "--measured=none.yaml"}, 2},
		{[]string{"--plan=plan.json"}, 2},
		{[]string{"--measured=off.yaml"}, 2},
		{[]string{"--plan=plan.json", "--measure=off.yaml"}, 2},
	} {
		cmd := command()
		cmd.SetOut(&bytes.Buffer{})
		cmd.SetArgs(append([]string{"plan", "compare"}, tt.args...))
		if got := statusOf(cmd.Execute()); got != tt.want {
			t.Errorf("%q: exit code %d, want %d", tt.args, got, tt.want)
		}
	}
}
