package convert

import (
	"cmp"
	"go/types"
)

// Plan collects the conversions of one file.
type Plan struct {
	// ValidatesSets, if not nil, tells by compiled path the packages whose
	// encoders refuse sets with duplicates.
	ValidatesSets func(path string) bool
	// HasDefault, if not nil, says which fields have a default, by the
	// compiled path, type and name of the field.
	HasDefault func(field string) bool
	// Complete, if not nil, reads all types of a package, by compiled path, of
	// which only those may be known that others refer to. It fails for packages
	// that cannot be imported.
	Complete func(path string) error

	messages   map[messageKey]*loadedMessage
	pairs      map[pairKey]*Conversion
	order      []*Conversion
	mismatches []*Mismatch
	// where is the call that is being planned, and alone is set if it is by
	// [Plan.AddMessage].
	where Call
	alone bool
	// slabStructs are the receivers' structs that are pieces of slabs.
	slabStructs map[*types.Named]bool
	// settled is set while finish has nothing to do.
	settled bool
}

type loadedMessage struct {
	*message
	err error
	// validatesSets reports whether the encoder refuses sets with duplicates.
	validatesSets bool
	// needsCheck reports whether the message can hold what cannot be encoded, once
	// that is known.
	needsCheck *bool
}

// messageKey names a struct with its codec, which is "" for thrift.
type messageKey struct {
	named *types.Named
	codec ProtobufCodec
}

// pairKey names a conversion. Only thrift structs are shared, and only protobuf
// messages are on their own.
type pairKey struct {
	src, dst           *types.Named
	srcCodec, dstCodec ProtobufCodec
	share, alone       bool
}

// Call says on whose behalf a conversion is made. It is used in error texts.
type Call struct {
	// Sender and Receiver are the services that encode and decode.
	Sender, Receiver string
	// RPCService and Method are the names on the wire.
	RPCService, Method string
	// Part is "request" or "result".
	Part string
	// Share reports whether sender and receiver share memory.
	Share bool
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
	key := pairKey{src: src, dst: dst, share: p.where.Share}
	if c := p.pairs[key]; c != nil {
		return c
	}
	c := &Conversion{plan: p, src: p.message(src), dst: p.message(dst), share: p.where.Share}
	p.pairs[key] = c
	p.order = append(p.order, c)
	if c.err = cmp.Or(c.src.err, c.dst.err); c.err != nil {
		return c
	}
	c.fails = c.dst.hasRequired()
	for _, sf := range c.src.fields {
		df := c.dst.byID[sf.id]
		if df == nil {
			// It is encoded anyway, and may be what cannot be encoded.
			_, err := p.reachesCheck(c.src, sf.typ, map[*loadedMessage]bool{})
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
	m.validatesSets = p.ValidatesSets != nil && p.ValidatesSets(named.Obj().Pkg().Path())
	return m
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
	p.settleRepeated()
	for _, c := range p.order {
		c.slabs = len(c.slabTypes()) > 0
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
