package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/mergedtest"
	"github.com/gomerge/rules_go_merge/merge/runtime"
	"github.com/gomerge/rules_go_merge/merge/runtime/process"
)

// mergedEnv makes this test binary behave as a merged binary, and unboundEnv as one in
// which stock does not listen.
const (
	mergedEnv  = "MERGECTL_TEST_MERGED"
	unboundEnv = "MERGECTL_TEST_UNBOUND"
)

func TestMain(m *testing.M) {
	if os.Getenv(mergedEnv) != "" {
		runMerged()
	}
	if os.Getenv(faultyEnv) != "" {
		runFaulty()
	}
	if os.Getenv(smokeEnv) != "" {
		runSmoke()
	}
	if os.Getenv(commandEnv) != "" {
		main()
	}
	os.Exit(m.Run())
}

// runMerged is a merged binary in which item has called stock 20 times when it
// says "ready": two calls got errors, one of them for a panic.
func runMerged() {
	method := mergedtest.Method()
	runtime.AddLink(runtime.Link{
		Caller: "item", Callee: "stock", RPCService: "StockService",
		Methods:     map[string]runtime.Method{"Get": method, "Put": method},
		Unconverted: map[string]string{"Watch": "streaming method"},
	})
	runtime.Serve("stock", "StockService", "", func(_ context.Context, req runtime.Request) runtime.Response {
		switch req.Args.(*mergedtest.Message).Text {
		case "panic":
			panic("no shelf")
		case "error":
			return runtime.Response{Failure: &runtime.Failure{Kind: runtime.Answered, Number: 6, Message: "no shelf"}, Way: runtime.Transport}
		}
		return runtime.Response{Way: runtime.Short}
	})
	for _, service := range []string{"stock", "item", "api"} {
		process.Of(service).Owns(&process.MemoryLimit)
	}
	process.Of("item").Owns(&process.Dir)
	item := func() {
		client := runtime.NewClient("item", "StockService", "")
		for i := range 20 {
			text := map[int]string{3: "panic", 4: "error"}[i]
			mergedtest.Call(client, "Get", text, runtime.EndedInternal, func() {})
		}
		watch := client.Observe("Watch")
		watch.End(client.DrawDeclined("Watch", "streaming method"), runtime.EndedUnavailable)
		mergedtest.Ready()
		io.Copy(io.Discard, os.Stdin) // to the end of the test
	}
	services := []runtime.Service{{Name: "item", Version: "1.4.2", Revision: "c0ffee", Digest: "0a1b", CPULimit: 64, Main: item}}
	if os.Getenv(unboundEnv) != "" {
		services = append(services, runtime.Service{Name: "stock", KeepOthers: true, Main: func() {}})
	}
	runtime.Main(runtime.Binary{Name: "shop", Services: services})
}

// merged is a running merged binary.
type merged struct {
	binary, socket string
	pid            int
}

// start runs a merged binary for a test, with more environment variables, and
// waits until it has made its calls.
func start(t *testing.T, env ...string) merged {
	t.Helper()
	return startAs(t, mergedEnv, env)
}

// startAs is start for what this test binary does with a variable.
func startAs(t *testing.T, as string, env []string) merged {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// So that it is a short path, as sockets need.
	dir, err := os.MkdirTemp("", "merged")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	m := merged{binary: filepath.Join(dir, "shop"), socket: filepath.Join(dir, "admin")}
	code, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(m.binary, code, 0o700); err != nil {
		t.Fatal(err)
	}
	m.pid = mergedtest.Start(t, m.binary, m.socket, append(env, as+"=1")...).PID
	return m
}

// mergectl runs one command line and returns what it printed.
func mergectl(args ...string) (string, error) {
	var out strings.Builder
	cmd := command()
	cmd.SetArgs(args)
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	err := cmd.Execute()
	return out.String(), err
}
