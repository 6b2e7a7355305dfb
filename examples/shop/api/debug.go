package main

import (
	"expvar"
	"flag"
	"log"
	"net"
	"net/http"
	_ "net/http/pprof"

	"github.com/go-chi/chi/v5"
)

// requests counts what was asked, by method and pattern.
var requests = expvar.NewMap("requests")

func init() {
	expvar.NewString("version").Set(version)
	expvar.Publish("flags", expvar.Func(func() any {
		values := make(map[string]string)
		flag.VisitAll(func(f *flag.Flag) { values[f.Name] = f.Value.String() })
		return values
	}))
}

// counted counts requests that the router has found the pattern of.
func counted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(r.Method+" "+chi.RouteContext(r.Context()).RoutePattern(), 1)
		next.ServeHTTP(w, r)
	})
}

// serveDebug serves http.DefaultServeMux, which has /debug/vars and
// /debug/pprof. The pages are not for customers: they have their own
// address.
func serveDebug(addr string) (net.Listener, error) {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	log.Printf("debug pages at http://%s/debug/vars", ln.Addr())
	go http.Serve(ln, nil)
	return ln, nil
}
