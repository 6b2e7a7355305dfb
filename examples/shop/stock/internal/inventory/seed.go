package inventory

import (
	_ "embed"
	"fmt"

	"github.com/bytedance/sonic"

	"github.com/gomerge/rules_go_merge/examples/shop/stock/kitex_gen/stock"
)

// DefaultSeed is the content of the shelves if nothing else is given.
//
//go:embed seed.json
var DefaultSeed []byte

// Load fills an inventory from a seed, a JSON list of records.
func Load(seed []byte) (*Inventory, error) {
	var records []*record
	if err := sonic.Unmarshal(seed, &records); err != nil {
		return nil, fmt.Errorf("seed: %w", err)
	}
	inv := &Inventory{
		items:        make(map[stock.ItemID]*record),
		reservations: make(map[string]*stock.Reservation),
		views:        make(map[stock.ItemID]int64),
	}
	for i, r := range records {
		if r == nil || r.ItemID == "" {
			return nil, fmt.Errorf("seed: record %d has no item_id", i)
		}
		if inv.items[r.ItemID] != nil {
			return nil, fmt.Errorf("seed: item %s occurs twice", r.ItemID)
		}
		inv.items[r.ItemID] = r
	}
	return inv, nil
}

// record is what a seed says of an item, kept up to date with reservations.
type record struct {
	ItemID       stock.ItemID     `json:"item_id"`
	OnHand       map[string]int32 `json:"on_hand"` // by warehouse
	Shelves      []shelf          `json:"shelves"`
	Handling     []string         `json:"handling"`
	LowMark      *int32           `json:"low_mark"`
	RestockDays  *int32           `json:"restock_days"`
	Turnover     *float64         `json:"turnover"`
	Bundle       *bundle          `json:"bundle"`
	Label        *label           `json:"label"`
	Discontinued *discontinued    `json:"discontinued"`

	reserved int32
}

func (r *record) total() int32 {
	var n int32
	for _, m := range r.OnHand {
		n += m
	}
	return n
}

// label is printed on the parcel.
type label struct {
	Code string `json:"code"`
	Mark []byte `json:"mark"` // the bits of the bar code
}

type discontinued struct {
	Since       string `json:"since"`
	Replacement string `json:"replacement"`
}

type shelf struct {
	Warehouse string  `json:"warehouse"`
	Aisle     *string `json:"aisle"`
	Level     *int16  `json:"level"`
}

func (s shelf) thrift() *stock.Shelf {
	t := stock.NewShelf()
	t.Warehouse = s.Warehouse
	t.Level = s.Level
	if s.Aisle != nil {
		t.Aisle = *s.Aisle
	}
	return t
}

type bundle struct {
	ItemID   stock.ItemID `json:"item_id"`
	Quantity *int32       `json:"quantity"`
	Parts    []*bundle    `json:"parts"`
}

func (b *bundle) thrift() *stock.Bundle {
	if b == nil {
		return nil
	}
	t := stock.NewBundle()
	t.ItemId = b.ItemID
	if b.Quantity != nil {
		t.Quantity = *b.Quantity
	}
	for _, p := range b.Parts {
		t.Parts = append(t.Parts, p.thrift())
	}
	return t
}
