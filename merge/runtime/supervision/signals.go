package supervision

import (
	"os"
	"os/signal"
	"syscall"
)

// sharedTerminations returns the signals that ask the process to stop, of which
// every service that asked for them is told by the system. They are handled to
// the end of the process, since one may arrive when the last service has
// returned.
func sharedTerminations() <-chan os.Signal {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGTERM, syscall.SIGINT)
	return c
}
