package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/lint"
)

// ready are the files of a work tree that can be released as 1.2.3.
var ready = map[string]string{
	moduleFile:    "module(\n    name = \"m\",\n    version = \"1.2.3\",\n)\n",
	changelogFile: "# Changelog\n\n## 1.2.3 (2026-01-02)\n\n- It is faster.\n\n## 1.2.2\n\n- It is there.\n",
	metadataFile:  `{"maintainers": [{"name": "A", "email": "a@example.com", "github": "a", "github_user_id": 1}]}`,
}

// workTree writes files over those of ready, and returns their folder.
func workTree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for _, all := range []map[string]string{ready, files} {
		for name, text := range all {
			path := filepath.Join(root, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	return root
}

func TestCheck(t *testing.T) {
	for _, test := range []struct {
		name  string
		tag   string
		files map[string]string
		want  string // the error
	}{
		{"ready", "v1.2.3", nil, ""},
		{"no version", "1.2.3", nil, `"1.2.3" is not the tag of a release; write it like v1.2.3`},
		{"candidate", "v1.2.3-rc1", nil, `"v1.2.3-rc1" is not the tag of a release; write it like v1.2.3`},
		{"another version", "v1.2.4", nil, "MODULE.bazel: the module has version 1.2.3; set it to 1.2.4\n" +
			`CHANGELOG.md: no changes under a heading "## 1.2.4"; rename "Unreleased"`},
		{"no changes", "v1.2.3", map[string]string{changelogFile: "## 1.2.3\n\n## 1.2.2\n\n- One.\n"},
			`CHANGELOG.md: no changes under a heading "## 1.2.3"; rename "Unreleased"`},
		{"no maintainers", "v1.2.3", map[string]string{metadataFile: `{"maintainers": []}`},
			".bcr/metadata.template.json: maintainers is empty; list who answers for releases at the registry"},
		{"half a maintainer", "v1.2.3", map[string]string{metadataFile: `{"maintainers": [{"name": "A", "github": "a"}]}`},
			".bcr/metadata.template.json: maintainer 1 lacks one of name, email, github and github_user_id"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := check(workTree(t, test.files), test.tag)
			if got := fmt.Sprint(err); err == nil && test.want != "" || err != nil && got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// TestNothingIsWritten tries to release what is not ready.
func TestNothingIsWritten(t *testing.T) {
	root := workTree(t, nil)
	archive, notes := filepath.Join(root, "archive"), filepath.Join(root, "notes")
	if err := release(root, "v1.2.4", notes, archive); err == nil {
		t.Error("no error")
	}
	if err := release(root, "", notes, archive); err == nil {
		t.Error("notes without a tag: no error")
	}
	for _, file := range []string{archive, notes} {
		if _, err := os.Stat(file); err == nil {
			t.Errorf("%s was written", filepath.Base(file))
		}
	}
}

func TestNotes(t *testing.T) {
	root := workTree(t, nil)
	archive, notes := filepath.Join(root, "archive"), filepath.Join(root, "notes")
	if err := release(root, "v1.2.3", notes, archive); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(notes)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`version = "1.2.3"`, "/v1.2.3/rules_go_merge.tar.gz", "- It is faster.\n"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the notes lack %q:\n%s", want, text)
		}
	}
	if strings.Contains(string(text), "It is there") {
		t.Errorf("the notes have changes of another version:\n%s", text)
	}
}

// TestURL compares where the notes and the registry find an archive.
func TestURL(t *testing.T) {
	root, err := lint.Root()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(root, ".bcr", "source.template.json"))
	if err != nil {
		t.Fatal(err)
	}
	url := strings.NewReplacer("gomerge", "{OWNER}", "rules_go_merge", "{REPO}").Replace(fmt.Sprintf(archiveURL, "{TAG}"))
	if !strings.Contains(string(data), url) {
		t.Errorf("source.template.json lacks %s:\n%s", url, data)
	}
}
