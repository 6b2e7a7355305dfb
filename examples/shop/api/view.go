package main

import (
	"encoding/json"

	"github.com/gomerge/rules_go_merge/examples/shop/api/kitex_gen/item"
	"github.com/gomerge/rules_go_merge/examples/shop/api/kitex_gen/stock"
)

// The views are what clients see in place of an IDL's struct: enums by name,
// and JSON where the IDL has JSON in binary fields.

type itemView struct {
	*item.Item
	Spec  json.RawMessage `json:"spec,omitempty"`
	Stock *summaryView    `json:"stock,omitempty"`
}

type summaryView struct {
	*item.StockSummary
	Supply string `json:"supply"`
}

func viewItem(it *item.Item) *itemView {
	v := &itemView{Item: it, Spec: it.Spec}
	if it.Stock != nil {
		v.Stock = &summaryView{StockSummary: it.Stock, Supply: it.Stock.Supply.String()}
	}
	return v
}

type stockView struct {
	*stock.StockLevel
	Availability string          `json:"availability"`
	Label        json.RawMessage `json:"label,omitempty"`
}

func viewStock(level *stock.StockLevel) *stockView {
	return &stockView{StockLevel: level, Availability: level.Availability.String(), Label: level.Label}
}
