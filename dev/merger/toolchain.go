package merger

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/gomerge/rules_go_merge/dev/adapter"
	"github.com/gomerge/rules_go_merge/dev/gosdk"
)

// Toolchain runs Go's tools and mergegen.
type Toolchain struct {
	// Root is the GOROOT of the SDK, and Version such as 1.27.4.
	Root, Version string
	// Race adds the race detector to what is compiled from here on.
	Race bool

	repository string // folder of this module
	mergegen   string // file
	frameworks []*framework
	dir        string // what is made is in here
	slots      chan struct{}

	mu sync.Mutex
	// compiled has what was compiled before, by the hash of all that it depends
	// on.
	compiled map[string]archive
	made     int // names of files
}

// archive is a compiled package.
type archive struct {
	export string // file that importers read
	object string // file that the linker reads
	hash   string // of what importers read
}

// framework is one whose packages are hooked.
type framework struct {
	name string
	*adapter.Adapter
	folder    string // of the adapter
	describer string // file
}

// NewToolchain finds an SDK as package gosdk does, and builds mergegen and the
// describers of the frameworks from this module's sources, in folder repository, unless
// Bazel has built them. The frameworks are folders of merge/adapter. What is made is put
// into folder dir.
func NewToolchain(repository, dir string, frameworks ...string) (*Toolchain, error) {
	tc := &Toolchain{repository: repository, dir: dir, slots: make(chan struct{}, runtime.NumCPU()), compiled: make(map[string]archive)}
	for _, name := range frameworks {
		f := &framework{name: name, folder: filepath.Join(repository, "merge/adapter", name)}
		var err error
		if f.Adapter, err = adapter.Read(filepath.Join(f.folder, "BUILD.bazel"), name); err != nil {
			return nil, err
		}
		tc.frameworks = append(tc.frameworks, f)
	}
	roots, err := gosdk.Find()
	if err != nil {
		return nil, err
	}
	tc.Root = roots[0]
	if runfiles := os.Getenv("TEST_SRCDIR"); runfiles != "" {
		tc.mergegen = filepath.Join(runfiles, os.Getenv("MERGEGEN"))
		for _, f := range tc.frameworks {
			f.describer = filepath.Join(runfiles, os.Getenv("DESCRIBER_"+strings.ToUpper(f.name)))
		}
	}
	out, err := tc.Run("", "go", "env", "GOVERSION")
	if err != nil {
		return nil, err
	}
	tc.Version = strings.TrimPrefix(strings.TrimSpace(string(out)), "go")
	if tc.mergegen != "" {
		return tc, nil
	}
	tc.mergegen = filepath.Join(dir, "mergegen")
	if _, err := tc.Run(repository, "go", "build", "-o", tc.mergegen, "./tools/mergegen"); err != nil {
		return nil, err
	}
	for _, f := range tc.frameworks {
		f.describer = filepath.Join(dir, f.name)
		if _, err := tc.Run(repository, "go", "build", "-o", f.describer, "./merge/adapter/"+f.name+"/describer"); err != nil {
			return nil, err
		}
	}
	return tc, nil
}

// Run runs a tool of the SDK, or another program by its path, in a folder.
func (tc *Toolchain) Run(dir, tool string, args ...string) ([]byte, error) {
	name := filepath.Join(tc.Root, "pkg", "tool", runtime.GOOS+"_"+runtime.GOARCH, tool)
	switch {
	case tool == "go":
		name = filepath.Join(tc.Root, "bin", "go")
	case filepath.IsAbs(tool):
		name = tool
	}
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOROOT="+tc.Root, "GOTOOLCHAIN=local", "GOFLAGS=-mod=readonly", "GOWORK=off", "CGO_ENABLED=0",
		"GOGC=400") // memory for time
	if tc.Race {
		cmd.Env = append(cmd.Env, "CGO_ENABLED=1") // which the detector needs
	}
	if os.Getenv("HOME") == "" {
		// The go command's caches are the user's where Bazel says where they are.
		cmd.Env = append(cmd.Env, "HOME="+tc.dir)
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s %.300s: %w\n%s%s", tool, strings.Join(args, " "), err, &stdout, &stderr)
	}
	return stdout.Bytes(), nil
}

// runMergegen runs one of mergegen's commands, each with a file of flags as the
// rules write them.
func (tc *Toolchain) runMergegen(command string, params ...[]string) error {
	args := []string{command}
	for _, p := range params {
		file, err := tc.write("params", strings.Join(p, "\n")+"\n")
		if err != nil {
			return err
		}
		args = append(args, "@"+file)
	}
	_, err := tc.Run("", tc.mergegen, args...)
	return err
}

// File returns the name of a new file.
func (tc *Toolchain) File(name string) string {
	tc.mu.Lock()
	defer tc.mu.Unlock()
	tc.made++
	return filepath.Join(tc.dir, fmt.Sprintf("%d.%s", tc.made, name))
}

// write writes a new file and returns its name.
func (tc *Toolchain) write(name, text string) (string, error) {
	file := tc.File(name)
	return file, os.WriteFile(file, []byte(text), 0o666)
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
	a, err := tc.compileAnew(path, source, assembly, embed, imports)
	if err != nil {
		return archive{}, fmt.Errorf("package %s: %w", path, err)
	}
	tc.mu.Lock()
	defer tc.mu.Unlock()
	tc.compiled[key] = a
	return a, nil
}

func (tc *Toolchain) compileAnew(path string, source, assembly []string, embed string, imports map[string]imported) (archive, error) {
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

// Package is what go list tells of a package.
type Package struct {
	ImportPath, Dir, Export   string
	GoFiles, SFiles, HFiles   []string
	CgoFiles, SysoFiles       []string
	EmbedPatterns, EmbedFiles []string
	Imports                   []string
	Standard                  bool
	Module                    *struct{ Path, Version string }
}

// sources returns all files that the package is compiled from.
func (p *Package) sources() []string {
	var files []string
	for _, f := range slices.Concat(p.GoFiles, p.SFiles, p.HFiles) {
		files = append(files, filepath.Join(p.Dir, f))
	}
	return files
}

// embedded tells the compiler which files the package embeds, "" for none.
func (p *Package) embedded() (string, error) {
	if len(p.EmbedPatterns) == 0 {
		return "", nil
	}
	config := struct {
		Patterns map[string][]string
		Files    map[string]string
	}{make(map[string][]string), make(map[string]string)}
	for _, pattern := range p.EmbedPatterns {
		for _, f := range p.EmbedFiles {
			if match, err := path.Match(pattern, f); err != nil || !match {
				continue
			}
			config.Patterns[pattern] = append(config.Patterns[pattern], f)
			config.Files[f] = filepath.Join(p.Dir, f)
		}
		if len(config.Patterns[pattern]) == 0 {
			return "", fmt.Errorf("package %s embeds %s, and only files are known here", p.ImportPath, pattern)
		}
	}
	data, err := json.Marshal(config)
	return string(data), err
}

// List returns packages and all that they import, dependencies first.
func (tc *Toolchain) List(dir string, args ...string) ([]*Package, error) {
	flags := []string{"list", "-trimpath", "-deps", "-json"}
	if tc.Race {
		flags = append(flags, "-race")
	}
	out, err := tc.Run(dir, "go", append(flags, args...)...)
	if err != nil {
		return nil, err
	}
	var all []*Package
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		p := new(Package)
		err := decoder.Decode(p)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
}
