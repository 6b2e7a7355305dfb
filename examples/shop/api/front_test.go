package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/bytedance/gopkg/cloud/metainfo"
	"github.com/cloudwego/kitex"
	"github.com/cloudwego/kitex/client/callopt"
	"github.com/cloudwego/kitex/pkg/kerrors"

	"github.com/gomerge/rules_go_merge/examples/shop/api/kitex_gen/catalogue"
	"github.com/gomerge/rules_go_merge/examples/shop/api/kitex_gen/item"
	"github.com/gomerge/rules_go_merge/examples/shop/api/kitex_gen/item/itemservice"
	"github.com/gomerge/rules_go_merge/examples/shop/api/kitex_gen/stock"
	"github.com/gomerge/rules_go_merge/examples/shop/api/kitex_gen/stock/stockservice"
)

type fakeItems struct{ itemservice.Client }

func (fakeItems) GetItem(ctx context.Context, id string, _ ...callopt.Option) (*item.Item, error) {
	switch id {
	case "lamp":
		request, _ := metainfo.GetPersistentValue(ctx, "REQUEST_ID")
		metainfo.SetBackwardValue(ctx, "STOCK_SEEN", request+" from item")
		it := item.NewItem()
		it.Id, it.Name = "lamp", "Lamp"
		it.Price = &catalogue.Money{Currency: item.CURRENCY, Amount: 100}
		it.Spec = []byte(`{"grams": 5}`)
		it.Stock = &item.StockSummary{Supply: item.Supply_SCARCE, OnHand: 2}
		return it, nil
	case "slow":
		return nil, kerrors.ErrRPCTimeout.WithCause(errors.New("3s"))
	}
	return nil, &item.NotFound{Kind: "item", Id: id}
}

func (fakeItems) ListItems(ctx context.Context, req *item.ListItemsRequest, _ ...callopt.Option) (*item.ListItemsResponse, error) {
	if req.IsSetParts() && !reflect.DeepEqual(req.Parts, []item.Part{item.Part_SPEC}) {
		return nil, errors.New("unexpected parts")
	}
	return &item.ListItemsResponse{Missing: req.Ids}, nil
}

func (fakeItems) PlaceOrder(ctx context.Context, req *item.PlaceOrderRequest, _ ...callopt.Option) (*item.Order, error) {
	switch req.ItemId {
	case "coat":
		return nil, &item.SoldOut{ItemId: "coat", Message: "none left"}
	case "walkman":
		return nil, kerrors.NewBizStatusErrorWithExtra(4100, "gone", map[string]string{"replacement": "radio"})
	case "bomb":
		return nil, errors.New("boom")
	}
	return &item.Order{Id: "o1", ItemId: req.ItemId, Quantity: req.Quantity}, nil
}

func (fakeItems) CancelOrder(ctx context.Context, id string, _ ...callopt.Option) error { return nil }

func (fakeItems) Calls(ctx context.Context, _ ...callopt.Option) (map[string]map[string]int64, error) {
	return map[string]map[string]int64{"stock": {"GetStock": 1}}, nil
}

func (fakeItems) Build(ctx context.Context, _ ...callopt.Option) (*item.BuildInfo, error) {
	return &item.BuildInfo{Version: "2", Kitex: "k2"}, nil
}

type fakeStocks struct{ stockservice.Client }

func (fakeStocks) GetStock(ctx context.Context, id string, _ ...callopt.Option) (*stock.StockLevel, error) {
	if id != "lamp" {
		return nil, &stock.UnknownItem{ItemId: id}
	}
	l := stock.NewStockLevel()
	l.ItemId, l.OnHand, l.Availability = "lamp", 2, stock.Availability_LOW
	l.Label = []byte(`{"code": "L"}`)
	return l, nil
}

func (fakeStocks) GetViews(ctx context.Context, _ ...callopt.Option) (map[string]int64, error) {
	return map[string]int64{"lamp": 3}, nil
}

func (fakeStocks) Calls(ctx context.Context, _ ...callopt.Option) (map[string]int64, error) {
	return map[string]int64{"GetStock": 1}, nil
}

func (fakeStocks) Build(ctx context.Context, _ ...callopt.Option) (*stock.BuildInfo, error) {
	return &stock.BuildInfo{Version: "3", Kitex: "k3"}, nil
}

