//go:build go_merge_added && (linux || darwin)

package unix

import (
	"syscall"

	"github.com/gomerge/rules_go_merge/merge/runtime/process"
)

// What has a path finds it from the service's working directory.

var goMergeSelf = process.Of("@SERVICE@")

func Getwd() (string, error) { return syscall.Getwd() }

func Access(path string, mode uint32) error {
	return goMergeAccess(goMergeSelf.Path(path), mode)
}

func Chroot(path string) error { return syscall.Chroot(path) }

func Faccessat(dirfd int, path string, mode uint32, flags int) error {
	return goMergeFaccessat(dirfd, goMergeSelf.PathAt(dirfd, path), mode, flags)
}

func Fchmodat(dirfd int, path string, mode uint32, flags int) error {
	return goMergeFchmodat(dirfd, goMergeSelf.PathAt(dirfd, path), mode, flags)
}

func Fchownat(dirfd int, path string, uid, gid, flags int) error {
	return goMergeFchownat(dirfd, goMergeSelf.PathAt(dirfd, path), uid, gid, flags)
}

func Fstatat(dirfd int, path string, stat *Stat_t, flags int) error {
	return goMergeFstatat(dirfd, goMergeSelf.PathAt(dirfd, path), stat, flags)
}

func Getxattr(path, attr string, dest []byte) (sz int, err error) {
	return goMergeGetxattr(goMergeSelf.Path(path), attr, dest)
}

func Lchown(path string, uid, gid int) error {
	return goMergeLchown(goMergeSelf.Path(path), uid, gid)
}

func Lgetxattr(path, attr string, dest []byte) (sz int, err error) {
	return goMergeLgetxattr(goMergeSelf.Path(path), attr, dest)
}

func Linkat(from int, path string, to int, link string, flags int) error {
	path, link = goMergeSelf.PathsAt(from, path, to, link)
	return goMergeLinkat(from, path, to, link, flags)
}

func Listxattr(path string, dest []byte) (sz int, err error) {
	return goMergeListxattr(goMergeSelf.Path(path), dest)
}

func Llistxattr(path string, dest []byte) (sz int, err error) {
	return goMergeLlistxattr(goMergeSelf.Path(path), dest)
}

func Lremovexattr(path, attr string) error {
	return goMergeLremovexattr(goMergeSelf.Path(path), attr)
}

func Lsetxattr(path, attr string, data []byte, flags int) error {
	return goMergeLsetxattr(goMergeSelf.Path(path), attr, data, flags)
}

func Lstat(path string, stat *Stat_t) error {
	return goMergeLstat(goMergeSelf.Path(path), stat)
}

func Mkdirat(dirfd int, path string, mode uint32) error {
	return goMergeMkdirat(dirfd, goMergeSelf.PathAt(dirfd, path), mode)
}

func Mkfifo(path string, mode uint32) error {
	return goMergeMkfifo(goMergeSelf.Path(path), mode)
}

func Mknod(path string, mode uint32, dev int) error {
	return goMergeMknod(goMergeSelf.Path(path), mode, dev)
}

func Openat(dirfd int, path string, flags int, mode uint32) (fd int, err error) {
	return goMergeOpenat(dirfd, goMergeSelf.PathAt(dirfd, path), flags, mode)
}

func Readlink(path string, buf []byte) (n int, err error) {
	return goMergeReadlink(goMergeSelf.Path(path), buf)
}

func Readlinkat(dirfd int, path string, buf []byte) (n int, err error) {
	return goMergeReadlinkat(dirfd, goMergeSelf.PathAt(dirfd, path), buf)
}

func Removexattr(path, attr string) error {
	return goMergeRemovexattr(goMergeSelf.Path(path), attr)
}

func Renameat(from int, oldpath string, to int, newpath string) error {
	oldpath, newpath = goMergeSelf.PathsAt(from, oldpath, to, newpath)
	return goMergeRenameat(from, oldpath, to, newpath)
}

func Setxattr(path, attr string, data []byte, flags int) error {
	return goMergeSetxattr(goMergeSelf.Path(path), attr, data, flags)
}

func Stat(path string, stat *Stat_t) error { return goMergeStat(goMergeSelf.Path(path), stat) }

func Statfs(path string, stat *Statfs_t) error {
	return goMergeStatfs(goMergeSelf.Path(path), stat)
}

// Symlinkat has the old path as it is: a relative one begins where the link is.
func Symlinkat(oldpath string, dirfd int, newpath string) error {
	return goMergeSymlinkat(oldpath, dirfd, goMergeSelf.PathAt(dirfd, newpath))
}

func Unlinkat(dirfd int, path string, flags int) error {
	return goMergeUnlinkat(dirfd, goMergeSelf.PathAt(dirfd, path), flags)
}

func Unmount(path string, flags int) error {
	return goMergeUnmount(goMergeSelf.Path(path), flags)
}

func Utimes(path string, tv []Timeval) error { return goMergeUtimes(goMergeSelf.Path(path), tv) }

func UtimesNano(path string, ts []Timespec) error {
	return goMergeUtimesNano(goMergeSelf.Path(path), ts)
}

// UtimesNanoAt is also what Lutimes calls.
func UtimesNanoAt(dirfd int, path string, ts []Timespec, flags int) error {
	return goMergeUtimesNanoAt(dirfd, goMergeSelf.PathAt(dirfd, path), ts, flags)
}

func Bind(fd int, sa Sockaddr) error { return goMergeBind(fd, goMergeFound(sa)) }

func Connect(fd int, sa Sockaddr) error { return goMergeConnect(fd, goMergeFound(sa)) }

func Sendmsg(fd int, p, oob []byte, to Sockaddr, flags int) error {
	return goMergeSendmsg(fd, p, oob, goMergeFound(to), flags)
}

func SendmsgN(fd int, p, oob []byte, to Sockaddr, flags int) (n int, err error) {
	return goMergeSendmsgN(fd, p, oob, goMergeFound(to), flags)
}

func Sendto(fd int, p []byte, flags int, to Sockaddr) error {
	return goMergeSendto(fd, p, flags, goMergeFound(to))
}

// goMergeFound returns an address of a socket as the process finds it.
func goMergeFound(sa Sockaddr) Sockaddr {
	if unix, ok := sa.(*SockaddrUnix); ok {
		if path := goMergeSelf.SocketPath(unix.Name); path != unix.Name {
			return &SockaddrUnix{Name: path}
		}
	}
	return sa
}
