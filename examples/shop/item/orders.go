package main

import (
	"strconv"
	"sync"

	"github.com/google/uuid"
)

// orderBook knows the reservation of each order. The zero value is empty.
type orderBook struct {
	mu           sync.Mutex
	issued       int
	reservations map[string]string // by order
}

// newID returns an id for an order: a UUID made from the order's number.
func (b *orderBook) newID() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.issued++
	return uuid.NewSHA1(uuid.NameSpaceOID, []byte("order "+strconv.Itoa(b.issued))).String()
}

func (b *orderBook) add(order, reservation string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.reservations == nil {
		b.reservations = make(map[string]string)
	}
	b.reservations[order] = reservation
}

// remove forgets an order and returns its reservation.
func (b *orderBook) remove(order string) (reservation string, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	reservation, ok = b.reservations[order]
	delete(b.reservations, order)
	return reservation, ok
}
