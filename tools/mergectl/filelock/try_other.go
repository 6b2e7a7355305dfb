//go:build !unix

package filelock

import "os"

// Try returns [ErrUnsupported].
func Try(*os.File) error { return ErrUnsupported }
