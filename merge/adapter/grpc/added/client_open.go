//go:build go_merge_added && go1.24

package grpc

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/internal/grpcutil"
	imetadata "google.golang.org/grpc/internal/metadata"
	istatus "google.golang.org/grpc/internal/status"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// newClientStream opens a stream, below all interceptors. In a merged binary it is
// inline if the connection's target means a service of the binary.
func newClientStream(ctx context.Context, desc *StreamDesc, cc *ClientConn, method string, opts ...CallOption) (ClientStream, error) {
	observed := new(goMergeObserved)
	finish := OnFinish(func(err error) { observed.end(err) })
	s, err := goMergeOpen(ctx, observed, desc, cc, method, append(opts[:len(opts):len(opts)], finish))
	if err != nil {
		observed.end(err)
	}
	if inline, ok := s.(*goMergeClientStream); ok {
		observed.stream.Store(inline)
	}
	return s, err
}

// goMergeOpen opens a stream, that of a unary call, too, and begins to observe it.
func goMergeOpen(ctx context.Context, observed *goMergeObserved, desc *StreamDesc, cc *ClientConn, method string, opts []CallOption) (ClientStream, error) {
	if goMergeIsOver(ctx.Done()) || goMergeIsOver(cc.ctx.Done()) {
		return goMergeNewClientStream(ctx, desc, cc, method, opts...)
	}
	conn := goMergeConnOf(cc)
	m := conn.method(method)
	if m == nil {
		return goMergeNewClientStream(ctx, desc, cc, method, opts...)
	}
	observed.call = m.client.Observe(m.name)
	// A service config of the resolver is not seen: there is no resolver.
	var config MethodConfig
	if cc.dopts.defaultServiceConfig != nil {
		config = getMethodConfig(cc.dopts.defaultServiceConfig, method)
	}
	var until time.Time // what the service config gives the call, whatever becomes of it
	if timeout := config.Timeout; timeout != nil && *timeout >= 0 {
		until = time.Now().Add(*timeout)
	}
	if goMergeWaitsForReady(&config, opts) {
		if err := goMergeAwait(ctx, cc, m.client, until); err != nil {
			return nil, err
		}
	}
	call, drawn := m.client.Draw(m.name)
	observed.drawn = drawn
	if !call.Bound() {
		if drawn == mergeruntime.DrawnRPC {
			observed.verifying = goMergeVerify(ctx, conn, cc, m, desc, method, opts, &config, until)
		}
		return goMergeNewRPC(ctx, until, desc, cc, method, opts)
	}
	md := goMergeOutgoing(ctx)
	if !md.valid() {
		return goMergeNewClientStream(ctx, desc, cc, method, opts...) // which fails by itself
	}
	reason := conn.whyRPC(cc, desc, method, opts, &config)
	if reason == "" {
		reason = md.obstacle()
	}
	denied := (reason != "" || conn.shakes(call)) && call.Denied()
	if denied {
		reason = "" // it fails where it would have begun, and is not an RPC
	}
	if reason == "" && !denied && conn.shakes(call) && mergeruntime.Listens(call.Callee()) {
		// A handshake that fails is the framework's to try again, which knows what to say.
		err := conn.tryConnect(ctx, cc, call, until)
		var failed goMergeHandshakeError
		switch {
		case errors.As(err, &failed) && call.Serves(): // logged once: the time may be in the text
			reason = "a handshake inline has failed: " + failed.first.Error()
		case err != nil && ctx.Err() == nil:
			return goMergeNewRPC(ctx, until, desc, cc, method, opts)
		}
	}
	if reason != "" {
		m.client.Decline(m.name, reason)
		return goMergeNewRPC(ctx, until, desc, cc, method, opts)
	}
	s := goMergeNewStream(desc == unaryStreamDesc && !call.Streams())
	s.conn, s.cc, s.client, s.desc, s.method, s.name, s.opts = conn, cc, m.client, desc, method, m.name, opts
	switch err := s.open(ctx, call, &config, until); err {
	case nil:
		return s, nil
	case errGoMergeWithdrawn:
		return goMergeNewRPC(ctx, until, desc, cc, method, opts)
	default:
		if goMergeMinor >= 85 {
			s.onFinish(err)
		}
		return nil, err
	}
}

