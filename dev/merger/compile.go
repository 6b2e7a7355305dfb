package merger

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// archive is a compiled package.
type archive struct {
	export string // file that importers read
	object string // file that the linker reads
	hash   string // of what importers read
}

// imported is a package that another may import.
type imported struct {
	path string // that it is compiled under
	archive
}

// compile compiles Go files and assembly as a package. embed tells the compiler
// which files are embedded. Imports are by the paths that the sources have.
func (tc *Toolchain) compile(path string, files []string, embed string, imports map[string]imported) (archive, error) {
	tc.slots <- struct{}{}
	defer func() { <-tc.slots }()
	source, assembly := split(files)
	imports, err := used(source, imports)
	if err != nil {
		return archive{}, err
	}
	key, err := tc.key(path, files, embed, imports)
	if err != nil {
		return archive{}, err
	}
	tc.mu.Lock()
	before, ok := tc.compiled[key]
	tc.mu.Unlock()
	if ok {
		return before, nil
	}
	a, err := tc.compileUncached(path, source, assembly, embed, imports)
	if err != nil {
		return archive{}, fmt.Errorf("package %s: %w", path, err)
	}
	tc.mu.Lock()
	defer tc.mu.Unlock()
	tc.compiled[key] = a
	return a, nil
}

func (tc *Toolchain) compileUncached(path string, source, assembly []string, embed string, imports map[string]imported) (archive, error) {
	var config strings.Builder
	for name, i := range imports {
		if name != i.path {
			fmt.Fprintf(&config, "importmap %s=%s\n", name, i.path)
		}
		fmt.Fprintf(&config, "packagefile %s=%s\n", i.path, i.export)
	}
	importcfg, err := tc.write("importcfg", config.String())
	if err != nil {
		return archive{}, err
	}
	a := archive{export: tc.File("x"), object: tc.File("a")}
	// Debug information and inlining would take a third of the time.
	args := []string{"-p", path, "-importcfg", importcfg, "-pack", "-c", "1", "-dwarf=false", "-l", "-trimpath", trim(source), "-o", a.export, "-linkobj", a.object}
	if tc.Race {
		args = append(args, "-race")
	}
	if embed != "" {
		embedcfg, err := tc.write("embedcfg", embed)
		if err != nil {
			return archive{}, err
		}
		args = append(args, "-embedcfg", embedcfg)
	}
	asm := assembler{tc, path, tc.File("include")}
	if len(assembly) == 0 {
		args = append(args, "-complete")
	} else {
		flags, err := asm.prepare(assembly)
		if err != nil {
			return archive{}, err
		}
		args = append(args, flags...)
	}
	if _, err := tc.Run(tc.dir, "compile", append(args, source...)...); err != nil {
		return archive{}, err
	}
	if err := asm.addTo(a.object, assembly); err != nil {
		return archive{}, err
	}
	a.hash, err = hashOf(a.export)
	return a, err
}

// assembler assembles files of a package.
type assembler struct {
	*Toolchain
	path   string // of the package
	folder string // of what is made for the files and of them
}

// prepare returns what the compiler has to know of the files.
func (asm assembler) prepare(files []string) (flags []string, err error) {
	symabis, header := filepath.Join(asm.folder, "symabis"), filepath.Join(asm.folder, "go_asm.h")
	if err := os.Mkdir(asm.folder, 0o777); err != nil {
		return nil, err
	}
	// The compiler writes it, and the files may include it before.
	if err := os.WriteFile(header, nil, 0o666); err != nil {
		return nil, err
	}
	return []string{"-symabis", symabis, "-asmhdr", header}, asm.assemble(symabis, append([]string{"-gensymabis"}, files...)...)
}

// addTo adds the assembled files to a package's object file.
func (asm assembler) addTo(object string, files []string) error {
	var objects []string
	for i, f := range files {
		out := filepath.Join(asm.folder, fmt.Sprint(i, ".o"))
		if err := asm.assemble(out, f); err != nil {
			return err
		}
		objects = append(objects, out)
	}
	return appendObjects(object, objects)
}

// assemble runs the assembler with arguments, of which the last is a file.
func (asm assembler) assemble(out string, args ...string) error {
	source := filepath.Dir(args[len(args)-1])
	_, err := asm.Run(source, "asm", append([]string{"-p", asm.path, "-trimpath", source, "-o", out,
		"-I", asm.folder, "-I", source, "-I", filepath.Join(asm.Root, "pkg", "include"),
		"-D", "GOOS_" + runtime.GOOS, "-D", "GOARCH_" + runtime.GOARCH}, args...)...)
	return err
}

// used returns those of the packages that files import.
func used(files []string, from map[string]imported) (map[string]imported, error) {
	used := make(map[string]imported)
	for _, f := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), f, nil, parser.ImportsOnly)
		if err != nil {
			return nil, err
		}
		for _, spec := range parsed.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return nil, err
			}
			// The compiler tells of those that are not there.
			if i, ok := from[path]; ok {
				used[path] = i
			}
		}
	}
	return used, nil
}

// trim returns what makes the compiler leave out the folders of files, which do
// not matter.
func trim(files []string) string {
	var folders []string
	for _, f := range files {
		if folder := filepath.Dir(f); !slices.Contains(folders, folder) {
			folders = append(folders, folder)
		}
	}
	return strings.Join(folders, ";")
}

// appendObjects adds files to an archive in the form of ar.
func appendObjects(file string, objects []string) error {
	out, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer out.Close()
	for _, object := range objects {
		data, err := os.ReadFile(object)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%-16s%-12d%-6d%-6d%-8o%-10d`\n", filepath.Base(object), 0, 0, 0, 0o644, len(data))
		if len(data)%2 == 1 {
			data = append(data, '\n')
		}
		if _, err := out.Write(data); err != nil {
			return err
		}
	}
	return nil
}

// key hashes what a compiled package depends on.
func (tc *Toolchain) key(path string, files []string, embed string, imports map[string]imported) (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, path, embed)
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s %d\n%s", filepath.Base(f), len(data), data)
	}
	var lines []string
	for name, i := range imports {
		lines = append(lines, fmt.Sprintln(name, i.path, i.hash))
	}
	slices.Sort(lines)
	io.WriteString(h, strings.Join(lines, ""))
	return hex.EncodeToString(h.Sum(nil)), nil
}

func hashOf(file string) (string, error) {
	data, err := os.ReadFile(file)
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), err
}

// split separates Go files from assembly. Headers are neither.
func split(files []string) (source, assembly []string) {
	for _, f := range files {
		switch filepath.Ext(f) {
		case ".go":
			source = append(source, f)
		case ".s":
			assembly = append(assembly, f)
		}
	}
	return source, assembly
}
