// Package convert generates the functions that turn one copy of a generated
// struct into another copy's, as if it had been encoded by the first copy's
// codec and decoded by the second's: FastCodec for thrift, prutal or
// protobuf-go for protobuf.
//
// Fields are matched by id or number. Of thrift, what the receiver does not know is dropped, what
// the sender does not write keeps the receiver's default, and a required field
// that is not written is the decoder's error. All copies are deep.
//
// Types that were not generated with FastCodec, or with options that show in
// the types and change what is written, are not converted. Three things do not
// show: a client or server that is told at run time to use another codec;
// reorder_fields, with which another one of several missing required fields
// may be named; and that a decoder refuses fields that it does not know if
// they are more than 64 levels deep.
//
// Of protobuf, values of which only the codecs know what becomes of them are
// encoded and decoded: messages that carry fields which the sender does not
// know, fields that the receiver keeps though it does not know them, text that
// is not UTF-8, missing required fields, nil in lists and maps. What does not
// show is again a codec chosen at run time; that prutal refuses messages more
// than 1000 levels deep; and that prutal before v0.1.3 loses or refuses
// oneofs, which are converted as v0.1.3 would.
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
	// Complete, if not nil, reads all types of a package, by compiled path, of
	// which only those may be known that others refer to. It fails for packages
	// that cannot be imported.
	Complete func(path string) error

	messages   map[messageKey]*loadedMessage
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

// messageKey names a struct with its codec, which is "" for thrift.
type messageKey struct {
	named *types.Named
	codec ProtobufCodec
}

type pairKey struct {
	src, dst           *types.Named
	srcCodec, dstCodec ProtobufCodec
}

// Call says on whose behalf a conversion is made. It is used in error texts.
type Call struct {
	// Sender and Receiver are the services that encode and decode.
	Sender, Receiver string
	// RPCService and Method are the names on the wire.
	RPCService, Method string
	// Part is "request" or "result".
	Part string
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
	// root is set for the arguments or result of a protobuf method.
	root *protobufRootPair
}

// NewPlan returns an empty plan.
func NewPlan() *Plan {
	return &Plan{messages: make(map[messageKey]*loadedMessage), pairs: make(map[pairKey]*Conversion)}
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
	key := pairKey{src: src, dst: dst}
	if c := p.pairs[key]; c != nil {
		return c
	}
	c := &Conversion{plan: p, src: p.message(src), dst: p.message(dst)}
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
			p.mismatches = append(p.mismatches, newThriftMismatch(p.where, field, c, sf, df))
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
	key := messageKey{named: named}
	if m := p.messages[key]; m != nil {
		return m
	}
	m := new(loadedMessage)
	p.messages[key] = m
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

// finish settles which of the planned conversions can fail and which cannot be
// made, both of which a conversion inherits from those it uses.
func (p *Plan) finish() {
	for !p.settled {
		p.settled = true
		for _, c := range p.order {
			for _, dep := range c.deps {
				if dep.fails && !c.fails {
					c.fails, p.settled = true, false
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
	if c.err == nil || c.root != nil {
		return nil
	}
	return fmt.Errorf("not converted: %w", c.err)
}

// Layout of a [Conversion] in the manifest.
const (
	SharedLayout = "shared-layout"
	ByField      = "field"
	// ThroughCodec is for protobuf messages that are encoded and decoded.
	ThroughCodec = "codec"
)

// Layout tells how the struct is copied.
func (c *Conversion) Layout() string {
	switch {
	case c.shared:
		return SharedLayout
	case c.Detour() != "":
		return ThroughCodec
	}
	return ByField
}

// Detour tells why the struct is encoded and decoded, "" if it is not. It is
// valid after all conversions are added.
func (c *Conversion) Detour() string {
	c.plan.finish()
	if c.root == nil || c.err == nil {
		return ""
	}
	return c.err.Error()
}

// From and To are the compiled paths and names of both structs.
func (c *Conversion) From() string { return c.src.path() }
func (c *Conversion) To() string   { return c.dst.path() }

// uses returns the conversions that c's function calls.
func (c *Conversion) uses() []*Conversion {
	if c.Detour() != "" {
		return nil
	}
	return c.deps
}

// CanFail reports whether the receiver's decoder would refuse some values.
func (c *Conversion) CanFail() bool {
	return c.Detour() != "" || c.fails
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
		for _, dep := range c.uses() {
			visit(dep)
		}
	}
	for _, c := range roots {
		visit(c)
	}
	return list
}
