//go:build go_merge_added && go1.24

package grpc

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/credentials/local"
	imetadata "google.golang.org/grpc/internal/metadata"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"
)

// goMergeAuthority signs certificates of tests.
type goMergeAuthority struct {
	cert   *x509.Certificate
	key    *ecdsa.PrivateKey
	pool   *x509.CertPool
	serial int64
}

func goMergeNewAuthority(t testing.TB) *goMergeAuthority {
	t.Helper()
	a := &goMergeAuthority{pool: x509.NewCertPool()}
	template := &x509.Certificate{Subject: pkix.Name{CommonName: "root"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	a.cert, a.key = template, goMergeKey(t)
	a.cert = a.sign(t, template, a.key)
	a.pool.AddCert(a.cert)
	return a
}

func goMergeKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (a *goMergeAuthority) sign(t testing.TB, template *x509.Certificate, key *ecdsa.PrivateKey) *x509.Certificate {
	t.Helper()
	a.serial++
	template.SerialNumber = big.NewInt(a.serial)
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// issue returns a certificate for a name, which a URI tells as well.
func (a *goMergeAuthority) issue(t testing.TB, name string) tls.Certificate {
	t.Helper()
	key := goMergeKey(t)
	cert := a.sign(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		URIs:     []*url.URL{{Scheme: "spiffe", Host: "shop.example", Path: "/" + name}},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}, key)
	return tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key}
}

// goMergeAuth describes what a side knows of the other.
func goMergeAuth(info credentials.AuthInfo) string {
	text := fmt.Sprintf("%T", info)
	if info == nil {
		return text
	}
	text += " " + info.AuthType()
	if common, ok := info.(interface {
		GetCommonAuthInfo() credentials.CommonAuthInfo
	}); ok {
		text += fmt.Sprint(" ", common.GetCommonAuthInfo().SecurityLevel)
	}
	if info, ok := info.(credentials.TLSInfo); ok {
		s := info.State
		text += fmt.Sprintf(" version=%x complete=%v protocol=%q name=%q resumed=%v id=%v chains=%d", s.Version, s.HandshakeComplete, s.NegotiatedProtocol, s.ServerName, s.DidResume, info.SPIFFEID, len(s.VerifiedChains))
		for _, cert := range s.PeerCertificates {
			text += fmt.Sprintf(" %s %v %v", cert.Subject, cert.DNSNames, cert.URIs)
		}
	}
	return text
}

// goMergeKnows returns a handler that logs who it takes the caller to be.
func goMergeKnows(e *goMergeEnv) func(context.Context, string) (string, error) {
	return func(ctx context.Context, request string) (string, error) {
		p, _ := peer.FromContext(ctx)
		md, _ := metadata.FromIncomingContext(ctx)
		e.logf("server %s, %s, authority %q, token %q", goMergeAuth(p.AuthInfo), goMergeAddr(p.Addr), goMergeMD(metadata.MD{":authority": md[":authority"]}), md["by-token"])
		return "re: " + request, nil
	}
}

// logCall makes a unary call and a stream, and logs what both sides know of each other.
func (e *goMergeEnv) logCall(what string, opts ...CallOption) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	e.handleUnary(goMergeKnows(e))
	var p peer.Peer
	reply, err := e.call(ctx, what, append(opts, Peer(&p))...)
	e.logResult("unary "+what, reply, err)
	if err == nil {
		e.logf("client %s, %s", goMergeAuth(p.AuthInfo), goMergeAddr(p.Addr))
	}
	reply, err = e.call(context.Background(), what, opts...)
	e.logResult("direct "+what, reply, err)
	s, err := e.tryOpen(ctx, "Both", opts...)
	if err != nil {
		e.logResult("stream "+what, "", err)
		return
	}
	s.SendMsg(goMergeText("x"))
	reply, err = goMergeRecv(s)
	e.logResult("stream "+what, reply, err)
	if err == nil {
		p, _ := peer.FromContext(s.Context())
		e.logf("stream's client %s", goMergeAuth(p.AuthInfo))
	}
	s.CloseSend()
	goMergeRecv(s)
}

