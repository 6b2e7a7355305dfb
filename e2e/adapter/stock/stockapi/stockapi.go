// Package stockapi is what version 1 of the framework's tool would generate.
package stockapi

import (
	"encoding/json"

	"acme.example/rpc/api"
	"acme.example/rpc/server"
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

// Handler is what a service implements.
type Handler interface {
	Count(Item) (Level, error)
	Fail(Item) (Level, error)
}

// NewServer returns a server for a handler.
func NewServer(h Handler) *server.Server {
	return server.New(service, map[string]server.Method{
		"Count": method(h.Count),
		"Fail":  method(h.Fail),
	})
}

func method(call func(Item) (Level, error)) server.Method {
	return func(body []byte) (any, error) {
		var item Item
		if err := json.Unmarshal(body, &item); err != nil {
			return nil, err
		}
		return call(item)
	}
}
