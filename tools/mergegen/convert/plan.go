// Package convert generates the functions that turn one copy of a generated
// thrift struct into another copy's, as if it had been encoded by the first
// copy's FastCodec and decoded by the second's.
//
// Fields are matched by id. What the receiver does not know is dropped, what
// the sender does not write keeps the receiver's default, and a required field
// that is not written is the decoder's error.
//
// All copies are deep but for strings, whose bytes both sides share: nothing
// can change them. A sender that made a string of a []byte with package unsafe
// and then changes the bytes breaks that, as it does in its own process.
//
// Types that were not generated with FastCodec, or with options that show in
// the types and change what is written, are not converted. Three things do not
// show: a client or server that is told at run time to use another codec;
// reorder_fields, with which another one of several missing required fields
// may be named; and that a decoder refuses fields that it does not know if
// they are more than 64 levels deep.
package convert

import (
	"cmp"
	"fmt"
	"go/types"
)

// Plan collects the conversions of one file.
type Plan struct {
	// ValidatesSets, if not nil, tells by compiled path the packages whose
	// encoders refuse sets with duplicates. What sends such sets is not
	// converted.
	ValidatesSets func(path string) bool
	// HasDefault, if not nil, tells which fields have a default, by the
	// compiled path, type and name of the field.
	HasDefault func(field string) bool

	messages   map[*types.Named]*loadedMessage
	pairs      map[pairKey]*Conversion
	order      []*Conversion
	mismatches []*Mismatch
	// where is the call that is being planned.
	where Call
	// settled is set while finish has nothing to do.
	settled bool
}

type loadedMessage struct {
	*message
	err error
	// union tells whether a union can be reached, once it is known.
	union *bool
}

type pairKey struct {
	src, dst *types.Named
	share    bool
}

// Call says on whose behalf a conversion is made. It is used in error texts.
type Call struct {
	// Sender and Receiver are the services that encode and decode.
	Sender, Receiver string
	// RPCService and Method are the names on the wire.
	RPCService, Method string
	// Part is "request" or "result".
	Part string
	// Share tells whether sender and receiver share memory.
	Share bool
}

// Conversion is a generated function that converts *src to *dst.
type Conversion struct {
	plan     *Plan
	src, dst *loadedMessage
	deps     []*Conversion
	err      error // why this pair itself is not converted
	// fails tells whether the function can fail and thus returns an error.
	fails bool
	// shared tells whether both structs have one layout and hold no memory but
	// that of strings.
	shared bool
	// slabs tells whether the function allocates from slabs.
	slabs bool
	// share tells whether the conversion is for links that share memory, and
	// same whether the struct is then handed over as it is.
	share, same bool
}

// NewPlan returns an empty plan.
func NewPlan() *Plan {
	return &Plan{messages: make(map[*types.Named]*loadedMessage), pairs: make(map[pairKey]*Conversion)}
}

// Add plans the conversion of the arguments or result struct src to dst, and
// of all that they hold. Type pairs that cannot be converted are collected,
// see [Plan.Mismatches].
func (p *Plan) Add(src, dst *types.Named, call Call) *Conversion {
	p.where, p.settled = call, false
	return p.pair(src, dst, "")
}

// pair plans the conversion of one struct. path leads to it, "" for the
// arguments or result struct of a method.
func (p *Plan) pair(src, dst *types.Named, path string) *Conversion {
	key := pairKey{src: src, dst: dst, share: p.where.Share}
	if c := p.pairs[key]; c != nil {
		return c
	}
	c := &Conversion{plan: p, src: p.message(src), dst: p.message(dst), share: p.where.Share}
	p.pairs[key] = c
	p.order = append(p.order, c)
	if c.err = cmp.Or(c.src.err, c.dst.err, p.refusesSets(c.src)); c.err != nil {
		return c
	}
	c.fails = c.dst.hasRequired()
	for _, sf := range c.src.fields {
		df := c.dst.byID[sf.id]
		if df == nil {
			// It is encoded all the same, and may be what cannot be encoded.
			_, err := p.reachesUnion(sf.typ, map[*loadedMessage]bool{})
			c.err = cmp.Or(c.err, err)
			continue
		}
		field := path + "." + sf.name
		if path == "" {
			if field = sf.typ.String(); sf.typ.wire != wireStruct {
				field = c.src.name() + "." + sf.name
			}
		}
		if !p.value(c, sf.typ, df.typ, field) {
			p.mismatches = append(p.mismatches, &Mismatch{Call: p.where, Path: field, src: c.src.message, dst: c.dst.message, srcField: sf, dstField: df})
		}
	}
	c.shared = sharedLayout(c.src.message, c.dst.message)
	return c
}