func TestRouter(t *testing.T) {
	tests := []struct {
		request string // method, path and body
		status  int
		want    string // the body
	}{
		{"GET /items/lamp", 200, `{"data": {
			"id": "lamp", "name": "Lamp", "price": {"currency": "EUR", "amount": 100},
			"attributes": null, "tags": null, "rating": 2.5, "fragile": false,
			"spec": {"grams": 5},
			"stock": {"supply": "SCARCE", "on_hand": 2, "by_warehouse": null}
		}, "trace": {"request_id": "r1", "stock_seen": "r1 from item"}}`},
		{"GET /items/unicorn", 404, `{"error": {"kind": "not_found", "message": "no such item",
			"details": {"kind": "item", "id": "unicorn"}}, "trace": {"request_id": "r1"}}`},
		{"GET /items/slow", 504, `{"error": {"kind": "timeout", "message": "rpc timeout: 3s"},
			"trace": {"request_id": "r1"}}`},
		{"GET /items?ids=a,,b&parts=spec", 200, `{"data": {"items": [], "missing": ["a", "b"]},
			"trace": {"request_id": "r1"}}`},
		{"GET /items?ids=a&parts=soul", 400, `{"error": {"kind": "bad_request",
			"message": "not a valid Part string"}, "trace": {"request_id": "r1"}}`},
		{`POST /orders {"item_id": "lamp"}`, 200, `{"data": {"id": "o1", "item_id": "lamp", "quantity": 1,
			"total": null, "reservation_id": "", "taken": null}, "trace": {"request_id": "r1"}}`},
		{`POST /orders {"item_id": 7}`, 400, ""},
		{`POST /orders {"item_id": "coat"}`, 409, `{"error": {"kind": "sold_out", "message": "none left",
			"details": {"item_id": "coat", "available": 0, "message": "none left"}}, "trace": {"request_id": "r1"}}`},
		{`POST /orders {"item_id": "walkman"}`, 422, `{"error": {"kind": "refused", "message": "gone",
			"details": {"code": 4100, "extra": {"replacement": "radio"}}}, "trace": {"request_id": "r1"}}`},
		{`POST /orders {"item_id": "bomb"}`, 502, `{"error": {"kind": "unavailable", "message": "boom"},
			"trace": {"request_id": "r1"}}`},
		{"DELETE /orders/o1", 200, `{"trace": {"request_id": "r1"}}`},
		{"GET /stock/lamp", 200, `{"data": {"item_id": "lamp", "on_hand": 2, "reserved": 0,
			"availability": "LOW", "shelves": null, "by_warehouse": null, "handling": null, "low_mark": 5,
			"label": {"code": "L"}}, "trace": {"request_id": "r1"}}`},
		{"GET /stock/unicorn", 404, `{"error": {"kind": "not_found", "message": "no such item",
			"details": {"item_id": "unicorn"}}, "trace": {"request_id": "r1"}}`},
		{"GET /views", 200, `{"data": {"lamp": 3}, "trace": {"request_id": "r1"}}`},
		{"GET /calls", 200, `{"data": {"item_made": {"stock": {"GetStock": 1}}, "stock_served": {"GetStock": 1}},
			"trace": {"request_id": "r1"}}`},
		{"GET /versions", 200, `{"data": {
			"api": {"version": "` + version + `", "kitex": "` + kitex.Version + `"},
			"item": {"version": "2", "kitex": "k2"},
			"stock": {"version": "3", "kitex": "k3"}}, "trace": {"request_id": "r1"}}`},
		{"GET /healthz", 204, ""},
	}
	h := newRouter(&front{items: fakeItems{}, stocks: fakeStocks{}})
	for _, tt := range tests {
		t.Run(tt.request, func(t *testing.T) {
			f := strings.SplitN(tt.request+" ", " ", 3)
			req := httptest.NewRequest(f[0], f[1], strings.NewReader(f[2]))
			req.Header.Set("X-Request-Id", "r1")
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, req)
			if rec.Code != tt.status {
				t.Errorf("status = %d, want %d", rec.Code, tt.status)
			}
			if tt.want == "" {
				return
			}
			var got, want any
			if err := json.Unmarshal([]byte(tt.want), &want); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(rec.Body.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("body = %s, want %s", rec.Body, tt.want)
			}
		})
	}
}

func TestRequestID(t *testing.T) {
	h := newRouter(&front{items: fakeItems{}, stocks: fakeStocks{}})
	seen := make(map[string]bool)
	for range 2 {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/views", nil))
		var a answer
		if err := json.Unmarshal(rec.Body.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		seen[a.Trace.RequestID] = true
	}
	if len(seen) != 2 || seen[""] {
		t.Errorf("request ids = %v", seen)
	}
}
