package calls

import (
	"sync"
	"sync/atomic"

	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
)

// rpcLog tells, once for each link, method and reason, that a call which could be
// inline is an RPC.
type rpcLog struct {
	seen  sync.Map
	count atomic.Int64 // of seen
	full  atomic.Bool
}

// maxLogged is how many are told. Methods and reasons can come from outside,
// and each takes some 320 bytes for as long as the process lives.
const maxLogged = 1000

type rpcLogKey struct {
	link   *activeLink
	method string
	reason string
}

// noteRPC logs why a call is an RPC.
func (t *Table) noteRPC(l *activeLink, method, reason string) {
	o := &t.byRPC
	key := rpcLogKey{l, method, reason}
	if _, dup := o.seen.Load(key); dup || o.full.Load() {
		return
	}
	if _, dup := o.seen.LoadOrStore(key, true); dup {
		return
	}
	if o.count.Add(1) > maxLogged {
		if !o.full.Swap(true) {
			t.logger.Printf("more than %d methods and reasons for calls by RPC: the log does not list further ones, but mergectl links counts them", maxLogged)
		}
		return
	}
	what := linkpattern.Pattern{Caller: l.Caller, Callee: l.Callee, RPCService: l.RPCService, Method: method}
	t.logger.Printf("%s by RPC: %s", what, reason)
}