// value plans the conversion of a field or element. It reports whether both
// have the same type on the wire, all the way down to structs.
func (p *Plan) value(c *Conversion, src, dst *thriftType, path string) bool {
	if src.wire != dst.wire {
		return false
	}
	switch src.wire {
	case wireStruct:
		c.deps = append(c.deps, p.pair(src.named, dst.named, path))
	case wireList, wireSet:
		return p.value(c, src.elem, dst.elem, path+"[]")
	case wireMap:
		return p.value(c, src.key, dst.key, path+"{key}") && p.value(c, src.elem, dst.elem, path+"{value}")
	}
	return true
}

func (p *Plan) message(named *types.Named) *loadedMessage {
	if m := p.messages[named]; m != nil {
		return m
	}
	m := new(loadedMessage)
	p.messages[named] = m
	m.message, m.err = newMessage(named)
	return m
}

// refusesSets returns an error if m holds sets that its encoder checks.
func (p *Plan) refusesSets(m *loadedMessage) error {
	if m.err != nil || p.ValidatesSets == nil || !p.ValidatesSets(m.named.Obj().Pkg().Path()) {
		return nil
	}
	for _, f := range m.fields {
		if f.typ.hasSet() {
			return fmt.Errorf("%s.%s: its encoder refuses sets with duplicates (option validate_set of the Kitex tool)", m.path(), f.goName)
		}
	}
	return nil
}

// sharedLayout reports whether copying the struct as a whole is the same as
// converting it: same fields in the same places, all of them written, none of
// them changed, none of them holding memory that may change.
func sharedLayout(src, dst *message) bool {
	if len(src.fields) != len(dst.fields) || src.union || len(src.fields) == 0 {
		return false
	}
	for i, sf := range src.fields {
		df := dst.fields[i]
		if sf.id != df.id || sf.goName != df.goName || sf.requirement == optional || sf.pointer || df.pointer || sf.typ.enum || df.typ.enum || sf.typ.wire >= wireStruct {
			return false
		}
		s, ok := sf.typ.goType.(*types.Basic)
		if !ok || !types.Identical(s, df.typ.goType) {
			return false
		}
	}
	return true
}

// finish settles which of the planned conversions can fail, which need slabs
// and which cannot be made, all of which a conversion inherits from those it uses.
func (p *Plan) finish() {
	if p.settled {
		return
	}
	p.settleSame()
	for _, c := range p.order {
		c.slabs = c.usesSlabs()
	}
	for !p.settled {
		p.settled = true
		for _, c := range p.order {
			for _, dep := range c.deps {
				if dep.same { // no function is called
					continue
				}
				if dep.fails && !c.fails {
					c.fails, p.settled = true, false
				}
				if dep.slabs && !c.slabs {
					c.slabs, p.settled = true, false
				}
				if dep.err != nil && c.err == nil {
					c.err, p.settled = dep.err, false
				}
			}
		}
	}
}

// Err tells why the conversion cannot be made; it is nil if it can. It is
// valid after all conversions are added.
func (c *Conversion) Err() error {
	c.plan.finish()
	if c.err == nil {
		return nil
	}
	return fmt.Errorf("not converted: %w", c.err)
}

// Layout of a [Conversion] in the manifest.
const (
	SameMemory   = "same-memory"
	SharedLayout = "shared-layout"
	ByField      = "field"
)

// Layout tells how the struct is copied.
func (c *Conversion) Layout() string {
	c.plan.finish()
	switch {
	case c.same:
		return SameMemory
	case c.shared:
		return SharedLayout
	}
	return ByField
}

// From and To are the compiled paths and names of both structs.
func (c *Conversion) From() string { return c.src.path() }
func (c *Conversion) To() string   { return c.dst.path() }

// CanFail reports whether the receiver's decoder would refuse some values.
func (c *Conversion) CanFail() bool {
	c.plan.finish()
	return c.fails && !c.same
}

// Closure returns roots and all conversions that they use, each once.
func Closure(roots []*Conversion) []*Conversion {
	var list []*Conversion
	seen := make(map[*Conversion]bool)
	var visit func(*Conversion)
	visit = func(c *Conversion) {
		if seen[c] {
			return
		}
		seen[c] = true
		list = append(list, c)
		for _, dep := range c.deps {
			visit(dep)
		}
	}
	for _, c := range roots {
		visit(c)
	}
	return list
}
