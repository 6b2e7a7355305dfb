//go:build go_merge_added && go1.24

package grpc

import (
	"context"
	"errors"
	"io"
	"net"
	"time"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeAccepted is a connection that a server has accepted, as its client gets to
// know it: a pointer to a struct without a name, since the two have copies of this file.
type goMergeAccepted = struct {
	// Line is the server's, by which the calls of the connection come.
	Line interface{}
	// Until is when further calls need another connection, zero for never.
	Until time.Time
	// Over ends when the server closes the connection.
	Over context.Context
	// Leave closes the connection for the client.
	Leave context.CancelFunc
}

// accept does the server's part of the handshake of a connection whose calls
// are separate from those of line. It fails if the server's credentials do.
func (g *goMergeServer) accept(gone context.Context, s *Server, line *goMergeLine, conn net.Conn) (accepted *goMergeAccepted, err error) {
	defer func() {
		if p := recover(); p != nil {
			conn.Close()
			mergeruntime.Crash(goMergeService, p)
			err = io.EOF
		}
	}()
	if g.leaving.Load() {
		conn.Close()
		return nil, io.EOF
	}
	conn.SetDeadline(time.Now().Add(s.opts.connectionTimeout))
	secured, auth, err := s.opts.creds.ServerHandshake(conn)
	if err == nil {
		err = goMergeServerPreface(secured)
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	conn.SetDeadline(time.Time{})
	l := goMergeNewLine(s, line.life, secured.LocalAddr(), secured.RemoteAddr(), auth)
	l.services, l.shaken = line.services, true
	unwatch := context.AfterFunc(gone, l.end)
	context.AfterFunc(l.life, func() {
		unwatch()
		secured.Close()
	})
	accepted = &goMergeAccepted{Line: l, Over: l.life, Leave: l.end}
	if age := goMergeNewAge(s); age != nil {
		accepted.Until = age.until
		l.age.Store(age)
	}
	return accepted, nil
}

const (
	// goMergePreface is what the client of an HTTP/2 connection sends first.
	goMergePreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
	// goMergeSettings is a frame of HTTP/2 without settings, which both sides send. By
	// it a client knows that the server is content with the client's certificate.
	goMergeSettings = "\x00\x00\x00\x04\x00\x00\x00\x00\x00"
)

// goMergeServerPreface begins a connection as a server does.
func goMergeServerPreface(conn net.Conn) error {
	if _, err := io.WriteString(conn, goMergeSettings); err != nil {
		return err
	}
	preface := make([]byte, len(goMergePreface))
	if _, err := io.ReadFull(conn, preface); err != nil {
		return err
	}
	if string(preface) != goMergePreface {
		return errors.New("bogus greeting from client")
	}
	return nil
}

// goMergeClientPreface begins a connection as a client does.
func goMergeClientPreface(conn net.Conn) error {
	if _, err := io.WriteString(conn, goMergePreface+goMergeSettings); err != nil {
		return err
	}
	_, err := io.ReadFull(conn, make([]byte, len(goMergeSettings)))
	return err
}
