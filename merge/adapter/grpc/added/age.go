//go:build go_merge_added && go1.24

package grpc

import (
	"context"
	"math"
	"math/rand"
	"time"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeAge is how old what calls come by gets, in place of a connection.
type goMergeAge struct {
	until time.Time       // when further calls come by another connection
	over  context.Context // ends when those that are left have to end, nil if they need not
}

// goMergeNewAge returns the age of a connection of a server that begins, nil if it may get
// as old as it likes.
func goMergeNewAge(s *Server) *goMergeAge {
	p := &s.opts.keepaliveParams
	if p.MaxConnectionAge <= 0 || p.MaxConnectionAge > math.MaxInt64/2 {
		return nil
	}
	a := &goMergeAge{until: time.Now().Add(time.Duration(float64(p.MaxConnectionAge) * (0.9 + 0.2*rand.Float64())))}
	if p.MaxConnectionAgeGrace > 0 {
		over, end := context.WithCancel(context.Background())
		time.AfterFunc(time.Until(a.until.Add(p.MaxConnectionAgeGrace)), end)
		a.over = over
	}
	return a
}

// ends returns what ends when a call that begins has to end, nil if its connection's age
// does not matter. There are no connections by which insecure calls come: one of them is
// taken to begin with the first call after the last one's age.
func (l *goMergeLine) ends(s *Server) context.Context {
	if p := &s.opts.keepaliveParams; p.MaxConnectionAge <= 0 || p.MaxConnectionAgeGrace <= 0 {
		return nil
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
	if a == nil {
		return nil
	}
	return a.over
}

// abort ends the stream as if its connection closed.
func (t *goMergeTransport) abort() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.done {
		t.done, t.aborted = true, true
		t.stream.End(nil, mergeruntime.Response{Failure: &mergeruntime.Failure{Kind: mergeruntime.Closed}})
	}
}

func (t *goMergeTransport) isAborted() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.aborted
}
