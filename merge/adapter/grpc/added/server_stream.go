//go:build go_merge_added && go1.24

package grpc

import (
	"context"
	"fmt"
	"io"
	"reflect"
	"sync/atomic"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/internal/channelz"
	imetadata "google.golang.org/grpc/internal/metadata"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/tap"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// serve runs an inline call as the framework runs one that arrives by a connection.
func (g *goMergeServer) serve(caller context.Context, server *Server, line *goMergeLine, r mergeruntime.Request) (resp mergeruntime.Response) {
	defer func() {
		if p := recover(); p != nil {
			if r.Meta.(*goMergeRequest).Verifies {
				panic(p) // for the runtime, which logs it and has the answers differ
			}
			resp = mergeruntime.NoAnswer()
			if resp.Panicked = !mergeruntime.Exits(p); resp.Panicked {
				atomic.StoreUint32(&r.Meta.(*goMergeRequest).Panicked, 1)
			}
			mergeruntime.Crash(goMergeService, p)
		}
	}()
	request := r.Meta.(*goMergeRequest)
	if secured, ok := request.Line.(*goMergeLine); ok {
		line = secured
	}
	c := &goMergeServedCall{server: server, line: line}
	t := &c.t
	t.request, t.stats = request, line.stats
	expires := request.Timeout > 0
	if r.Stream != nil {
		t.stream = r.Stream
	} else {
		c.end.begin(caller, r)
		defer c.end.ctx.End()
		t.stream = &c.end
		// A caller that waits in another goroutine ends the context at its deadline, which
		// is the earlier one.
		expires = expires && t.request.Direct
	}
	if request.Malformed {
		return goMergeAnswer(codes.Internal, "stream terminated by RST_STREAM with error code: PROTOCOL_ERROR")
	}
	ctx := t.stream.Context()
	if handlers := t.request.Handlers; handlers != nil {
		select {
		case handlers <- struct{}{}:
			defer func() { <-handlers }()
		case <-ctx.Done():
			return goMergeAnswer(codes.Canceled, ctx.Err().Error())
		}
	}
	if len(line.stats) > 0 {
		ctx = goMergeLineContext{ctx, line.ctx}
	}
	if expires {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, t.request.Timeout)
		defer cancel()
		defer context.AfterFunc(ctx, t.expire)()
		defer t.close()
	}
	if over := line.ends(server); !over.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithCancel(ctx)
		defer cancel()
		timer := time.AfterFunc(time.Until(over), func() {
			t.abort()
			cancel()
		})
		defer timer.Stop()
		defer func() {
			t.close()
			if t.aborted {
				resp.Failure = mergeruntime.NoAnswer().Failure
			}
		}()
	}
	c.lean = goMergeServedContext{ctx, c}
	t.ctx = &c.lean
	tapped, refused := t.tap(&c.lean, server)
	if refused != nil {
		if t.close() {
			early := &goMergeTransport{stream: t.stream, request: t.request, ctx: &c.lean}
			early.writeStatus(refused)
		}
		return goMergeAnswer(refused.Code(), refused.Message())
	}
	c.ctx = tapped
	for _, handler := range t.stats {
		c.ctx = handler.TagRPC(c.ctx, &stats.RPCTagInfo{FullMethodName: t.request.Method})
		handler.HandleRPC(c.ctx, &stats.InHeader{
			FullMethod: t.request.Method, RemoteAddr: line.client, LocalAddr: line.own, Compression: t.request.Encoding, Header: goMergeCopy(t.incoming()),
		})
	}
	t.ctx = c.ctx

	switch route := line.route(server, t.request.Method); {
	case route.unary != nil:
		c.unary(route.impl, route.unary)
	case route.stream != nil:
		c.stream(route.impl, route.stream)
	default:
		t.writeStatus(route.status)
	}
	return c.response
}

// tap has the server's tap handle look at a call, one at a time as for a connection. It
// returns the status of a call that is refused.
func (t *goMergeTransport) tap(ctx context.Context, server *Server) (context.Context, *status.Status) {
	handle := server.opts.inTapHandle
	if handle == nil {
		return ctx, nil
	}
	info := &tap.Info{FullMethodName: t.request.Method}
	if header := reflect.ValueOf(info).Elem().FieldByName("Header"); header.IsValid() {
		header.Set(reflect.ValueOf(t.incoming()))
	}
	t.request.Tapping.Lock()
	defer t.request.Tapping.Unlock()
	ctx, err := handle(ctx, info)
	if err == nil {
		return ctx, nil
	}
	st, ok := status.FromError(err)
	if !ok {
		st = status.New(codes.PermissionDenied, err.Error())
	}
	if goMergeMinor < 79 {
		st = status.New(st.Code(), st.Message()) // details are left out
	}
	return nil, st
}

