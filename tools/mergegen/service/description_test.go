package service

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

func TestSplitType(t *testing.T) {
	tests := []struct{ name, path, typ string }{
		{"example.com/a/b.T", "example.com/a/b", "T"},
		{"example.com/v1.2/b.T", "example.com/v1.2/b", "T"},
		{"main.T", "main", "T"},
		{"T", "", "T"},
		{"", "", ""},
	}
	for _, test := range tests {
		if path, typ := SplitType(test.name); path != test.path || typ != test.typ {
			t.Errorf("SplitType(%q) = %q, %q", test.name, path, typ)
		}
	}
}

func TestRestrict(t *testing.T) {
	d := &Description{Service: "api", RPCServices: []RPCService{{Name: "A", Served: true}, {Name: "B"}, {Name: "B"}}}
	if err := d.Restrict([]string{"B"}); err != nil {
		t.Fatal(err)
	}
	if s := d.RPCServices; s[0].Served || !s[1].Served || !s[2].Served {
		t.Errorf("got %+v", s)
	}
	err := d.Restrict([]string{"A", "C"})
	const want = `service "api": serves names RPC service "C", for which none of its packages has generated code; known are "A", "B"`
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestSaveAndLoad(t *testing.T) {
	want := describe(t, Config{Packages: testPackages})
	file := filepath.Join(t.TempDir(), "d.json")
	if err := want.Save(file); err != nil {
		t.Fatal(err)
	}
	got, err := Load(file)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestLoadOfOtherFiles(t *testing.T) {
	for _, text := range []string{"", "[]", "{}", `{"service": ""}`} {
		file := filepath.Join(t.TempDir(), "d.json")
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if d, err := Load(file); err == nil {
			t.Errorf("%q: loaded as %+v", text, d)
		}
	}
}
