//go:build go_merge_added && (linux || darwin)

package syscall

import "syscall"

// What has a path finds it from the service's working directory, and asks for no
// permission.

func Getwd() (wd string, err error) {
	if self.HasFolder() {
		return self.Folder(), nil
	}
	return syscall.Getwd()
}

func Access(path string, mode uint32) error { return syscall.Access(self.Path(path), mode) }

// Chroot does not change the root of a process that other services are in.
func Chroot(path string) error {
	if !self.MayChangeRoot() {
		return syscall.EPERM
	}
	return syscall.Chroot(self.Path(path))
}

func Lchown(path string, uid, gid int) error { return syscall.Lchown(self.Path(path), uid, gid) }

func Lstat(path string, stat *syscall.Stat_t) error { return syscall.Lstat(self.Path(path), stat) }

func Mkfifo(path string, mode uint32) error { return syscall.Mkfifo(self.Path(path), mode) }

func Mknod(path string, mode uint32, dev int) error {
	return syscall.Mknod(self.Path(path), mode, dev)
}

func Readlink(path string, buf []byte) (n int, err error) {
	return syscall.Readlink(self.Path(path), buf)
}

func Stat(path string, stat *syscall.Stat_t) error { return syscall.Stat(self.Path(path), stat) }

func Statfs(path string, stat *syscall.Statfs_t) error {
	return syscall.Statfs(self.Path(path), stat)
}

func Unmount(path string, flags int) error { return syscall.Unmount(self.Path(path), flags) }

func Utimes(path string, tv []syscall.Timeval) error { return syscall.Utimes(self.Path(path), tv) }

func UtimesNano(path string, ts []syscall.Timespec) error {
	return syscall.UtimesNano(self.Path(path), ts)
}

func Bind(fd int, sa syscall.Sockaddr) error { return syscall.Bind(fd, found(sa)) }

func Sendmsg(fd int, p, oob []byte, to syscall.Sockaddr, flags int) error {
	return syscall.Sendmsg(fd, p, oob, found(to), flags)
}

func SendmsgN(fd int, p, oob []byte, to syscall.Sockaddr, flags int) (n int, err error) {
	return syscall.SendmsgN(fd, p, oob, found(to), flags)
}

func Sendto(fd int, p []byte, flags int, to syscall.Sockaddr) error {
	return syscall.Sendto(fd, p, flags, found(to))
}
