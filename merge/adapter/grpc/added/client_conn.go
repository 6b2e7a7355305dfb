//go:build go_merge_added && go1.24

package grpc

import (
	"context"
	"net"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/internal/binarylog"
	"google.golang.org/grpc/internal/grpcutil"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/resolver"
	"google.golang.org/grpc/stats"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeConn is a connection's side of its inline calls.
type goMergeConn struct {
	target   mergeruntime.Target
	reach    *mergeruntime.Reach // of the target
	obstacle string              // why no call can be inline, "" if there is no reason
	clients  sync.Map            // *mergeruntime.Client by RPC service, at most goMergeMaxClients
	count    atomic.Int64
	methods  goMergeMemo[goMergeMethod]
	// throttler is that of the default service config, nil if retries are not throttled.
	throttler *retryThrottler
	last      atomic.Pointer[goMergeWay] // that a call went
	tapping   sync.Mutex                 // as a server taps one call of a connection at a time
	mu        sync.Mutex
	ways      map[goMergeWayKey]*goMergeWay // to servers that shake hands or limit calls

	standard goMergeStandard // of calls without a content subtype

	auth   credentials.AuthInfo             // of calls without a handshake
	creds  credentials.TransportCredentials // nil if they have nothing to exchange
	perRPC []credentials.PerRPCCredentials
	stats  []stats.Handler

	tag   sync.Once // of the stats handlers' connection
	known atomic.Pointer[goMergeEnds]
	cuts  sync.Map // *goMergeCut by the context of a server
	// lastCut is one of them, of the last call.
	lastCut atomic.Pointer[goMergeCut]
}

// goMergeMaxClients bounds the clients of a connection: a proxy takes the names of
// services from what it is sent.
const goMergeMaxClients = 1000

var goMergeConns goMergeRegistry[ClientConn, goMergeConn]

// goMergeConnOf returns the adapter's side of a connection, whose context is its own.
func goMergeConnOf(cc *ClientConn) *goMergeConn {
	return goMergeConns.load(cc, cc.ctx, func() *goMergeConn { return goMergeNewConn(cc) })
}

func goMergeNewConn(cc *ClientConn) *goMergeConn {
	c := &goMergeConn{target: goMergeTarget(cc)}
	c.reach = mergeruntime.NewReach(goMergeService, c.target)
	c.standard = goMergeStandard{Authority: []string{cc.authority}, UserAgent: []string{cc.dopts.copts.UserAgent}, ContentType: []string{grpcutil.ContentType("")}}
	if registered := grpcutil.RegisteredCompressors(); registered != "" {
		c.standard.Accepts = []string{registered}
	}
	options := reflect.ValueOf(&cc.dopts)
	copts := &cc.dopts.copts
	transport := copts.TransportCredentials
	c.perRPC = copts.PerRPCCredentials
	if bundle := copts.CredsBundle; bundle != nil {
		if own := bundle.TransportCredentials(); own != nil {
			transport = own
		}
		if own := bundle.PerRPCCredentials(); own != nil {
			c.perRPC = append(c.perRPC[:len(c.perRPC):len(c.perRPC)], own)
		}
	}
	if config := cc.dopts.defaultServiceConfig; config != nil && config.retryThrottling != nil {
		most := config.retryThrottling.MaxTokens
		c.throttler = &retryThrottler{tokens: most, max: most, thresh: most / 2, ratio: config.retryThrottling.TokenRatio}
	}
	switch {
	case transport != nil && goMergeIsXDS(transport):
		c.obstacle = "the connection has xDS credentials"
	case cc.dopts.binaryLogger != nil:
		c.obstacle = "the connection has a binary log"
	case !goMergeIsNil(goMergeField(options, "cp", "compressorV0")):
		c.obstacle = "the connection has a compressor set by WithCompressor"
	case cc.dopts.dc != nil:
		c.obstacle = "the connection has a decompressor set by WithDecompressor"
	case copts.MaxHeaderListSize != nil:
		c.obstacle = "the connection has a header limit set by WithMaxHeaderListSize"
	}
	if transport != nil && c.obstacle == "" {
		if !goMergeIsInsecure(transport) {
			c.creds = transport
		} else if goMergeNeedSecurity(c.perRPC) {
			c.obstacle = "the connection is insecure and has credentials for calls that require security"
		} else {
			_, c.auth, _ = transport.ClientHandshake(context.Background(), cc.authority, nil)
		}
	}
	c.stats = goMergeStatsHandlers(goMergeField(reflect.ValueOf(cc), "statsHandler"), goMergeField(reflect.ValueOf(copts), "StatsHandlers"))
	return c
}

func goMergeNeedSecurity(all []credentials.PerRPCCredentials) bool {
	for _, creds := range all {
		if creds.RequireTransportSecurity() {
			return true
		}
	}
	return false
}

// goMergeStatsHandlers returns the handlers: either they are one already, or a list.
func goMergeStatsHandlers(one, list interface{}) []stats.Handler {
	if handler, ok := one.(stats.Handler); ok && !goMergeIsNil(one) {
		return []stats.Handler{handler}
	}
	handlers, _ := list.([]stats.Handler)
	return handlers
}

// goMergeTarget tells the runtime what a connection dials.
func goMergeTarget(cc *ClientConn) mergeruntime.Target {
	t := mergeruntime.Target{Spellings: []string{cc.target}}
	add := func(text string) {
		for _, known := range t.Spellings {
			if known == text {
				return
			}
		}
		t.Spellings = append(t.Spellings, text)
	}
	parsed := cc.parsedTarget
	add(parsed.URL.String())
	endpoint := parsed.Endpoint()
	plain := cc.dopts.copts.Dialer == nil && goMergeOwnResolver(cc.resolverBuilder)
	switch parsed.URL.Scheme {
	case "dns", "passthrough":
		add(endpoint)
		if _, port, err := net.SplitHostPort(endpoint); plain && err == nil && port != "" && parsed.URL.Host == "" {
			t.Network, t.Address = "tcp", endpoint
		}
	case "unix", "unix-abstract":
		if !plain || parsed.URL.Host != "" {
			break
		}
		path := parsed.URL.Path
		if path == "" {
			path = parsed.URL.Opaque
		}
		if parsed.URL.Scheme == "unix-abstract" {
			path = "@" + strings.TrimPrefix(path, "/")
		} else if abs, err := filepath.Abs(path); err == nil {
			path = abs // from the service's working directory
		}
		t.Network, t.Address = "unix", path
	}
	return t
}

// goMergeOwnResolver reports whether a resolver is the framework's. A service may have
// one of its own for the same scheme.
func goMergeOwnResolver(b resolver.Builder) bool {
	t := reflect.TypeOf(b)
	if t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t != nil && strings.Contains(t.PkgPath(), "google.golang.org/grpc/internal/resolver/")
}

// DialContext creates a client connection to the given target. In a merged binary
// there is nothing to wait for if the target is declared to mean a service of the
// binary, which may not listen.
func DialContext(ctx context.Context, target string, opts ...DialOption) (*ClientConn, error) {
	declared := newFuncDialOption(func(o *dialOptions) {
		if o.block && mergeruntime.Declares(goMergeService, mergeruntime.Target{Spellings: goMergeSpellings(target)}) {
			o.block = false
		}
	})
	return goMergeDialContext(ctx, target, append(opts[:len(opts):len(opts)], declared)...)
}

// goMergeSpellings returns the texts that mean a target, as far as they are known
// before it is parsed.
func goMergeSpellings(target string) []string {
	for _, scheme := range []string{"dns", "passthrough"} {
		if rest, ok := strings.CutPrefix(target, scheme+"://"); ok {
			_, endpoint, _ := strings.Cut(rest, "/")
			return []string{target, endpoint}
		}
	}
	if strings.Contains(target, "://") {
		return []string{target}
	}
	return []string{target, "dns:///" + target, "passthrough:///" + target}
}

// goMergeMethod is what a connection knows of a method.
type goMergeMethod struct {
	client *mergeruntime.Client
	name   string // without the service
}

// method returns what is known of a method, nil if it is not the name of a method.
func (c *goMergeConn) method(method string) *goMergeMethod {
	if m := c.methods.load(method); m != nil {
		return m
	}
	rpcService, name, ok := goMergeSplit(method)
	if !ok {
		return nil
	}
	return c.methods.store(method, goMergeMethod{c.client(rpcService), name})
}

// client returns the connection's client for an RPC service.
func (c *goMergeConn) client(rpcService string) *mergeruntime.Client {
	client, ok := c.clients.Load(rpcService)
	if ok {
		return client.(*mergeruntime.Client)
	}
	made := mergeruntime.NewTargetClient(goMergeService, rpcService, c.target)
	if c.count.Load() >= goMergeMaxClients {
		return made
	}
	client, ok = c.clients.LoadOrStore(rpcService, made)
	if !ok {
		c.count.Add(1)
	}
	return client.(*mergeruntime.Client)
}

// whyRPC says why the adapter cannot make a call inline, "" if it can.
func (c *goMergeConn) whyRPC(cc *ClientConn, desc *StreamDesc, method string, opts []CallOption, config *MethodConfig) string {
	switch {
	case c.obstacle != "":
		return c.obstacle
	case EnableTracing:
		return "tracing is enabled"
	case binarylog.GetMethodLogger(method) != nil:
		return "the binary log is enabled for it"
	case config.RetryPolicy != nil && !cc.dopts.disableRetry && desc != unaryStreamDesc:
		return "it is a stream with a retry policy"
	}
	return goMergeUnknownOption(opts)
}

// enter waits until the connection may make another call to a server that limits them.
// The returned function ends the call.
func (c *goMergeConn) enter(ctx context.Context, cc *ClientConn, call mergeruntime.Call) (leave func(), err error) {
	if limit, _ := call.PerConnection(); limit == 0 {
		return func() {}, nil
	}
	taken := c.way(call).calls
	select {
	case taken <- struct{}{}:
		return func() { <-taken }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-cc.ctx.Done():
		return nil, ErrClientConnClosing
	case <-call.Gone():
		return nil, goMergeFailure(mergeruntime.NoAnswer().Failure)
	}
}

// goMergeEnds are the addresses of both ends of calls to a server.
type goMergeEnds struct {
	listens, remote, local net.Addr
	peer                   *peer.Peer
}

// ends returns the addresses of both ends of calls to a server that listens at an
// address.
func (c *goMergeConn) ends(listens net.Addr) *goMergeEnds {
	known := c.known.Load()
	if known == nil || known.listens != listens {
		known = &goMergeEnds{listens: listens}
		known.remote, known.local = goMergeAddrs(listens)
		known.peer = goMergeNewPeer(known.remote, known.local, c.auth)
		c.known.Store(known)
	}
	return known
}

// goMergeCut tells of the end of a connection or a server. Each processor has a channel
// for that, since whoever waits for one locks it.
type goMergeCut struct {
	server context.Context
	near   sync.Pool // of *chan struct{}: that which the processor has used last
	ends   [16]chan struct{}
	next   atomic.Uint32 // for the next processor
}

func goMergeNewCut(server context.Context) *goMergeCut {
	cut := &goMergeCut{server: server}
	for i := range cut.ends {
		cut.ends[i] = make(chan struct{})
	}
	cut.near.New = func() interface{} { return &cut.ends[cut.next.Add(1)%uint32(len(cut.ends))] }
	return cut
}

// end returns one of the channels.
func (c *goMergeCut) end() <-chan struct{} {
	end := c.near.Get().(*chan struct{})
	c.near.Put(end)
	return *end
}

// cut returns a channel that is closed when the connection or the server of a call ends.
// Waiting for one channel takes less than for two.
func (c *goMergeConn) cut(cc *ClientConn, call mergeruntime.Call) <-chan struct{} {
	server := call.Server()
	if last := c.lastCut.Load(); last != nil && last.server == server {
		return last.end()
	}
	known, ok := c.cuts.Load(server)
	if !ok {
		if known, ok = c.cuts.LoadOrStore(server, goMergeNewCut(server)); !ok {
			cut := known.(*goMergeCut)
			ctx, cancel := context.WithCancel(server)
			unwatch := context.AfterFunc(cc.ctx, cancel)
			context.AfterFunc(ctx, func() {
				unwatch()
				c.cuts.Delete(server)
				for _, end := range cut.ends {
					close(end)
				}
			})
		}
	}
	cut := known.(*goMergeCut)
	c.lastCut.Store(cut)
	return cut.end()
}

// begin tells the stats handlers of a connection, once.
func (c *goMergeConn) begin(cc *ClientConn, remote, local net.Addr) {
	if len(c.stats) == 0 {
		return
	}
	c.tag.Do(func() {
		ctx := context.Background()
		for _, handler := range c.stats {
			ctx := handler.TagConn(ctx, &stats.ConnTagInfo{RemoteAddr: remote, LocalAddr: local})
			handler.HandleConn(ctx, &stats.ConnBegin{Client: true})
			context.AfterFunc(cc.ctx, func() { handler.HandleConn(ctx, &stats.ConnEnd{Client: true}) })
		}
	})
}
