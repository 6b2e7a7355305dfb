package main

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/cloudwego/kitex"
	"github.com/go-chi/chi/v5"

	"github.com/gomerge/rules_go_merge/examples/shop/api/kitex_gen/item"
	"github.com/gomerge/rules_go_merge/examples/shop/api/kitex_gen/item/itemservice"
	"github.com/gomerge/rules_go_merge/examples/shop/api/kitex_gen/stock/stockservice"
)

// front answers HTTP requests by asking the services behind.
type front struct {
	items  itemservice.Client
	stocks stockservice.Client
}

func newRouter(f *front) http.Handler {
	r := chi.NewRouter()
	r.Get("/healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	r.Group(func(r chi.Router) {
		r.Use(counted, traced)
		r.Get("/items/{id}", endpoint(f.getItem))
		r.Get("/items", endpoint(f.listItems))
		r.Post("/orders", endpoint(f.placeOrder))
		r.Delete("/orders/{id}", endpoint(f.cancelOrder))
		r.Get("/stock/{id}", endpoint(f.getStock))
		r.Get("/views", endpoint(f.getViews))
		r.Get("/calls", endpoint(f.getCalls))
		r.Get("/versions", endpoint(f.getVersions))
	})
	return r
}

func (f *front) getItem(r *http.Request) (any, error) {
	it, err := f.items.GetItem(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return nil, err
	}
	return viewItem(it), nil
}

func (f *front) listItems(r *http.Request) (any, error) {
	req := item.NewListItemsRequest()
	req.Ids = splitList(r.FormValue("ids"))
	if parts, ok := r.Form["parts"]; ok {
		req.Parts = []item.Part{}
		for _, name := range splitList(parts[0]) {
			part, err := item.PartFromString(strings.ToUpper(name))
			if err != nil {
				return nil, badRequest{err}
			}
			req.Parts = append(req.Parts, part)
		}
	}
	resp, err := f.items.ListItems(r.Context(), req)
	if err != nil {
		return nil, err
	}
	views := make([]*itemView, len(resp.Items))
	for i, it := range resp.Items {
		views[i] = viewItem(it)
	}
	return map[string]any{"items": views, "missing": resp.Missing}, nil
}

func (f *front) placeOrder(r *http.Request) (any, error) {
	req := item.NewPlaceOrderRequest()
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(req); err != nil {
		return nil, badRequest{err}
	}
	return f.items.PlaceOrder(r.Context(), req)
}

func (f *front) cancelOrder(r *http.Request) (any, error) {
	return nil, f.items.CancelOrder(r.Context(), chi.URLParam(r, "id"))
}

func (f *front) getStock(r *http.Request) (any, error) {
	level, err := f.stocks.GetStock(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return nil, err
	}
	return viewStock(level), nil
}

func (f *front) getViews(r *http.Request) (any, error) {
	return f.stocks.GetViews(r.Context())
}

// getCalls reports what item counted on its way out and stock on its way in.
func (f *front) getCalls(r *http.Request) (any, error) {
	outgoing, err := f.items.Calls(r.Context())
	if err != nil {
		return nil, err
	}
	incoming, err := f.stocks.Calls(r.Context())
	if err != nil {
		return nil, err
	}
	return map[string]any{"item_made": outgoing, "stock_served": incoming}, nil
}

func (f *front) getVersions(r *http.Request) (any, error) {
	type build struct {
		Version string `json:"version"`
		Kitex   string `json:"kitex"`
	}
	items, err := f.items.Build(r.Context())
	if err != nil {
		return nil, err
	}
	stocks, err := f.stocks.Build(r.Context())
	if err != nil {
		return nil, err
	}
	return map[string]build{
		"api":   {version, kitex.Version},
		"item":  {items.Version, items.Kitex},
		"stock": {stocks.Version, stocks.Kitex},
	}, nil
}

// splitList splits a comma-separated list and leaves out what is empty.
func splitList(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' })
}
