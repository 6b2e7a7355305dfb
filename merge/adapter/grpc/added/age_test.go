//go:build go_merge_added && go1.24

package grpc

import (
	"context"
	"crypto/tls"
	"math"
	"testing"
	"time"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeAgeCases returns cases of servers with an age of connections, insecure and with TLS.
func goMergeAgeCases(t *testing.T, age keepalive.ServerParameters) []goMergeCase {
	a := goMergeNewAuthority(t)
	creds := credentials.NewTLS(&tls.Config{Certificates: []tls.Certificate{a.issue(t, "stock.example")}})
	return []goMergeCase{
		{name: "insecure", server: []ServerOption{KeepaliveParams(age)}},
		{
			name: "TLS", server: []ServerOption{KeepaliveParams(age), Creds(creds)},
			client: []DialOption{WithTransportCredentials(credentials.NewTLS(&tls.Config{RootCAs: a.pool, ServerName: "stock.example"}))},
		},
	}
}

// TestGoMergeAge has a server end the calls of connections that are too old.
func TestGoMergeAge(t *testing.T) {
	young := keepalive.ServerParameters{MaxConnectionAge: 20 * time.Millisecond, MaxConnectionAgeGrace: 100 * time.Millisecond}
	for _, c := range goMergeAgeCases(t, young) {
		c.run = func(e *goMergeEnv) {
			left := make(chan error, 1)
			e.handleStream(func(_ string, s ServerStream) error {
				<-s.Context().Done()
				left <- s.Context().Err()
				return nil
			})
			e.handleUnary(func(ctx context.Context, request string) (string, error) {
				if request == "short" {
					return "re: " + request, nil
				}
				<-ctx.Done()
				left <- ctx.Err()
				return "late", nil
			})
			cancellable, cancel := context.WithCancel(context.Background())
			defer cancel()
			for _, ctx := range []context.Context{context.Background(), cancellable} {
				s := e.open(ctx, "Both", WaitForReady(true))
				_, err := goMergeRecv(s)
				e.logf("stream: %v, the handler %v", status.Code(err), <-left)
				_, err = e.call(ctx, "long", WaitForReady(true))
				e.logf("unary: %v, the handler %v", status.Code(err), <-left)
				for end := time.Now().Add(10 * time.Second); err != nil && time.Now().Before(end); {
					_, err = e.call(ctx, "short", WaitForReady(true)) // which may be late on a busy machine
				}
				e.logf("then: %v", err)
			}
		}
		goMergeRun(t, c)
	}
}

// TestGoMergePatientAge has a server let calls go on though their connections are too old
// for others.
func TestGoMergePatientAge(t *testing.T) {
	for name, grace := range map[string]time.Duration{"no limit": 0, "much time": time.Minute} {
		for _, c := range goMergeAgeCases(t, keepalive.ServerParameters{MaxConnectionAge: time.Millisecond, MaxConnectionAgeGrace: grace}) {
			c.name += " " + name
			c.run = func(e *goMergeEnv) {
				s := e.open(context.Background(), "Both", WaitForReady(true))
				for range 5 {
					time.Sleep(2 * time.Millisecond)
					_, err := e.call(context.Background(), "x", WaitForReady(true))
					e.logf("another: %v", err)
					s.SendMsg(goMergeText("x"))
					reply, err := goMergeRecv(s)
					e.logResult("reply", reply, err)
				}
				s.CloseSend()
				e.logEnd("end", s)
			}
			goMergeRun(t, c)
		}
	}
}

// TestGoMergeEndless has calls of servers whose connections do not get old, or need not
// close then, begin without a lock that all of them share.
func TestGoMergeEndless(t *testing.T) {
	const endless = time.Duration(math.MaxInt64)
	for _, age := range []keepalive.ServerParameters{
		{MaxConnectionAgeGrace: time.Second},
		{MaxConnectionAge: endless, MaxConnectionAgeGrace: time.Second},
		{MaxConnectionAge: time.Second, MaxConnectionAgeGrace: endless},
		{MaxConnectionAge: time.Second},
	} {
		l, s := &goMergeLine{}, NewServer(KeepaliveParams(age))
		l.aging.Lock()
		if over := l.ends(s); !over.IsZero() {
			t.Errorf("%+v: calls end at %v", age, over)
		}
		if a := goMergeNewAge(s); a != nil && !a.over.IsZero() {
			t.Errorf("%+v: calls of a connection end at %v", age, a.over)
		}
		s.Stop()
	}
	l, s := &goMergeLine{}, NewServer(KeepaliveParams(keepalive.ServerParameters{MaxConnectionAge: time.Hour, MaxConnectionAgeGrace: time.Hour}))
	defer s.Stop()
	if first, second := l.ends(s), l.ends(s); first.Before(time.Now().Add(time.Hour)) || !second.Equal(first) {
		t.Errorf("calls of one age end at %v and %v", first, second)
	}
}

// goMergeEndCounter counts how often a stream has ended.
type goMergeEndCounter struct {
	goMergeCalleeEnd
	ends int
}

func (*goMergeEndCounter) Context() context.Context { return context.Background() }

func (c *goMergeEndCounter) End(interface{}, mergeruntime.Response) bool {
	c.ends++
	return true
}

// TestGoMergeLateAbort has what ends streams from outside come after they are over.
func TestGoMergeLateAbort(t *testing.T) {
	for name, early := range map[string]func(*goMergeTransport){
		"nothing": func(*goMergeTransport) {},
		"abort":   (*goMergeTransport).abort,
		"expire":  (*goMergeTransport).expire,
	} {
		end := &goMergeEndCounter{}
		s := &goMergeTransport{stream: end}
		early(s)
		before := end.ends
		if open := s.close(); open != (name == "nothing") {
			t.Errorf("%s: close returned %v", name, open)
		}
		s.abort()
		s.expire()
		if end.ends != before || s.aborted != (name == "abort") {
			t.Errorf("%s: %d ends before the stream was closed, and %d after; aborted is %v", name, before, end.ends, s.aborted)
		}
	}
}
