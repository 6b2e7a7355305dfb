//go:build go_merge_added

package unix

import "syscall"

func Getcwd(buf []byte) (n int, err error) { return syscall.Getcwd(buf) }

func Acct(path string) error { return goMergeAcct(goMergeSelf.Path(path)) }

func FanotifyMark(fd int, flags uint, mask uint64, dirfd int, path string) error {
	return goMergeFanotifyMark(fd, flags, mask, dirfd, goMergeSelf.PathAt(dirfd, path))
}

func Futimesat(dirfd int, path string, tv []Timeval) error {
	return goMergeFutimesat(dirfd, goMergeSelf.PathAt(dirfd, path), tv)
}

func InotifyAddWatch(fd int, path string, mask uint32) (watch int, err error) {
	return goMergeInotifyAddWatch(fd, goMergeSelf.Path(path), mask)
}

// Mknodat is also what Mkfifoat calls.
func Mknodat(dirfd int, path string, mode uint32, dev int) error {
	return goMergeMknodat(dirfd, goMergeSelf.PathAt(dirfd, path), mode, dev)
}

// Mount has a source that is a path for some flags only.
func Mount(source, target, fstype string, flags uintptr, data string) error {
	path, target := goMergeSelf.Paths(source, target)
	if flags&(MS_BIND|MS_MOVE) != 0 {
		source = path
	}
	return goMergeMount(source, target, fstype, flags, data)
}

func PivotRoot(newroot, putold string) error { return syscall.PivotRoot(newroot, putold) }

func Renameat2(from int, oldpath string, to int, newpath string, flags uint) error {
	oldpath, newpath = goMergeSelf.PathsAt(from, oldpath, to, newpath)
	return goMergeRenameat2(from, oldpath, to, newpath, flags)
}

func Statx(dirfd int, path string, flags, mask int, stat *Statx_t) error {
	return goMergeStatx(dirfd, goMergeSelf.PathAt(dirfd, path), flags, mask, stat)
}

func Utime(path string, buf *Utimbuf) error { return goMergeUtime(goMergeSelf.Path(path), buf) }
