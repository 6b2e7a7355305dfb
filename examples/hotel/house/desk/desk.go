package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/gomerge/rules_go_merge/examples/hotel/house/desk/hotelpb"
	"github.com/gomerge/rules_go_merge/examples/hotel/tracing"
)

// timeout is what a request may take.
const timeout = 10 * time.Second

// desk answers requests.
type desk struct {
	rooms    hotelpb.RoomsClient
	rates    hotelpb.RatesClient
	spans    map[string]hotelpb.SpansClient // of other services, by name
	recorder *tracing.Recorder
}

func (d *desk) routes() http.Handler {
	mux := http.NewServeMux()
	for pattern, answer := range map[string]func(*http.Request) (any, error){
		"GET /rooms":        d.search,
		"POST /bookings":    d.book,
		"GET /season/{day}": d.season,
		"GET /traces/{id}":  d.trace,
		"GET /versions":     d.versions,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { serve(w, r, pattern, answer) })
	}
	return mux
}

// serve answers one request, as a part of the trace that its headers name.
func serve(w http.ResponseWriter, r *http.Request, name string, answer func(*http.Request) (any, error)) {
	ctx := otel.GetTextMapPropagator().Extract(r.Context(), propagation.HeaderCarrier(r.Header))
	ctx, span := otel.Tracer("desk").Start(ctx, name, trace.WithSpanKind(trace.SpanKindServer))
	defer span.End()
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	body := struct {
		Data  any      `json:"data,omitempty"`
		Error *problem `json:"error,omitempty"`
	}{}
	data, err := answer(r.WithContext(ctx))
	body.Data = data
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		s := status.Convert(err)
		body.Error = &problem{s.Code().String(), s.Message()}
		w.WriteHeader(httpStatus(s.Code()))
	}
	// The client may be gone.
	_ = json.NewEncoder(w).Encode(body)
}

// problem is an error as clients see it.
type problem struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

func httpStatus(code codes.Code) int {
	switch code {
	case codes.InvalidArgument:
		return http.StatusBadRequest
	case codes.NotFound:
		return http.StatusNotFound
	case codes.FailedPrecondition:
		return http.StatusConflict
	}
	return http.StatusBadGateway
}

// search collects what rooms streams. Of an error that comes later, the offers
// before it are in the answer, too.
func (d *desk) search(r *http.Request) (any, error) {
	stay := &hotelpb.Stay{From: r.FormValue("from")}
	var first int32
	for name, to := range map[string]*int32{"nights": &stay.Nights, "guests": &stay.Guests, "first": &first} {
		if text := r.FormValue(name); text != "" {
			n, err := strconv.ParseInt(text, 10, 32)
			if err != nil {
				return nil, status.Errorf(codes.InvalidArgument, "%s: %q is not a number", name, text)
			}
			*to = int32(n)
		}
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	stream, err := d.rooms.Search(ctx, stay)
	if err != nil {
		return nil, err
	}
	offers, err := collect(stream, int(first))
	if len(offers) == 0 {
		return nil, err
	}
	return offers, err
}

// collect reads offers to their end, or as many as limit says.
func collect(stream grpc.ServerStreamingClient[hotelpb.Offer], limit int) ([]offer, error) {
	var offers []offer
	for limit == 0 || len(offers) < limit {
		o, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return offers, nil
		}
		if err != nil {
			return offers, err
		}
		offers = append(offers, newOffer(o))
	}
	return offers, nil
}

// offer is what clients see of one.
type offer struct {
	Room    string  `json:"room"`
	Beds    int32   `json:"beds"`
	Free    int32   `json:"free"`
	Cents   int64   `json:"cents"`
	Nightly []int64 `json:"nightly"`
	View    string  `json:"view,omitempty"`
	Floor   int32   `json:"floor,omitempty"`
}

func newOffer(o *hotelpb.Offer) offer {
	return offer{o.Room, o.Beds, o.Free, o.Cents, o.Nightly, o.GetView(), o.GetFloor()}
}

func (d *desk) book(r *http.Request) (any, error) {
	var in struct {
		Room, Guest, From string
		Nights, Guests    int32
	}
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	confirmation, err := d.rooms.Book(r.Context(), &hotelpb.Booking{
		Room: in.Room, Guest: in.Guest, Stay: &hotelpb.Stay{From: in.From, Nights: in.Nights, Guests: in.Guests},
	})
	if err != nil {
		return nil, err
	}
	return struct {
		Number string           `json:"number"`
		Booked offer            `json:"booked"`
		Left   map[string]int32 `json:"left"`
	}{confirmation.Number, newOffer(confirmation.Booked), confirmation.Left}, nil
}

func (d *desk) season(r *http.Request) (any, error) {
	info, err := d.rates.Season(r.Context(), &hotelpb.Day{Day: r.PathValue("day")})
	if err != nil {
		return nil, err
	}
	return struct {
		Season  string `json:"season"`
		Weekend bool   `json:"weekend"`
	}{info.Season, info.Weekend}, nil
}

// versions returns the version of grpc-go that each service has.
func (d *desk) versions(r *http.Request) (any, error) {
	type built struct {
		GRPC string `json:"grpc"`
	}
	versions := map[string]built{"desk": {grpc.Version}}
	for name, service := range d.spans {
		info, err := service.Version(r.Context(), &hotelpb.VersionRequest{})
		if err != nil {
			return nil, err
		}
		versions[name] = built{info.Grpc}
	}
	return versions, nil
}
