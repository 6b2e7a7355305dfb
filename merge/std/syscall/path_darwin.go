//go:build go_merge_added

package syscall

import "syscall"

func Chflags(path string, flags int) error { return syscall.Chflags(self.Path(path), flags) }

func Exchangedata(one, other string, options int) error {
	one, other = self.Paths(one, other)
	return syscall.Exchangedata(one, other, options)
}

func Pathconf(path string, name int) (val int, err error) {
	return syscall.Pathconf(self.Path(path), name)
}

func Revoke(path string) error { return syscall.Revoke(self.Path(path)) }

func Undelete(path string) error { return syscall.Undelete(self.Path(path)) }
