//go:build !unix

package journal

import (
	"errors"
	"os"
)

// lock fails: without locks, two controllers could decide at a time.
func lock(*os.File) error {
	return errors.New("mergectl rollout runs on systems with locks of files only, such as Linux and macOS")
}
