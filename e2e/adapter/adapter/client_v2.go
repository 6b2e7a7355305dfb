//go:build go_merge_added

package client

import (
	"context"

	"acme.example/rpc/wire"
)

func (c *Client) send(ctx context.Context, request *wire.Request) (*wire.Reply, error) {
	reply, failure, err, ok := goMergeCall(ctx, request.Service, request.Method, request.Body)
	if !ok {
		return c.goMergeSend(ctx, request)
	}
	return &wire.Reply{Body: reply, Error: failure}, err
}