// goMergeTestToken are credentials for calls that need a secure connection.
type goMergeTestToken struct{ insecure bool }

func (c goMergeTestToken) GetRequestMetadata(ctx context.Context, _ ...string) (map[string]string, error) {
	info, _ := credentials.RequestInfoFromContext(ctx)
	return map[string]string{"by-token": fmt.Sprintf("%T", info.AuthInfo)}, nil
}

func (c goMergeTestToken) RequireTransportSecurity() bool { return !c.insecure }

// goMergeTestBundle are credentials of both kinds.
type goMergeTestBundle struct {
	creds credentials.TransportCredentials
}

func (b goMergeTestBundle) TransportCredentials() credentials.TransportCredentials { return b.creds }
func (b goMergeTestBundle) PerRPCCredentials() credentials.PerRPCCredentials {
	return goMergeTestToken{}
}
func (b goMergeTestBundle) NewWithMode(string) (credentials.Bundle, error) { return b, nil }

// TestGoMergeHandshakes has both sides' credentials shake hands.
func TestGoMergeHandshakes(t *testing.T) {
	a, other := goMergeNewAuthority(t), goMergeNewAuthority(t)
	stock, geo := a.issue(t, "stock.example"), a.issue(t, "geo.example")
	server := func(c *tls.Config) []ServerOption {
		c = c.Clone()
		c.Certificates = []tls.Certificate{stock}
		return []ServerOption{Creds(credentials.NewTLS(c))}
	}
	client := func(c *tls.Config, more ...DialOption) []DialOption {
		if c.RootCAs == nil {
			c.RootCAs = a.pool
		}
		return append([]DialOption{WithTransportCredentials(credentials.NewTLS(c))}, more...)
	}
	mutual := &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: a.pool}
	plain := []DialOption{WithTransportCredentials(insecure.NewCredentials())}
	localDial := []DialOption{WithTransportCredentials(local.NewCredentials())}
	localServer := []ServerOption{Creds(local.NewCredentials())}
	for _, c := range []goMergeCase{
		{name: "TLS", server: server(&tls.Config{}), client: client(&tls.Config{})},
		{name: "TLS 1.2", server: server(&tls.Config{MaxVersion: tls.VersionTLS12}), client: client(&tls.Config{})},
		{name: "mutual", server: server(mutual), client: client(&tls.Config{Certificates: []tls.Certificate{geo}})},
		{name: "name", server: server(&tls.Config{}), client: client(&tls.Config{ServerName: "stock.example"})},
		{name: "authority", server: server(&tls.Config{}), client: client(&tls.Config{}, WithAuthority("stock.example"))},
		{name: "token", server: server(&tls.Config{}), client: client(&tls.Config{}, WithPerRPCCredentials(goMergeTestToken{}))},
		{name: "bundle", server: server(&tls.Config{}), client: []DialOption{WithTransportCredentials(nil), WithCredentialsBundle(goMergeTestBundle{credentials.NewTLS(&tls.Config{RootCAs: a.pool})})}},
		{name: "config for client", server: server(&tls.Config{GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			if hello.ServerName == "" || hello.Conn.RemoteAddr().Network() != "tcp" {
				return nil, fmt.Errorf("hello from %v for %q", hello.Conn.RemoteAddr(), hello.ServerName)
			}
			return &tls.Config{Certificates: []tls.Certificate{geo}}, nil
		}}), client: client(&tls.Config{ServerName: "geo.example"})},
		{name: "local", server: localServer, client: localDial},
		{name: "local client", client: localDial},
		{name: "local server", server: localServer, client: plain},
		{name: "token by local", stays: true, server: localServer, client: append(localDial[:1:1], WithDefaultCallOptions(PerRPCCredentials(goMergeTestToken{})))},
		{name: "wrong name", stays: true, server: server(&tls.Config{}), client: client(&tls.Config{ServerName: "shop.example"})},
		{name: "unknown authority", stays: true, server: server(&tls.Config{}), client: client(&tls.Config{RootCAs: other.pool})},
		{name: "no certificate", stays: true, server: server(mutual), client: client(&tls.Config{}), run: func(e *goMergeEnv) {
			_, err := e.call(context.Background(), "x")
			e.logf("%v", status.Code(err)) // the text is about what the client notices first
		}},
		{name: "no certificate by TLS 1.2", stays: true, server: server(mutual), client: client(&tls.Config{MaxVersion: tls.VersionTLS12})},
		{name: "plain client", stays: true, server: server(&tls.Config{}), client: plain},
		{name: "plain server", stays: true, client: client(&tls.Config{})},
		{name: "dial's token by local", stays: true, server: localServer, client: append(localDial[:1:1], WithPerRPCCredentials(goMergeTestToken{}))},
	} {
		run := c.run
		c.run = func(e *goMergeEnv) {
			if run != nil {
				run(e)
				return
			}
			e.logCall("first")
			e.logCall("call's token", PerRPCCredentials(goMergeTestToken{}))
			if c.stays {
				ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
				defer cancel()
				_, err := e.call(ctx, "waits", WaitForReady(true))
				e.logResult("waits", "", err)
			}
		}
		goMergeRun(t, c)
	}

	var e *goMergeEnv
	events := goMergeEvents{&e, "server"}
	goMergeRun(t, goMergeCase{
		name: "interceptors and stats", server: append(server(mutual), StatsHandler(events), UnaryInterceptor(func(ctx context.Context, req interface{}, _ *UnaryServerInfo, handler UnaryHandler) (interface{}, error) {
			p, _ := peer.FromContext(ctx)
			info, ok := p.AuthInfo.(credentials.TLSInfo)
			if !ok || info.State.PeerCertificates[0].URIs[0].Path != "/geo.example" {
				return nil, errors.New("who are you?")
			}
			return handler(ctx, req)
		})),
		client: client(&tls.Config{Certificates: []tls.Certificate{geo}}, WithStatsHandler(goMergeEvents{&e, "client"})),
		run: func(env *goMergeEnv) {
			e = env
			for call := range 2 {
				reply, err := e.call(context.Background(), "x")
				e.bySide(call + 1)
				e.logResult("reply", reply, err)
			}
		},
	})
}

