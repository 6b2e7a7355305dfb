package main

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/bytedance/gopkg/cloud/metainfo"
	"github.com/cloudwego/kitex/client"
	"github.com/cloudwego/kitex/pkg/connpool"
	"github.com/cloudwego/kitex/pkg/endpoint"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/transmeta"
	"github.com/cloudwego/kitex/server"
	"github.com/cloudwego/kitex/transport"

	"github.com/gomerge/rules_go_merge/examples/shop/item/kitex_gen/item/itemservice"
	"github.com/gomerge/rules_go_merge/examples/shop/item/kitex_gen/stock/stockservice"
)

var basicInfo = &rpcinfo.EndpointBasicInfo{ServiceName: "item"}

// newServer returns a server for h.
func newServer(h *handler, opts ...server.Option) server.Server {
	opts = append([]server.Option{
		server.WithServerBasicInfo(basicInfo),
		server.WithMetaHandler(transmeta.ServerTTHeaderHandler),
		server.WithMiddleware(countRequests),
	}, opts...)
	return itemservice.NewServer(h, opts...)
}

// newStockClient returns a client of the stock service at addr that counts
// its calls in outgoing.
func newStockClient(addr string, outgoing *callCounter) (stockservice.Client, error) {
	return stockservice.NewClient("stock",
		client.WithHostPorts(addr),
		client.WithClientBasicInfo(basicInfo),
		client.WithTransportProtocol(transport.TTHeader),
		client.WithMetaHandler(transmeta.ClientTTHeaderHandler),
		client.WithLongConnection(connpool.IdleConfig{MaxIdlePerAddress: 64, MaxIdleTimeout: time.Minute}),
		client.WithRPCTimeout(2*time.Second),
		client.WithMiddleware(outgoing.middleware),
		client.WithMiddleware(relayStockSeen))
}

// callCounter counts calls to other services by service and method.
type callCounter struct {
	mu sync.Mutex
	n  map[string]map[string]int64
}

func newCallCounter() *callCounter {
	return &callCounter{n: make(map[string]map[string]int64)}
}

func (c *callCounter) middleware(next endpoint.Endpoint) endpoint.Endpoint {
	return func(ctx context.Context, req, resp any) error {
		to := rpcinfo.GetRPCInfo(ctx).To()
		c.mu.Lock()
		methods := c.n[to.ServiceName()]
		if methods == nil {
			methods = make(map[string]int64)
			c.n[to.ServiceName()] = methods
		}
		methods[to.Method()]++
		c.mu.Unlock()
		return next(ctx, req, resp)
	}
}

// counts returns a copy of the counts so far.
func (c *callCounter) counts() map[string]map[string]int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	counts := make(map[string]map[string]int64)
	for service, methods := range c.n {
		counts[service] = maps.Clone(methods)
	}
	return counts
}

// relayStockSeen sends what stock sends back on to item's own caller.
func relayStockSeen(next endpoint.Endpoint) endpoint.Endpoint {
	return func(ctx context.Context, req, resp any) error {
		back := metainfo.WithBackwardValues(ctx)
		err := next(back, req, resp)
		if seen, ok := metainfo.RecvBackwardValue(back, "STOCK_SEEN"); ok {
			metainfo.SendBackwardValue(ctx, "STOCK_SEEN", seen)
		}
		return err
	}
}
