package convert

import (
	"cmp"
	"errors"
	"fmt"
	"go/types"
)

// AddProtobuf is [Plan.Add] for the arguments or result structs of a protobuf
// method, with the codecs that both sides use.
//
// A message that cannot be converted field by field, or a value of which only
// the codecs know what becomes, is encoded by the sender's codec and decoded by
// the receiver's, as over the wire. What fastpb encodes is not converted.
func (p *Plan) AddProtobuf(src, dst *types.Named, srcCodec, dstCodec ProtobufCodec, call Call) *Conversion {
	p.where, p.alone, p.settled = call, false, false
	key := pairKey{src: src, dst: dst, srcCodec: srcCodec, dstCodec: dstCodec}
	if c := p.pairs[key]; c != nil {
		return c
	}
	c := &Conversion{plan: p, src: &loadedMessage{message: &message{named: src}}, dst: &loadedMessage{message: &message{named: dst}}}
	p.pairs[key] = c
	p.order = append(p.order, c)
	srcField, srcMessage, srcErr := protobufRoot(src)
	dstField, dstMessage, dstErr := protobufRoot(dst)
	if c.err = cmp.Or(srcErr, dstErr); c.err != nil {
		return c
	}
	c.root = &protobufRootPair{srcField: srcField.Name(), dstField: dstField.Name()}
	if c.err = cmp.Or(srcCodec.known(), dstCodec.known()); c.err != nil {
		return c
	}
	c.root.message = p.protobufPair(srcMessage, dstMessage, srcCodec, dstCodec, srcMessage.Obj().Name())
	c.deps = append(c.deps, c.root.message)
	return c
}

// protobufRootPair is the conversion of the arguments or result of a method.
type protobufRootPair struct {
	srcField, dstField string
	message            *Conversion
}

// protobufPair plans the conversion of one message. path leads to it.
func (p *Plan) protobufPair(src, dst *types.Named, srcCodec, dstCodec ProtobufCodec, path string) *Conversion {
	key := pairKey{src: src, dst: dst, srcCodec: srcCodec, dstCodec: dstCodec, alone: p.alone}
	if c := p.pairs[key]; c != nil {
		return c
	}
	c := &Conversion{plan: p, src: p.protobufMessage(src, srcCodec), dst: p.protobufMessage(dst, dstCodec), alone: p.alone}
	p.pairs[key] = c
	p.order = append(p.order, c)
	if c.err = cmp.Or(c.src.err, c.dst.err); c.err != nil {
		return c
	}
	from, to := c.src.protobuf, c.dst.protobuf
	for _, df := range to.fields {
		c.fails = c.fails || to.codec == ProtobufGo && (df.required || df.typ.holdsString())
	}
	for _, sf := range from.fields {
		df := to.byNumber[sf.number]
		if df == nil {
			continue
		}
		field := path + "." + sf.name
		same, err := p.protobufValue(c, sf.typ, df.typ, field)
		switch {
		case same:
		case p.alone:
			err = cmp.Or(err, fmt.Errorf("%s and %s", sf.typ, df.typ))
		default:
			p.mismatches = append(p.mismatches, newProtobufMismatch(p.where, field, c, sf, df))
		}
		if sf.number == 1000 && to.codec == Prutal {
			err = errors.New("prutal does not read fields with number 1000")
		}
		if err != nil {
			c.err = cmp.Or(c.err, fmt.Errorf("%s.%s: %w", c.src.path(), sf.goName, err))
		}
	}
	c.err = cmp.Or(c.err, oneSource(c))
	c.shared = c.err == nil && sharedProtobufLayout(c)
	return c
}

