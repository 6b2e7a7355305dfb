package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/cloudwego/kitex/client/callopt"
	"github.com/cloudwego/kitex/pkg/kerrors"

	"github.com/gomerge/rules_go_merge/examples/shop/item/internal/goods"
	"github.com/gomerge/rules_go_merge/examples/shop/item/kitex_gen/item"
	"github.com/gomerge/rules_go_merge/examples/shop/item/kitex_gen/stock"
	"github.com/gomerge/rules_go_merge/examples/shop/item/kitex_gen/stock/stockservice"
)

// fakeStock knows lamps and answers reservations with err.
type fakeStock struct {
	stockservice.Client
	err      error
	reserved *stock.ReserveRequest
	released []string
	viewed   []string
}

func (s *fakeStock) level() *stock.StockLevel {
	l := stock.NewStockLevel()
	l.ItemId = "lamp"
	l.OnHand = 3
	l.Availability = stock.Availability_LOW
	return l
}

func (s *fakeStock) GetStock(ctx context.Context, id string, _ ...callopt.Option) (*stock.StockLevel, error) {
	switch id {
	case "lamp":
		return s.level(), nil
	case "desk":
		return nil, errors.New("stock is on fire")
	}
	return nil, &stock.UnknownItem{ItemId: id}
}

func (s *fakeStock) GetStocks(ctx context.Context, ids []string, _ bool, _ ...callopt.Option) (map[string]*stock.StockLevel, error) {
	levels := make(map[string]*stock.StockLevel)
	if slices.Contains(ids, "lamp") {
		levels["lamp"] = s.level()
	}
	return levels, nil
}

func (s *fakeStock) Reserve(ctx context.Context, req *stock.ReserveRequest, _ ...callopt.Option) (*stock.Reservation, error) {
	s.reserved = req
	if s.err != nil {
		return nil, s.err
	}
	return &stock.Reservation{Id: "R1", ItemId: req.ItemId, Quantity: req.Quantity}, nil
}

func (s *fakeStock) Release(ctx context.Context, id string, _ ...callopt.Option) error {
	s.released = append(s.released, id)
	return nil
}

func (s *fakeStock) NoteView(ctx context.Context, id string, _ ...callopt.Option) error {
	s.viewed = append(s.viewed, id)
	return nil
}

func newTestHandler(t *testing.T, s *fakeStock) *handler {
	t.Helper()
	c, err := goods.Default()
	if err != nil {
		t.Fatal(err)
	}
	return newHandler(c, s, newCallCounter())
}

func TestGetItem(t *testing.T) {
	tests := []struct {
		id     string
		supply item.Supply
		want   string // in the error
	}{
		{"lamp", item.Supply_SCARCE, ""},
		{"poster", -1, ""},
		{"unicorn", 0, "NotFound"},
		{"desk", 0, "stock of desk: stock is on fire"},
	}
	for _, tt := range tests {
		t.Run(tt.id, func(t *testing.T) {
			s := &fakeStock{}
			it, err := newTestHandler(t, s).GetItem(context.Background(), tt.id)
			if tt.want != "" {
				if err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("error = %v, want %q", err, tt.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case tt.supply < 0:
				if it.Stock != nil {
					t.Errorf("stock = %v, want none", it.Stock)
				}
			case it.Stock == nil || it.Stock.Supply != tt.supply:
				t.Errorf("stock = %v, want supply %v", it.Stock, tt.supply)
			}
			if !slices.Equal(s.viewed, []string{tt.id}) {
				t.Errorf("viewed = %v", s.viewed)
			}
		})
	}
}

func TestListItems(t *testing.T) {
	resp, err := newTestHandler(t, &fakeStock{}).ListItems(context.Background(), &item.ListItemsRequest{
		Ids:   []string{"lamp", "unicorn", "novel"},
		Parts: []item.Part{item.Part_CATEGORY},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(resp.Items) != 2 || resp.Items[0].Stock.GetOnHand() != 3 || resp.Items[1].Stock != nil {
		t.Errorf("items = %v", resp.Items)
	}
	if !slices.Equal(resp.Missing, []string{"unicorn"}) {
		t.Errorf("missing = %v", resp.Missing)
	}
	if resp.Items[0].Attributes != nil || resp.Items[0].Category == nil {
		t.Errorf("parts of %v", resp.Items[0])
	}
}

func TestPlaceOrder(t *testing.T) {
	s := &fakeStock{}
	h := newTestHandler(t, s)
	ctx := context.Background()
	order, err := h.PlaceOrder(ctx, &item.PlaceOrderRequest{ItemId: "lamp", Quantity: 2})
	if err != nil {
		t.Fatal(err)
	}
	if order.Total.Amount != 2*4990 || order.ReservationId != "R1" || s.reserved.Claim.GetOrderId() != order.Id {
		t.Errorf("order = %v, reserved %v", order, s.reserved)
	}
	if err := h.CancelOrder(ctx, order.Id); err != nil || !slices.Equal(s.released, []string{"R1"}) {
		t.Errorf("CancelOrder: %v, released %v", err, s.released)
	}
	var notFound *item.NotFound
	if err := h.CancelOrder(ctx, order.Id); !errors.As(err, &notFound) {
		t.Errorf("second CancelOrder: %v", err)
	}
}

func TestPlaceOrderErrors(t *testing.T) {
	tests := []struct {
		name, id string
		err      error
		ok       func(error) bool
	}{
		{"no such item", "unicorn", nil, isNotFound("item")},
		{"not in stock's books", "poster", &stock.UnknownItem{ItemId: "poster"}, isNotFound("stock")},
		{"sold out", "coat", &stock.OutOfStock{ItemId: "coat", Requested: 1}, func(err error) bool {
			var e *item.SoldOut
			return errors.As(err, &e) && e.ItemId == "coat" && e.Message == "1 wanted, 0 left"
		}},
		{"status", "walkman", kerrors.NewBizStatusError(stock.CODE_DISCONTINUED, "gone"), func(err error) bool {
			e, ok := kerrors.FromBizStatusError(err)
			return ok && e.BizStatusCode() == stock.CODE_DISCONTINUED
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newTestHandler(t, &fakeStock{err: tt.err})
			_, err := h.PlaceOrder(context.Background(), &item.PlaceOrderRequest{ItemId: tt.id, Quantity: 1})
			if !tt.ok(err) {
				t.Errorf("error = %v", err)
			}
		})
	}
}

func isNotFound(kind string) func(error) bool {
	return func(err error) bool {
		var e *item.NotFound
		return errors.As(err, &e) && e.Kind == kind
	}
}
