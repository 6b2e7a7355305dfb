package runtime

import (
	"log"
	"os"
	"sync"
	"sync/atomic"
)

// logger writes what the operator of a merged binary should know.
var logger = log.New(os.Stderr, "rules_go_merge: ", log.LstdFlags|log.Lmsgprefix)

// fallback tells, once for each link, method and reason, that a call which
// could be inline is an RPC.
var fallback = new(onceLogger)

type onceLogger struct {
	seen  sync.Map
	count atomic.Int64 // of seen
	full  atomic.Bool
}

// maxFallbacks is how many are told. Methods and reasons can come from outside,
// and each takes some 320 bytes for as long as the process lives.
const maxFallbacks = 1000

type fallbackKey struct {
	link   *activeLink
	method string
	reason string
}

func (o *onceLogger) log(l *activeLink, method, reason string) {
	key := fallbackKey{l, method, reason}
	if _, dup := o.seen.Load(key); dup || o.full.Load() {
		return
	}
	if _, dup := o.seen.LoadOrStore(key, true); dup {
		return
	}
	if o.count.Add(1) > maxFallbacks {
		if !o.full.Swap(true) {
			logger.Printf("more than %d methods and reasons for calls by RPC: the log does not list further ones, mergectl links counts them", maxFallbacks)
		}
		return
	}
	what := l.key().String()
	if method != "" {
		what += "/" + method
	}
	logger.Printf("%s by RPC: %s", what, reason)
}
