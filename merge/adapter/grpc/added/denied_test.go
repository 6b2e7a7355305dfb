//go:build go_merge_added && go1.24

package grpc

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"reflect"
	"sync/atomic"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
	"github.com/gomerge/rules_go_merge/merge/runtime/permission"
)

// goMergeDeny has the rules of the caller deny all calls until the returned function is
// called.
func goMergeDeny(t *testing.T, e *goMergeEnv) (allow func()) {
	t.Helper()
	call, ok := goMergeConnOf(e.cc).client(goMergeTestService).Bind("Get")
	if !ok {
		t.Fatal("the call is not inline")
	}
	rules, err := permission.New("test", permission.Enforce, map[permission.Class][]string{permission.Call: {"other/Other"}}, permission.Folder{}, nil, func(string, ...any) {})
	if err != nil {
		t.Fatal(err)
	}
	method := goMergeField(reflect.ValueOf(&call), "method")
	link := goMergeField(reflect.ValueOf(method), "link")
	field := reflect.ValueOf(link).Elem().FieldByName("callers")
	callers := (**permission.Set)(field.Addr().UnsafePointer())
	*callers = rules
	return func() { *callers = nil }
}

// goMergeInMemory counts the handshakes over connections in memory.
type goMergeInMemory struct {
	credentials.TransportCredentials
	shaken *atomic.Int64
}

func (c goMergeInMemory) ClientHandshake(ctx context.Context, name string, conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	if _, socket := conn.(*net.TCPConn); !socket {
		c.shaken.Add(1)
	}
	return c.TransportCredentials.ClientHandshake(ctx, name, conn)
}

func (c goMergeInMemory) Clone() credentials.TransportCredentials {
	c.TransportCredentials = c.TransportCredentials.Clone()
	return c
}

// TestGoMergeDenied makes calls that the caller may not make. They shake no hands, ask for
// no token and never become RPCs, whatever else is in their way.
func TestGoMergeDenied(t *testing.T) {
	a := goMergeNewAuthority(t)
	stock := a.issue(t, "stock.example")
	var shaken atomic.Int64
	client := func(name string, more ...DialOption) []DialOption {
		creds := credentials.NewTLS(&tls.Config{RootCAs: a.pool, ServerName: name})
		return append(more, WithTransportCredentials(goMergeInMemory{creds, &shaken}))
	}
	server := []ServerOption{Creds(credentials.NewTLS(&tls.Config{Certificates: []tls.Certificate{stock}}))}
	for _, c := range []struct {
		goMergeCase
		md map[string]string
	}{
		{goMergeCase: goMergeCase{name: "plain"}},
		{goMergeCase: goMergeCase{name: "TLS", server: server, client: client("stock.example")}},
		{goMergeCase: goMergeCase{name: "handshake fails", server: server, client: client("shop.example")}},
		{goMergeCase: goMergeCase{name: "server shakes hands alone", server: server}},
		{goMergeCase: goMergeCase{name: "token", server: server, client: client("stock.example", WithPerRPCCredentials(goMergeTestCreds{name: "dial", err: errors.New("not for denied calls")}))}},
		{goMergeCase: goMergeCase{name: "header limit", client: []DialOption{WithMaxHeaderListSize(1 << 20)}}},
		{goMergeCase: goMergeCase{name: "metadata"}, md: map[string]string{"host": "x"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := goMergeStart(t, &c.goMergeCase, true)
			defer e.stop()
			e.handleUnary(func(context.Context, string) (string, error) {
				t.Error("a unary call is served")
				return "", nil
			})
			e.handleStream(func(string, ServerStream) error {
				t.Error("a stream is served")
				return nil
			})
			allow := goMergeDeny(t, e)
			defer allow()
			shaken.Store(0)
			before, inline := goMergeRPCs(), goMergeInline()
			background := metadata.NewOutgoingContext(context.Background(), metadata.New(c.md))
			cancellable, cancel := context.WithCancel(background)
			defer cancel()
			for _, ctx := range []context.Context{background, cancellable} {
				if _, err := e.call(ctx, "x", PerRPCCredentials(goMergeTestCreds{name: "call", err: errors.New("not for denied calls")})); status.Code(err) != codes.PermissionDenied {
					t.Errorf("unary call: error %v", err)
				}
				if _, err := e.tryOpen(ctx, "Both"); status.Code(err) != codes.PermissionDenied {
					t.Errorf("stream: error %v", err)
				}
			}
			if n := goMergeRPCs() - before; n != 0 {
				t.Errorf("%d RPCs", n)
			}
			if n := goMergeInline() - inline; n != 4 {
				t.Errorf("%d inline calls", n)
			}
			if n := shaken.Load(); n != 0 {
				t.Errorf("%d handshakes", n)
			}
		})
	}
}

// goMergeRPCs counts the calls of links that are RPCs.
func goMergeRPCs() (n uint64) {
	for _, l := range mergeruntime.Links() {
		n += l.RPC
	}
	return n
}
