package main

import (
	"context"
	"expvar"
	"flag"
	"log"
	"net"
	"net/http"
	_ "net/http/pprof"

	"github.com/cloudwego/kitex/pkg/endpoint"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
)

// Published at /debug/vars.
var requests = expvar.NewMap("requests") // served, by method

func init() {
	expvar.NewString("version").Set(version)
	expvar.Publish("flags", expvar.Func(func() any {
		values := make(map[string]string)
		flag.VisitAll(func(f *flag.Flag) { values[f.Name] = f.Value.String() })
		return values
	}))
}

// countRequests is a middleware of the server.
func countRequests(next endpoint.Endpoint) endpoint.Endpoint {
	return func(ctx context.Context, req, resp any) error {
		requests.Add(rpcinfo.GetRPCInfo(ctx).Invocation().MethodName(), 1)
		return next(ctx, req, resp)
	}
}

// serveDebug serves http.DefaultServeMux, which has the debug pages, until the
// listener is closed.
func serveDebug(addr string) (net.Listener, error) {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	log.Printf("debug pages at http://%s/debug/vars", ln.Addr())
	go http.Serve(ln, nil)
	return ln, nil
}
