package convert

import (
	"fmt"
	"go/types"
)

// thriftType is the thrift type of a field or element with the Go type that
// stands for it.
type thriftType struct {
	wire wire
	// enum is set for enums, whose Go type is wider than their wire type.
	enum bool
	// bytes is set for strings whose Go type is []byte.
	bytes bool
	// goType is the Go type, without the pointer that an optional scalar has.
	goType types.Type
	// key is a map's key, elem the element of a list, set or map.
	key, elem *thriftType
	// named is a struct's type. It is held by pointer unless byValue is set.
	named   *types.Named
	byValue bool
}

// String is the type as in an IDL.
func (t *thriftType) String() string {
	switch {
	case t.enum:
		return "enum " + typeName(t.goType)
	case t.bytes:
		return "binary"
	case t.wire == wireStruct:
		return t.named.Obj().Name()
	case t.wire == wireMap:
		return fmt.Sprintf("map<%s,%s>", t.key, t.elem)
	case t.elem != nil:
		return fmt.Sprintf("%s<%s>", t.wire, t.elem)
	}
	return t.wire.String()
}

func typeName(t types.Type) string {
	if named, ok := types.Unalias(t).(*types.Named); ok {
		return named.Obj().Name()
	}
	return t.String()
}

// scalars are the Go types of the thrift types without parts.
var scalars = map[string]struct {
	wire wire
	kind types.BasicKind
}{
	"bool":   {wireBool, types.Bool},
	"byte":   {wireByte, types.Int8},
	"i8":     {wireByte, types.Int8},
	"i16":    {wireI16, types.Int16},
	"i32":    {wireI32, types.Int32},
	"i64":    {wireI64, types.Int64},
	"double": {wireDouble, types.Float64},
	"string": {wireString, types.String},
}

// newThriftType joins what a frugal tag says with the Go type. The tag may be
// nil where the Go type alone is not ambiguous.
func newThriftType(tag *tagType, t types.Type) (*thriftType, error) {
	t = types.Unalias(t)
	if tag == nil {
		return inferType(t)
	}
	unexpected := fmt.Errorf("Go type %s does not stand for thrift type %s", t, tag.name)
	if s, ok := scalars[tag.name]; ok {
		if basic, ok := t.Underlying().(*types.Basic); !ok || basic.Kind() != s.kind {
			return nil, unexpected
		}
		return &thriftType{wire: s.wire, goType: t}, nil
	}
	switch tag.name {
	case "binary":
		if isBytes(t) {
			return &thriftType{wire: wireString, bytes: true, goType: t}, nil
		}
		if basic, ok := t.Underlying().(*types.Basic); ok && basic.Kind() == types.String { // a map's key
			return &thriftType{wire: wireString, goType: t}, nil
		}
		return nil, unexpected
	case "list", "set":
		slice, ok := t.Underlying().(*types.Slice)
		if !ok || len(tag.args) != 1 {
			return nil, unexpected
		}
		elem, err := newThriftType(tag.args[0], slice.Elem())
		if err != nil {
			return nil, err
		}
		w := wireList
		if tag.name == "set" {
			w = wireSet
		}
		return &thriftType{wire: w, goType: t, elem: elem}, nil
	case "map":
		m, ok := t.Underlying().(*types.Map)
		if !ok || len(tag.args) != 2 {
			return nil, unexpected
		}
		return newMap(tag.args[0], tag.args[1], m, t)
	}
	if enum := enumType(t); enum != nil {
		return enum, nil
	}
	if s := structType(t); s != nil {
		return s, nil
	}
	return nil, unexpected
}

func newMap(keyTag, elemTag *tagType, m *types.Map, t types.Type) (*thriftType, error) {
	key, err := newThriftType(keyTag, m.Key())
	if err != nil {
		return nil, err
	}
	if key.wire == wireStruct && key.byValue {
		return nil, fmt.Errorf("Go type %s has structs as keys", t)
	}
	elem, err := newThriftType(elemTag, m.Elem())
	if err != nil {
		return nil, err
	}
	return &thriftType{wire: wireMap, goType: t, key: key, elem: elem}, nil
}

// inferType is newThriftType without a tag.
func inferType(t types.Type) (*thriftType, error) {
	if isBytes(t) {
		return &thriftType{wire: wireString, bytes: true, goType: t}, nil
	}
	switch u := t.(type) {
	case *types.Basic:
		for _, s := range scalars {
			if s.kind == u.Kind() {
				return &thriftType{wire: s.wire, goType: t}, nil
			}
		}
	case *types.Map:
		return newMap(nil, nil, u, t)
	}
	if s := structType(t); s != nil {
		return s, nil
	}
	return nil, fmt.Errorf("Go type %s stands for more than one thrift type, and there is no frugal tag to say which", t)
}

func isBytes(t types.Type) bool {
	slice, ok := t.Underlying().(*types.Slice)
	if !ok {
		return false
	}
	basic, ok := types.Unalias(slice.Elem()).(*types.Basic)
	return ok && basic.Kind() == types.Uint8
}

func enumType(t types.Type) *thriftType {
	named, ok := t.(*types.Named)
	if !ok {
		return nil
	}
	basic, ok := named.Underlying().(*types.Basic)
	if !ok || basic.Kind() != types.Int64 && basic.Kind() != types.Int32 {
		return nil
	}
	return &thriftType{wire: wireI32, enum: true, goType: t}
}

func structType(t types.Type) *thriftType {
	elem, byValue := t, true
	if p, ok := t.(*types.Pointer); ok {
		elem, byValue = types.Unalias(p.Elem()), false
	}
	named, ok := elem.(*types.Named)
	if !ok || named.TypeParams().Len() > 0 {
		return nil
	}
	if _, ok := named.Underlying().(*types.Struct); !ok {
		return nil
	}
	return &thriftType{wire: wireStruct, goType: t, named: named, byValue: byValue}
}
