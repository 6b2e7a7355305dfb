//go:build go_merge_added

package syscall

import "syscall"

func Getcwd(buf []byte) (n int, err error) {
	if !self.HasFolder() {
		return syscall.Getcwd(buf)
	}
	dir := self.Folder()
	if len(buf) <= len(dir) {
		return 0, syscall.ERANGE
	}
	return copy(buf, dir+"\x00"), nil
}

func Acct(path string) error { return syscall.Acct(self.Path(path)) }

func Creat(path string, mode uint32) (fd int, err error) {
	return syscall.Creat(self.Path(path), mode)
}

func Faccessat(dirfd int, path string, mode uint32, flags int) error {
	return syscall.Faccessat(dirfd, self.PathAt(dirfd, path), mode, flags)
}

func Fchmodat(dirfd int, path string, mode uint32, flags int) error {
	return syscall.Fchmodat(dirfd, self.PathAt(dirfd, path), mode, flags)
}

func Fchownat(dirfd int, path string, uid, gid, flags int) error {
	return syscall.Fchownat(dirfd, self.PathAt(dirfd, path), uid, gid, flags)
}

func Futimesat(dirfd int, path string, tv []syscall.Timeval) error {
	return syscall.Futimesat(dirfd, self.PathAt(dirfd, path), tv)
}

func Getxattr(path, attr string, dest []byte) (sz int, err error) {
	return syscall.Getxattr(self.Path(path), attr, dest)
}

func InotifyAddWatch(fd int, path string, mask uint32) (watch int, err error) {
	return syscall.InotifyAddWatch(fd, self.Path(path), mask)
}

func Listxattr(path string, dest []byte) (sz int, err error) {
	return syscall.Listxattr(self.Path(path), dest)
}

func Mkdirat(dirfd int, path string, mode uint32) error {
	return syscall.Mkdirat(dirfd, self.PathAt(dirfd, path), mode)
}

func Mknodat(dirfd int, path string, mode uint32, dev int) error {
	return syscall.Mknodat(dirfd, self.PathAt(dirfd, path), mode, dev)
}

// Mount has a source that is a path for some flags only.
func Mount(source, target, fstype string, flags uintptr, data string) error {
	path, target := self.Paths(source, target)
	if flags&(syscall.MS_BIND|syscall.MS_MOVE) != 0 {
		source = path
	}
	return syscall.Mount(source, target, fstype, flags, data)
}

func Openat(dirfd int, path string, flags int, mode uint32) (fd int, err error) {
	return syscall.Openat(dirfd, self.PathAt(dirfd, path), flags, mode)
}

// PivotRoot does not change the root of a process that other services are in.
func PivotRoot(newroot, putold string) error {
	if !self.MayChangeRoot() {
		return syscall.EPERM
	}
	return syscall.PivotRoot(self.Paths(newroot, putold))
}

func Removexattr(path, attr string) error { return syscall.Removexattr(self.Path(path), attr) }

func Renameat(from int, oldpath string, to int, newpath string) error {
	oldpath, newpath = self.PathsAt(from, oldpath, to, newpath)
	return syscall.Renameat(from, oldpath, to, newpath)
}

func Setxattr(path, attr string, data []byte, flags int) error {
	return syscall.Setxattr(self.Path(path), attr, data, flags)
}

func Unlinkat(dirfd int, path string) error {
	return syscall.Unlinkat(dirfd, self.PathAt(dirfd, path))
}

func Utime(path string, buf *syscall.Utimbuf) error { return syscall.Utime(self.Path(path), buf) }
