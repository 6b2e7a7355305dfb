package coverage

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
)

// TestServicesOwnFiles merges a program with itself: what both cover is added up
// and is that of the one source file, not of its copies.
func TestServicesOwnFiles(t *testing.T) {
	program, source := os.Args[len(os.Args)-2], os.Args[len(os.Args)-1]
	dir := t.TempDir()
	cmd := exec.Command(bazeltest.Runfile(t, program))
	cmd.Env = append(os.Environ(), "COVERAGE_DIR="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}

	reports, _ := filepath.Glob(filepath.Join(dir, "*.dat"))
	if len(reports) != 1 {
		t.Fatalf("%d reports, want 1", len(reports))
	}
	data, err := os.ReadFile(reports[0])
	if err != nil {
		t.Fatal(err)
	}
	report := string(data)
	want := "SF:" + strings.TrimPrefix(source, os.Getenv("TEST_WORKSPACE")+"/")
	if files := regexp.MustCompile(`(?m)^SF:.*/main\.go$`).FindAllString(report, -1); len(files) != 1 || files[0] != want {
		t.Errorf("files %q, want %s", files, want)
	}

	text, err := os.ReadFile(bazeltest.Runfile(t, source))
	if err != nil {
		t.Fatal(err)
	}
	for code, count := range map[string]int{"fmt.Println": 2, `return "nothing to say"`: 1, "return greeting": 1} {
		before, _, _ := strings.Cut(string(text), code)
		if want := fmt.Sprintf("\nDA:%d,%d\n", strings.Count(before, "\n")+1, count); !strings.Contains(report, want) {
			t.Errorf("%s: no %q in\n%s", code, want, report)
		}
	}
}
