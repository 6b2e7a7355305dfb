//go:build go_merge_added && go1.24

package grpc

import (
	"runtime"
	"testing"
	"time"
	"weak"
)

// goMergeSelfish is an implementation that knows its server.
type goMergeSelfish struct{ server *Server }

// TestGoMergeStoppedServer has the garbage collector find a server that has stopped.
func TestGoMergeStoppedServer(t *testing.T) {
	for _, stop := range []func(*Server){(*Server).Stop, (*Server).GracefulStop} {
		server := NewServer()
		server.RegisterService(goMergeTestDesc(), &goMergeSelfish{server})
		stop(server)
		stopped := weak.Make(server)
		server = nil
		for end := time.Now().Add(10 * time.Second); stopped.Value() != nil; runtime.GC() {
			if time.Now().After(end) {
				t.Fatal("the server stays in memory")
			}
		}
	}
}
