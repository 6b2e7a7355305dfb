// Package client calls RPC services.
package client

import (
	"encoding/json"
	"net"

	"acme.example/rpc/api"
	"acme.example/rpc/frame"
)

// Client calls one RPC service.
type Client struct {
	service api.Service
	addr    string
}

// New returns a client of the RPC service at an address.
func New(service api.Service, addr string) *Client { return &Client{service, addr} }

// Call calls a method. The handler's error is a frame.Error.
func (c *Client) Call(method string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	reply, err := c.roundTrip(method, body)
	if err != nil {
		return err
	}
	return json.Unmarshal(reply, out)
}

func (c *Client) roundTrip(method string, body []byte) ([]byte, error) {
	conn, err := net.Dial("tcp", c.addr)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if err := json.NewEncoder(conn).Encode(frame.Frame{Service: c.service.Name, Method: method, Body: body}); err != nil {
		return nil, err
	}
	var reply frame.Frame
	if err := json.NewDecoder(conn).Decode(&reply); err != nil {
		return nil, err
	}
	if reply.Error != "" {
		return nil, frame.Error(reply.Error)
	}
	return reply.Body, nil
}
