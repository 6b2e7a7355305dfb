//go:build !unix

package switching

import (
	"errors"
	"os"
)

// lock fails: without locks, a search could be put back while it runs.
func lock(*os.File) error {
	return errors.New("mergectl bisect runs on systems with locks of files only, such as Linux and macOS")
}
