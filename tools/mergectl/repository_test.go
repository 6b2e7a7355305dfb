package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/gomerge/rules_go_merge/dev/repotest"
)

var update = flag.Bool("update", false, "write what the commands print to the archives")

// TestRepositories runs the command lines in the cmd.txt of each archive one
// after the other in its repository, and compares what they print with want.txt.
func TestRepositories(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, name := range files {
		file, err := filepath.Abs(name)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			commands, want := section(t, archive, "cmd.txt"), section(t, archive, "want.txt")
			root := repotest.New(t, archive)
			for _, name := range []string{"cmd.txt", "want.txt"} {
				if err := os.Remove(filepath.Join(root, name)); err != nil {
					t.Fatal(err)
				}
			}
			t.Chdir(root)
			// What "the machine's own Go" is here.
			goroot := t.TempDir()
			if err := os.WriteFile(filepath.Join(goroot, "VERSION"), []byte("go1.26.8\n"), 0o666); err != nil {
				t.Fatal(err)
			}
			t.Setenv("GOROOT", goroot)
			var got strings.Builder
			for line := range strings.Lines(string(commands.Data)) {
				fmt.Fprint(&got, "$ ", line, run(t, strings.Fields(line), root))
			}
			if *update {
				want.Data = []byte(got.String())
				if err := os.WriteFile(file, txtar.Format(archive), 0o666); err != nil {
					t.Fatal(err)
				}
			} else if got.String() != string(want.Data) {
				t.Errorf("got\n%s\nwant\n%s", &got, want.Data)
			}
		})
	}
}

// run runs a command line, of which the first word is cat, cd, age, which makes a
// file an hour old, or a command of mergectl, and returns what it prints.
func run(t *testing.T, words []string, root string) string {
	switch words[0] {
	case "cat":
		data, err := os.ReadFile(words[1])
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	case "cd":
		t.Chdir(words[1])
		return ""
	case "age":
		before := time.Now().Add(-time.Hour)
		if err := os.Chtimes(words[1], before, before); err != nil {
			t.Fatal(err)
		}
		return ""
	}
	out, err := mergectl(words...)
	if code := exitCode(err); code != 0 {
		if err != errFindings {
			out += "mergectl: " + err.Error() + "\n"
		}
		out += fmt.Sprintf("exit code %d\n", code)
	}
	return strings.ReplaceAll(out, root, "ROOT")
}

func section(t *testing.T, archive *txtar.Archive, name string) *txtar.File {
	t.Helper()
	for i, file := range archive.Files {
		if file.Name == name {
			return &archive.Files[i]
		}
	}
	t.Fatalf("no file %s", name)
	return nil
}
