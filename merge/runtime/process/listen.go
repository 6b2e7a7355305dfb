package process

import (
	"fmt"
	"os"
)

// Listens reports whether the service binds an address when it listens there. One
// that does not, since its BUILD file has listen = False, binds it when it first
// accepts connections, which servers of the RPC framework never do.
func (p *Process) Listens() bool { return !p.inProcessOnly }

// CannotBind says on standard error why a listener of a service that does not
// listen accepts nothing. A separate process gets the error when it listens.
func (p *Process) CannotBind(err error) {
	fmt.Fprintf(os.Stderr, "rules_go_merge: service %s accepts connections at an address that it cannot bind: %v: with listen = False an address is bound when it is first used, and in one process only one service can have it; give it another one\n", p.service, err)
}
