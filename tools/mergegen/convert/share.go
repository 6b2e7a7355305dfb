package convert

import "go/types"

// A link may share memory: the receiver then gets the sender's structs in
// place of copies, wherever the structs of both sides are the same. Two structs
// are the same if they have one layout, down to all that they point to, and if
// the wire would not change what they hold: a field that is optional on one
// side only, or that has a default when it is unset, is a difference.
//
// Two things that the wire does change are left as they are: nil structs,
// lists, maps and binaries that are not optional, which a decoder makes empty,
// or refuses where an empty struct lacks required fields; and enum values of
// more than 32 bits.
//
// Protobuf messages are always copied: some hold pointers to their own type.

// Sharing reports how much of a struct sender and receiver share.
type Sharing string

const (
	// Copied is for structs of which only strings are shared.
	Copied Sharing = "copied"
	// PartlyShared is for structs that are converted, and hold shared memory.
	PartlyShared Sharing = "partly shared"
	// Shared is for structs that are handed over as they are.
	Shared Sharing = "shared"
)

// Sharing is valid after all conversions are added.
func (c *Conversion) Sharing() Sharing {
	c.plan.finish()
	return c.sharing(make(map[*Conversion]bool))
}

func (c *Conversion) sharing(seen map[*Conversion]bool) Sharing {
	if c.same {
		return Shared
	}
	if !c.share || c.err != nil || seen[c] {
		return Copied
	}
	seen[c] = true
	for _, sf := range c.src.fields {
		df := c.dst.byID[sf.id]
		if df != nil && (c.samePointer(sf, df) || c.sharesPart(sf.typ, df.typ)) {
			return PartlyShared
		}
	}
	for _, dep := range c.deps {
		if dep.sharing(seen) != Copied {
			return PartlyShared
		}
	}
	return Copied
}

// sharesPart reports whether converting a value other than a struct that is
// converted itself shares memory.
func (c *Conversion) sharesPart(st, dt *thriftType) bool {
	if c.viewed(st, dt) {
		return true
	}
	return st.key != nil && c.sharesPart(st.key, dt.key) || st.elem != nil && c.sharesPart(st.elem, dt.elem)
}

// viewed reports whether a value of type st is handed over as it is and holds
// memory.
func (c *Conversion) viewed(st, dt *thriftType) bool {
	return c.share && (st.wire >= wireStruct || st.bytes) && c.plan.sameType(st, dt)
}

// samePointer reports whether a pointer to a scalar is handed over as it is.
func (c *Conversion) samePointer(sf, df *field) bool {
	return c.share && sf.pointer && df.pointer && c.plan.sameType(sf.typ, df.typ)
}

// sameType reports whether a value can be handed over as it is on a link that
// shares memory. The answer is final when the plan is finished.
func (p *Plan) sameType(st, dt *thriftType) bool {
	switch {
	case st.wire != dt.wire || st.bytes != dt.bytes || st.byValue != dt.byValue:
		return false
	case st.wire == wireStruct:
		c := p.pairs[pairKey{src: st.named, dst: dt.named, share: true}]
		return c != nil && c.same
	case st.wire == wireMap:
		return p.sameType(st.key, dt.key) && p.sameType(st.elem, dt.elem)
	case st.elem != nil:
		return p.sameType(st.elem, dt.elem)
	case st.bytes:
		return true
	}
	s, ok := st.goType.Underlying().(*types.Basic)
	return ok && types.Identical(s, dt.goType.Underlying())
}

// sameFields reports whether all fields of both structs are the same. For the
// structs that they hold it relies on [Conversion.same].
func (p *Plan) sameFields(src, dst *message) bool {
	if len(src.fields) != len(dst.fields) {
		return false
	}
	for i, sf := range src.fields {
		df := dst.fields[i]
		switch {
		case sf.id != df.id || sf.goName != df.goName || sf.pointer != df.pointer:
			return false
		case (sf.requirement == optional) != (df.requirement == optional):
			return false
		case sf.requirement == optional && p.unsetDiffers(src, dst, sf, df):
			return false
		case !p.sameType(sf.typ, df.typ):
			return false
		}
	}
	return true
}

// unsetDiffers reports whether an optional field that the sender leaves unset
// has another value at the receiver. What the defaults are is not known.
func (p *Plan) unsetDiffers(src, dst *message, sf, df *field) bool {
	if src.named == dst.named && sf.typ.wire < wireStruct {
		return false // the default is what makes it unset
	}
	return p.hasDefault(src, sf) || p.hasDefault(dst, df)
}

func (p *Plan) hasDefault(m *message, f *field) bool {
	return p.HasDefault != nil && p.HasDefault(m.path()+"."+f.goName)
}

// settleSame settles which structs are the same: all of which no field differs,
// directly or in the structs that it holds.
func (p *Plan) settleSame() {
	for _, c := range p.order {
		c.same = c.share && c.err == nil
	}
	for changed := true; changed; {
		changed = false
		for _, c := range p.order {
			if c.same && !p.sameFields(c.src.message, c.dst.message) {
				c.same, changed = false, true
			}
		}
	}
}
