package bzl

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestRead(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "names.bzl", "RPC = \"a.io/rpc\"\n")
	file := write(t, dir, "BUILD.bazel", `load("//merge:adapter.bzl", "go_merge_hook")
load(":names.bzl", NAME = "RPC")

def _view(path, imports = []):
    return struct(path = path, view = True, imports = imports, none = None)

VIEWS = [_view("os"), _view("net", imports = ["os"])]

go_merge_hook(
    name = "client",
    importpath = NAME + "/client",
    rename = {"New": "new0", "Dial": "dial0"},
)

LAMPS = {"hall": dict(args = ["-on"])}

go_merge_service(
    name = "hall",
    args = LAMPS["hall"]["args"],
)

exports_files(["BUILD.bazel"])
`)
	s, err := Read(file)
	if err != nil {
		t.Fatal(err)
	}
	views := s.List("VIEWS")
	if len(views) != 2 || views[0].Text("path") != "os" || views[0]["view"] != true || views[0].Texts("imports") != nil || !reflect.DeepEqual(views[1].Texts("imports"), []string{"os"}) {
		t.Errorf("views %v", views)
	}
	hook := s.Inner(":client")
	if hook.Text("importpath") != "a.io/rpc/client" || !reflect.DeepEqual(hook.Pairs("rename"), []string{"Dial=dial0", "New=new0"}) {
		t.Errorf("hook %v", hook)
	}
	if args := s.Inner(":hall").Texts("args"); !reflect.DeepEqual(args, []string{"-on"}) {
		t.Errorf("args %q", args)
	}
	if hook.Inner("no").Text("no") != "" || hook.Texts("no") != nil || hook.List("no") != nil || hook.Pairs("no") != nil {
		t.Error("an attribute that is not there has a value")
	}
}

func TestErrors(t *testing.T) {
	for text, want := range map[string]string{
		"X = Y\n":               "x.bzl:1: cannot evaluate *build.Ident",
		"X = gone()\n":          "x.bzl: no function gone",
		"X = [i for i in []]\n": "x.bzl:1: cannot evaluate *build.Comprehension",
		"X = (\n":               ": syntax error",
	} {
		_, err := Read(write(t, t.TempDir(), "x.bzl", text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %s", text, err, want)
		}
	}
}
