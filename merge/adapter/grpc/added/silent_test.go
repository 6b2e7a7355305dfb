//go:build go_merge_added && go1.24

package grpc

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

const (
	goMergeSilentEnv  = "GO_MERGE_TEST_SILENT"
	goMergeSilentLine = "line: "
)

// TestGoMergeSilent calls a service that does not listen, in a process whose services run
// as in a merged binary. What it says about handshakes that fail is what happens by RPC.
func TestGoMergeSilent(t *testing.T) {
	if os.Getenv(goMergeSilentEnv) != "" {
		mergeruntime.Main(mergeruntime.Binary{Name: "test", Services: []mergeruntime.Service{{Name: goMergeService, Main: func() {
			for _, line := range goMergeSilentLines(t, true) {
				fmt.Println(goMergeSilentLine + line)
			}
		}}}})
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestGoMergeSilent$", "-test.v")
	cmd.Env = append(os.Environ(), goMergeSilentEnv+"=1")
	out, err := cmd.CombinedOutput()
	if err != nil || strings.Contains(string(out), "DATA RACE") {
		t.Fatalf("error %v, output\n%s", err, out)
	}
	var inline []string
	for _, line := range strings.Split(string(out), "\n") {
		if text, ok := strings.CutPrefix(line, goMergeSilentLine); ok {
			inline = append(inline, text)
		}
	}
	if goMergeRace {
		return
	}
	rpc := goMergeSilentLines(t, false)
	if len(rpc) < 20 || len(inline) != len(rpc) {
		t.Fatalf("%d lines by RPC, %d inline:\n%s", len(rpc), len(inline), out)
	}
	for i, line := range rpc {
		if inline[i] != line {
			t.Errorf("line %d\nby RPC: %s\ninline: %s", i+1, line, inline[i])
		}
	}
}

func goMergeSilentLines(t *testing.T, inline bool) (lines []string) {
	a, other := goMergeNewAuthority(t), goMergeNewAuthority(t)
	stock := a.issue(t, "stock.example")
	server := func(c *tls.Config) []ServerOption {
		c = c.Clone()
		c.Certificates = []tls.Certificate{stock}
		return []ServerOption{Creds(credentials.NewTLS(c))}
	}
	client := func(c *tls.Config) []DialOption {
		return []DialOption{WithTransportCredentials(credentials.NewTLS(c))}
	}
	plain := []DialOption{WithTransportCredentials(insecure.NewCredentials())}
	for _, c := range []goMergeCase{
		{name: "plain", client: plain},
		{name: "TLS", server: server(&tls.Config{}), client: client(&tls.Config{RootCAs: a.pool})},
		{name: "wrong name", server: server(&tls.Config{}), client: client(&tls.Config{RootCAs: a.pool, ServerName: "shop.example"})},
		{name: "unknown authority", server: server(&tls.Config{}), client: client(&tls.Config{RootCAs: other.pool})},
		{name: "plain client", server: server(&tls.Config{}), client: plain},
		{name: "plain server", client: client(&tls.Config{RootCAs: a.pool})},
	} {
		e := goMergeStart(t, &c, inline)
		e.logf("%s", c.name)
		e.logCall("first")
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		reply, err := e.call(ctx, "waits", WaitForReady(true))
		e.logResult("waits", reply, err)
		cancel()
		lines = append(lines, e.logged()...)
		e.stop()
	}

	var e *goMergeEnv
	var whole atomic.Bool
	creds := credentials.NewTLS(&tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		if !whole.Load() {
			return nil, errors.New("not yet")
		}
		return &stock, nil
	}})
	e = goMergeStart(t, &goMergeCase{
		server: []ServerOption{Creds(creds)},
		client: append(client(&tls.Config{RootCAs: a.pool}), WithStatsHandler(goMergeEvents{&e, "client"})),
	}, inline)
	_, err := e.call(context.Background(), "x")
	e.logf("%v", status.Code(err))
	time.AfterFunc(100*time.Millisecond, func() { whole.Store(true) })
	reply, err := e.call(context.Background(), "x", WaitForReady(true))
	e.logResult("at last", reply, err)
	for _, line := range e.logged() {
		if !strings.HasPrefix(line, "client In") { // whose order is by chance
			lines = append(lines, line)
		}
	}
	e.stop()
	return lines
}
