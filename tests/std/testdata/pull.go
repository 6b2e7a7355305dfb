//go:build go1.27

package main

import (
	"net/http"
	_ "unsafe"
)

// As golang.org/x/net/http2 does: net/http pushes it for a package that the
// service does not have.
//
//go:linkname transportFromH1Transport net/http/internal/http2_test.transportFromH1Transport
func transportFromH1Transport(*http.Transport) any

func pulled(t *http.Transport) { report("pull", transportFromH1Transport(t) != nil) }
