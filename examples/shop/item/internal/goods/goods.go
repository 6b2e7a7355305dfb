// Package goods holds the catalogue: what the shop sells, without how many
// there are.
package goods

import (
	_ "embed"
	"fmt"

	"github.com/bytedance/sonic"

	"github.com/gomerge/rules_go_merge/examples/shop/item/kitex_gen/catalogue"
	"github.com/gomerge/rules_go_merge/examples/shop/item/kitex_gen/item"
)

// AllParts are all optional parts of an item.
var AllParts = []item.Part{item.Part_ATTRIBUTES, item.Part_CATEGORY, item.Part_SPEC}

//go:embed catalogue.json
var defaultCatalogue []byte

// Catalogue is an immutable set of items.
type Catalogue struct {
	entries map[catalogue.ItemID]*entry
}

// entry is an item as the catalogue file has it.
type entry struct {
	ID         catalogue.ItemID   `json:"id"`
	Name       string             `json:"name"`
	Price      int64              `json:"price"` // in cents
	Category   []string           `json:"category"`
	Attributes map[string]string  `json:"attributes"`
	Tags       []string           `json:"tags"`
	Book       *catalogue.Book    `json:"book"`
	Garment    *catalogue.Garment `json:"garment"`
	Volts      *float64           `json:"volts"`
	Spec       *Spec              `json:"spec"`
	Rating     *float64           `json:"rating"`
	Fragile    bool               `json:"fragile"`
}

// Spec is a maker's data sheet.
type Spec struct {
	Grams       int    `json:"grams"`
	Millimetres []int  `json:"millimetres"` // width, depth, height
	Seal        []byte `json:"seal"`        // the maker's signature
}

// Default returns the shop's catalogue.
func Default() (*Catalogue, error) {
	return Parse(defaultCatalogue)
}

// Parse reads a catalogue file.
func Parse(data []byte) (*Catalogue, error) {
	var entries []*entry
	if err := sonic.Unmarshal(data, &entries); err != nil {
		return nil, fmt.Errorf("catalogue: %w", err)
	}
	c := &Catalogue{entries: make(map[catalogue.ItemID]*entry)}
	for i, e := range entries {
		if e == nil || e.ID == "" {
			return nil, fmt.Errorf("catalogue: entry %d has no id", i)
		}
		c.entries[e.ID] = e
	}
	return c, nil
}

// Len returns the number of items.
func (c *Catalogue) Len() int {
	return len(c.entries)
}

// Price returns the price of one item, and false if there is no such item.
func (c *Catalogue) Price(id catalogue.ItemID) (*catalogue.Money, bool) {
	e, ok := c.entries[id]
	if !ok {
		return nil, false
	}
	return &catalogue.Money{Currency: item.CURRENCY, Amount: e.Price}, true
}

// Item returns an item with the given parts, and false if there is no such
// item. The caller may set the item's fields but not change what they refer to.
func (c *Catalogue) Item(id catalogue.ItemID, parts []item.Part) (*item.Item, bool, error) {
	e, ok := c.entries[id]
	if !ok {
		return nil, false, nil
	}
	it := item.NewItem()
	it.Id = id
	it.Name = e.Name
	it.Price, _ = c.Price(id)
	it.Fragile = e.Fragile
	if e.Rating != nil {
		it.Rating = *e.Rating
	}
	for _, part := range parts {
		switch part {
		case item.Part_ATTRIBUTES:
			it.Attributes = e.Attributes
			it.Tags = e.Tags
			it.Details = e.details()
		case item.Part_CATEGORY:
			it.Category = path(e.Category)
		case item.Part_SPEC:
			if e.Spec == nil {
				continue
			}
			var err error
			if it.Spec, err = sonic.Marshal(e.Spec); err != nil {
				return nil, false, fmt.Errorf("spec of %s: %w", id, err)
			}
		}
	}
	return it, true, nil
}

func (e *entry) details() *catalogue.Details {
	switch {
	case e.Book != nil:
		return &catalogue.Details{Book: e.Book}
	case e.Garment != nil:
		return &catalogue.Details{Garment: e.Garment}
	case e.Volts != nil:
		return &catalogue.Details{Volts: e.Volts}
	}
	return nil
}

// path makes a chain of categories.
func path(names []string) *catalogue.Category {
	if len(names) == 0 {
		return nil
	}
	c := &catalogue.Category{Name: names[0]}
	if below := path(names[1:]); below != nil {
		c.Children = []*catalogue.Category{below}
	}
	return c
}