// goMergeFold makes a stream of a unary method, as versions do that serve both alike.
func goMergeFold(server *Server, md *MethodDesc) *StreamDesc {
	return &StreamDesc{StreamName: md.MethodName, Handler: func(srv interface{}, stream ServerStream) error {
		decode := func(v interface{}) error { return stream.RecvMsg(v) }
		reply, err := md.Handler(srv, stream.Context(), decode, server.opts.unaryInt)
		if err != nil {
			return err
		}
		return stream.SendMsg(reply)
	}}
}

// goMergeLineContext has the values of a line in addition to those of a stream.
type goMergeLineContext struct {
	context.Context
	line context.Context
}

func (c goMergeLineContext) Value(key interface{}) interface{} {
	if v := c.Context.Value(key); v != nil {
		return v
	}
	return c.line.Value(key)
}

// goMergeServedCall is the callee's side of one inline call. What it has of a kind of
// calls is in the same memory, whether the call is of that kind or not.
type goMergeServedCall struct {
	server *Server
	line   *goMergeLine
	t      goMergeTransport
	ctx    context.Context // as stats handlers get it
	lean   goMergeServedContext
	peer   atomic.Pointer[peer.Peer] // nil until somebody asks for it

	began    time.Time // if there are stats handlers
	response mergeruntime.Response

	// Of a unary call.
	end goMergeServedUnary
	in  goMergeIncoming // the request

	codec baseCodec
	// Of a call that is served as a stream.
	streams    bool
	compressor encoding.Compressor // of messages by its context
	ss         goMergeServerStream
}

// goMergeServedContext is the context of a handler. It has the values that the
// framework puts there, and makes them when somebody asks for them.
type goMergeServedContext struct {
	context.Context // which ends as the handler's does
	call            *goMergeServedCall
}

var (
	goMergePeerKey     = goMergeKeyOf(func(ctx context.Context) { peer.FromContext(ctx) })
	goMergeIncomingKey = goMergeKeyOf(func(ctx context.Context) { metadata.FromIncomingContext(ctx) })
)

func (c *goMergeServedContext) Deadline() (time.Time, bool) {
	r := c.call.t.request
	return r.Deadline, r.Timeout > 0
}

func (c *goMergeServedContext) Value(key interface{}) interface{} {
	call := c.call
	switch key {
	case goMergeIncomingKey:
		return call.t.incoming()
	case goMergePeerKey:
		if call.peer.Load() == nil {
			own := *call.line.peer
			call.peer.CompareAndSwap(nil, &own)
		}
		return call.peer.Load()
	case streamKey{}:
		// Stats handlers do not see it: it comes after what they add.
		if len(call.t.stats) == 0 {
			return ServerTransportStream(&call.t)
		}
	case rpcInfoContextKey{}:
		if call.streams && len(call.t.stats) == 0 {
			return call.rpcInfo(context.Background()).Value(key)
		}
	default:
		if goMergeIsKey(key, "serverKey", "google.golang.org/grpc") {
			return call.server
		}
		if tag := call.t.tag(key); tag != nil {
			return tag
		}
	}
	return c.Context.Value(key)
}

// rpcInfo adds to a context what messages are prepared with.
func (c *goMergeServedCall) rpcInfo(ctx context.Context) context.Context {
	return newContextWithRPCInfo(ctx, false, c.codec, nil, c.compressor)
}

// handlerContext returns the context that a handler gets.
func (c *goMergeServedCall) handlerContext() context.Context {
	if len(c.t.stats) == 0 {
		return c.ctx
	}
	return NewContextWithServerTransportStream(c.ctx, &c.t)
}

// begin tells the stats handlers that a handler is to run.
func (c *goMergeServedCall) begin(clientStreams, serverStreams bool) {
	if channelz.IsOn() {
		c.server.incrCallsStarted()
	}
	if len(c.t.stats) > 0 {
		c.began = time.Now()
	}
	for _, handler := range c.t.stats {
		handler.HandleRPC(c.ctx, &stats.Begin{BeginTime: c.began, IsClientStream: clientStreams, IsServerStream: serverStreams})
	}
}

