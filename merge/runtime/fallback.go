package runtime

import (
	"log"
	"os"
	"sync"
)

// logger writes what the operator of a merged binary should know.
var logger = log.New(os.Stderr, "rules_go_merge: ", log.LstdFlags|log.Lmsgprefix)

// fallback tells, once for each link, method and reason, that a call which
// could be inline is an RPC.
var fallback = new(onceLogger)

type onceLogger struct {
	seen sync.Map
}

type fallbackKey struct {
	link   *activeLink
	method string
	reason string
}

func (o *onceLogger) log(l *activeLink, method, reason string) {
	if _, dup := o.seen.LoadOrStore(fallbackKey{l, method, reason}, true); dup {
		return
	}
	name := l.RPCService
	if method != "" {
		name += "." + method
	}
	logger.Printf("%s -> %s: %s by RPC: %s", l.Caller, l.Callee, name, reason)
}
