package main

import (
	"context"

	"github.com/gomerge/rules_go_merge/examples/compare"
)

// mix is what customers do, over and over. Each view of an item asks for its stock.
var mix = []compare.Call{
	{Method: "GET", Path: "/items/lamp"},
	{Method: "GET", Path: "/items/novel"},
	{Method: "GET", Path: "/items?ids=lamp,desk,novel,coat"},
	{Method: "GET", Path: "/stock/lamp"},
}

// load sends requests until stop is called.
func load(ctx context.Context, d *compare.Deployment) (stop func() error) {
	running, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() {
		for running.Err() == nil {
			if _, err := d.Play(running, mix, func(int, int) {}); err != nil && running.Err() == nil {
				ended <- d.Explain(err)
				return
			}
		}
		ended <- nil
	}()
	return func() error {
		cancel()
		return <-ended
	}
}
