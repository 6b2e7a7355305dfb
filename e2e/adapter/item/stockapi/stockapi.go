// Package stockapi is what version 2 of the framework's tool would generate.
package stockapi

import (
	"context"

	"acme.example/rpc/api"
	"acme.example/rpc/client"
)

var service = api.Service{Name: "Stock", Methods: []string{"Count", "Fail"}}

// Item names an article.
type Item struct {
	SKU string `json:"sku"`
}

// Level is how many there are of an Item.
type Level struct {
	Count int `json:"count"`
}

// Client calls the RPC service.
type Client struct{ client *client.Client }

// NewClient returns a client.
func NewClient(options ...client.Option) *Client { return &Client{client.New(service, options...)} }

// Count calls the method Count.
func (c *Client) Count(ctx context.Context, item Item) (level Level, err error) {
	err = c.client.Call(ctx, "Count", item, &level)
	return level, err
}

// Fail calls the method Fail.
func (c *Client) Fail(ctx context.Context, item Item) (level Level, err error) {
	err = c.client.Call(ctx, "Fail", item, &level)
	return level, err
}
