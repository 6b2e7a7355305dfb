//go:build !linux

package sys

import "golang.org/x/sys/unix"

func waitForAny() error {
	_, err := unix.Wait4(-1, nil, 0, nil)
	return err
}
