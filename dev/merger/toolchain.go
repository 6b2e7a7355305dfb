package merger

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
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
