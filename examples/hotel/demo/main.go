// Command demo compares the hotel's three services as separate processes with the
// same services merged into one binary: it sends both the same requests and
// reports what differs.
//
// It runs on Linux only, for it reads processes' CPU time from /proc.
package main

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/gomerge/rules_go_merge/examples/compare"
)

func main() { compare.Main(hotel) }

// hotel is the example.
var hotel = &compare.Example{
	Name:      "hotel",
	Services:  []compare.Service{{Name: "rates"}, {Name: "rooms"}, {Name: "desk"}},
	Framework: "gRPC",
	Script:    script,
	Mix: []compare.Call{
		{Method: "GET", Path: "/rooms?from=2026-05-04&nights=2&guests=2"},
		{Method: "GET", Path: "/season/2026-05-08"},
		{Method: "GET", Path: "/rooms?from=2026-12-24&nights=3&guests=1"},
		{Method: "POST", Path: "/bookings", Body: `{"room": "dormitory", "from": "2026-08-01", "nights": 2, "guests": 1}`},
		{Method: "GET", Path: "/season/2026-12-24"},
	},
	Env: func(listen, dial map[string]string) []string {
		return []string{
			"DESK_LISTEN_ADDR=" + listen["desk"], "ROOMS_LISTEN_ADDR=" + listen["rooms"], "RATES_LISTEN_ADDR=" + listen["rates"],
			"HOTEL_NAMES=rooms=" + dial["rooms"] + ",rates=" + dial["rates"],
		}
	},
	Headers: func(number int) http.Header {
		return http.Header{"Traceparent": {fmt.Sprintf("00-%s-00f067aa0ba902b7-01", traceID(number))}}
	},
}

// requests are what guests want, with a request for every kind of answer.
var requests = []compare.Call{
	{Method: "GET", Path: "/versions"},
	{Method: "GET", Path: "/season/2026-05-04"},
	{Method: "GET", Path: "/season/2026-08-07"},
	{Method: "GET", Path: "/season/Easter"},
	{Method: "GET", Path: "/rooms?from=2026-05-04&nights=1&guests=1"},
	{Method: "GET", Path: "/rooms?from=2026-12-24&nights=4&guests=2"},
	{Method: "GET", Path: "/rooms?from=2026-05-04&nights=30&guests=3"},
	{Method: "GET", Path: "/rooms?from=2026-05-04&nights=2&guests=4"}, // fails after the first room
	{Method: "GET", Path: "/rooms?from=2026-05-04&nights=0&guests=4"},
	{Method: "GET", Path: "/rooms?from=2026-05-04&nights=two"},
	{Method: "GET", Path: "/rooms"},
	{Method: "POST", Path: "/bookings", Body: `{"room": "family", "guest": "Anna", "from": "2026-05-08", "nights": 3, "guests": 4}`},
	{Method: "POST", Path: "/bookings", Body: `{"room": "family", "guest": "Ben", "from": "2026-05-10", "nights": 1, "guests": 2}`},
	{Method: "GET", Path: "/rooms?from=2026-05-09&nights=2&guests=2"},
	{Method: "POST", Path: "/bookings", Body: `{"room": "family", "guest": "Cleo", "from": "2026-05-09", "nights": 2, "guests": 3}`},
	{Method: "POST", Path: "/bookings", Body: `{"room": "barn", "from": "2026-05-09", "nights": 2, "guests": 9}`},
	{Method: "POST", Path: "/bookings", Body: `{"room": "tower", "from": "2026-05-09", "nights": 2, "guests": 1}`},
	{Method: "POST", Path: "/bookings", Body: `{"bed": "soft"}`},
}

// script asks for the trace of each request, too. That of a search that does not
// wait for all rooms would have to be the same by chance: it ends where it is
// when the desk hangs up.
var script = slices.Concat(requests, traces(len(requests)), []compare.Call{
	{Method: "GET", Path: "/rooms?from=2026-12-24&nights=30&guests=2&first=1"},
})

// traces returns calls for the spans of the first requests.
func traces(n int) []compare.Call {
	calls := make([]compare.Call, n)
	for i := range calls {
		calls[i] = compare.Call{Method: "GET", Path: "/traces/" + traceID(i+1)}
	}
	return calls
}

// traceID is that of the request with a number.
func traceID(number int) string { return fmt.Sprintf("%032x", number) }