// goMergeCounting counts the handshakes of credentials.
type goMergeCounting struct {
	credentials.TransportCredentials
	client, server *atomic.Int64
	wait           *atomic.Value // a chan struct{} that clients wait for, if there is one
}

func (c goMergeCounting) ClientHandshake(ctx context.Context, name string, conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	c.client.Add(1)
	if wait, ok := c.wait.Load().(chan struct{}); ok {
		<-wait
	}
	return c.TransportCredentials.ClientHandshake(ctx, name, conn)
}

func (c goMergeCounting) ServerHandshake(conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	c.server.Add(1)
	return c.TransportCredentials.ServerHandshake(conn)
}

func (c goMergeCounting) Clone() credentials.TransportCredentials {
	c.TransportCredentials = c.TransportCredentials.Clone()
	return c
}

// goMergeTLS returns credentials of both sides that count their handshakes.
func goMergeTLS(t *testing.T, a *goMergeAuthority, cert func() (*tls.Certificate, error)) (server, client *goMergeCounting) {
	t.Helper()
	server = &goMergeCounting{credentials.NewTLS(&tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return cert() }}), new(atomic.Int64), new(atomic.Int64), nil}
	client = &goMergeCounting{credentials.NewTLS(&tls.Config{RootCAs: a.pool, ServerName: "stock.example"}), server.client, server.server, new(atomic.Value)}
	return server, client
}

