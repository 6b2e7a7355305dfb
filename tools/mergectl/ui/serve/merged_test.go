package serve

import (
	"bufio"
	"context"
	"crypto/sha256"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/mergedtest"
	"github.com/gomerge/rules_go_merge/merge/runtime"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/watch"
)

// mergedEnv makes this test binary behave as a merged binary of that name, and linksEnv
// gives it as many links of 40 methods.
const (
	mergedEnv = "UI_TEST_MERGED"
	linksEnv  = "UI_TEST_LINKS"
)

func TestMain(m *testing.M) {
	if os.Getenv(mergedEnv) != "" {
		runMerged()
	}
	os.Exit(m.Run())
}

// runMerged is a merged binary in which item and api make as many calls as lines of its
// standard input say, each of every method.
func runMerged() {
	method := mergedtest.Method()
	methods := map[string]runtime.Method{"Get": method, "Put": method}
	runtime.AddLink(runtime.Link{Caller: "item", Callee: "stock", RPCService: "StockService", Methods: methods, Unconverted: map[string]string{"Watch": "streaming method"}})
	runtime.AddLink(runtime.Link{Caller: "api", Callee: "item", RPCService: "ItemService", Methods: methods})
	runtime.AddLink(runtime.Link{Caller: "api", Callee: "stock", RPCService: "StockService", Methods: methods})
	n, _ := strconv.Atoi(os.Getenv(linksEnv)) // none without it
	for i := range n {
		many := make(map[string]runtime.Method)
		for j := range 40 {
			many[fmt.Sprintf("Method%d", j)] = method
		}
		runtime.AddLink(runtime.Link{Caller: fmt.Sprintf("caller-%d", i%97), Callee: fmt.Sprintf("callee-%d", i), RPCService: "ManyService", Methods: many})
	}
	serve := func(_ context.Context, req runtime.Request) runtime.Response {
		if req.Args.(*mergedtest.Message).Text == "error" {
			return runtime.Response{Failure: &runtime.Failure{Kind: runtime.Answered, Number: 6, Message: "no shelf"}, Way: runtime.Transport}
		}
		return runtime.Response{Way: runtime.Short}
	}
	runtime.Serve("stock", "StockService", "", serve)
	runtime.Serve("item", "ItemService", "", serve)
	main := func() {
		mergedtest.Ready()
		for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
			n, _ := strconv.Atoi(lines.Text()) // which the test has written
			for i := range n {
				text := ""
				if i%50 == 49 {
					text = "error"
				}
				for _, name := range []string{"Get", "Put"} {
					call(runtime.NewClient("item", "StockService", ""), name, text)
					call(runtime.NewClient("api", "ItemService", ""), name, "")
				}
			}
			mergedtest.Ready()
		}
		os.Exit(0)
	}
	idle := func() { select {} }
	runtime.Main(runtime.Binary{Name: os.Getenv(mergedEnv), Services: []runtime.Service{
		{Name: "stock", Version: "2.1.0", Digest: "5e0d", Listen: true, Main: idle},
		{Name: "item", Version: "1.4.2", Revision: "c0ffee1234567890", Digest: "0a1b", CPULimit: 4, MaxInflight: 100, Listen: true, Main: main},
		{Name: "api", Listen: true, Main: idle},
	}})
}

// call makes a call, inline or as an RPC, which takes longer.
func call(client *runtime.Client, name, text string) {
	mergedtest.Call(client, name, text, runtime.EndedApplication, func() {
		sha256.Sum256(make([]byte, 100_000)) // in place of a network
	})
}

// start runs a merged binary for a test, with more environment variables.
func start(t *testing.T, name, socket string, env ...string) *mergedtest.Process {
	t.Helper()
	return mergedtest.Start(t, "", socket, append(env, mergedEnv+"="+name)...)
}

// socketPath returns a path that is short enough for a socket.
func socketPath(t *testing.T) string { return filepath.Join(t.TempDir(), "admin") }

// newServer serves the pages for processes until the test ends.
func newServer(t *testing.T, o Options, sockets ...string) (s *Server, url string) {
	t.Helper()
	o.Watcher = watch.New(sockets)
	ctx, cancel := context.WithCancel(context.Background())
	watched := make(chan struct{})
	go func() {
		o.Watcher.Run(ctx)
		close(watched)
	}()
	s = New(o)
	server := httptest.NewServer(s.Handler())
	t.Cleanup(func() {
		server.Close()
		cancel()
		<-watched
	})
	return s, s.URL(server.Listener.Addr().String())
}
