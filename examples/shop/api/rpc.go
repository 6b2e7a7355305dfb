package main

import (
	"time"

	"github.com/cloudwego/kitex/client"
	"github.com/cloudwego/kitex/pkg/connpool"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/transmeta"
	"github.com/cloudwego/kitex/transport"

	"github.com/gomerge/rules_go_merge/examples/shop/api/kitex_gen/item/itemservice"
	"github.com/gomerge/rules_go_merge/examples/shop/api/kitex_gen/stock/stockservice"
)

func newItemClient(addr string) (itemservice.Client, error) {
	return itemservice.NewClient("item", clientOptions(addr)...)
}

func newStockClient(addr string) (stockservice.Client, error) {
	return stockservice.NewClient("stock", clientOptions(addr)...)
}

func clientOptions(addr string) []client.Option {
	return []client.Option{
		client.WithHostPorts(addr),
		client.WithClientBasicInfo(&rpcinfo.EndpointBasicInfo{ServiceName: "api"}),
		client.WithTransportProtocol(transport.TTHeader),
		client.WithMetaHandler(transmeta.ClientTTHeaderHandler),
		client.WithLongConnection(connpool.IdleConfig{MaxIdlePerAddress: 64, MaxIdleTimeout: time.Minute}),
		client.WithRPCTimeout(3 * time.Second),
	}
}
