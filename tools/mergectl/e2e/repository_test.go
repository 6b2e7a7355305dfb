package e2e

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
	// What is above the folder is no part of the repository.
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

// generated returns copies of testdata/kitex_gen with the names of services in
// place of "step", as Kitex's tool would make them in folder dir.
func generated(t *testing.T, archive *txtar.Archive, dir string, services []string) []txtar.File {
	t.Helper()
	const from = "testdata/kitex_gen"
	var files []txtar.File
	for _, service := range services {
		rename := strings.NewReplacer(
			"example.com/step/kitex_gen", importPath(t, archive, dir),
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

// importPath returns the import path of a folder.
func importPath(t *testing.T, archive *txtar.Archive, dir string) string {
	t.Helper()
	for up := dir; ; up = path.Dir(up) {
		for _, file := range archive.Files {
			if file.Name != path.Join(up, "go.mod.txt") {
				continue
			}
			for line := range strings.Lines(string(file.Data)) {
				if module, ok := strings.CutPrefix(line, "module "); ok {
					return path.Join(strings.TrimSpace(module), strings.TrimPrefix(dir, strings.TrimPrefix(up, ".")))
				}
			}
		}
		if up == "." {
			t.Fatalf("no go.mod.txt for %s", dir)
		}
	}
}

// goMod returns the go.mod and go.sum files of an example service with another
// module directive, and replace directives for modules that it also requires.
func goMod(t *testing.T, dir, shop, changes string) []txtar.File {
	t.Helper()
	read := func(service, name string) string {
		data, err := os.ReadFile(filepath.Join(shop, service, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	var text, service string
	for line := range strings.Lines(changes) {
		switch words := strings.Fields(line); words[0] {
		case "from":
			service = words[1]
			text = read(service, "go.mod")
		case "module":
			_, rest, _ := strings.Cut(text, "\n")
			text = line + rest
		case "replace":
			text += "\nrequire " + words[1] + " v0.0.0\n\n" + line
		}
	}
	return []txtar.File{
		{Name: path.Join(dir, "go.mod"), Data: []byte(text)},
		{Name: path.Join(dir, "go.sum"), Data: []byte(read(service, "go.sum"))},
	}
}
