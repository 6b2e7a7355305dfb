//go:build unix

package process

import (
	"io/fs"
	"path/filepath"
	"strings"
	"syscall"
)

// PathAt is Path for a function that is given the descriptor of a folder, which
// may be that of the working directory.
func (p *Process) PathAt(dirfd int, name string) string {
	if dirfd != atFDCWD {
		return name
	}
	return p.Path(name)
}

// PathsAt is PathAt for a function of two names, which begin in one folder.
func (p *Process) PathsAt(dirfd int, name string, otherDirfd int, other string) (namePath, otherPath string) {
	namePath, otherPath = p.Paths(name, other)
	if dirfd != atFDCWD {
		namePath = name
	}
	if otherDirfd != atFDCWD {
		otherPath = other
	}
	return namePath, otherPath
}

// UseProgram returns the path by which the process finds a program that the service
// starts in a folder, "" for its working directory, and the folder and attributes
// that the child has there. It returns an [fs.PathError] if the service may not
// start the program.
func (p *Process) UseProgram(name, in string, sys *syscall.SysProcAttr) (program, childDir string, childSys *syscall.SysProcAttr, err error) {
	start := p.folder.start.Load()
	program = name
	if in != "" && !filepath.IsAbs(name) {
		program = strings.TrimSuffix(in, "/") + "/" + name
	}
	program = path(start, program)
	if denied := p.judge(Exec, program); denied != nil {
		return "", "", nil, &fs.PathError{Op: "fork/exec", Path: name, Err: denied}
	}
	switch {
	case start == nil:
		return program, in, sys, nil
	case sys != nil && sys.Chroot != "": // the folder is below it
		own := *sys
		own.Chroot = path(start, sys.Chroot)
		return program, in, &own, nil
	case in == "":
		return program, dir(start), sys, nil
	}
	return program, path(start, in), sys, nil
}

// Fchdir is Chdir for a folder that is open.
func (p *Process) Fchdir(fd int) error {
	path, err := pathOf(fd)
	if err != nil {
		return cause(err)
	}
	var open, found syscall.Stat_t
	if err := syscall.Fstat(fd, &open); err != nil {
		return err
	}
	if err := syscall.Stat(path, &found); err != nil {
		return err
	}
	if open.Dev != found.Dev || open.Ino != found.Ino {
		return syscall.ENOENT // it is removed, and its name may be another's
	}
	return p.Chdir(path)
}
