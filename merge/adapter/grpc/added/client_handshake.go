//go:build go_merge_added && go1.24

package grpc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeSession is the outcome of a handshake, in which each side accepted who the other is.
type goMergeSession struct {
	auth     credentials.AuthInfo
	ends     *goMergeEnds
	conn     net.Conn
	accepted *goMergeAccepted // nil if the server has no credentials
}

// fits reports whether further calls may go by the session.
func (s *goMergeSession) fits() bool {
	return s.isOpen() && (s.accepted == nil || s.accepted.Until.IsZero() || time.Now().Before(s.accepted.Until))
}

func (s *goMergeSession) isOpen() bool {
	return s != nil && (s.accepted == nil || s.accepted.Over.Err() == nil)
}

// line is what the server knows the session by.
func (s *goMergeSession) line() interface{} {
	if s == nil || s.accepted == nil {
		return nil
	}
	return s.accepted.Line
}

// shakes reports whether a call needs a handshake.
func (c *goMergeConn) shakes(call mergeruntime.Call) bool { return c.creds != nil || call.Secured() }

// goMergeHandshakeError is the failure of a handshake, after which there is no other for a
// while.
type goMergeHandshakeError struct {
	error
	first error // of those of the connection with the server
	again time.Time
}

// connect returns the session of a connection with a server. If there is none it does the
// handshake, which the calls that come meanwhile wait for.
func (w *goMergeWay) connect(ctx context.Context, c *goMergeConn, cc *ClientConn) (*goMergeSession, error) {
	for {
		if s := w.session.Load(); s.fits() {
			return s, nil
		}
		w.mu.Lock()
		if s := w.session.Load(); s.fits() {
			w.mu.Unlock()
			return s, nil
		}
		if w.shaking == nil && time.Now().Before(w.again) {
			defer w.mu.Unlock()
			return nil, goMergeHandshakeError{w.failure, w.first, w.again}
		}
		if w.shaking == nil {
			w.shaking = make(chan struct{})
			go w.shake(c, cc)
		}
		over := w.shaking
		w.mu.Unlock()
		select {
		case <-over:
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-cc.ctx.Done():
			return nil, ErrClientConnClosing
		case <-w.call.Gone():
			return nil, goMergeFailure(mergeruntime.NoAnswer().Failure)
		}
		w.mu.Lock()
		failure := goMergeHandshakeError{w.failure, w.first, w.again}
		w.mu.Unlock()
		if failure.error != nil {
			return nil, failure
		}
		if s := w.session.Load(); s.isOpen() { // however short its time is
			return s, nil
		}
	}
}

// tryConnect sees to it that the connection has a session with the server of a call, until
// a time that may be zero.
func (c *goMergeConn) tryConnect(ctx context.Context, cc *ClientConn, call mergeruntime.Call, until time.Time) error {
	w := c.way(call)
	if w.session.Load().fits() {
		return nil
	}
	if !until.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, until)
		defer cancel()
	}
	_, err := w.connect(ctx, c, cc)
	return err
}

// shake does a handshake and takes note of its outcome.
func (w *goMergeWay) shake(c *goMergeConn, cc *ClientConn) {
	session, err := c.shake(cc, w.call)
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil || w.failure != nil {
		defer c.reach.Tell()
	}
	close(w.shaking)
	w.shaking, w.failure = nil, err
	if err != nil {
		if w.first == nil {
			w.first = err
		}
		w.again = time.Now().Add(cc.dopts.bs.Backoff(w.failures))
		w.failures++
		return
	}
	w.failures = 0
	old := w.session.Swap(session)
	if old != nil && old.accepted != nil {
		old.accepted.Leave()
	}
	if session.accepted != nil {
		context.AfterFunc(session.accepted.Over, func() { w.session.CompareAndSwap(session, nil) })
	}
}

