//go:build go_merge_added && go1.24

package grpc

import (
	"context"
	"net"
	"reflect"
	"strconv"
	"testing"
	"time"

	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/credentials/local"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/resolver"
	"google.golang.org/grpc/resolver/manual"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeCounts returns how many calls of a method were inline and RPCs.
func goMergeCounts(method string) (inline, rpc uint64) {
	for _, l := range mergeruntime.Links() {
		if l.Method == method {
			return l.Inline, l.RPC
		}
	}
	return 0, 0
}

// TestGoMergeStaysRPC makes calls that the adapter leaves to RPC: they succeed, and
// count as RPCs.
func TestGoMergeStaysRPC(t *testing.T) {
	plain := []DialOption{WithTransportCredentials(insecure.NewCredentials())}
	type option struct{ HeaderCallOption }
	for name, c := range map[string]struct {
		server []ServerOption
		client []DialOption
		opts   []CallOption
		md     metadata.MD
	}{
		"credentials of sockets":    {[]ServerOption{Creds(goMergeSocketCreds{local.NewCredentials()})}, []DialOption{WithTransportCredentials(local.NewCredentials())}, nil, nil},
		"limit of headers":          {[]ServerOption{MaxHeaderListSize(10000)}, plain, nil, nil},
		"client's limit of headers": {nil, append(plain, WithMaxHeaderListSize(10000)), nil, nil},
		"server's old compressor":   {[]ServerOption{RPCCompressor(NewGZIPCompressor()), RPCDecompressor(NewGZIPDecompressor())}, append(plain, WithDecompressor(NewGZIPDecompressor())), nil, nil},
		"client's old compressor":   {[]ServerOption{RPCDecompressor(NewGZIPDecompressor())}, append(plain, WithCompressor(NewGZIPCompressor())), nil, nil},
		"option of another package": {nil, plain, []CallOption{option{HeaderCallOption{new(metadata.MD)}}}, nil},
		"key of HTTP/2":             {nil, plain, nil, metadata.MD{"host": {"a"}}},
	} {
		t.Run(name, func(t *testing.T) {
			lis, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			e := &goMergeEnv{t: t}
			e.handleUnary(func(_ context.Context, request string) (string, error) { return "re: " + request, nil })
			e.impl.e = e
			s := NewServer(c.server...)
			s.RegisterService(goMergeTestDesc(), &e.impl)
			go s.Serve(lis)
			defer s.Stop()
			if e.cc, err = Dial(lis.Addr().String(), c.client...); err != nil {
				t.Fatal(err)
			}
			defer e.cc.Close()
			ctx, cancel := context.WithTimeout(metadata.NewOutgoingContext(context.Background(), c.md), 10*time.Second)
			defer cancel()
			// By then the server is known.
			if _, err := e.call(ctx, "first", append(c.opts, WaitForReady(true))...); err != nil {
				t.Fatal(err)
			}
			inline, rpc := goMergeCounts("Get")
			if reply, err := e.call(ctx, "x", append(c.opts, WaitForReady(true))...); reply != "re: x" || err != nil {
				t.Errorf("reply %q, %v", reply, err)
			}
			if i, r := goMergeCounts("Get"); i != inline || r != rpc+1 {
				t.Errorf("%d inline calls, %d RPCs of the callee's", i-inline, r-rpc)
			}
		})
	}
}

// TestGoMergeOwnResolver has a resolver lead a connection elsewhere than its target says.
func TestGoMergeOwnResolver(t *testing.T) {
	there := goMergeStart(t, &goMergeCase{}, true)
	defer there.stop()
	elsewhere := goMergeStart(t, &goMergeCase{}, true)
	defer elsewhere.stop()
	elsewhere.handleUnary(func(context.Context, string) (string, error) { return "elsewhere", nil })
	for _, scheme := range []string{"passthrough", "dns"} {
		r := manual.NewBuilderWithScheme(scheme)
		r.InitialState(resolver.State{Addresses: []resolver.Address{{Addr: elsewhere.addr}}})
		cc, err := Dial(scheme+":///"+there.addr, WithTransportCredentials(insecure.NewCredentials()), WithResolvers(r))
		if err != nil {
			t.Fatal(err)
		}
		reply := goMergeText("")
		if err := cc.Invoke(context.Background(), "/test.S/Get", goMergeText("x"), reply); err != nil || reply.Value != "elsewhere" {
			t.Errorf("%s: reply %q, %v", scheme, reply.Value, err)
		}
		cc.Close()
	}
}

// TestGoMergeManyServices calls ever new services over a connection, as a proxy may.
func TestGoMergeManyServices(t *testing.T) {
	e := goMergeStart(t, &goMergeCase{}, true)
	defer e.stop()
	conn := goMergeConnOf(e.cc)
	for i := 0; i < goMergeMaxClients+10; i++ {
		if _, ok := conn.client("test.Other" + strconv.Itoa(i)).Bind("Get"); ok {
			t.Fatal("a call of an unknown service is inline")
		}
	}
	n := 0
	conn.clients.Range(func(_, _ interface{}) bool { n++; return true })
	if n != goMergeMaxClients {
		t.Errorf("the connection remembers %d services", n)
	}
	if reply, err := e.call(context.Background(), "x"); reply != "re: x" || err != nil {
		t.Errorf("reply %q, %v", reply, err)
	}
}

// TestGoMergeEventData has a stats handler keep the bytes of a message that the other
// side gets.
func TestGoMergeEventData(t *testing.T) {
	message := []byte("message")
	data := reflect.ValueOf(goMergeOutPayload(true, nil, goMergePacked{data: message})).FieldByName("Data")
	if !data.IsValid() {
		t.Skip("events have no bytes in this version")
	}
	message[0] = 'x'
	if got := string(data.Bytes()); got != "message" {
		t.Errorf("the event has %q", got)
	}
}

// TestGoMergeBlockingDial dials a target that leads nowhere, with WithBlock: nothing is
// waited for if the target is declared.
func TestGoMergeBlockingDial(t *testing.T) {
	mergeruntime.AddLink(mergeruntime.Link{
		Caller: goMergeService, Callee: "archive", RPCService: "test.Archive", Targets: []string{"archive.invalid:1"},
		Methods: map[string]mergeruntime.Method{"Get": {}},
	})
	server := mergeruntime.StartServer("archive", "test.Archive", mergeruntime.ServerConfig{
		Handler: func(_ context.Context, r mergeruntime.Request) mergeruntime.Response {
			request := r.Meta.(*goMergeRequest)
			request.Reply.Header, request.Reply.Messages = &goMergeHeader{MD: map[string][]string{}}, 1
			request.Reply.Trailer = &goMergeTrailer{MD: map[string][]string{}}
			*r.Result.(*[]byte) = *r.Args.(*[]byte)
			return mergeruntime.Response{}
		},
	})
	defer server.Stop()
	for target, declared := range map[string]bool{"archive.invalid:1": true, "passthrough:///archive.invalid:1": true, "passthrough:///archive.invalid:2": false} {
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		if declared {
			ctx, cancel = context.WithTimeout(context.Background(), time.Minute)
		}
		cc, err := DialContext(ctx, target, WithTransportCredentials(insecure.NewCredentials()), WithBlock())
		cancel()
		if (err == nil) != declared {
			t.Errorf("%s: error %v", target, err)
		}
		if err != nil {
			continue
		}
		reply := goMergeText("")
		if err := cc.Invoke(context.Background(), "/test.Archive/Get", goMergeText("x"), reply); err != nil || reply.Value != "x" {
			t.Errorf("%s: reply %q, %v", target, reply.Value, err)
		}
		cc.Close()
	}
}
