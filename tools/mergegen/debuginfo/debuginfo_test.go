package debuginfo

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestTable reads the test's own program, whose functions the runtime knows.
func TestTable(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	symbols, err := open(program)
	if err != nil {
		t.Fatal(err)
	}
	known := 0
	for _, s := range symbols {
		if !strings.HasPrefix(s.name, "debug/gosym.") || strings.Contains(s.name, "[") {
			continue
		}
		known++
		want := runtime.FuncForPC(uintptr(s.entry))
		if want == nil || want.Name() != s.name {
			t.Errorf("the function at %#x is %v, not %s", s.entry, want, s.name)
			continue
		}
		if file, line := want.FileLine(uintptr(s.entry)); s.file != file || s.line != line {
			t.Errorf("%s is at %s:%d, want %s:%d", s.name, s.file, s.line, file, line)
		}
	}
	if known < 10 {
		t.Errorf("only %d functions of package debug/gosym were found", known)
	}
}

var services = []Service{
	{Name: "item", Namespace: "item", Main: "example.com/shop/item"},
	{Name: "stock", Namespace: "item/stock", Main: "example.com/v1.2"},
}

func TestNames(t *testing.T) {
	for _, tt := range []struct {
		linked, service, importPath, original string
	}{
		{"item/example.com/a.F", "item", "example.com/a", "example.com/a.F"},
		{"item/example.com/a.(*T).M.func1", "item", "example.com/a", "example.com/a.(*T).M.func1"},
		{"item/example.com/a.F[go.shape.*uint8]", "item", "example.com/a", "example.com/a.F[go.shape.*uint8]"},
		{"item/example.com/a.Map[item/example.com/b.K]", "item", "example.com/a", "example.com/a.Map[item/example.com/b.K]"},
		{"item/net/http.Get", "item", "net/http", "net/http.Get"},
		{"item/gopkg.in/yaml%2ev3.Marshal", "item", "gopkg.in/yaml.v3", "gopkg.in/yaml%2ev3.Marshal"},
		{"item/example.com/shop/item.main", "item", "example.com/shop/item", "main.main"},
		{"item/example.com/shop/item/sub.F", "item", "example.com/shop/item/sub", "example.com/shop/item/sub.F"},
		{"type:.eq.item/example.com/shop/item.T", "item", "example.com/shop/item", "type:.eq.main.T"},
		{"item/stock/example.com/v1%2e2.(*T).M", "stock", "example.com/v1.2", "main.(*T).M"},
		{"type:.hash.item/stock/example.com/a.T", "stock", "example.com/a", "type:.hash.example.com/a.T"},
		{"items/example.com/a.F", "", "", ""},
		{"example.com/item/a.F", "", "", ""},
		{"slices.SortFunc[item/example.com/a.T]", "", "", ""},
		{"main.main", "", "", ""},
	} {
		i, ok := ownerOf(tt.linked, services)
		if !ok {
			if tt.service != "" {
				t.Errorf("%s belongs to no service, want %s", tt.linked, tt.service)
			}
			continue
		}
		if services[i].Name != tt.service {
			t.Errorf("%s belongs to service %s, want %q", tt.linked, services[i].Name, tt.service)
			continue
		}
		if path, original := services[i].without(tt.linked); path != tt.importPath || original != tt.original {
			t.Errorf("%s is %s of %s, want %s of %s", tt.linked, original, path, tt.original, tt.importPath)
		}
	}
}

func TestWrite(t *testing.T) {
	symbols := []symbol{
		{name: "runtime.main", entry: 0x1000, end: 0x1010},
		{name: "item/example.com/shop/item.F[<-chan int]", entry: 0x1010, end: 0x1018, file: "item/main.go", line: 7},
		{name: "item/example.com/a.F", entry: 0x1020, end: 0x1040, file: "external/a/a.go", line: 5},
		{name: "item/example.com/shop/item.main", entry: 0x1040, end: 0x1080, file: "item/main.go", line: 9},
	}
	infos, err := collect(symbols, services[:1])
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	if err := infos[0].Write(&got); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/item.json")
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("got\n%s\nwant\n%s", &got, want)
	}

	_, err = collect(symbols, services)
	if want := "it has no function of service stock, under item/stock/"; err == nil || err.Error() != want {
		t.Errorf("error is %v, want %q", err, want)
	}
}

func TestReadRefuses(t *testing.T) {
	dir := t.TempDir()
	for name, tt := range map[string]struct{ content, want string }{
		"text": {"#!/bin/sh\n", "text: it is neither an ELF nor a Mach-O file"},
		"elf":  {"\x7fELF\x02\x01\x01", "elf: "},
	} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(tt.content), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(file, services); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error is %v, want one with %q", name, err, tt.want)
		}
	}
	if _, err := ParseService("item=item"); err == nil || !strings.Contains(err.Error(), "NAME=NAMESPACE=MAIN") {
		t.Errorf("error is %v, want one with the form of a service", err)
	}
}
