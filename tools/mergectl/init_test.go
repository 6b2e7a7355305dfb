package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/gomerge/rules_go_merge/dev/repotest"
)

// repository unpacks an archive of testdata, and goes there.
func repository(t *testing.T, name string) {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(repotest.New(t, archive))
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func writeFile(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o666); err != nil {
		t.Fatal(err)
	}
}

// TestInitKeepsLineEnds adds to files whose lines end as on Windows.
func TestInitKeepsLineEnds(t *testing.T) {
	repository(t, "existing_bazel.txtar")
	files := []string{"BUILD", "MODULE.bazel"}
	for _, name := range files {
		writeFile(t, name, bytes.ReplaceAll(readFile(t, name), []byte("\n"), []byte("\r\n")))
	}
	before := len(readFile(t, "MODULE.bazel"))
	if out, err := mergectl("init", "--name=shop"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range files {
		data := readFile(t, name)
		if n := bytes.Count(data, []byte("\n")); n != bytes.Count(data, []byte("\r\n")) {
			t.Errorf("%s: lines end in two ways:\n%q", name, data)
		}
	}
	if len(readFile(t, "MODULE.bazel")) <= before {
		t.Error("nothing was added")
	}
	if out, err := mergectl("init", "--name=shop"); err != nil || !strings.Contains(out, "Nothing to write") {
		t.Errorf("again: %v\n%s", err, out)
	}
}

// TestByteOrderMark has an editor put a mark in front of Bazel's files.
func TestByteOrderMark(t *testing.T) {
	for _, name := range []string{"BUILD", "MODULE.bazel"} {
		t.Run(name, func(t *testing.T) {
			repository(t, "existing_bazel.txtar")
			text := append([]byte("\xef\xbb\xbf"), readFile(t, name)...)
			writeFile(t, name, text)
			for _, command := range []string{"init", "check"} {
				out, err := mergectl(command)
				if command == "check" && name == "BUILD" && err == nil {
					continue // which has no need of the root's
				}
				if err == nil || !strings.Contains(err.Error()+out, "begins with a byte order mark, which Bazel does not take; save the file without one") {
					t.Errorf("%s: %v\n%s", command, err, out)
				}
			}
			if !bytes.Equal(readFile(t, name), text) {
				t.Error("the file has changed")
			}
		})
	}
}

// TestFolderWithNewline has a service in a folder whose name would be a line of a
// BUILD file.
func TestFolderWithNewline(t *testing.T) {
	repository(t, "one_module.txtar")
	const hostile = "x\"\nevil()\n#"
	if err := os.Mkdir(hostile, 0o777); err != nil {
		t.Fatal(err)
	}
	writeFile(t, hostile+"/main.go", []byte("package main\n\nimport \"github.com/cloudwego/kitex/server\"\n\nfunc main() { server.NewServer() }\n"))
	out, err := mergectl("init")
	if err != nil || !strings.Contains(out, `folder "x\"\nevil()\n#" is left out: no label can have its name`) {
		t.Errorf("%v\n%s", err, out)
	}
	if data := readFile(t, "BUILD.bazel"); bytes.Contains(data, []byte("evil")) {
		t.Errorf("BUILD.bazel:\n%s", data)
	}
}

// TestUnparsedService has a mistake in the only file of a service, whose server is
// not found then.
func TestUnparsedService(t *testing.T) {
	repository(t, "one_module.txtar")
	writeFile(t, "stock/cmd/main.go", append(readFile(t, "stock/cmd/main.go"), "\nfunc f() {"...))
	const want = "stock/cmd/main.go:"
	if out, err := mergectl("check"); err != errFindings || !strings.Contains(out, want) || !strings.Contains(out, "error: expected '}', found 'EOF' [unreadable]") {
		t.Errorf("check: %v\n%s", err, out)
	}
	if out, err := mergectl("init"); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("init: %v\n%s", err, out)
	}
}

// TestCheckParsesAll has a mistake below the imports of a package of a service.
func TestCheckParsesAll(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"syntax":    {"package main\n\nfunc f() {\n\tif {\n}\n", "broken.go:4: error: missing condition in if statement [unreadable]"},
		"not UTF-8": {"package main\n\nconst s = \"\xff\"\n", "broken.go:3: error: illegal UTF-8 encoding [unreadable]"},
	} {
		t.Run(name, func(t *testing.T) {
			repository(t, "listeners.txtar")
			writeFile(t, "stock/broken.go", []byte(test.text))
			if out, err := mergectl("check"); err != errFindings || !strings.Contains(out, "stock/"+test.want) {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// TestName has names that no target can have, or that would be two words of a
// directive.
func TestName(t *testing.T) {
	for _, name := range []string{"my shop", "a/b", "//:shop", ":shop", "shop\nevil()", "größe", "."} {
		t.Run(name, func(t *testing.T) {
			repository(t, "one_module.txtar")
			out, err := mergectl("init", "--name="+name)
			if err == nil || !strings.Contains(err.Error(), "no target of the root's package can have this name") {
				t.Errorf("%v\n%s", err, out)
			}
			if _, err := os.Stat("MODULE.bazel"); err == nil {
				t.Error("files were written")
			}
		})
	}
}

// TestLeftOutOfWork has a module that go.work does not use any more, and that
// imports one which it does use.
func TestLeftOutOfWork(t *testing.T) {
	repository(t, "go_work_import.txtar")
	if out, err := mergectl("init"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	writeFile(t, "go.work", bytes.Replace(readFile(t, "go.work"), []byte("\t./item\n"), nil, 1))
	out, err := mergectl("check", "--all")
	if err != errFindings || !strings.Contains(out, "; or, to have the set of go.work for both, run go work use ./item in the root\n") {
		t.Errorf("%v\n%s", err, out)
	}
}
