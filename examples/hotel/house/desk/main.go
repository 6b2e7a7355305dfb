// Command desk is the hotel's front: JSON over HTTP, answered with the help of
// rooms and rates.
//
//	GET  /rooms?from=2026-12-24&nights=3&guests=2[&first=1]
//	POST /bookings      {"room": "double", "guest": "...", "from": "2026-12-24", "nights": 3, "guests": 2}
//	GET  /season/{day}
//	GET  /traces/{id}   the spans of a trace, of all services
//	GET  /versions      what the services are built with
//
// Flags, with the environment variables that say what they are by default:
//
//	-listen  DESK_LISTEN_ADDR  address to serve at (127.0.0.1:8901)
//	-names   HOTEL_NAMES       addresses of services by their names
//	                           (rooms=127.0.0.1:8902,rates=127.0.0.1:8903)
package main

import (
	"cmp"
	"flag"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/gomerge/rules_go_merge/examples/hotel/house/desk/hotelpb"
	"github.com/gomerge/rules_go_merge/examples/hotel/house/dialer"
	"github.com/gomerge/rules_go_merge/examples/hotel/tracing"
)

// Bazel generates hotelpb. For the go command:
//go:generate ../../generate.sh hotelpb rooms rates spans

func main() {
	log.SetPrefix("desk: ")
	names := dialer.Names{}
	listen := flag.String("listen", cmp.Or(os.Getenv("DESK_LISTEN_ADDR"), "127.0.0.1:8901"), "`address` to serve at")
	if err := names.Set(cmp.Or(os.Getenv("HOTEL_NAMES"), "rooms=127.0.0.1:8902,rates=127.0.0.1:8903")); err != nil {
		log.Fatalf("HOTEL_NAMES: %v", err)
	}
	flag.Var(names, "names", "`addresses` of services by their names")
	flag.Parse()
	d := &desk{recorder: tracing.Start()}
	rooms, err := names.Dial("rooms")
	if err != nil {
		log.Fatal(err)
	}
	rates, err := names.Dial("rates")
	if err != nil {
		log.Fatal(err)
	}
	d.rooms, d.rates = hotelpb.NewRoomsClient(rooms), hotelpb.NewRatesClient(rates)
	d.spans = map[string]hotelpb.SpansClient{"rooms": hotelpb.NewSpansClient(rooms), "rates": hotelpb.NewSpansClient(rates)}
	srv := &http.Server{Addr: *listen, Handler: d.routes(), ReadHeaderTimeout: 5 * time.Second}
	log.Fatal(srv.ListenAndServe())
}
