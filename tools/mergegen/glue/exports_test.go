package glue

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/gosdk"
)

// compile compiles source as a package of namespace ns and returns its export
// data as rules_go has it written: a file apart from the object.
func compile(t *testing.T, path, source, importConfig string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"x.go": source, "importcfg": importConfig} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "tool", "compile", "-p", path, "-pack", "-importcfg", "importcfg", "-o", "x.x", "-linkobj", "x.a", "x.go")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return filepath.Join(dir, "x.x")
}

func TestExports(t *testing.T) {
	gosdk.OnPath(t)
	base := compile(t, "ns/example.com/base", "package base\ntype Base struct { A int32 `thrift:\"a,1\"` }\nfunc (*Base) IsSetA() bool { return true }\ntype Alias = Base\ntype Number int", "")
	stock := compile(t, "ns/example.com/stock", "package stock\nimport \"example.com/base\"\ntype Line struct { *base.Base }",
		"importmap example.com/base=ns/example.com/base\npackagefile ns/example.com/base="+base+"\n")
	files := map[string]string{"ns/example.com/stock": stock, "ns/example.com/base": base, "ns/example.com/bad": "/does/not/exist"}

	// A package's export data is enough for all types that it reaches.
	line, err := NewExports(map[string]string{"ns/example.com/stock": stock}).Struct("ns/example.com/stock", "Line")
	if err != nil {
		t.Fatal(err)
	}
	if got := line.Underlying().String(); got != "struct{*ns/example.com/base.Base}" {
		t.Errorf("got %s", got)
	}
	x := NewExports(files)
	alias, err := x.Struct("ns/example.com/base", "Alias")
	if err != nil || alias.Obj().Name() != "Base" || alias.NumMethods() != 1 {
		t.Errorf("got %v, %v", alias, err)
	}
	for _, test := range []struct{ path, name, want string }{
		{"ns/example.com/none", "T", "package ns/example.com/none: "},
		{"ns/example.com/none", "T", "no export data was given for it; pass --export ns/example.com/none=FILE"},
		{"ns/example.com/bad", "T", "no such file"},
		{"ns/example.com/base", "Missing", "has no type Missing; is it of another version than the sources?"},
	} {
		if _, err := x.Struct(test.path, test.name); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s.%s: error %v, want %s", test.path, test.name, err, test.want)
		}
	}
}