// shake has both sides' credentials shake hands over a connection in memory.
func (c *goMergeConn) shake(cc *ClientConn, call mergeruntime.Call) (*goMergeSession, error) {
	patience := minConnectTimeout
	if cc.dopts.minConnectTimeout != nil {
		patience = cc.dopts.minConnectTimeout()
	}
	ctx, cancel := context.WithTimeout(cc.ctx, patience)
	defer cancel()
	ends := c.ends(call.Addr())
	own, others := goMergePipeConns(ends.local, ends.remote)
	defer context.AfterFunc(ctx, func() { own.Close() })()

	type outcome struct {
		accepted *goMergeAccepted
		err      error
	}
	served := make(chan outcome, 1)
	go func() {
		if !call.Secured() {
			err := goMergeServerPreface(others)
			others.Close()
			served <- outcome{err: err}
			return
		}
		accepted, err := call.Accept(others)
		if err != nil {
			others.Close()
			served <- outcome{err: err}
			return
		}
		served <- outcome{accepted: accepted.(*goMergeAccepted)}
	}()
	s := &goMergeSession{auth: c.auth, ends: ends, conn: own}
	if err := s.begin(ctx, c, cc); err != nil {
		s.conn.Close()
		go func() {
			if server := <-served; server.accepted != nil {
				server.accepted.Leave()
			}
		}()
		return nil, err
	}
	server := <-served // since it has sent its preface
	if server.err != nil {
		s.conn.Close()
		return nil, goMergeConnectionError("error reading server preface: %v", io.EOF)
	}
	if s.accepted = server.accepted; s.accepted == nil {
		s.conn.Close()
		return s, nil
	}
	unwatch := context.AfterFunc(cc.ctx, s.accepted.Leave)
	context.AfterFunc(s.accepted.Over, func() {
		unwatch()
		s.conn.Close()
	})
	return s, nil
}

// begin does the client's part of a handshake.
func (s *goMergeSession) begin(ctx context.Context, c *goMergeConn, cc *ClientConn) error {
	if c.creds != nil {
		conn, auth, err := c.creds.ClientHandshake(ctx, cc.authority, s.conn)
		if err != nil {
			return goMergeConnectionError("transport: authentication handshake failed: %v", err)
		}
		s.conn, s.auth = conn, auth
		remote, local := conn.RemoteAddr(), conn.LocalAddr()
		s.ends = &goMergeEnds{s.ends.listens, remote, local, goMergeNewPeer(remote, local, auth)}
		for _, creds := range c.perRPC {
			if !creds.RequireTransportSecurity() {
				continue
			}
			known, ok := auth.(interface {
				GetCommonAuthInfo() credentials.CommonAuthInfo
			})
			if !ok {
				continue
			}
			if level := known.GetCommonAuthInfo().SecurityLevel; level != credentials.InvalidSecurityLevel && level < credentials.PrivacyAndIntegrity {
				return goMergeConnectionError("transport: cannot send secure credentials on an insecure connection")
			}
		}
	}
	if err := goMergeClientPreface(s.conn); err != nil {
		return goMergeConnectionError("error reading server preface: %v", err)
	}
	return nil
}

// goMergeConnectionError is the error of calls whose connection fails.
func goMergeConnectionError(format string, args ...interface{}) error {
	return fmt.Errorf("connection error: desc = %q", fmt.Sprintf(format, args...))
}

// connect makes an attempt use a connection on which both sides have shaken hands, if
// one of them wants to. Those that wait for a connection go on trying. A call that is
// denied needs none.
func (s *goMergeClientStream) connect() error {
	s.session = nil
	if !s.conn.shakes(s.call) || s.call.Denied() {
		return nil
	}
	var failed goMergeHandshakeError
	for {
		session, err := s.conn.way(s.call).connect(s.ctx, s.conn, s.cc)
		if err == nil {
			s.session, s.ends = session, session.ends
			return nil
		}
		shook := errors.As(err, &failed)
		switch {
		case s.ctx.Err() != nil:
			return goMergeWaitError(s.ctx.Err(), failed.error)
		case s.cc.ctx.Err() != nil:
			return ErrClientConnClosing
		case !shook || !s.call.Serves(): // the server stops
			return errGoMergeWithdrawn
		case s.info.failFast:
			return status.Error(codes.Unavailable, failed.Error())
		}
		timer := time.NewTimer(time.Until(failed.again))
		select {
		case <-timer.C:
		case <-s.ctx.Done():
			timer.Stop()
			return goMergeWaitError(s.ctx.Err(), failed)
		case <-s.cc.ctx.Done():
			timer.Stop()
			return ErrClientConnClosing
		case <-s.call.Gone():
			timer.Stop()
			return errGoMergeWithdrawn
		}
	}
}

// goMergeWaitError is the error of a call whose context ends while it waits for a
// connection, which may have failed.
func goMergeWaitError(err, failure error) error {
	text := err.Error()
	switch {
	case failure != nil:
		text = "latest balancer error: " + failure.Error()
	case goMergeMinor >= 71:
		text += " while waiting for connections to become ready"
	case goMergeMinor >= 64:
		text = "received context error while waiting for new LB policy update: " + text
	}
	return status.Error(status.FromContextError(err).Code(), text)
}
