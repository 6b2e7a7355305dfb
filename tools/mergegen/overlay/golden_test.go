package overlay_test

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/tools/mergegen/generics"
	"github.com/gomerge/rules_go_merge/tools/mergegen/overlay"
	"github.com/gomerge/rules_go_merge/tools/mergegen/platform"
)

var update = flag.Bool("update", false, "write the expected files of testdata anew")

// section is a file of a txtar archive.
type section struct {
	name, text string
}

// splitArchive reads the txtar format: a comment and files, each below a line
// "-- NAME --".
func splitArchive(text string) (comment string, sections []section) {
	for line := range strings.Lines(text) {
		name, isStart := strings.CutPrefix(strings.TrimSpace(line), "-- ")
		name, isEnd := strings.CutSuffix(name, " --")
		switch {
		case isStart && isEnd:
			sections = append(sections, section{name: name})
		case len(sections) == 0:
			comment += line
		default:
			sections[len(sections)-1].text += line
		}
	}
	return comment, sections
}

// TestGolden runs the archives in testdata. Their comments hold the
// configuration, one "key value" a line; files below "want/" are the expected
// outputs, "want/error" an expected error and "want/report.json" the report.
func TestGolden(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives in testdata: %v", err)
	}
	for _, archive := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(archive), ".txtar"), func(t *testing.T) {
			data, err := os.ReadFile(archive)
			if err != nil {
				t.Fatal(err)
			}
			comment, sections := splitArchive(string(data))
			want := map[string]string{}
			for _, s := range sections {
				if name, ok := strings.CutPrefix(s.name, "want/"); ok {
					want[name] = s.text
				}
			}
			got := runArchive(t, comment, sections)
			if *update {
				writeArchive(t, archive, comment, sections, got)
				return
			}
			for name, text := range got {
				if want[name] != text {
					t.Errorf("%s is\n%s\nwant\n%s", name, text, want[name])
				}
				delete(want, name)
			}
			for name := range want {
				t.Errorf("%s was not written", name)
			}
		})
	}
}

// runArchive returns the outputs by their names.
func runArchive(t *testing.T, comment string, sections []section) map[string]string {
	t.Helper()
	archive, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	defer t.Chdir(filepath.Dir(archive))
	c := overlay.Config{Service: "stock"}
	namespace, packages, symbols := "stock", "", ""
	for line := range strings.Lines(comment) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch key {
		case "namespace":
			namespace = value
		case "service":
			c.Service = value
		case "importmap":
			c.ImportMap = value
		case "package":
			packages += value + "\n"
		case "symbol":
			symbols += value + "\n"
		case "go":
			c.Context.ReleaseTags = platform.ReleaseTags(value)
		case "goos":
			c.Context.GOOS, c.Context.GOARCH, c.Context.CgoEnabled = value, "amd64", true
		case "cover":
			c.Covered = append(c.Covered, value)
		case "vendored":
			c.Vendored = append(c.Vendored, value)
		case "rename":
			r, err := overlay.ParseRename(value)
			if err != nil {
				t.Fatal(err)
			}
			c.Renames = append(c.Renames, r)
		case "contain":
			c.Contain = &overlay.Containment{Runtime: value, Generics: generics.Index{}}
		case "generic": // PACKAGE or PACKAGE FUNCTION NUMBER
			index, err := generics.Parse(strings.NewReader(strings.Replace(value, " ", "\n\t", 1)))
			if err != nil {
				t.Fatal(err)
			}
			maps.Copy(c.Contain.Generics, index)
		}
	}
	if c.Namespace, err = overlay.ParseNamespace(namespace, strings.NewReader(packages)); err != nil {
		t.Fatal(err)
	}
	if err := c.Namespace.AddSymbols(strings.NewReader(symbols)); err != nil {
		t.Fatal(err)
	}
	for _, s := range sections {
		if strings.HasPrefix(s.name, "want/") {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(s.name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(s.name, []byte(s.text), 0o666); err != nil {
			t.Fatal(err)
		}
		f := overlay.File{In: s.name, Out: "out/" + outName(s.name)}
		switch filepath.Dir(s.name) {
		case "add":
			c.Adds = append(c.Adds, f)
		default:
			c.Sources = append(c.Sources, f)
		}
	}
	changes, err := overlay.Run(c)
	if err != nil {
		if entries, _ := os.ReadDir("out"); len(entries) > 0 {
			t.Errorf("outputs were written in spite of an error: %v", entries)
		}
		return map[string]string{"error": err.Error() + "\n"}
	}
	report, err := overlay.MarshalReport(changes)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{"report.json": string(report)}
	entries, err := os.ReadDir("out")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		data, err := os.ReadFile("out/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		got[e.Name()] = string(data)
	}
	return got
}

// outName is the name of the copy; added files lose a .txt, as in the rules.
func outName(name string) string { return strings.TrimSuffix(filepath.Base(name), ".txt") }

// writeArchive replaces the expected files, keeping the order of the inputs.
func writeArchive(t *testing.T, file, comment string, sections []section, got map[string]string) {
	t.Helper()
	var out bytes.Buffer
	out.WriteString(comment)
	names := []string{}
	for _, s := range sections {
		if !strings.HasPrefix(s.name, "want/") {
			fmt.Fprintf(&out, "-- %s --\n%s", s.name, s.text)
			names = append(names, outName(s.name))
		}
	}
	for _, name := range append(names, "report.json", "error") {
		if text, ok := got[name]; ok {
			fmt.Fprintf(&out, "-- want/%s --\n%s", name, text)
		}
	}
	if err := os.WriteFile(file, out.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
}
