package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/cloudwego/kitex"
	"github.com/cloudwego/kitex/pkg/klog"

	"github.com/gomerge/rules_go_merge/examples/shop/item/internal/goods"
	"github.com/gomerge/rules_go_merge/examples/shop/item/kitex_gen/catalogue"
	"github.com/gomerge/rules_go_merge/examples/shop/item/kitex_gen/item"
	"github.com/gomerge/rules_go_merge/examples/shop/item/kitex_gen/stock"
	"github.com/gomerge/rules_go_merge/examples/shop/item/kitex_gen/stock/stockservice"
)

// handler implements item.ItemService.
type handler struct {
	goods    *goods.Catalogue
	stock    stockservice.Client
	outgoing *callCounter
	orders   orderBook
}

var _ item.ItemService = (*handler)(nil)

func newHandler(g *goods.Catalogue, s stockservice.Client, outgoing *callCounter) *handler {
	return &handler{goods: g, stock: s, outgoing: outgoing}
}

func (h *handler) GetItem(ctx context.Context, id catalogue.ItemID) (*item.Item, error) {
	it, ok, err := h.goods.Item(id, goods.AllParts)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, &item.NotFound{Kind: "item", Id: id}
	}
	var unknown *stock.UnknownItem
	switch level, err := h.stock.GetStock(ctx, id); {
	case errors.As(err, &unknown): // not delivered yet
	case err != nil:
		return nil, fmt.Errorf("stock of %s: %w", id, err)
	default:
		it.Stock = summary(level)
	}
	if err := h.stock.NoteView(ctx, id); err != nil {
		klog.CtxWarnf(ctx, "view of %s is not noted: %v", id, err)
	}
	return it, nil
}

func (h *handler) ListItems(ctx context.Context, req *item.ListItemsRequest) (*item.ListItemsResponse, error) {
	parts := goods.AllParts
	if req.IsSetParts() {
		parts = req.Parts
	}
	resp := item.NewListItemsResponse()
	var ids []stock.ItemID
	for _, id := range req.Ids {
		it, ok, err := h.goods.Item(id, parts)
		if err != nil {
			return nil, err
		}
		if !ok {
			resp.Missing = append(resp.Missing, id)
			continue
		}
		resp.Items = append(resp.Items, it)
		ids = append(ids, id)
	}
	levels, err := h.stock.GetStocks(ctx, ids, false)
	if err != nil {
		return nil, fmt.Errorf("stock of %d items: %w", len(ids), err)
	}
	for _, it := range resp.Items {
		if level := levels[it.Id]; level != nil {
			it.Stock = summary(level)
		}
	}
	return resp, nil
}

func (h *handler) PlaceOrder(ctx context.Context, req *item.PlaceOrderRequest) (*item.Order, error) {
	price, ok := h.goods.Price(req.ItemId)
	if !ok {
		return nil, &item.NotFound{Kind: "item", Id: req.ItemId}
	}
	id := h.orders.newID()
	reservation, err := h.stock.Reserve(ctx, &stock.ReserveRequest{
		ItemId:    req.ItemId,
		Quantity:  req.Quantity,
		Claim:     &stock.Claim{OrderId: &id},
		Warehouse: req.Warehouse,
	})
	var (
		unknown *stock.UnknownItem
		out     *stock.OutOfStock
	)
	switch {
	case errors.As(err, &unknown):
		return nil, &item.NotFound{Kind: "stock", Id: req.ItemId}
	case errors.As(err, &out):
		return nil, &item.SoldOut{
			ItemId:    out.ItemId,
			Available: out.Available,
			Message:   fmt.Sprintf("%d wanted, %d left", out.Requested, out.Available),
		}
	case err != nil:
		// Status errors go to the caller as they are.
		return nil, err
	}
	price.Amount *= int64(req.Quantity)
	order := &item.Order{
		Id:            id,
		ItemId:        req.ItemId,
		Quantity:      reservation.Quantity,
		Total:         price,
		ReservationId: reservation.Id,
		Taken:         reservation.Taken,
		Note:          req.Note,
	}
	h.orders.add(id, reservation.Id)
	return order, nil
}

func (h *handler) CancelOrder(ctx context.Context, id string) error {
	reservation, ok := h.orders.remove(id)
	if !ok {
		return &item.NotFound{Kind: "order", Id: id}
	}
	return h.stock.Release(ctx, reservation)
}

func (h *handler) Calls(ctx context.Context) (map[string]map[string]int64, error) {
	return h.outgoing.counts(), nil
}

func (h *handler) Build(ctx context.Context) (*item.BuildInfo, error) {
	return &item.BuildInfo{Version: version, Kitex: kitex.Version}, nil
}

// summary says in item's words what stock answered.
func summary(level *stock.StockLevel) *item.StockSummary {
	s := item.NewStockSummary()
	s.OnHand = level.OnHand
	s.ByWarehouse = level.ByWarehouse
	s.RestockDays = level.RestockDays
	switch level.Availability {
	case stock.Availability_IN_STOCK:
		s.Supply = item.Supply_AVAILABLE
	case stock.Availability_LOW:
		s.Supply = item.Supply_SCARCE
	case stock.Availability_SOLD_OUT, stock.Availability_DISCONTINUED:
		s.Supply = item.Supply_NONE
	}
	return s
}
