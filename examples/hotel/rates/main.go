// Command rates serves hotel.Rates: what nights cost.
//
// A flag, with the environment variable that says what it is by default:
//
//	-listen  RATES_LISTEN_ADDR  address to serve at (127.0.0.1:8903)
package main

import (
	"cmp"
	"flag"
	"log"
	"net"
	"os"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"google.golang.org/grpc"

	"github.com/gomerge/rules_go_merge/examples/hotel/rates/hotelpb"
	"github.com/gomerge/rules_go_merge/examples/hotel/tracing"
)

//go:generate ../generate.sh hotelpb rates spans

func main() {
	log.SetPrefix("rates: ")
	listen := flag.String("listen", cmp.Or(os.Getenv("RATES_LISTEN_ADDR"), "127.0.0.1:8903"), "`address` to serve at")
	flag.Parse()
	ln, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	recorder := tracing.Start()
	s := grpc.NewServer(grpc.StatsHandler(otelgrpc.NewServerHandler()))
	hotelpb.RegisterRatesServer(s, rates{})
	hotelpb.RegisterSpansServer(s, spans{recorder: recorder})
	log.Fatal(s.Serve(ln))
}
