package process

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"

	"github.com/gomerge/rules_go_merge/merge/runtime/permission"
)

// A folder is the working directory of one service, which its relative paths
// begin in. The zero value stands for the process's.
type folder struct {
	// begin is the path of the folder that the service starts in, "" for the
	// process's. It has no symbolic links: one that is changed later does not move
	// the service.
	begin string
	// start is the path of the present folder with a slash at its end, nil for the
	// process's.
	start atomic.Pointer[string]
}

func (f *folder) set(dir string) {
	start := strings.TrimSuffix(dir, "/") + "/"
	f.start.Store(&start)
}

// dir is [Process.Folder] for a value of start.
func dir(start *string) string {
	switch {
	case start == nil:
		return ""
	case *start == "/":
		return *start
	}
	return strings.TrimSuffix(*start, "/")
}

// path is [Process.Path] for a value of start.
func path(start *string, name string) string {
	if start == nil || name == "" || name[0] == '/' {
		return name
	}
	return *start + name
}

// HasFolder reports whether the service has its own working directory.
func (p *Process) HasFolder() bool { return p.folder.start.Load() != nil }

// Folder returns the absolute path of the service's own working directory, without
// symbolic links, "" if it has the process's.
func (p *Process) Folder() string { return dir(p.folder.start.Load()) }

// Getwd returns the service's own working directory as package os has it: by the
// name that PWD gives it, if that leads there.
func (p *Process) Getwd() string {
	dir := p.Folder()
	pwd, _ := p.Getenv("PWD")
	if !filepath.IsAbs(pwd) {
		return dir
	}
	named, err := os.Stat(pwd)
	if err != nil {
		return dir
	}
	if found, err := os.Stat(dir); err != nil || !os.SameFile(named, found) {
		return dir
	}
	return pwd
}

// Path returns the path by which the process finds what the service calls name.
// They differ if the name is relative and the service has its own
// working directory. The path then ends in the name, which is not cleaned: what ".." means
// behind a symbolic link is for the kernel to say.
func (p *Process) Path(name string) string { return path(p.folder.start.Load(), name) }

// Paths is Path for two names, which begin in one folder.
func (p *Process) Paths(name, other string) (namePath, otherPath string) {
	start := p.folder.start.Load()
	return path(start, name), path(start, other)
}

// address is Path for an address of a network as package net has them.
func (p *Process) address(network, address string) string {
	if strings.HasPrefix(network, "unix") {
		return p.SocketPath(address)
	}
	return address
}

// SocketPath is Path for the address of a unix socket, which may have no place
// among the files.
func (p *Process) SocketPath(name string) string {
	if strings.HasPrefix(name, "@") || strings.HasPrefix(name, "\x00") {
		return name
	}
	return p.Path(name)
}

// Chdir makes a folder the service's own working directory. It is for services
// that have one. Errors are those of package syscall.
func (p *Process) Chdir(name string) error {
	path := p.Path(name)
	if path == "" {
		return syscall.ENOENT
	}
	// Only what is a folder, and may be searched, has this name.
	_, err := os.Stat(path + "/.")
	if err == nil {
		path, err = filepath.EvalSymlinks(path)
	}
	if err != nil {
		return cause(err)
	}
	p.folder.set(path)
	return nil
}

// StartAgain prepares for another call of the service's main function, which finds
// the working directory that the first one found.
func (p *Process) StartAgain() {
	if p.folder.begin != "" {
		p.folder.set(p.folder.begin)
	}
}

// cause returns the number behind an error of package os.
func cause(err error) error {
	if number := syscall.Errno(0); errors.As(err, &number) {
		return number
	}
	return err
}

// AsNamed returns an error of package os with the name that the service gave in
// place of the path that it stands for, and of what is made of that.
func AsNamed(err error, name, path string) error {
	if err == nil || name == path {
		return err
	}
	if e, ok := err.(*fs.PathError); ok {
		e.Path = Named(e.Path, name, path)
	}
	return err
}

// AsNamedAddress is AsNamed for an error of package net and the address of a unix
// socket.
func AsNamedAddress(err error, name, path string) error {
	e, ok := err.(*net.OpError)
	if !ok || name == path {
		return err
	}
	e.Addr = namedSocket(e.Addr, name, path)
	e.Source = namedSocket(e.Source, name, path)
	return err
}

// namedSocket returns an address of a unix socket with the name that the service
// gave, if it has the path that this stands for.
func namedSocket(addr net.Addr, name, path string) net.Addr {
	if unix, ok := addr.(*net.UnixAddr); ok && unix != nil && unix.Name == path {
		return &net.UnixAddr{Name: name, Net: unix.Net}
	}
	return addr
}

// Named undoes Path for made, a name that is derived from path: it returns made
// as the service knows it.
func Named(made, name, path string) string {
	return strings.TrimPrefix(made, strings.TrimSuffix(path, name))
}

// ownFolder returns the folder that a service starts in, without a name for the
// process's. Variables in the value are those of the service.
//
// It is not made if it is missing: the path may be wrong, or a volume not
// mounted, and a service would begin with nothing in an empty folder.
func ownFolder(service, value string, env map[string]string) (permission.Folder, error) {
	if value == "" {
		return permission.Folder{}, nil
	}
	fail := func(format string, args ...any) (permission.Folder, error) {
		return permission.Folder{}, fmt.Errorf("service %s: working_directory = %q: %w", service, value, fmt.Errorf(format, args...))
	}
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		return fail("only Linux and macOS support it")
	}
	var unset []string
	dir := os.Expand(value, func(name string) string {
		if env[name] == "" && !slices.Contains(unset, name) {
			unset = append(unset, name)
		}
		return env[name]
	})
	if len(unset) > 0 {
		return fail("the service has no variable %s", strings.Join(unset, " and no "))
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return fail("%w", err)
	}
	if _, err := os.Stat(dir + "/."); err != nil {
		return fail("folder %s: %w. Create it before the process starts", dir, cause(err))
	}
	resolved, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return fail("folder %s: %w", dir, cause(err))
	}
	return permission.Folder{Name: dir, Resolved: resolved}, nil
}
