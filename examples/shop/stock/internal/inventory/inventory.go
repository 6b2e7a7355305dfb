// Package inventory keeps the shelves: how many there are of each item, where,
// and how many of them are promised to somebody.
package inventory

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/bytedance/sonic"
	"github.com/cloudwego/kitex/pkg/kerrors"

	"github.com/gomerge/rules_go_merge/examples/shop/stock/kitex_gen/stock"
)

// Inventory is the state of all shelves. Its methods may be called
// concurrently, and what they return belongs to the caller.
type Inventory struct {
	mu           sync.Mutex
	items        map[stock.ItemID]*record
	reservations map[string]*stock.Reservation
	reserved     int // so far, released ones included
	views        map[stock.ItemID]int64
}

// Len returns the number of items.
func (inv *Inventory) Len() int {
	return len(inv.items)
}

// Level returns what there is of an item, and false if the item is unknown.
func (inv *Inventory) Level(id stock.ItemID) (*stock.StockLevel, bool, error) {
	inv.mu.Lock()
	defer inv.mu.Unlock()
	r, ok := inv.items[id]
	if !ok {
		return nil, false, nil
	}
	level := stock.NewStockLevel()
	level.ItemId = id
	level.OnHand = r.total()
	level.Reserved = r.reserved
	level.ByWarehouse = maps.Clone(r.OnHand)
	level.Handling = slices.Clone(r.Handling)
	level.RestockDays = r.RestockDays
	level.Turnover = r.Turnover
	level.Bundle = r.Bundle.thrift()
	if r.LowMark != nil {
		level.LowMark = *r.LowMark
	}
	for _, s := range r.Shelves {
		level.Shelves = append(level.Shelves, s.thrift())
	}
	switch {
	case r.Discontinued != nil:
		level.Availability = stock.Availability_DISCONTINUED
	case level.OnHand == 0:
		level.Availability = stock.Availability_SOLD_OUT
	case level.OnHand <= level.LowMark:
		level.Availability = stock.Availability_LOW
	default:
		level.Availability = stock.Availability_IN_STOCK
	}
	if r.Label != nil {
		var err error
		if level.Label, err = sonic.Marshal(r.Label); err != nil {
			return nil, false, fmt.Errorf("label of %s: %w", id, err)
		}
	}
	return level, true, nil
}

// Reserve takes items off the shelves, from the warehouses in order of their
// names unless the request names one. Its errors are those of
// StockService.Reserve.
func (inv *Inventory) Reserve(req *stock.ReserveRequest) (*stock.Reservation, error) {
	if req.Quantity <= 0 {
		return nil, fmt.Errorf("cannot reserve %d of %s", req.Quantity, req.ItemId)
	}
	inv.mu.Lock()
	defer inv.mu.Unlock()
	r, ok := inv.items[req.ItemId]
	if !ok {
		return nil, &stock.UnknownItem{ItemId: req.ItemId}
	}
	if r.Discontinued != nil {
		return nil, kerrors.NewBizStatusErrorWithExtra(stock.CODE_DISCONTINUED,
			req.ItemId+" is no longer sold",
			map[string]string{"since": r.Discontinued.Since, "replacement": r.Discontinued.Replacement})
	}

	from := slices.Sorted(maps.Keys(r.OnHand))
	if req.IsSetWarehouse() {
		from = []string{req.GetWarehouse()}
	}
	taken := make(map[string]int32)
	missing := req.Quantity
	for _, w := range from {
		if n := min(missing, r.OnHand[w]); n > 0 {
			taken[w] = n
			missing -= n
		}
	}
	if missing > 0 {
		return nil, &stock.OutOfStock{ItemId: req.ItemId, Requested: req.Quantity, Available: req.Quantity - missing}
	}

	for w, n := range taken {
		r.OnHand[w] -= n
	}
	r.reserved += req.Quantity
	inv.reserved++
	res := &stock.Reservation{
		Id:       fmt.Sprintf("R%d", inv.reserved),
		ItemId:   req.ItemId,
		Quantity: req.Quantity,
		Taken:    taken,
		Claim:    req.Claim,
	}
	inv.reservations[res.Id] = res
	answer := *res
	answer.Taken = maps.Clone(taken)
	return &answer, nil
}

// Release puts what was reserved back on the shelves.
func (inv *Inventory) Release(id string) error {
	inv.mu.Lock()
	defer inv.mu.Unlock()
	res, ok := inv.reservations[id]
	if !ok {
		return &stock.UnknownReservation{Id: id}
	}
	delete(inv.reservations, id)
	r := inv.items[res.ItemId]
	r.reserved -= res.Quantity
	for w, n := range res.Taken {
		r.OnHand[w] += n
	}
	return nil
}

// NoteView notes that somebody looked at an item.
func (inv *Inventory) NoteView(id stock.ItemID) {
	inv.mu.Lock()
	defer inv.mu.Unlock()
	if _, ok := inv.items[id]; ok {
		inv.views[id]++
	}
}

// Views returns how often NoteView was called for each item.
func (inv *Inventory) Views() map[stock.ItemID]int64 {
	inv.mu.Lock()
	defer inv.mu.Unlock()
	return maps.Clone(inv.views)
}
