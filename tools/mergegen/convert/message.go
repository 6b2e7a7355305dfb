package convert

import (
	"fmt"
	"go/types"
	"reflect"
	"strconv"
)

// message is a generated struct: a struct, union, exception or message of the
// IDL, or the arguments or result of a method.
type message struct {
	named  *types.Named
	fields []*field
	byID   map[int16]*field
	// union is set for unions, which the codec refuses to write unless exactly
	// one field is set.
	union bool
	// protobuf is set for protobuf messages, which have none of the above but
	// named.
	protobuf *protobufMessage
}

type field struct {
	tag
	goName string
	typ    *thriftType
	// pointer is set for scalars that are held by pointer.
	pointer bool
}

func (m *message) name() string { return m.named.Obj().Name() }

// display is what %T prints for a pointer to the message.
func (m *message) display() string { return "*" + m.named.Obj().Pkg().Name() + "." + m.name() }

func (m *message) path() string { return typePath(m.named) }

func typePath(t *types.Named) string { return t.Obj().Pkg().Path() + "." + t.Obj().Name() }

// writeOrder returns the fields in the order in which FastCodec writes them:
// those of fixed length first.
func (m *message) writeOrder() []*field {
	var fixed, rest []*field
	for _, f := range m.fields {
		if f.typ.wire.fixed() {
			fixed = append(fixed, f)
		} else {
			rest = append(rest, f)
		}
	}
	return append(fixed, rest...)
}

func (m *message) hasRequired() bool {
	for _, f := range m.fields {
		if f.requirement == required {
			return true
		}
	}
	return false
}

// newMessage reads a generated struct. It fails unless the struct has FastCodec
// methods, which are generated with it, because other codecs treat unset and
// duplicate values in other ways.
func newMessage(named *types.Named) (*message, error) {
	m := &message{named: named, byID: make(map[int16]*field)}
	underlying, ok := named.Underlying().(*types.Struct)
	if !ok {
		return nil, fmt.Errorf("%s is not a struct", m.path())
	}
	methods := types.NewMethodSet(types.NewPointer(named))
	has := func(name string) bool { return methods.Lookup(named.Obj().Pkg(), name) != nil }
	for _, name := range []string{"InitDefault", "FastRead", "FastWriteNocopy", "BLength"} {
		if !has(name) {
			return nil, fmt.Errorf("%s has no method %s: only types that were generated with FastCodec (k-*.go) are converted", m.path(), name)
		}
	}
	m.union = has("CountSetFields" + m.name())
	for i := range underlying.NumFields() {
		v := underlying.Field(i)
		f, err := newField(v, reflect.StructTag(underlying.Tag(i)))
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", m.path(), v.Name(), err)
		}
		if f.requirement == optional && !has("IsSet"+f.goName) {
			return nil, fmt.Errorf("%s.%s: optional, but there is no method IsSet%s", m.path(), v.Name(), f.goName)
		}
		if !has("FastReadField" + fieldSuffix(f.id)) {
			return nil, fmt.Errorf("%s.%s: there is no method FastReadField%s: only types that were generated with FastCodec are converted", m.path(), v.Name(), fieldSuffix(f.id))
		}
		if m.byID[f.id] != nil {
			return nil, fmt.Errorf("%s.%s: two fields have id %d", m.path(), v.Name(), f.id)
		}
		m.byID[f.id] = f
		m.fields = append(m.fields, f)
	}
	return m, nil
}

func newField(v *types.Var, structTag reflect.StructTag) (*field, error) {
	thriftTag, ok := structTag.Lookup("thrift")
	if !ok || !v.Exported() || v.Embedded() {
		return nil, fmt.Errorf("not a field of the IDL")
	}
	t, err := parseTag(thriftTag, structTag.Get("frugal"))
	if err != nil {
		return nil, err
	}
	f := &field{tag: *t, goName: v.Name()}
	goType := types.Unalias(v.Type())
	if p, ok := goType.(*types.Pointer); ok && structType(p) == nil {
		if f.requirement != optional {
			return nil, fmt.Errorf("Go type %s is a pointer in a field that is not optional", goType)
		}
		goType, f.pointer = p.Elem(), true
	}
	f.typ, err = newThriftType(t.thrift, goType)
	if err != nil {
		return nil, err
	}
	if f.pointer && f.typ.wire >= wireStruct {
		return nil, fmt.Errorf("Go type %s is a pointer to a container", v.Type())
	}
	return f, nil
}

// fieldSuffix is how generated code spells a field id in a method name.
func fieldSuffix(id int16) string {
	if id < 0 {
		return "_" + strconv.Itoa(-int(id))
	}
	return strconv.Itoa(int(id))
}
