package process

import (
	"os"
	"strconv"
)

// atFDCWD is AT_FDCWD of the C library.
const atFDCWD = -100

// pathOf returns the path of an open file.
func pathOf(fd int) (string, error) { return os.Readlink("/proc/self/fd/" + strconv.Itoa(fd)) }
