package main

import (
	"context"
	"errors"
	"io"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/api/serving"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/streams"
)

// streamer serves StreamService.
type streamer struct{}

// Single implements serving.Streamer.
func (streamer) Single(_ context.Context, item *streams.Item) (*streams.Item, error) {
	return item, nil
}

// Collect implements serving.Streamer.
func (streamer) Collect(ctx context.Context, items serving.Collected) error {
	sum := &streams.Item{}
	for {
		item, err := items.Recv(ctx)
		if errors.Is(err, io.EOF) {
			return items.SendAndClose(ctx, sum)
		}
		if err != nil {
			return err
		}
		sum.Number += item.Number
		sum.Text += item.Text
	}
}

// Spread implements serving.Streamer.
func (streamer) Spread(ctx context.Context, item *streams.Item, items serving.Spread) error {
	for i := range item.Number {
		if err := items.Send(ctx, &streams.Item{Text: item.Text, Number: i}); err != nil {
			return err
		}
	}
	return fail(item.Text)
}

// Chat implements serving.Streamer.
func (streamer) Chat(ctx context.Context, items serving.Chat) error {
	for {
		item, err := items.Recv(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := items.Send(ctx, item); err != nil {
			return err
		}
	}
}
