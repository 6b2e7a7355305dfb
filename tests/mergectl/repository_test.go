package mergectl

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// repository reads an archive and makes what its make.txt and go.mod.txt files
// stand for. shop is the folder examples/shop.
func repository(t *testing.T, name, shop string) *txtar.Archive {
	t.Helper()
	archive, err := txtar.ParseFile(filepath.Join("testdata", name+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	// What is above the folder is not part of the repository.
	complete := &txtar.Archive{Files: []txtar.File{{Name: ".git/HEAD"}}}
	for _, file := range archive.Files {
		switch dir, base := path.Split(file.Name); base {
		case "make.txt":
			complete.Files = append(complete.Files, generated(t, archive, path.Clean(dir), strings.Fields(string(file.Data)))...)
		case "go.mod.txt":
			complete.Files = append(complete.Files, goMod(t, dir, shop, string(file.Data))...)
		default:
			complete.Files = append(complete.Files, file)
		}
	}
	return complete
}

// generated returns copies of a kitex_gen folder of testdata with the names of
// services in place of "step", as the Kitex tool that is of the version in go.mod
// would make them in folder dir.
func generated(t *testing.T, archive *txtar.Archive, dir string, services []string) []txtar.File {
	t.Helper()
	module := moduleOf(t, archive, dir)
	from := "testdata/kitex_gen"
	if strings.HasPrefix(module.from, "testdata/") {
		from = path.Join(module.from, "kitex_gen")
	}
	importPath := path.Join(module.path, strings.TrimPrefix(dir, strings.TrimPrefix(module.dir, ".")))
	var files []txtar.File
	for _, service := range services {
		rename := strings.NewReplacer(
			"example.com/step/kitex_gen", importPath,
			"step", service, "Step", strings.ToUpper(service[:1])+service[1:],
		)
		err := filepath.WalkDir(from, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			data, err := os.ReadFile(name)
			to := path.Join(dir, rename.Replace(strings.TrimPrefix(filepath.ToSlash(name), from)))
			files = append(files, txtar.File{Name: to, Data: []byte(rename.Replace(string(data)))})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// module is what a go.mod.txt file says.
type module struct{ dir, from, path string }

// moduleOf returns the module of a folder.
func moduleOf(t *testing.T, archive *txtar.Archive, dir string) module {
	t.Helper()
	for up := dir; ; up = path.Dir(up) {
		for _, file := range archive.Files {
			if file.Name != path.Join(up, "go.mod.txt") {
				continue
			}
			m := module{dir: up}
			for line := range strings.Lines(string(file.Data)) {
				switch words := strings.Fields(line); words[0] {
				case "from":
					m.from = words[1]
				case "module":
					m.path = words[1]
				}
			}
			return m
		}
		if up == "." {
			t.Fatalf("no go.mod.txt for %s", dir)
		}
	}
}

// goMod returns the go.mod and go.sum files of an example service, or of a folder
// in testdata, with another module directive, and replace directives for modules
// that it also requires.
func goMod(t *testing.T, dir, shop, changes string) []txtar.File {
	t.Helper()
	read := func(from, name string) string {
		if !strings.HasPrefix(from, "testdata/") {
			from = filepath.Join(shop, from)
		}
		data, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	var text, from string
	for line := range strings.Lines(changes) {
		switch words := strings.Fields(line); words[0] {
		case "from":
			from = words[1]
			text = read(from, "go.mod")
		case "module":
			_, rest, _ := strings.Cut(text, "\n")
			text = line + rest
		case "replace":
			text += "\nrequire " + words[1] + " v0.0.0\n\n" + line
		}
	}
	return []txtar.File{
		{Name: path.Join(dir, "go.mod"), Data: []byte(text)},
		{Name: path.Join(dir, "go.sum"), Data: []byte(read(from, "go.sum"))},
	}
}
