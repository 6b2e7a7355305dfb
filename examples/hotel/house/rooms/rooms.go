package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/gomerge/rules_go_merge/examples/hotel/house/rooms/hotelpb"
)

// kind is a kind of room, and how many of it there are.
type kind struct {
	offer *hotelpb.Offer
	count int32
}

// kinds are those of the hotel, the cheapest first. Rates has no price for the
// barn, which groups are offered.
var kinds = []kind{
	{&hotelpb.Offer{Room: "dormitory", Beds: 1}, 1_000_000},
	{&hotelpb.Offer{Room: "single", Beds: 1, Extra: &hotelpb.Offer_Floor{Floor: 3}}, 4},
	{&hotelpb.Offer{Room: "double", Beds: 2, Extra: &hotelpb.Offer_View{View: "sea"}}, 3},
	{&hotelpb.Offer{Room: "family", Beds: 4, Extra: &hotelpb.Offer_View{View: "garden"}}, 2},
	{&hotelpb.Offer{Room: "barn", Beds: 12}, 1},
}

// rooms implements hotel.Rooms.
type rooms struct {
	hotelpb.UnimplementedRoomsServer
	rates hotelpb.RatesClient

	mu       sync.Mutex
	booked   map[taken]int32
	bookings int
}

// taken is a night in a kind of room.
type taken struct{ room, day string }

func newRooms(rates hotelpb.RatesClient) *rooms {
	return &rooms{rates: rates, booked: make(map[taken]int32)}
}

// days returns the nights of a stay.
func days(stay *hotelpb.Stay) ([]string, error) {
	first, err := time.Parse(time.DateOnly, stay.GetFrom())
	switch {
	case err != nil:
		return nil, status.Errorf(codes.InvalidArgument, "from: %q is not a day, such as 2026-12-24", stay.GetFrom())
	case stay.Nights < 1 || stay.Nights > 30:
		return nil, status.Errorf(codes.InvalidArgument, "nights: %d is not between 1 and 30", stay.Nights)
	case stay.Guests < 1:
		return nil, status.Errorf(codes.InvalidArgument, "guests: %d is less than one", stay.Guests)
	}
	var list []string
	for i := range int(stay.Nights) {
		list = append(list, first.AddDate(0, 0, i).Format(time.DateOnly))
	}
	return list, nil
}

// Search asks rates for the price of one night after the other.
func (r *rooms) Search(stay *hotelpb.Stay, out grpc.ServerStreamingServer[hotelpb.Offer]) error {
	nights, err := days(stay)
	if err != nil {
		return err
	}
	quotes, err := r.rates.Quote(out.Context())
	if err != nil {
		return err
	}
	for _, k := range kinds {
		free := r.free(k, nights)
		if k.offer.Beds < stay.Guests || k.offer.Beds > 3*stay.Guests || free == 0 {
			continue
		}
		offer, err := price(quotes, k, nights)
		if err != nil {
			return err
		}
		offer.Free = free
		if err := out.Send(offer); err != nil {
			return err
		}
	}
	return end(quotes)
}

// Book takes a room for all nights or none.
func (r *rooms) Book(ctx context.Context, booking *hotelpb.Booking) (*hotelpb.Confirmation, error) {
	nights, err := days(booking.Stay)
	if err != nil {
		return nil, err
	}
	for _, k := range kinds {
		if k.offer.Room != booking.Room {
			continue
		}
		quotes, err := r.rates.Quote(ctx)
		if err != nil {
			return nil, err
		}
		offer, err := price(quotes, k, nights)
		if err != nil {
			return nil, err
		}
		if err := end(quotes); err != nil {
			return nil, err
		}
		return r.take(k, offer, nights)
	}
	return nil, status.Errorf(codes.NotFound, "no room is called %q", booking.Room)
}

// price asks for the nights in a kind of room.
func price(quotes grpc.BidiStreamingClient[hotelpb.Night, hotelpb.Price], k kind, nights []string) (*hotelpb.Offer, error) {
	offer := proto.CloneOf(k.offer)
	for _, day := range nights {
		// Of an error, Recv has the status.
		if err := quotes.Send(&hotelpb.Night{Room: offer.Room, Day: day}); err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		price, err := quotes.Recv()
		if err != nil {
			return nil, err
		}
		offer.Cents += price.Cents
		offer.Nightly = append(offer.Nightly, price.Cents)
	}
	return offer, nil
}

// end ends a stream of questions, and waits for the end of the answers.
func end(quotes grpc.BidiStreamingClient[hotelpb.Night, hotelpb.Price]) error {
	if err := quotes.CloseSend(); err != nil {
		return err
	}
	if _, err := quotes.Recv(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("after the last quote: %w", err)
	}
	return nil
}

// free returns how many rooms of a kind are free all nights.
func (r *rooms) free(k kind, nights []string) int32 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.freeLocked(k, nights)
}

func (r *rooms) freeLocked(k kind, nights []string) int32 {
	free := k.count
	for _, day := range nights {
		free = min(free, k.count-r.booked[taken{k.offer.Room, day}])
	}
	return free
}

// take books a room at the price of the offer.
func (r *rooms) take(k kind, offer *hotelpb.Offer, nights []string) (*hotelpb.Confirmation, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.freeLocked(k, nights) == 0 {
		return nil, status.Errorf(codes.FailedPrecondition, "no %s is free for all of these nights", offer.Room)
	}
	r.bookings++
	confirmation := &hotelpb.Confirmation{
		Number: fmt.Sprintf("B%04d", r.bookings),
		Booked: offer,
		Left:   make(map[string]int32),
	}
	for _, day := range nights {
		night := taken{offer.Room, day}
		r.booked[night]++
		confirmation.Left[day] = k.count - r.booked[night]
	}
	offer.Free = r.freeLocked(k, nights)
	return confirmation, nil
}