// protobufValue plans the conversion of a field or element. same reports whether
// the receiver reads what the sender writes; err why that cannot be done field
// by field.
func (p *Plan) protobufValue(c *Conversion, src, dst *protobufType, path string) (same bool, err error) {
	switch {
	case src.key != nil && dst.key != nil:
		keySame, keyErr := p.protobufValue(c, src.key, dst.key, path+"{key}")
		elemSame, elemErr := p.protobufValue(c, src.elem, dst.elem, path+"{value}")
		if src.key.kind != dst.key.kind {
			keyErr = cmp.Or(keyErr, fmt.Errorf("keys %s and %s", src.key, dst.key))
		}
		return keySame && elemSame, cmp.Or(keyErr, elemErr)
	case src.list && dst.list:
		same, err := p.protobufValue(c, src.elem, dst.elem, path+"[]")
		// Prutal reads lists in both forms only if its own is the packed one.
		unread := c.dst.protobuf.codec == Prutal && src.packed && !dst.packed
		return same && !unread, err
	case src.key != nil || dst.key != nil:
		other := src
		if src.key != nil {
			other = dst
		}
		return other.list && other.elem.kind == pbMessage, fmt.Errorf("%s and %s", src, dst)
	case src.list: // all but the last would be lost
		return false, nil
	case dst.list:
		same, _ := p.protobufValue(c, src, dst.elem, path)
		return same, fmt.Errorf("%s and %s", src, dst)
	}
	if src.kind == pbMessage && dst.kind == pbMessage {
		c.deps = append(c.deps, p.protobufPair(src.named, dst.named, c.src.protobuf.codec, c.dst.protobuf.codec, path))
		return true, nil
	}
	if src.kind.encoding() != dst.kind.encoding() {
		// A message in a string or bytes field may be meant so.
		asText := min(src.kind, dst.kind) == pbBytes && max(src.kind, dst.kind) == pbMessage
		return asText, fmt.Errorf("%s and %s", src, dst)
	}
	if src.kind != dst.kind && (src.kind == pbBool || dst.kind == pbBool || src.kind == pbSint64) {
		return true, fmt.Errorf("%s and %s", src, dst)
	}
	return true, nil
}

// oneSource returns an error unless every oneof of the receiver is filled from
// one field or oneof of the sender. Else the last on the wire counts.
func oneSource(c *Conversion) error {
	sources := make(map[string]string)
	for _, sf := range c.src.protobuf.fields {
		df := c.dst.protobuf.byNumber[sf.number]
		if df == nil || df.oneof == "" {
			continue
		}
		source := cmp.Or(sf.oneof, sf.goName)
		if old := cmp.Or(sources[df.oneof], source); old != source {
			return fmt.Errorf("%s.%s is filled from fields %s and %s", c.dst.path(), df.oneof, old, source)
		}
		sources[df.oneof] = source
	}
	return nil
}

// sharedProtobufLayout is sharedLayout for messages.
func sharedProtobufLayout(c *Conversion) bool {
	src, dst := c.src.protobuf, c.dst.protobuf
	if src.codec != Prutal || dst.codec != Prutal || src.keepsUnknown || dst.keepsUnknown || len(src.fields) == 0 {
		return false
	}
	s, d := c.src.named.Underlying().(*types.Struct), c.dst.named.Underlying().(*types.Struct)
	for _, sf := range src.fields {
		df := dst.byNumber[sf.number]
		if df == nil || df.goName != sf.goName || df.typ.kind != sf.typ.kind {
			return false
		}
		if _, ok := sf.typ.goType.(*types.Basic); !ok || sf.pointer || df.pointer || sf.wrapper != nil || df.wrapper != nil || df.repeated {
			return false
		}
	}
	return types.IdenticalIgnoreTags(s, d)
}

func (p *Plan) protobufMessage(named *types.Named, codec ProtobufCodec) *loadedMessage {
	key := messageKey{named, codec}
	if m := p.messages[key]; m != nil {
		return m
	}
	m := &loadedMessage{message: &message{named: named}}
	p.messages[key] = m
	complete := p.Complete
	if complete == nil {
		complete = func(string) error { return nil }
	}
	m.protobuf, m.err = newProtobufMessage(named, codec, complete)
	return m
}
