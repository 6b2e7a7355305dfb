// Package server serves RPC services.
package server

import (
	"encoding/json"
	"fmt"
	"net"

	"acme.example/rpc/api"
	"acme.example/rpc/frame"
)

// Method handles the body of a request.
type Method func(body []byte) (any, error)

// Server serves one RPC service.
type Server struct {
	service api.Service
	methods map[string]Method
}

// New returns a server.
func New(service api.Service, methods map[string]Method) *Server { return &Server{service, methods} }

// Run accepts connections until that fails.
func (s *Server) Run(addr string) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		go s.serve(conn)
	}
}

func (s *Server) serve(conn net.Conn) {
	defer conn.Close()
	var request, reply frame.Frame
	if err := json.NewDecoder(conn).Decode(&request); err != nil {
		return
	}
	body, err := s.dispatch(request.Method, request.Body)
	reply.Body = body
	if err != nil {
		reply.Error = err.Error()
	}
	json.NewEncoder(conn).Encode(reply)
}

// dispatch runs a method.
func (s *Server) dispatch(method string, body []byte) ([]byte, error) {
	m := s.methods[method]
	if m == nil {
		return nil, fmt.Errorf("%s has no method %s", s.service.Name, method)
	}
	out, err := m(body)
	if err != nil {
		return nil, err
	}
	return json.Marshal(out)
}
