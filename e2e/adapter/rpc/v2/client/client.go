// Package client calls RPC services.
package client

import (
	"context"
	"encoding/json"
	"net"

	"acme.example/rpc/api"
	"acme.example/rpc/wire"
)

// Client calls one RPC service.
type Client struct {
	service api.Service
	addr    string
}

// Option is an option of a client.
type Option func(*Client)

// WithAddress says where the RPC service is.
func WithAddress(addr string) Option { return func(c *Client) { c.addr = addr } }

// New returns a client of the RPC service.
func New(service api.Service, options ...Option) *Client {
	c := &Client{service: service}
	for _, option := range options {
		option(c)
	}
	return c
}

// Call calls a method. The handler's error is a *wire.Status.
func (c *Client) Call(ctx context.Context, method string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	reply, err := c.send(ctx, &wire.Request{Service: c.service.Name, Method: method, Body: body})
	if err != nil {
		return err
	}
	if reply.Error != "" {
		return &wire.Status{Message: reply.Error}
	}
	return json.Unmarshal(reply.Body, out)
}

func (c *Client) send(ctx context.Context, request *wire.Request) (*wire.Reply, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", c.addr)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if err := json.NewEncoder(conn).Encode(request); err != nil {
		return nil, err
	}
	reply := new(wire.Reply)
	return reply, json.NewDecoder(conn).Decode(reply)
}
