// Package platform is shared between services, and hands them values of types
// of the standard library.
package platform

import (
	"io"
	"log"
	"net/http"
	"os"
)

// Server returns a server for a service.
func Server(service string) *http.Server {
	return &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "hello from "+service)
		}),
		ErrorLog: log.New(os.Stdout, service+" server: ", 0),
	}
}