// TestGoMergeHandshakeOnce counts the handshakes of many calls.
func TestGoMergeHandshakeOnce(t *testing.T) {
	a := goMergeNewAuthority(t)
	var mu sync.Mutex
	cert := a.issue(t, "stock.example")
	current := func() (*tls.Certificate, error) {
		mu.Lock()
		defer mu.Unlock()
		cert := cert
		return &cert, nil
	}
	server, client := goMergeTLS(t, a, current)
	c := goMergeCase{server: []ServerOption{Creds(server)}, client: []DialOption{WithTransportCredentials(client)}}
	goMergeRun(t, goMergeCase{name: "many calls", server: c.server, client: c.client, run: func(e *goMergeEnv) {
		before := [2]int64{client.client.Load(), server.server.Load()}
		var calls sync.WaitGroup
		for range 20 {
			calls.Add(1)
			go func() {
				defer calls.Done()
				if _, err := e.call(context.Background(), "x"); err != nil {
					e.t.Error(err)
				}
			}()
		}
		calls.Wait()
		// Another one may be that of the connection which Dial makes.
		e.logf("few handshakes: %v, %v", client.client.Load()-before[0] <= 2, server.server.Load()-before[1] <= 2)
	}})
	serial := func(e *goMergeEnv) string {
		var p peer.Peer
		if _, err := e.call(context.Background(), "x", Peer(&p)); err != nil {
			return err.Error()
		}
		info, ok := p.AuthInfo.(credentials.TLSInfo)
		if !ok {
			return goMergeAuth(p.AuthInfo)
		}
		return info.State.PeerCertificates[0].SerialNumber.String()
	}
	renew := func() {
		next := a.issue(t, "stock.example")
		mu.Lock()
		defer mu.Unlock()
		cert = next
	}
	goMergeRun(t, goMergeCase{name: "certificates change", restarts: true, server: c.server, client: c.client, run: func(e *goMergeEnv) {
		first := serial(e)
		renew()
		e.logf("the same connection: %v", serial(e) == first)
		old := e.cc
		e.dial(c.client...)
		second := serial(e)
		e.logf("another connection: %v", second == first)
		e.cc.Close()
		e.cc = old
		e.server.Stop()
		e.served <- <-e.served
		e.listen(c.server...)
		var again string
		for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
			if again = serial(e); again == second {
				break
			}
		}
		e.logf("after a restart: %v", again == second)
	}})
	goMergeRun(t, goMergeCase{name: "old connections", server: append(c.server[:1:1], KeepaliveParams(keepalive.ServerParameters{MaxConnectionAge: 50 * time.Millisecond})), client: c.client, run: func(e *goMergeEnv) {
		first := serial(e)
		renew()
		changed := false
		for end := time.Now().Add(10 * time.Second); !changed && time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
			changed = serial(e) != first
		}
		e.logf("changed: %v", changed)
	}})
}

// TestGoMergeHandshakeFails makes many calls that fail for their handshake. Inline there
// is one, and after a while another.
func TestGoMergeHandshakeFails(t *testing.T) {
	a := goMergeNewAuthority(t)
	server, client := goMergeTLS(t, a, func() (*tls.Certificate, error) { return nil, errors.New("no certificate") })
	e := goMergeStart(t, &goMergeCase{server: []ServerOption{Creds(server)}, client: []DialOption{WithTransportCredentials(client)}}, true)
	defer e.stop()
	for range 50 {
		if _, err := e.call(context.Background(), "x"); err == nil {
			t.Error("a call succeeds")
		}
	}
	// By RPC there is one, too, before the framework waits a second.
	if n := client.client.Load(); n > 4 {
		t.Errorf("%d handshakes", n)
	}
}

// TestGoMergeHandshakeHangs has callers leave while a handshake takes its time.
func TestGoMergeHandshakeHangs(t *testing.T) {
	a := goMergeNewAuthority(t)
	cert := a.issue(t, "stock.example")
	server, client := goMergeTLS(t, a, func() (*tls.Certificate, error) { return &cert, nil })
	// Dial begins the handshake.
	wait := make(chan struct{})
	client.wait.Store(wait)
	goMergeRun(t, goMergeCase{name: "hangs", server: []ServerOption{Creds(server)}, client: []DialOption{WithTransportCredentials(client)}, run: func(e *goMergeEnv) {
		defer func() {
			close(wait)
			reply, err := e.call(context.Background(), "x")
			e.logResult("at last", reply, err)
			wait = make(chan struct{})
			client.wait.Store(wait)
		}()
		ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
		defer cancel()
		_, err := e.call(ctx, "x")
		e.logResult("deadline", "", err)
		ctx, cancel = context.WithCancel(context.Background())
		time.AfterFunc(20*time.Millisecond, cancel)
		_, err = e.call(ctx, "x")
		e.logResult("cancelled", "", err)
	}})
}