// over tells the stats handlers that a handler is over.
func (c *goMergeServedCall) over(ctx context.Context, err error) {
	failed := err != nil && err != io.EOF
	for _, handler := range c.t.stats {
		end := &stats.End{BeginTime: c.began, EndTime: time.Now()}
		if failed {
			end.Error = toRPCErr(err)
		}
		handler.HandleRPC(ctx, end)
	}
	switch {
	case !channelz.IsOn():
	case failed:
		c.server.incrCallsFailed()
	default:
		c.server.incrCallsSucceeded()
	}
	if failed {
		st := status.Convert(toRPCErr(err))
		c.response = goMergeAnswer(st.Code(), st.Message())
	}
}

// prepareCompression sets the compressors of both directions. It returns the error
// that the client gets if one is missing.
func (c *goMergeServedCall) prepareCompression() error {
	name := c.t.request.Encoding
	if name == "" || name == encoding.Identity {
		return nil
	}
	if encoding.GetCompressor(name) == nil {
		st := status.Newf(codes.Unimplemented, "grpc: Decompressor is not installed for grpc-encoding %q", name)
		c.t.writeStatus(st)
		return st.Err()
	}
	return c.t.setSends(name)
}

// goMergeAppStatus returns the status of an error that a handler has returned.
func goMergeAppStatus(err error) *status.Status {
	if st, ok := status.FromError(err); ok {
		return st
	}
	return status.FromContextError(err)
}

// unary runs a unary handler.
func (c *goMergeServedCall) unary(impl interface{}, md *MethodDesc) {
	c.begin(false, false)
	c.over(c.ctx, c.runUnary(impl, md))
}

func (c *goMergeServedCall) runUnary(impl interface{}, md *MethodDesc) (err error) {
	t := &c.t
	if err := c.prepareCompression(); err != nil {
		return err
	}
	if c.in, err = t.read(c.server.opts.maxReceiveMessageSize); err != nil {
		t.writeStatus(status.Convert(err))
		return err
	}
	c.codec = c.server.getCodec(t.request.Subtype)
	reply, err := md.Handler(impl, c.handlerContext(), c.decode, c.server.opts.unaryInt)
	if err != nil {
		st := goMergeAppStatus(err)
		t.writeStatus(st)
		return st.Err()
	}
	if err := c.send(c.codec, reply, "grpc: trying to"); err != nil {
		if st, ok := status.FromError(err); ok {
			t.writeStatus(st)
		}
		return err
	}
	return t.writeStatus(statusOK)
}

// decode reads the request of a unary call.
func (c *goMergeServedCall) decode(v interface{}) error {
	if err := c.in.read(c.codec, v); err != nil {
		return status.Errorf(codes.Internal, "grpc: error unmarshalling request: %v", err)
	}
	for _, handler := range c.t.stats {
		handler.HandleRPC(c.ctx, goMergeInPayload(false, v, &c.in))
	}
	return nil
}

// send sends a message and tells the stats handlers. A message that is too large is
// refused with a text that begins as given.
func (c *goMergeServedCall) send(codec baseCodec, m interface{}, begin string) error {
	t := &c.t
	packed, err := c.pack(codec, m, begin)
	if err != nil {
		return err
	}
	events := goMergeOutPayloads(t.stats, false, m, packed)
	if err := t.write(packed.message()); err != nil {
		return toRPCErr(err)
	}
	goMergeTell(c.ctx, t.stats, events)
	return nil
}

// stream runs the handler of a stream.
func (c *goMergeServedCall) stream(impl interface{}, sd *StreamDesc) {
	c.begin(sd.ClientStreams, sd.ServerStreams)
	ctx := c.handlerContext()
	c.over(ctx, c.runStream(ctx, impl, sd))
}

func (c *goMergeServedCall) runStream(ctx context.Context, impl interface{}, sd *StreamDesc) (err error) {
	t := &c.t
	if err := c.prepareCompression(); err != nil {
		return err
	}
	c.codec, c.compressor, c.streams = c.server.getCodec(t.request.Subtype), goMergeCompressor(t.sends), true
	c.ss = goMergeServerStream{call: c, desc: sd, ctx: ctx}
	if len(t.stats) > 0 {
		c.ss.ctx = c.rpcInfo(ctx)
	}
	if c.server.opts.streamInt == nil || goMergeFolded && !sd.ClientStreams && !sd.ServerStreams {
		err = sd.Handler(impl, &c.ss)
	} else {
		info := &StreamServerInfo{FullMethod: t.request.Method, IsClientStream: sd.ClientStreams, IsServerStream: sd.ServerStreams}
		err = c.server.opts.streamInt(impl, &c.ss, info, sd.Handler)
	}
	if err != nil {
		st := goMergeAppStatus(err)
		t.writeStatus(st)
		return st.Err()
	}
	return t.writeStatus(statusOK)
}

