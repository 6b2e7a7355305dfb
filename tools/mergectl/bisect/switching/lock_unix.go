//go:build unix

package switching

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lock takes the lock of a journal, unless it is held.
func lock(file *os.File) error {
	err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return fmt.Errorf("%s: another search is running; wait for it, or give this one its own --journal", file.Name())
	}
	return err
}
