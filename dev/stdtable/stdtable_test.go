package main

import (
	"os"
	"testing"

	"github.com/pmezard/go-difflib/difflib"

	"github.com/gomerge/rules_go_merge/dev/gosdk"
)

// TestTable checks that the file is what the command writes for all SDKs.
func TestTable(t *testing.T) {
	if roots, err := gosdk.Roots(); err != nil || len(roots) < 2 {
		t.Skipf("needs all SDKs in %s, which Bazel sets: run it with bazelw test", gosdk.Env)
	}
	want, err := generate(nil, "../../"+written)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../" + file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		diff, _ := difflib.GetUnifiedDiffString(difflib.UnifiedDiff{
			A: difflib.SplitLines(string(got)), FromFile: file,
			B: difflib.SplitLines(string(want)), ToFile: "of the SDKs",
			Context: 3,
		})
		t.Errorf("Run `bazel run //dev/stdtable`:\n%s", diff)
	}
}
