package convert

import (
	"fmt"
	"go/types"
	"reflect"
	"strconv"
	"strings"
)

// protobufType is the protobuf type of a field or element with the Go type that
// stands for it.
type protobufType struct {
	// kind is not set for a map.
	kind protobufKind
	// list is set for repeated fields other than maps.
	list, packed bool
	// goType is the Go type, without the pointer that an optional scalar has.
	goType types.Type
	// key is set for maps, elem for maps and lists.
	key, elem *protobufType
	// named is a message's type.
	named *types.Named
}

// String is the type as in an IDL.
func (t *protobufType) String() string {
	switch {
	case t.key != nil:
		return fmt.Sprintf("map<%s, %s>", t.key, t.elem)
	case t.packed:
		return fmt.Sprintf("packed repeated %s", t.elem)
	case t.list:
		return fmt.Sprintf("repeated %s", t.elem)
	case t.kind == pbEnum:
		return "enum " + typeName(t.goType)
	case t.kind == pbMessage:
		return t.named.Obj().Name()
	}
	return t.kind.String()
}

// last returns the type of a list's or map's elements, or t.
func (t *protobufType) last() *protobufType {
	if t.elem != nil {
		return t.elem
	}
	return t
}

// holdsString reports whether t is or holds a string, other than in a message.
func (t *protobufType) holdsString() bool {
	return t.key != nil && t.key.kind == pbString || t.last().kind == pbString
}

// protobufTag is what the struct tag "protobuf" tells about a field.
type protobufTag struct {
	wire             string
	number           int32
	name             string
	repeated, packed bool
	required         bool
	// implicit is set if the tag shows that the zero value is not written.
	implicit bool
}

// parseProtobufTag reads a tag "wire,number,cardinality[,option]...".
func parseProtobufTag(text string) (*protobufTag, error) {
	parts := strings.Split(text, ",")
	if len(parts) < 3 {
		return nil, fmt.Errorf("unknown form of protobuf tag %q", text)
	}
	number, err := strconv.ParseInt(parts[1], 10, 32)
	if err != nil {
		return nil, fmt.Errorf("unknown form of protobuf tag %q", text)
	}
	t := &protobufTag{wire: parts[0], number: int32(number)}
	switch parts[2] {
	case "opt":
	case "req":
		t.required = true
	case "rep":
		t.repeated = true
	default:
		return nil, fmt.Errorf("unknown form of protobuf tag %q", text)
	}
	proto3, oneof := false, false
	for _, option := range parts[3:] {
		switch {
		case option == "packed":
			t.packed = true
		case option == "proto3":
			proto3 = true
		case option == "oneof":
			oneof = true
		case strings.HasPrefix(option, "name="):
			t.name = option[len("name="):]
		case strings.HasPrefix(option, "weak="):
			return nil, fmt.Errorf("a weak field")
		}
		if strings.HasPrefix(option, "def=") { // comes last and may hold commas
			break
		}
	}
	t.implicit = proto3 && !oneof
	return t, nil
}

// newProtobufField reads a field of a message or of the wrapper of a member of
// a oneof.
func newProtobufField(v *types.Var, structTag reflect.StructTag) (*protobufField, error) {
	text, ok := structTag.Lookup("protobuf")
	if !ok || !v.Exported() || v.Embedded() {
		return nil, fmt.Errorf("not a field of the IDL")
	}
	tag, err := parseProtobufTag(text)
	if err != nil {
		return nil, err
	}
	f := &protobufField{protobufTag: *tag, goName: v.Name()}
	goType := types.Unalias(v.Type())
	if tag.repeated {
		f.typ, err = newRepeated(tag, structTag, goType)
		return f, err
	}
	if p, ok := goType.(*types.Pointer); ok && structType(p) == nil {
		goType, f.pointer = p.Elem(), true
	}
	f.typ, err = newProtobufType(tag.wire, goType)
	if err == nil && f.pointer && f.typ.kind == pbBytes {
		err = fmt.Errorf("Go type %s is a pointer to bytes", v.Type())
	}
	return f, err
}

func newRepeated(tag *protobufTag, structTag reflect.StructTag, goType types.Type) (*protobufType, error) {
	switch u := goType.(type) {
	case *types.Slice:
		elem, err := newProtobufType(tag.wire, u.Elem())
		if err != nil {
			return nil, err
		}
		return &protobufType{list: true, packed: tag.packed, goType: goType, elem: elem}, nil
	case *types.Map:
		key, err := newMapPart(structTag.Get("protobuf_key"), u.Key())
		if err != nil {
			return nil, err
		}
		elem, err := newMapPart(structTag.Get("protobuf_val"), u.Elem())
		if err != nil {
			return nil, err
		}
		return &protobufType{goType: goType, key: key, elem: elem}, nil
	}
	return nil, fmt.Errorf("Go type %s is not a list or map", goType)
}

func newMapPart(text string, goType types.Type) (*protobufType, error) {
	tag, err := parseProtobufTag(text)
	if err != nil {
		return nil, err
	}
	return newProtobufType(tag.wire, goType)
}
