// Package server serves RPC services.
package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net"

	"acme.example/rpc/api"
	"acme.example/rpc/wire"
)

// Method handles the body of a request.
type Method func(ctx context.Context, body []byte) (any, error)

// Server serves one RPC service.
type Server struct {
	service api.Service
	methods map[string]Method
}

// New returns a server.
func New(service api.Service, methods map[string]Method) *Server { return &Server{service, methods} }

// Run accepts connections until ctx ends.
func (s *Server) Run(ctx context.Context, addr string) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { l.Close() })()
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		go s.serve(ctx, conn)
	}
}

func (s *Server) serve(ctx context.Context, conn net.Conn) {
	defer conn.Close()
	var request wire.Request
	if err := json.NewDecoder(conn).Decode(&request); err == nil {
		json.NewEncoder(conn).Encode(s.handle(ctx, &request))
	}
}

// handle runs a method.
func (s *Server) handle(ctx context.Context, request *wire.Request) *wire.Reply {
	m := s.methods[request.Method]
	if m == nil {
		return &wire.Reply{Error: fmt.Sprintf("%s has no method %s", s.service.Name, request.Method)}
	}
	out, err := m(ctx, request.Body)
	if err != nil {
		return &wire.Reply{Error: err.Error()}
	}
	body, err := json.Marshal(out)
	if err != nil {
		return &wire.Reply{Error: err.Error()}
	}
	return &wire.Reply{Body: body}
}