// goMergeNewRPC opens a stream that is an RPC, and ends at a time unless it is zero.
func goMergeNewRPC(ctx context.Context, until time.Time, desc *StreamDesc, cc *ClientConn, method string, opts []CallOption) (ClientStream, error) {
	if until.IsZero() {
		return goMergeNewClientStream(ctx, desc, cc, method, opts...)
	}
	ctx, cancel := context.WithDeadline(ctx, until)
	s, err := goMergeNewClientStream(ctx, desc, cc, method, append(opts[:len(opts):len(opts)], OnFinish(func(error) { cancel() }))...)
	if err != nil {
		cancel()
	}
	return s, err
}

// goMergeWaitsForReady reports whether a call waits for a connection.
func goMergeWaitsForReady(config *MethodConfig, opts []CallOption) bool {
	waits := config.WaitForReady != nil && *config.WaitForReady
	for _, o := range opts {
		if o, ok := o.(FailFastCallOption); ok {
			waits = !o.FailFast
		}
	}
	return waits
}

// goMergeAwait waits for a callee that does not listen and does not serve yet, as a call
// waits for a connection, until a time that may be zero.
func goMergeAwait(ctx context.Context, cc *ClientConn, client *mergeruntime.Client, until time.Time) error {
	if callee := client.Absent(); callee == "" || mergeruntime.Listens(callee) {
		return nil
	}
	waits, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(cc.ctx, cancel)()
	if !until.IsZero() {
		waits, cancel = context.WithDeadline(waits, until)
		defer cancel()
	}
	switch err := client.Await(waits); {
	case err == nil:
	case cc.ctx.Err() != nil:
		return ErrClientConnClosing
	default:
		return goMergeWaitError(err, nil)
	}
	return nil
}

// goMergeCalls has streams of unary calls that are over. Nobody but invoke has seen them.
var goMergeCalls = sync.Pool{New: func() interface{} { return new(goMergeClientStream) }}

func goMergeNewStream(unary bool) (s *goMergeClientStream) {
	if unary {
		s = goMergeCalls.Get().(*goMergeClientStream)
		s.unary = new(goMergeUnaryCall)
	} else {
		s = new(goMergeClientStream)
	}
	s.info = *defaultCallInfo()
	return s
}

// recycle lets another call have the stream of a unary one, which invoke is to forget.
func (s *goMergeClientStream) recycle() {
	*s = goMergeClientStream{}
	goMergeCalls.Put(s)
}

// open prepares the call as the framework does, and starts it. It ends at a time unless
// that is zero.
func (s *goMergeClientStream) open(ctx context.Context, call mergeruntime.Call, config *MethodConfig, until time.Time) (err error) {
	if config.WaitForReady != nil {
		s.info.failFast = !*config.WaitForReady
	}
	compressor := ""
	for _, o := range s.opts {
		if err := o.before(&s.info); err != nil {
			return toRPCErr(err)
		}
		if o, ok := o.(CompressorCallOption); ok {
			compressor = o.CompressorType
		}
	}
	// Nobody but a handler of stats or credentials could see the context.
	s.unseen = s.unary != nil && len(s.conn.stats) == 0 && len(s.conn.perRPC) == 0 && s.info.creds == nil
	switch {
	case !until.IsZero():
		ctx, s.cancel = context.WithDeadline(ctx, until)
	case s.unseen:
		s.cancel = func() {}
	default:
		ctx, s.cancel = context.WithCancel(ctx)
	}
	defer func() {
		if err != nil {
			s.cancel()
		}
	}()
	s.maxSend = goMergeMaxSize(config.MaxReqSize, s.info.maxSendMessageSize, defaultClientMaxSendMessageSize)
	s.maxReceive = goMergeMaxSize(config.MaxRespSize, s.info.maxReceiveMessageSize, defaultClientMaxReceiveMessageSize)
	if err := setCallInfoCodec(&s.info); err != nil {
		return err
	}
	if compressor != "" && compressor != encoding.Identity {
		s.compressor = encoding.GetCompressor(compressor)
		if s.compressor == nil {
			return status.Errorf(codes.Internal, "grpc: Compressor is not installed for requested grpc-encoding %q", compressor)
		}
	}
	s.sends = goMergeDirection(compressor)

	s.ends = s.conn.ends(call.Addr())
	s.conn.begin(s.cc, s.ends.remote, s.ends.local)
	s.call, s.base, s.encoding = call, ctx, compressor
	if config.RetryPolicy != nil && !s.cc.dopts.disableRetry {
		s.retry = &goMergeRetry{policy: config.RetryPolicy}
	}
	err = s.attempt()
	for err == errGoMergeWithdrawn && s.renew() { // nothing has run
		err = s.attempt()
	}
	if err != nil {
		return err
	}
	s.watch()
	return nil
}