// goMergeSocketCreds work with sockets only.
type goMergeSocketCreds struct {
	credentials.TransportCredentials
}

func (c goMergeSocketCreds) ServerHandshake(conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	if _, ok := conn.(*net.TCPConn); !ok {
		conn.Close()
		return nil, nil, fmt.Errorf("%T is not a socket", conn)
	}
	return c.TransportCredentials.ServerHandshake(conn)
}

// TestGoMergePipe has the ends of a connection in memory close and wait.
func TestGoMergePipe(t *testing.T) {
	addr := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1}
	a, b := goMergePipeConns(addr, addr)
	a.SetDeadline(time.Now().Add(10 * time.Millisecond))
	var timeout net.Error
	if _, err := a.Read(make([]byte, 1)); !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("error %v at the deadline", err)
	}
	a.SetDeadline(time.Time{})
	b.Write([]byte("last"))
	b.Close()
	text := make([]byte, 10)
	if n, err := a.Read(text); string(text[:n]) != "last" || err != nil {
		t.Errorf("read %q, %v", text[:n], err)
	}
	if n, err := a.Read(text); n != 0 || err == nil || err.Error() != "EOF" {
		t.Errorf("read %q, %v at the end", text[:n], err)
	}
	if _, err := a.Write(text); err == nil {
		t.Error("writing to a closed end succeeds")
	}
	a.Close()
	if _, err := a.Read(text); err == nil {
		t.Error("reading from a closed end succeeds")
	}
}

// goMergeOddCreds have whatever metadata.
type goMergeOddCreds map[string]string

func (c goMergeOddCreds) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return c, nil
}

func (goMergeOddCreds) RequireTransportSecurity() bool { return false }

// TestGoMergeOddCredentials has credentials with metadata that gRPC or HTTP/2 refuses.
func TestGoMergeOddCredentials(t *testing.T) {
	for _, creds := range []goMergeOddCreds{
		{"token": "good"}, {"token": "with\ttab"}, {"token": "\xe4"}, {"token": "line\n"}, {"token-bin": "line\n"}, {"token": ""},
		{"Token": "capital"}, {"to ken": "x"}, {"to~ken": "x"}, {"": "x"}, {":token": "x"}, {"connection": "close"}, {"host": "other"},
	} {
		refused := false // before there is a call
		for key, value := range creds {
			refused = goMergeMinor >= 84 && imetadata.ValidatePair(strings.ToLower(key), value) != nil
		}
		for _, ofCall := range []bool{false, true} {
			var client []DialOption
			var opts []CallOption
			if ofCall {
				opts = append(opts, PerRPCCredentials(creds))
			} else {
				client = append(client, WithPerRPCCredentials(creds))
			}
			goMergeRun(t, goMergeCase{name: fmt.Sprintf("%q of call %v", creds, ofCall), client: client, stays: refused, run: func(e *goMergeEnv) {
				cancellable, cancel := context.WithCancel(context.Background())
				defer cancel()
				got := func(ctx context.Context) string {
					md, _ := metadata.FromIncomingContext(ctx)
					return goMergeMD(md)
				}
				e.handleUnary(func(ctx context.Context, _ string) (string, error) { return got(ctx), nil })
				e.handleStream(func(_ string, s ServerStream) error { return s.SendMsg(goMergeText(got(s.Context()))) })
				for _, ctx := range []context.Context{context.Background(), cancellable} {
					reply, err := e.call(ctx, "x", opts...)
					e.logResult("unary", reply, err)
					s, err := e.tryOpen(ctx, "Both", opts...)
					e.logf("stream: %s", goMergeErr(err))
					if err == nil {
						reply, err = goMergeRecv(s)
						e.logResult("received", reply, err)
						_, err = goMergeRecv(s)
						e.logResult("end", "", err)
					}
				}
			}})
		}
	}
}

