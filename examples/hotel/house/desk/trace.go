package main

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/gomerge/rules_go_merge/examples/hotel/house/desk/hotelpb"
)

// operation is a span with those that it led to.
type operation struct {
	Service    string            `json:"service"`
	Name       string            `json:"name"`
	Kind       string            `json:"kind"`
	Attributes map[string]string `json:"attributes,omitempty"`
	Children   []*operation      `json:"children,omitempty"`
}

// trace joins what the services recorded of a trace. Its spans have no ids in
// the answer, since these differ from one request to the next.
func (d *desk) trace(r *http.Request) (any, error) {
	id := r.PathValue("id")
	own, err := d.recorder.Spans(r.Context(), id)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]*operation)
	parents := make(map[*operation]string)
	add := func(service, id, parent, name, kind string, attributes map[string]string) {
		op := &operation{Service: service, Name: name, Kind: kind, Attributes: attributes}
		byID[id], parents[op] = op, parent
	}
	for _, s := range own {
		add("desk", s.ID, s.Parent, s.Name, s.Kind, s.Attributes)
	}
	for service, client := range d.spans {
		list, err := client.List(r.Context(), &hotelpb.Trace{Id: id})
		if err != nil {
			return nil, err
		}
		for _, s := range list.Spans {
			add(service, s.Id, s.Parent, s.Name, s.Kind, s.Attributes)
		}
	}
	var roots []*operation
	for op, parent := range parents {
		if p := byID[parent]; p != nil {
			p.Children = append(p.Children, op)
		} else {
			roots = append(roots, op)
		}
	}
	order(roots)
	return struct {
		ID    string       `json:"id"`
		Spans []*operation `json:"spans"`
	}{id, roots}, nil
}

// order sorts operations and, before, those that they led to.
func order(ops []*operation) {
	for _, op := range ops {
		order(op.Children)
	}
	slices.SortFunc(ops, compare)
}

// compare tells calls of one name apart by where they led.
func compare(a, b *operation) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Service, b.Service),
		slices.CompareFunc(a.Children, b.Children, compare))
}
