package main

import (
	"context"
	"errors"
	"net"
	"os"
	"testing"
	"time"

	"github.com/bytedance/gopkg/cloud/metainfo"
	"github.com/cloudwego/kitex"
	"github.com/cloudwego/kitex/client"
	"github.com/cloudwego/kitex/pkg/kerrors"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/transmeta"
	"github.com/cloudwego/kitex/server"
	"github.com/cloudwego/kitex/transport"

	"github.com/gomerge/rules_go_merge/examples/shop/stock/internal/inventory"
	"github.com/gomerge/rules_go_merge/examples/shop/stock/kitex_gen/stock"
	"github.com/gomerge/rules_go_merge/examples/shop/stock/kitex_gen/stock/stockservice"
)

// dial starts a server on the loopback interface and returns a client of it.
func dial(t *testing.T) stockservice.Client {
	t.Helper()
	inv, err := inventory.Load(inventory.DefaultSeed)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	svr := newServer(inv, server.WithListener(ln), server.WithExitWaitTime(time.Millisecond))
	go func() {
		if err := svr.Run(); err != nil {
			t.Errorf("Run: %v", err)
		}
	}()
	t.Cleanup(func() { svr.Stop() })
	return stockservice.MustNewClient("stock",
		client.WithHostPorts(ln.Addr().String()),
		client.WithClientBasicInfo(&rpcinfo.EndpointBasicInfo{ServiceName: "test"}),
		client.WithTransportProtocol(transport.TTHeader),
		client.WithMetaHandler(transmeta.ClientTTHeaderHandler))
}

func TestServer(t *testing.T) {
	cl := dial(t)
	ctx := metainfo.WithPersistentValue(context.Background(), "REQUEST_ID", "r1")
	ctx = metainfo.WithValue(ctx, "CHANNEL", "web")
	ctx = metainfo.WithBackwardValues(ctx)

	level, err := cl.GetStock(ctx, "lamp")
	if err != nil {
		t.Fatal(err)
	}
	if level.OnHand != 16 || level.GetTurnover() != 1.5 {
		t.Errorf("level = %v", level)
	}
	if seen, _ := metainfo.RecvBackwardValue(ctx, "STOCK_SEEN"); seen != "r1 from test via web" {
		t.Errorf("STOCK_SEEN = %q", seen)
	}

	levels, err := cl.GetStocks(ctx, []stock.ItemID{"lamp", "desk", "unicorn"}, false)
	if err != nil {
		t.Fatal(err)
	}
	if len(levels) != 2 || levels["lamp"].Shelves == nil || len(levels["lamp"].Shelves) != 0 {
		t.Errorf("levels = %v", levels)
	}

	if err := cl.NoteView(ctx, "lamp"); err != nil {
		t.Fatal(err)
	}
	for views := map[string]int64(nil); views["lamp"] != 1; time.Sleep(time.Millisecond) {
		if views, err = cl.GetViews(ctx); err != nil {
			t.Fatal(err)
		}
	}
	build, err := cl.Build(ctx)
	if err != nil || build.Version != "dev" || build.Kitex != kitex.Version {
		t.Errorf("Build = %v, %v", build, err)
	}
	calls, err := cl.Calls(ctx)
	if err != nil || calls["GetStock"] != 1 || calls["NoteView"] != 1 || calls["Build"] != 0 {
		t.Errorf("Calls = %v, %v", calls, err)
	}
}

func TestServerErrors(t *testing.T) {
	cl := dial(t)
	ctx := context.Background()
	claim := &stock.Claim{OrderId: new(string)}

	var unknown *stock.UnknownItem
	if _, err := cl.GetStock(ctx, "unicorn"); !errors.As(err, &unknown) {
		t.Errorf("GetStock: %v", err)
	}
	if _, err := cl.GetStocks(ctx, make([]string, stock.MAX_BATCH+1), true); !errors.Is(err, kerrors.ErrRemoteOrNetwork) {
		t.Errorf("GetStocks: %v", err)
	}
	var out *stock.OutOfStock
	if _, err := cl.Reserve(ctx, &stock.ReserveRequest{ItemId: "coat", Quantity: 1, Claim: claim}); !errors.As(err, &out) {
		t.Errorf("Reserve: %v", err)
	}
	_, err := cl.Reserve(ctx, &stock.ReserveRequest{ItemId: "walkman", Quantity: 1, Claim: claim})
	if biz, ok := kerrors.FromBizStatusError(err); !ok || biz.BizStatusCode() != stock.CODE_DISCONTINUED || biz.BizExtra()["since"] == "" {
		t.Errorf("Reserve: %v", err)
	}
	var gone *stock.UnknownReservation
	if err := cl.Release(ctx, "R0"); !errors.As(err, &gone) {
		t.Errorf("Release: %v", err)
	}
}

func TestSeeds(t *testing.T) {
	seed, err := os.ReadFile("seeds/holidays.json")
	if err != nil {
		t.Fatal(err)
	}
	if inv, err := inventory.Load(seed); err != nil || inv.Len() != 2 {
		t.Errorf("Load: %v", err)
	}
}
