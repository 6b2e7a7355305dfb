// Package frame is what version 1 sends.
package frame

import "encoding/json"

// Frame is a request or a reply.
type Frame struct {
	Service string          `json:"service,omitempty"`
	Method  string          `json:"method,omitempty"`
	Body    json.RawMessage `json:"body,omitempty"`
	Error   string          `json:"error,omitempty"`
}

// Error is a handler's error, as its caller gets it.
type Error string

func (e Error) Error() string { return string(e) }
