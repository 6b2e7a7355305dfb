package convert

import (
	"fmt"
	"go/types"
	"reflect"
	"slices"
	"strings"
)

// protobufMessage is what a message has that a thrift struct has not.
type protobufMessage struct {
	codec ProtobufCodec
	// fields are in the order of their numbers.
	fields   []*protobufField
	byNumber map[int32]*protobufField
	// keepsUnknown is set for what protoc generates: fields that the decoder
	// does not know are kept and written again.
	keepsUnknown bool
}

type protobufField struct {
	protobufTag
	goName string
	typ    *protobufType
	// pointer is set for scalars that are held by pointer.
	pointer bool
	// oneof is the Go name of the field that holds a member of a oneof, and
	// wrapper the struct in it; goName is then the wrapper's field.
	oneof   string
	wrapper *types.Named
}

// refuses reports whether the codec may refuse to write a value of type t.
func (m *protobufMessage) refuses(t *protobufType) bool {
	return m.codec == ProtobufGo && (t.holdsString() || t.last().kind == pbMessage)
}

// newProtobufMessage reads a generated message. complete reads all of a
// package, of which only a part may be known. It fails for packages that the
// conversions cannot import.
func newProtobufMessage(named *types.Named, codec ProtobufCodec, complete func(path string) error) (*protobufMessage, error) {
	m := &protobufMessage{codec: codec, byNumber: make(map[int32]*protobufField)}
	underlying, ok := named.Underlying().(*types.Struct)
	if !ok {
		return nil, fmt.Errorf("%s is not a struct", typePath(named))
	}
	methods := types.NewMethodSet(types.NewPointer(named))
	m.keepsUnknown = methods.Lookup(nil, "ProtoReflect") != nil
	if !m.keepsUnknown && codec == ProtobufGo {
		return nil, fmt.Errorf("%s has no method ProtoReflect", typePath(named))
	}
	if err := complete(named.Obj().Pkg().Path()); err != nil {
		return nil, fmt.Errorf("%s: %w", typePath(named), err)
	}
	for i := range underlying.NumFields() {
		v, tag := underlying.Field(i), reflect.StructTag(underlying.Tag(i))
		if m.keepsUnknown && !v.Exported() && slices.Contains([]string{"state", "sizeCache", "unknownFields"}, v.Name()) {
			continue
		}
		var err error
		if tag.Get("protobuf_oneof") != "" {
			err = m.addOneof(v)
		} else {
			err = m.addField(v, tag)
		}
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", typePath(named), v.Name(), err)
		}
	}
	for _, f := range m.fields {
		if enum, ok := f.typ.last().goType.(*types.Named); ok {
			if err := complete(enum.Obj().Pkg().Path()); err != nil {
				return nil, fmt.Errorf("%s.%s: %w", typePath(named), f.goName, err)
			}
		}
	}
	slices.SortFunc(m.fields, func(a, b *protobufField) int { return int(a.number) - int(b.number) })
	return m, nil
}

func (m *protobufMessage) addField(v *types.Var, tag reflect.StructTag) error {
	f, err := newProtobufField(v, tag)
	if err != nil {
		return err
	}
	return m.add(f)
}

func (m *protobufMessage) add(f *protobufField) error {
	if m.byNumber[f.number] != nil {
		return fmt.Errorf("two fields have number %d", f.number)
	}
	m.byNumber[f.number] = f
	m.fields = append(m.fields, f)
	return nil
}

// addOneof adds the members of a oneof: what can be in its field are structs of
// the same package.
func (m *protobufMessage) addOneof(v *types.Var) error {
	iface, ok := v.Type().Underlying().(*types.Interface)
	if !ok || iface.NumMethods() != 1 || !v.Exported() {
		return fmt.Errorf("unknown form of a oneof")
	}
	scope := v.Pkg().Scope()
	for _, name := range scope.Names() {
		obj, ok := scope.Lookup(name).(*types.TypeName)
		if !ok || obj.IsAlias() {
			continue
		}
		wrapper, ok := obj.Type().(*types.Named)
		if !ok || !types.Implements(types.NewPointer(wrapper), iface) {
			continue
		}
		s, ok := wrapper.Underlying().(*types.Struct)
		if !ok || s.NumFields() != 1 || !obj.Exported() {
			return fmt.Errorf("unknown form of a oneof's member, %s", name)
		}
		f, err := newProtobufField(s.Field(0), reflect.StructTag(s.Tag(0)))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if f.pointer || f.repeated {
			return fmt.Errorf("unknown form of a oneof's member, %s", name)
		}
		f.oneof, f.wrapper = v.Name(), wrapper
		if err := m.add(f); err != nil {
			return err
		}
	}
	return nil
}

// protobufRoot returns the only field of the arguments or result struct of a
// method, which holds the message.
func protobufRoot(named *types.Named) (*types.Var, *types.Named, error) {
	s, ok := named.Underlying().(*types.Struct)
	if !ok || s.NumFields() != 1 || !s.Field(0).Exported() {
		return nil, nil, fmt.Errorf("%s is not what is generated for the arguments or the result of a protobuf method", typePath(named))
	}
	methods := types.NewMethodSet(types.NewPointer(named))
	for _, name := range []string{"Marshal", "Unmarshal"} {
		if methods.Lookup(nil, name) == nil {
			return nil, nil, fmt.Errorf("%s has no method %s", typePath(named), name)
		}
	}
	if methods.Lookup(nil, "FastRead") != nil {
		return nil, nil, fmt.Errorf("%s is encoded by fastpb; generate it with the option -no-fast-api", typePath(named))
	}
	v := s.Field(0)
	t := structType(types.Unalias(v.Type()))
	if t == nil || t.byValue {
		return nil, nil, fmt.Errorf("%s.%s is not a pointer to a message", typePath(named), v.Name())
	}
	return v, t.named, nil
}

// known reports whether c is one of the codecs whose rules are known.
func (c ProtobufCodec) known() error {
	if c == Prutal || c == ProtobufGo {
		return nil
	}
	return fmt.Errorf("the package that encodes messages is %q; known are %s and %s", strings.TrimSpace(string(c)), Prutal, ProtobufGo)
}