// goMergeServerStream is the stream that a handler gets.
type goMergeServerStream struct {
	call     *goMergeServedCall
	desc     *StreamDesc
	ctx      context.Context
	received bool
}

func (s *goMergeServerStream) Context() context.Context { return s.ctx }

func (s *goMergeServerStream) SetHeader(md metadata.MD) error {
	if md.Len() == 0 {
		return nil
	}
	if err := imetadata.Validate(md); err != nil {
		return status.Error(codes.Internal, err.Error())
	}
	return s.call.t.SetHeader(md)
}

func (s *goMergeServerStream) SendHeader(md metadata.MD) error {
	if err := imetadata.Validate(md); err != nil {
		return status.Error(codes.Internal, err.Error())
	}
	return s.call.t.SendHeader(md)
}

func (s *goMergeServerStream) SetTrailer(md metadata.MD) {
	if md.Len() == 0 {
		return
	}
	if err := imetadata.Validate(md); err != nil {
		logger.Errorf("stream: failed to validate md when setting trailer, err: %v", err)
	}
	s.call.t.SetTrailer(md)
}

func (s *goMergeServerStream) SendMsg(m interface{}) (err error) {
	defer func() { s.fail(err) }()
	return s.call.send(s.call.codec, m, "trying to")
}

// fail ends the stream for the client when the handler cannot go on with it.
func (s *goMergeServerStream) fail(err error) {
	if err != nil && err != io.EOF {
		st, _ := status.FromError(toRPCErr(err))
		s.call.t.writeStatus(st)
	}
}

func (s *goMergeServerStream) RecvMsg(m interface{}) (err error) {
	defer func() { s.fail(err) }()
	t := &s.call.t
	max := s.call.server.opts.maxReceiveMessageSize
	in, err := t.read(max)
	if err == io.EOF {
		if !s.desc.ClientStreams && !s.received && goMergeMinor >= 75 {
			return status.Error(codes.Internal, "cardinality violation: received no request message from non-client-streaming RPC")
		}
		return err
	}
	if err != nil {
		return toRPCErr(err)
	}
	if err := in.read(s.call.codec, m); err != nil {
		return status.Errorf(codes.Internal, "grpc: failed to unmarshal the received message: %v", err)
	}
	s.received = true
	for _, handler := range t.stats {
		handler.HandleRPC(t.ctx, goMergeInPayload(false, m, &in))
	}
	if s.desc.ClientStreams || goMergeMinor < 75 {
		return nil
	}
	switch in, err = t.read(max); {
	case err == io.EOF:
		return nil
	case err != nil:
		return err
	}
	if err := in.read(s.call.codec, m); err != nil {
		return status.Errorf(codes.Internal, "grpc: failed to unmarshal the received message: %v", err)
	}
	return status.Error(codes.Internal, "cardinality violation: received multiple request messages for non-client-streaming RPC")
}

// SetSendCompressor sets a compressor for outbound messages from the server.
func SetSendCompressor(ctx context.Context, name string) error {
	t, ok := ServerTransportStreamFromContext(ctx).(*goMergeTransport)
	if !ok {
		return goMergeSetSendCompressor(ctx, name)
	}
	if err := goMergeCheckCompressor(name, t.accepts()); err != nil {
		return fmt.Errorf("unable to set send compressor: %w", err)
	}
	return t.setSends(name)
}

// goMergeCheckCompressor refuses a compressor that one of the sides does not have.
func goMergeCheckCompressor(name string, accepted []string) error {
	if name == encoding.Identity {
		return nil
	}
	if encoding.GetCompressor(name) == nil {
		return fmt.Errorf("compressor not registered %q", name)
	}
	for _, a := range accepted {
		if a == name {
			return nil
		}
	}
	return fmt.Errorf("client does not support compressor %q", name)
}

// ClientSupportedCompressors returns compressor names advertised by the client via
// grpc-accept-encoding header.
func ClientSupportedCompressors(ctx context.Context) ([]string, error) {
	if t, ok := ServerTransportStreamFromContext(ctx).(*goMergeTransport); ok {
		return t.accepts(), nil
	}
	return goMergeClientSupportedCompressors(ctx)
}
