//go:build unix

package process

import "syscall"

// PathAt is Path for a function that is given the descriptor of a folder, which
// may be that of the working directory.
func (p *Process) PathAt(dirfd int, name string) string {
	if dirfd != atFDCWD {
		return name
	}
	return p.Path(name)
}

// ChildFolder returns the folder for a child that is to start in dir, "" for the
// service's working directory, and its attributes.
func (p *Process) ChildFolder(dir string, sys *syscall.SysProcAttr) (string, *syscall.SysProcAttr) {
	switch {
	case !p.HasFolder():
		return dir, sys
	case sys != nil && sys.Chroot != "": // dir is below it
		own := *sys
		own.Chroot = p.Path(sys.Chroot)
		return dir, &own
	case dir == "":
		return p.Folder(), sys
	}
	return p.Path(dir), sys
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
