//go:build go_merge_added

package client

import (
	"context"

	"acme.example/rpc/frame"
)

func (c *Client) roundTrip(method string, body []byte) ([]byte, error) {
	reply, failure, err, ok := goMergeCall(context.Background(), c.service.Name, method, body)
	switch {
	case !ok:
		return c.goMergeRoundTrip(method, body)
	case failure != "":
		return nil, frame.Error(failure)
	}
	return reply, err
}
