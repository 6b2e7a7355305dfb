package main

import (
	"context"
	"maps"
	"sync"

	"github.com/bytedance/gopkg/cloud/metainfo"
	"github.com/cloudwego/kitex/pkg/endpoint"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/transmeta"
	"github.com/cloudwego/kitex/server"

	"github.com/gomerge/rules_go_merge/examples/shop/stock/internal/inventory"
	"github.com/gomerge/rules_go_merge/examples/shop/stock/kitex_gen/stock/stockservice"
)

// newServer returns a server for inv.
func newServer(inv *inventory.Inventory, opts ...server.Option) server.Server {
	calls := &callCounter{n: make(map[string]int64)}
	opts = append([]server.Option{
		server.WithServerBasicInfo(&rpcinfo.EndpointBasicInfo{ServiceName: "stock"}),
		server.WithMetaHandler(transmeta.ServerTTHeaderHandler),
		server.WithMiddleware(calls.middleware),
		server.WithMiddleware(sayWhoAsked),
	}, opts...)
	return stockservice.NewServer(&handler{inv: inv, calls: calls}, opts...)
}

// callCounter counts calls by method.
type callCounter struct {
	mu sync.Mutex
	n  map[string]int64
}

func (c *callCounter) middleware(next endpoint.Endpoint) endpoint.Endpoint {
	return func(ctx context.Context, req, resp any) error {
		method := rpcinfo.GetRPCInfo(ctx).Invocation().MethodName()
		if method != "Calls" && method != "Build" {
			c.mu.Lock()
			c.n[method]++
			c.mu.Unlock()
			requests.Add(method, 1)
		}
		return next(ctx, req, resp)
	}
}

// counts returns a copy of the counts so far.
func (c *callCounter) counts() map[string]int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.n)
}

// sayWhoAsked sends back for which request and which caller stock believes to
// have worked.
func sayWhoAsked(next endpoint.Endpoint) endpoint.Endpoint {
	return func(ctx context.Context, req, resp any) error {
		id, ok := metainfo.GetPersistentValue(ctx, "REQUEST_ID")
		if ok {
			seen := id + " from " + rpcinfo.GetRPCInfo(ctx).From().ServiceName()
			if channel, ok := metainfo.GetValue(ctx, "CHANNEL"); ok {
				seen += " via " + channel
			}
			metainfo.SendBackwardValue(ctx, "STOCK_SEEN", seen)
		}
		return next(ctx, req, resp)
	}
}