// goMergeMaxSize returns a limit of messages: the lower one of those of the service config
// and the call, or the default.
func goMergeMaxSize(config, option *int, otherwise int) int {
	switch {
	case config == nil && option == nil:
		return otherwise
	case option == nil || config != nil && *config < *option:
		return *config
	}
	return *option
}

// attempt makes an attempt of the call, which is the only one without a retry policy.
func (s *goMergeClientStream) attempt() error {
	s.ctx = s.base
	if !s.unseen {
		s.ctx = newContextWithRPCInfo(s.base, s.info.failFast, s.info.codec, nil, s.compressor)
	}
	for _, handler := range s.conn.stats {
		s.ctx = handler.TagRPC(s.ctx, &stats.RPCTagInfo{FullMethodName: s.method, FailFast: s.info.failFast})
		s.began = time.Now()
		handler.HandleRPC(s.ctx, &stats.Begin{
			Client: true, BeginTime: s.began, FailFast: s.info.failFast,
			IsClientStream: s.desc.ClientStreams, IsServerStream: s.desc.ServerStreams,
		})
	}
	err := s.connect()
	if err == nil && !s.unseen {
		own := *s.ends.peer
		s.ctx = peer.NewContext(s.ctx, &own)
	}
	var request *goMergeRequest
	if s.unary == nil {
		request = new(goMergeRequest)
	} else {
		if s.stream != nil { // of the last attempt, whose callee may still use it
			s.unary = new(goMergeUnaryCall)
		}
		request = &s.unary.request
	}
	if err == nil {
		err = s.request(request, s.encoding)
	}
	if err == nil {
		s.leave, err = s.conn.enter(s.ctx, s.cc, s.call)
	}
	if err == nil {
		s.outHeader(s.encoding)
		if err = s.start(s.call, request); err != nil {
			s.leave()
		}
	}
	if err == nil {
		return nil
	}
	failure := toRPCErr(err)
	s.endStats(failure, nil)
	if err == errGoMergeWithdrawn {
		return err
	}
	return failure
}

// errGoMergeWithdrawn tells of an attempt whose server stopped before it began.
var errGoMergeWithdrawn = status.Error(codes.Unavailable, "the server stops")

// start begins the call.
func (s *goMergeClientStream) start(call mergeruntime.Call, request *goMergeRequest) error {
	s.messages = s.converts(call)
	request.Messages = s.messages
	s.asked = request
	if s.unary != nil {
		s.unary.call = call
		request.Reply, request.Direct = &s.unary.reply, s.unseen && s.ctx.Done() == nil && !call.Leavable()
		s.end = goMergeUnaryEnd{goMergeUnaryCall: s.unary}
		s.end.begin(s.ctx, s.cc.ctx)
		if !s.end.here {
			s.end.cut = s.conn.cut(s.cc, call)
		}
		s.stream = &s.end
		return nil
	}
	stream, failure := call.Open(s.ctx, request)
	switch {
	case failure == nil:
	case failure.Kind == mergeruntime.Withdrawn:
		return errGoMergeWithdrawn
	default:
		return goMergeFailure(failure)
	}
	s.stream = stream
	return nil
}

// request fills in what goes along with the messages.
func (s *goMergeClientStream) request(r *goMergeRequest, compressor string) error {
	host := s.cc.authority
	r.Method, r.Subtype, r.Encoding = s.method, s.info.contentSubtype, compressor
	r.Standard, r.Tapping = &s.conn.standard, &s.conn.tapping
	unknown := compressor != "" && !grpcutil.IsCompressorNameRegistered(compressor)
	if s.info.contentSubtype != "" || unknown {
		own := s.conn.standard
		own.ContentType = s.contentType()
		if unknown {
			own.Accepts = []string{strings.Join(append(own.Accepts, compressor), ",")}
		}
		r.Standard = &own
	}
	var md map[string][]string
	if (len(s.conn.perRPC) > 0 || s.info.creds != nil) && !s.call.Denied() {
		md = map[string][]string{}
		if err := s.credentials(r, md, host); err != nil {
			return err
		}
	}
	if s.retry != nil && s.retry.done > 0 {
		if md == nil {
			md = map[string][]string{}
		}
		md["grpc-previous-rpc-attempts"] = []string{strconv.Itoa(s.retry.done)}
	}
	r.Line = s.session.line()
	if limit, _ := s.call.PerConnection(); limit > 0 {
		r.Handlers = s.conn.way(s.call).handlers
	}
	if deadline, ok := s.ctx.Deadline(); ok {
		now := time.Now()
		left := deadline.Sub(now)
		if left <= 0 {
			return status.Error(codes.DeadlineExceeded, context.DeadlineExceeded.Error())
		}
		r.Timeout = goMergeTimeout(left)
		r.Deadline = now.Add(r.Timeout)
	}
	// Read here, since a stats handler may have added to it.
	r.Header = goMergeOutgoing(s.ctx).addTo(goMergeAddTags(s.ctx, md))
	return nil
}

