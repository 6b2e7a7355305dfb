package describe

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestCommand(t *testing.T) {
	dir := t.TempDir()
	flags, out := filepath.Join(dir, "flags"), filepath.Join(dir, "out.json")
	if err := os.WriteFile(flags, []byte(strings.Join([]string{
		"--package", "example.com/gen=gen/a.go,gen/b.go",
		"--package", "example.com/types=",
		"--user", "example.com/main=main.go",
		"--importmap", "example.com/main=example.com/gen=vendor/example.com/gen",
		"--goos", "linux",
		"--goarch", "arm64",
		"--tags", "blue,green",
		"--cgo",
		"-o", out,
	}, "\n")+"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	var got Config
	err := run([]string{"@" + flags}, func(c Config) (*Description, error) {
		got = c
		return &Description{RPCServices: []RPCService{
			{Name: "B", ImportPath: "example.com/b", Codec: Unknown},
			{Name: "A", ImportPath: "example.com/a", Codec: Bytes, Format: "json"},
		}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		Packages: []Package{{ImportPath: "example.com/gen", Files: []string{"gen/a.go", "gen/b.go"}}, {ImportPath: "example.com/types"}},
		Users:    []Package{{ImportPath: "example.com/main", ImportMap: map[string]string{"example.com/gen": "vendor/example.com/gen"}, Files: []string{"main.go"}}},
		GOOS:     "linux", GOARCH: "arm64", Tags: []string{"blue", "green"}, Cgo: true,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("config %+v\nwant   %+v", got, want)
	}
	d, err := LoadPart("//:acme", out)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.RPCServices) != 2 || d.RPCServices[0].Name != "A" || d.RPCServices[0].Adapter != "//:acme" {
		t.Errorf("wrote %+v", d)
	}

	if err := run([]string{"-o", out}, func(Config) (*Description, error) { return nil, nil }); err != nil {
		t.Error(err)
	}
}

func TestCommandErrors(t *testing.T) {
	failed := errors.New("main.go:3: unknown form")
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{}, `flag -o is missing: the JSON file to write`},
		{[]string{"-o", "x", "--package", "gen.go"}, `invalid value "gen.go" for flag -package: it is not of the form PATH=FILE,FILE,...`},
		{[]string{"-o", "x", "--user", "=gen.go"}, `invalid value "=gen.go" for flag -user: it is not of the form PATH=FILE,FILE,...`},
		{[]string{"-o", "x", "--importmap", "a=b"}, `invalid value "a=b" for flag -importmap: it is not of the form IMPORTER=IMPORTPATH=PATH`},
		{[]string{"-o", "x", "--users", "gen=gen.go"}, `flag provided but not defined: -users`},
		{[]string{"-o", "x", "gen.go"}, `unexpected argument "gen.go"; flags begin with dashes, params files with @`},
		{[]string{"-o", "x"}, failed.Error()},
	} {
		err := run(test.args, func(Config) (*Description, error) { return nil, failed })
		if err == nil || err.Error() != test.want {
			t.Errorf("%q: error %v, want %s", test.args, err, test.want)
		}
	}
}
