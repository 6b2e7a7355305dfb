package main

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/bytedance/gopkg/cloud/metainfo"
	"github.com/cloudwego/kitex/client"
	"github.com/cloudwego/kitex/pkg/kerrors"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/transmeta"
	"github.com/cloudwego/kitex/server"
	"github.com/cloudwego/kitex/transport"

	"github.com/gomerge/rules_go_merge/examples/shop/item/internal/goods"
	"github.com/gomerge/rules_go_merge/examples/shop/item/kitex_gen/item"
	"github.com/gomerge/rules_go_merge/examples/shop/item/kitex_gen/item/itemservice"
	"github.com/gomerge/rules_go_merge/examples/shop/item/kitex_gen/stock"
	"github.com/gomerge/rules_go_merge/examples/shop/item/kitex_gen/stock/stockservice"
)

// serve runs a server and returns its address. build gets the options to pass
// on.
func serve(t *testing.T, build func(...server.Option) server.Server) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	svr := build(server.WithListener(ln), server.WithExitWaitTime(time.Millisecond))
	go func() {
		if err := svr.Run(); err != nil {
			t.Errorf("Run: %v", err)
		}
	}()
	t.Cleanup(func() { svr.Stop() })
	return ln.Addr().String()
}

// stockServer is a stock service that refuses all reservations.
type stockServer struct{ stock.StockService }

func (*stockServer) GetStock(ctx context.Context, id string) (*stock.StockLevel, error) {
	request, _ := metainfo.GetPersistentValue(ctx, "REQUEST_ID")
	from := rpcinfo.GetRPCInfo(ctx).From().ServiceName()
	metainfo.SendBackwardValue(ctx, "STOCK_SEEN", request+" from "+from)
	return &stock.StockLevel{ItemId: id, OnHand: 7}, nil
}

func (*stockServer) NoteView(ctx context.Context, id string) error { return nil }

func (*stockServer) Reserve(ctx context.Context, req *stock.ReserveRequest) (*stock.Reservation, error) {
	return nil, kerrors.NewBizStatusErrorWithExtra(stock.CODE_DISCONTINUED, "gone", map[string]string{"since": "now"})
}

// TestChain calls item, which calls stock, over loopback connections.
func TestChain(t *testing.T) {
	stockAddr := serve(t, func(opts ...server.Option) server.Server {
		opts = append(opts, server.WithMetaHandler(transmeta.ServerTTHeaderHandler))
		return stockservice.NewServer(&stockServer{}, opts...)
	})
	outgoing := newCallCounter()
	stockClient, err := newStockClient(stockAddr, outgoing)
	if err != nil {
		t.Fatal(err)
	}
	c, err := goods.Default()
	if err != nil {
		t.Fatal(err)
	}
	itemAddr := serve(t, func(opts ...server.Option) server.Server {
		return newServer(newHandler(c, stockClient, outgoing), opts...)
	})
	cl := itemservice.MustNewClient("item",
		client.WithHostPorts(itemAddr),
		client.WithTransportProtocol(transport.TTHeader),
		client.WithMetaHandler(transmeta.ClientTTHeaderHandler))

	ctx := metainfo.WithPersistentValue(context.Background(), "REQUEST_ID", "r1")
	ctx = metainfo.WithBackwardValues(ctx)
	lamp, err := cl.GetItem(ctx, "lamp")
	if err != nil {
		t.Fatal(err)
	}
	if lamp.Stock.GetOnHand() != 7 {
		t.Errorf("stock = %v", lamp.Stock)
	}
	if seen, _ := metainfo.RecvBackwardValue(ctx, "STOCK_SEEN"); seen != "r1 from item" {
		t.Errorf("STOCK_SEEN = %q", seen)
	}

	_, err = cl.PlaceOrder(ctx, &item.PlaceOrderRequest{ItemId: "lamp", Quantity: 1})
	if biz, ok := kerrors.FromBizStatusError(err); !ok || biz.BizExtra()["since"] != "now" {
		t.Errorf("PlaceOrder: %v", err)
	}

	calls, err := cl.Calls(ctx)
	if err != nil || calls["stock"]["GetStock"] != 1 || calls["stock"]["NoteView"] != 1 || calls["stock"]["Reserve"] != 1 {
		t.Errorf("Calls = %v, %v", calls, err)
	}
}
