package main

import (
	"context"
	"fmt"

	"github.com/cloudwego/kitex"

	"github.com/gomerge/rules_go_merge/examples/shop/stock/internal/inventory"
	"github.com/gomerge/rules_go_merge/examples/shop/stock/kitex_gen/stock"
)

// handler implements stock.StockService.
type handler struct {
	inv   *inventory.Inventory
	calls *callCounter
}

var _ stock.StockService = (*handler)(nil)

func (h *handler) GetStock(ctx context.Context, id stock.ItemID) (*stock.StockLevel, error) {
	level, ok, err := h.inv.Level(id)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, &stock.UnknownItem{ItemId: id}
	}
	return level, nil
}

func (h *handler) GetStocks(ctx context.Context, ids []stock.ItemID, withShelves bool) (map[stock.ItemID]*stock.StockLevel, error) {
	if len(ids) > stock.MAX_BATCH {
		return nil, fmt.Errorf("%d items in one call, at most %d are allowed", len(ids), stock.MAX_BATCH)
	}
	levels := make(map[stock.ItemID]*stock.StockLevel, len(ids))
	for _, id := range ids {
		level, ok, err := h.inv.Level(id)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		if !withShelves {
			level.Shelves = nil
		}
		levels[id] = level
	}
	return levels, nil
}

func (h *handler) Reserve(ctx context.Context, req *stock.ReserveRequest) (*stock.Reservation, error) {
	return h.inv.Reserve(req)
}

func (h *handler) Release(ctx context.Context, id string) error {
	return h.inv.Release(id)
}

func (h *handler) NoteView(ctx context.Context, id stock.ItemID) error {
	h.inv.NoteView(id)
	return nil
}

func (h *handler) GetViews(ctx context.Context) (map[stock.ItemID]int64, error) {
	return h.inv.Views(), nil
}

func (h *handler) Calls(ctx context.Context) (map[string]int64, error) {
	return h.calls.counts(), nil
}

func (h *handler) Build(ctx context.Context) (*stock.BuildInfo, error) {
	return &stock.BuildInfo{Version: version, Kitex: kitex.Version}, nil
}
