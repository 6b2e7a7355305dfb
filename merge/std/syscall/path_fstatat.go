//go:build go_merge_added && linux && (arm64 || loong64 || mips64 || mips64le || riscv64)

package syscall

import "syscall"

func Fstatat(dirfd int, path string, stat *syscall.Stat_t, flags int) error {
	return syscall.Fstatat(dirfd, self.PathAt(dirfd, path), stat, flags)
}
