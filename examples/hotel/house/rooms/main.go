// Command rooms serves hotel.Rooms: which rooms are free, and bookings of them.
//
// Flags, with the environment variables that say what they are by default:
//
//	-listen  ROOMS_LISTEN_ADDR  address to serve at (127.0.0.1:8902)
//	-names   HOTEL_NAMES        addresses of services by their names
//	                            (rates=127.0.0.1:8903)
package main

import (
	"cmp"
	"flag"
	"log"
	"net"
	"os"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"google.golang.org/grpc"

	"github.com/gomerge/rules_go_merge/examples/hotel/house/dialer"
	"github.com/gomerge/rules_go_merge/examples/hotel/house/rooms/hotelpb"
	"github.com/gomerge/rules_go_merge/examples/hotel/tracing"
)

//go:generate ../../generate.sh hotelpb rooms rates spans

func main() {
	log.SetPrefix("rooms: ")
	names := dialer.Names{}
	listen := flag.String("listen", cmp.Or(os.Getenv("ROOMS_LISTEN_ADDR"), "127.0.0.1:8902"), "`address` to serve at")
	if err := names.Set(cmp.Or(os.Getenv("HOTEL_NAMES"), "rates=127.0.0.1:8903")); err != nil {
		log.Fatalf("HOTEL_NAMES: %v", err)
	}
	flag.Var(names, "names", "`addresses` of services by their names")
	flag.Parse()
	if err := run(*listen, names); err != nil {
		log.Fatal(err)
	}
}

// run serves until it fails.
func run(listen string, names dialer.Names) error {
	recorder := tracing.Start()
	rates, err := names.Dial("rates")
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	s := grpc.NewServer(grpc.StatsHandler(otelgrpc.NewServerHandler()))
	hotelpb.RegisterRoomsServer(s, newRooms(hotelpb.NewRatesClient(rates)))
	hotelpb.RegisterSpansServer(s, spans{recorder: recorder})
	return s.Serve(ln)
}
