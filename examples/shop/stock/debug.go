package main

import (
	"expvar"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	_ "net/http/pprof" // for /debug/pprof
)

// requests counts the calls that were served by method.
var requests = expvar.NewMap("requests")

func init() {
	expvar.NewString("version").Set(version)
	expvar.Publish("flags", expvar.Func(flagValues))
}

// flagValues returns the values of all flags by name.
func flagValues() any {
	values := make(map[string]string)
	flag.VisitAll(func(f *flag.Flag) { values[f.Name] = f.Value.String() })
	return values
}

// serveDebug serves the pages below /debug until the listener is closed.
func serveDebug(addr string) (net.Listener, error) {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("debug pages: %w", err)
	}
	log.Printf("debug pages at http://%s/debug/vars", ln.Addr())
	go http.Serve(ln, nil)
	return ln, nil
}
