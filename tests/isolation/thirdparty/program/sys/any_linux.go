package sys

import "golang.org/x/sys/unix"

func waitForAny() error { return unix.Waitid(unix.P_ALL, 0, nil, unix.WEXITED, nil) }
