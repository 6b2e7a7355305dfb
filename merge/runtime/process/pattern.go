package process

import "path/filepath"

// ErrBadPattern is what packages of the standard library return that services have
// no copies of.
var ErrBadPattern = filepath.ErrBadPattern
