package main

import (
	"context"
	"errors"
	"io"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/gomerge/rules_go_merge/examples/hotel/rates/hotelpb"
)

// normal has the price of a night in cents, by kind of room.
var normal = map[string]int64{"dormitory": 2500, "single": 6000, "double": 9500, "family": 14000}

// rates implements hotel.Rates.
type rates struct {
	hotelpb.UnimplementedRatesServer
}

// Quote gives a discount from the third night in a room on.
func (rates) Quote(stream hotelpb.Rates_QuoteServer) error {
	nights := make(map[string]int)
	for {
		night, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		price, err := priceOf(night)
		if err != nil {
			return err
		}
		if nights[night.Room]++; nights[night.Room] > 2 {
			price.Cents -= price.Cents / 10
			price.Because = append(price.Because, "long stay")
		}
		if err := stream.Send(price); err != nil {
			return err
		}
	}
}

// Season returns what priceOf goes by.
func (rates) Season(_ context.Context, in *hotelpb.Day) (*hotelpb.DayInfo, error) {
	return about(in.Day)
}

func priceOf(night *hotelpb.Night) (*hotelpb.Price, error) {
	cents, ok := normal[night.Room]
	if !ok {
		return nil, status.Errorf(codes.NotFound, "room %s has no price", night.Room)
	}
	day, err := about(night.Day)
	if err != nil {
		return nil, err
	}
	price := &hotelpb.Price{Night: night, Cents: cents}
	if day.Season == "high" {
		price.Cents += cents / 2
		price.Because = append(price.Because, "high season")
	}
	if day.Weekend {
		price.Cents += cents / 5
		price.Because = append(price.Because, "weekend")
	}
	return price, nil
}

func about(day string) (*hotelpb.DayInfo, error) {
	date, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "%q is not a day, such as 2026-12-24", day)
	}
	info := &hotelpb.DayInfo{Season: "low"}
	switch month := date.Month(); {
	case month == time.July, month == time.August, month == time.December && date.Day() >= 20, month == time.January && date.Day() <= 6:
		info.Season = "high"
	}
	info.Weekend = date.Weekday() == time.Friday || date.Weekday() == time.Saturday
	return info, nil
}