// contentType returns the value of the metadata that names the codec.
func (s *goMergeClientStream) contentType() []string {
	if s.info.contentSubtype == "" {
		return s.conn.standard.ContentType
	}
	return []string{grpcutil.ContentType(s.info.contentSubtype)}
}

// auth is what the client knows of the server.
func (s *goMergeClientStream) auth() credentials.AuthInfo {
	if s.session != nil {
		return s.session.auth
	}
	return s.conn.auth
}

// credentials adds what the credentials of the connection and of the call have for
// the metadata.
func (s *goMergeClientStream) credentials(r *goMergeRequest, md map[string][]string, host string) error {
	if len(s.conn.perRPC) == 0 && s.info.creds == nil {
		return nil
	}
	method := s.method
	audience := "https://" + strings.TrimSuffix(host, ":443") + method[:strings.LastIndexByte(method, '/')]
	ctx := goMergeContext{s.ctx, "requestInfoKey", "/credentials", credentials.RequestInfo{Method: method, AuthInfo: s.auth()}}
	for _, creds := range s.conn.perRPC {
		if err := goMergeCredentials(ctx, r, md, creds, audience, codes.Unauthenticated); err != nil {
			return err
		}
	}
	if creds := s.info.creds; creds != nil {
		if creds.RequireTransportSecurity() && (s.auth() == nil || credentials.CheckSecurityLevel(s.auth(), credentials.PrivacyAndIntegrity) != nil) {
			return status.Error(codes.Unauthenticated, "transport: cannot send secure credentials on an insecure connection")
		}
		return goMergeCredentials(ctx, r, md, creds, audience, codes.Internal)
	}
	return nil
}

func goMergeCredentials(ctx context.Context, r *goMergeRequest, md map[string][]string, creds credentials.PerRPCCredentials, audience string, failed codes.Code) error {
	data, err := creds.GetRequestMetadata(ctx, audience)
	if err != nil {
		st, ok := status.FromError(err)
		switch {
		case !ok:
			return status.Errorf(failed, "transport: per-RPC creds failed due to error: %v", err)
		case istatus.IsRestrictedControlPlaneCode(st):
			return status.Errorf(codes.Internal, "transport: received per-RPC creds error with illegal status: %v", err)
		}
		return err
	}
	for key, value := range data {
		key = strings.ToLower(key)
		if goMergeMinor >= 84 {
			if err := imetadata.ValidatePair(key, value); err != nil {
				return status.Error(codes.Internal, err.Error())
			}
		}
		switch {
		case key == "connection" || !goMergeValidKey(key) || !strings.HasSuffix(key, "-bin") && !goMergeValidValue(value):
			r.Malformed = true
		case key == "host": // which the authority replaces
		case !goMergeReserved(key) || key == "user-agent":
			md[key] = append(md[key], value)
		}
	}
	return nil
}

func (s *goMergeClientStream) outHeader(compressor string) {
	if len(s.conn.stats) == 0 {
		return
	}
	header, ok := metadata.FromOutgoingContext(s.ctx)
	if !ok {
		header = metadata.MD{}
	}
	header.Set("user-agent", s.cc.dopts.copts.UserAgent)
	for _, handler := range s.conn.stats {
		handler.HandleRPC(s.ctx, &stats.OutHeader{
			Client: true, FullMethod: s.method, RemoteAddr: s.ends.remote, LocalAddr: s.ends.local, Compression: compressor, Header: header,
		})
	}
}

// goMergeFailure is the error of a call that has no answer of the callee's.
func goMergeFailure(f *mergeruntime.Failure) error {
	switch f.Kind {
	case mergeruntime.Denied:
		return status.Error(codes.PermissionDenied, f.Message)
	case mergeruntime.Overloaded:
		return status.Error(codes.ResourceExhausted, f.Message)
	}
	return status.Error(codes.Unavailable, "error reading from server: EOF")
}
