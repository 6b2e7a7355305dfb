package scan

import (
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gomerge/rules_go_merge/internal/regular"
)

// protoFile is a .proto file of the repository.
type protoFile struct {
	dir string
	// goPackage is its option of that name, "" without one.
	goPackage string
	services  []string // full names
}

// protoText finds what is read of a .proto file: comments and strings are
// matched so that nothing in them is.
var protoText = regexp.MustCompile(`//[^\n]*|(?s:/\*.*?\*/)|\boption\s+go_package\s*=\s*("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\bpackage\s+([\w.]+)\s*;|\bservice\s+(\w+)\s*\{`)

func readProto(dir string, data []byte) protoFile {
	f := protoFile{dir: dir}
	pkg := ""
	for _, match := range protoText.FindAllStringSubmatch(string(data), -1) {
		switch {
		case match[1] != "":
			if text, err := strconv.Unquote(`"` + match[1][1:len(match[1])-1] + `"`); err == nil {
				f.goPackage = text
			}
		case match[2] != "":
			pkg = match[2] + "."
		case match[3] != "":
			f.services = append(f.services, pkg+match[3])
		}
	}
	return f
}

// protoFiles returns the .proto files of the repository, by the import paths that
// code generated for them may have: that of go_package, and that of the folder.
func (t *Tree) protoFiles() map[string][]protoFile {
	if t.protos != nil {
		return t.protos
	}
	t.protos = make(map[string][]protoFile)
	// What cannot be read has no RPC services.
	_ = filepath.WalkDir(t.root, func(name string, entry fs.DirEntry, err error) error {
		base := filepath.Base(name)
		switch {
		case err != nil:
			return nil
		case entry.IsDir():
			if name != t.root && (base[0] == '.' || base[0] == '_' || slices.Contains([]string{"vendor", "node_modules", "testdata"}, base)) {
				return fs.SkipDir
			}
			return nil
		case path.Ext(base) != ".proto":
			return nil
		}
		data, err := regular.ReadFile(name)
		if err != nil {
			return nil
		}
		rel, err := filepath.Rel(t.root, filepath.Dir(name))
		if err != nil {
			return nil
		}
		f := readProto(clean(filepath.ToSlash(rel)), data)
		declared, _, _ := strings.Cut(f.goPackage, ";")
		ofFolder := t.ImportPath(f.dir)
		if strings.Contains(declared, "/") && declared != ofFolder {
			t.protos[declared] = append(t.protos[declared], f)
		}
		if ofFolder != "" {
			t.protos[ofFolder] = append(t.protos[ofFolder], f)
		}
		return nil
	})
	return t.protos
}

// mayGenerate reports whether a package imports a path of a module of the
// repository where there is no Go package.
func (t *Tree) mayGenerate(p *Package, importPath string) bool {
	dir, ok := t.resolve(t.moduleOf(p.Dir), importPath)
	return ok && dir != p.Dir && t.Package(dir) == nil
}

// madeOf returns the .proto files of the repository of which a rule makes a
// package that p imports, nil if there are none or the package is there.
func (t *Tree) madeOf(p *Package, importPath string) []protoFile {
	if !t.FromProtos(p, importPath) {
		return nil
	}
	return t.protoFiles()[importPath]
}

// FromProtos reports whether a rule has to make the package that p imports, of
// .proto files of the repository: it is not there, and no required module has it.
// Many repositories have copies of other modules' .proto files.
func (t *Tree) FromProtos(p *Package, importPath string) bool {
	m := t.moduleOf(p.Dir)
	if dir, ok := t.resolve(m, importPath); ok && t.Package(dir) != nil {
		return false
	} else if !ok && m != nil && slices.ContainsFunc(m.required, func(path string) bool { _, ok := below(path, importPath); return ok }) {
		return false
	}
	return len(t.protoFiles()[importPath]) > 0
}

// ImportsProtos reports whether the package in folder dir, or its tests, import a
// package that only a rule makes, of .proto files of the repository.
func (t *Tree) ImportsProtos(dir string) bool {
	for _, p := range []*Package{t.Package(dir), t.Tests(dir)} {
		if p == nil {
			continue
		}
		if slices.ContainsFunc(p.Imports, func(importPath string) bool { return t.FromProtos(p, importPath) }) {
			return true
		}
	}
	return false
}

// goName is the name that the plugins give to a package without saying so.
func goName(importPath string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, path.Base(importPath))
}

// camelCase is the name that the plugins give to what a .proto file calls name:
// underscores before lower-case letters, and at the beginning, make capitals.
func camelCase(name string) string {
	var b strings.Builder
	isLower := func(i int) bool { return i < len(name) && name[i] >= 'a' && name[i] <= 'z' }
	for i := 0; i < len(name); i++ {
		switch c := name[i]; {
		case c == '_' && i == 0:
			b.WriteByte('X')
		case c == '_' && isLower(i+1):
		case c >= 'a' && c <= 'z' && (i == 0 || name[i-1] == '_' || name[i-1] >= '0' && name[i-1] <= '9'):
			b.WriteByte(c - 'a' + 'A')
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