// goMergeRestarting does something at the events of a client's calls, once each.
type goMergeRestarting struct {
	goMergeTagged
	outHeader func()
}

func (h *goMergeRestarting) HandleRPC(_ context.Context, event stats.RPCStats) {
	if _, ok := event.(*stats.OutHeader); ok && h.outHeader != nil {
		then := h.outHeader
		h.outHeader = nil
		then()
	}
}

// TestGoMergeWithdrawnTwice has two servers stop one after the other when a call is about
// to begin. It is made again each time.
func TestGoMergeWithdrawnTwice(t *testing.T) {
	a := goMergeNewAuthority(t)
	cert := a.issue(t, "stock.example")
	server, client := goMergeTLS(t, a, func() (*tls.Certificate, error) { return &cert, nil })
	h := &goMergeRestarting{}
	e := goMergeStart(t, &goMergeCase{restarts: true, server: []ServerOption{Creds(server)}, client: []DialOption{WithTransportCredentials(client), WithStatsHandler(h)}}, true)
	defer e.stop()
	restart := func() {
		e.server.GracefulStop()
		<-e.served
		e.listen(Creds(server))
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for _, ctx := range []context.Context{ctx, context.Background()} {
		if _, err := e.call(ctx, "first"); err != nil {
			t.Fatal(err)
		}
		restarts, before := 0, goMergeInline()
		h.outHeader = func() {
			h.once = func() {
				restarts++
				restart()
			}
			restarts++
			restart()
		}
		if reply, err := e.call(ctx, "x"); reply != "re: x" || err != nil || restarts != 2 {
			t.Errorf("reply %q, error %v after %d restarts", reply, err, restarts)
		}
		if goMergeInline() == before {
			t.Error("no call is inline")
		}
	}
}

// goMergeSlow are credentials of a client whose handshakes take their time.
type goMergeSlow struct {
	credentials.TransportCredentials
	pause time.Duration
}

func (c goMergeSlow) ClientHandshake(ctx context.Context, name string, conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	time.Sleep(c.pause)
	return c.TransportCredentials.ClientHandshake(ctx, name, conn)
}

func (c goMergeSlow) Clone() credentials.TransportCredentials {
	c.TransportCredentials = c.TransportCredentials.Clone()
	return c
}

// TestGoMergeTimeoutOnce has a handshake take most of the time that the service config
// gives a call.
func TestGoMergeTimeoutOnce(t *testing.T) {
	a := goMergeNewAuthority(t)
	cert := a.issue(t, "stock.example")
	server := []ServerOption{Creds(credentials.NewTLS(&tls.Config{Certificates: []tls.Certificate{cert}}))}
	const delay, slack = time.Second, 900 * time.Millisecond // in which the rest has to happen
	for _, c := range []struct {
		name    string
		timeout time.Duration
	}{{"stock.example", 20 * time.Second}, {"shop.example", delay + delay/5}} {
		creds := goMergeSlow{credentials.NewTLS(&tls.Config{RootCAs: a.pool, ServerName: c.name}), delay}
		client := []DialOption{WithTransportCredentials(creds), WithDefaultServiceConfig(fmt.Sprintf(`{"methodConfig": [{"name": [{}], "timeout": "%.1fs"}]}`, c.timeout.Seconds()))}
		fails := c.name != "stock.example"
		goMergeRun(t, goMergeCase{name: fmt.Sprintf("fails %v", fails), server: server, client: client, stays: fails, run: func(e *goMergeEnv) {
			began := time.Now()
			e.handleUnary(func(ctx context.Context, request string) (string, error) {
				deadline, ok := ctx.Deadline()
				e.logf("deadline %v, once %v", ok, deadline.Sub(began) < c.timeout+slack)
				return "re: " + request, nil
			})
			reply, err := e.call(context.Background(), "x", WaitForReady(true))
			e.logf("reply %q, %v, in time %v", reply, status.Code(err), time.Since(began) < c.timeout+slack)
		}})
	}
}
