// Package wire is what version 2 sends.
package wire

import "encoding/json"

// Request asks for a call.
type Request struct {
	Service string          `json:"service"`
	Method  string          `json:"method"`
	Body    json.RawMessage `json:"body"`
}

// Reply answers a Request.
type Reply struct {
	Body  json.RawMessage `json:"body,omitempty"`
	Error string          `json:"error,omitempty"`
}

// Status is a handler's error, as its caller gets it.
type Status struct{ Message string }

func (s *Status) Error() string { return s.Message }
