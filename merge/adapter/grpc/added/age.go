//go:build go_merge_added && go1.24

package grpc

import (
	"math"
	"math/rand"
	"time"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeAge is how old what calls come by gets, in place of a connection.
type goMergeAge struct {
	until time.Time // when further calls come by another connection
	over  time.Time // when those that are left have to end, zero if they need not
}

// goMergeIsLimit reports whether a duration of the keepalive parameters is one that ends:
// not the largest one, which stands for infinity.
func goMergeIsLimit(d time.Duration) bool { return d > 0 && d <= math.MaxInt64/2 }

// goMergeNewAge returns the age of a connection of a server that begins, nil if it may get
// as old as it likes.
func goMergeNewAge(s *Server) *goMergeAge {
	p := &s.opts.keepaliveParams
	if !goMergeIsLimit(p.MaxConnectionAge) {
		return nil
	}
	a := &goMergeAge{until: time.Now().Add(time.Duration(float64(p.MaxConnectionAge) * (0.9 + 0.2*rand.Float64())))}
	if goMergeIsLimit(p.MaxConnectionAgeGrace) {
		a.over = a.until.Add(p.MaxConnectionAgeGrace)
	}
	return a
}

// ends returns when a call that begins has to end, zero if its connection's age does not
// matter. There are no connections by which insecure calls come: one of them is taken to
// begin with the first call after the last one's age.
func (l *goMergeLine) ends(s *Server) time.Time {
	if p := &s.opts.keepaliveParams; !goMergeIsLimit(p.MaxConnectionAge) || !goMergeIsLimit(p.MaxConnectionAgeGrace) {
		return time.Time{}
	}
	old := func(a *goMergeAge) bool { return a == nil || !l.shaken && !time.Now().Before(a.until) }
	a := l.age.Load()
	if old(a) {
		l.aging.Lock()
		defer l.aging.Unlock()
		if a = l.age.Load(); old(a) {
			a = goMergeNewAge(s)
			l.age.Store(a)
		}
	}
	return a.over
}

// abort ends the stream as if its connection closed.
func (t *goMergeTransport) abort() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.done {
		t.done, t.aborted = true, true
		t.stream.End(nil, mergeruntime.NoAnswer())
	}
}

// close has abort and expire do nothing from here on, since they may still begin after
// serve has returned. It reports whether nothing has ended the stream before.
func (t *goMergeTransport) close() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	open := !t.done
	t.done = true
	return open
}
