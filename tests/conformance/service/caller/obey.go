package main

import (
	"context"
	"errors"

	"github.com/cloudwego/kitex/pkg/endpoint"
)

// failHere is the context key under which a case tells the caller's own
// middleware how to fail.
type failHere struct{}

// obey is a middleware that fails as asked.
func obey(next endpoint.Endpoint) endpoint.Endpoint {
	return func(ctx context.Context, request, response any) error {
		switch ctx.Value(failHere{}) {
		case "error":
			return errors.New("from the caller's middleware")
		case "panic before":
			panic("the caller's middleware")
		case "panic after":
			defer panic("the caller's middleware")
		}
		return next(ctx, request, response)
	}
}
