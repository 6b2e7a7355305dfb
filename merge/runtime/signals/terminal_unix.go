//go:build unix

package signals

import "syscall"

// ofTerminals are the signals that a process in the background gets for using its
// terminal. Only the system can ignore them: where they are handled, it makes the
// call again, which sends the next.
var ofTerminals = set{syscall.SIGTTIN: true, syscall.SIGTTOU: true}
