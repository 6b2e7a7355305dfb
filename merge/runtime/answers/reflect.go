package answers

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Of returns a copy of a generated struct of Thrift or protobuf, by its tags. Fields have
// their names of the IDL. Where the encoding does not tell them apart, what is empty
// equals what is not there.
func Of(answer any) (Value, error) {
	r := reader{}
	v := r.value(reflect.ValueOf(answer), "", false, 0)
	return v, cmp.Or(r.Err(), r.unreadable)
}

// reader reads one answer.
type reader struct {
	Builder
	unreadable error
}

// value reads a value. idl is its type in the IDL, "" if that is not known, and optional
// is set if the encoding tells null from empty.
func (r *reader) value(v reflect.Value, idl string, optional bool, depth int) Value {
	if depth > maxDepth {
		r.err = ErrTooLarge
	}
	if r.err != nil || r.unreadable != nil {
		return Value{}
	}
	switch v.Kind() {
	case reflect.Invalid:
		return Value{}
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return Value{}
		}
		return r.value(v.Elem(), idl, optional, depth+1)
	case reflect.Bool:
		return r.Scalar(strconv.FormatBool(v.Bool()))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return r.Scalar(strconv.FormatInt(v.Int(), 10))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return r.Scalar(strconv.FormatUint(v.Uint(), 10))
	case reflect.Float32, reflect.Float64:
		return r.Float(v.Float(), v.Type().Bits())
	case reflect.String:
		return r.Text(v.String())
	case reflect.Slice:
		if v.IsNil() && optional {
			return Value{}
		}
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return r.Bytes(v.Bytes())
		}
		return r.list(v, idl, depth)
	case reflect.Map:
		if v.IsNil() && optional {
			return Value{}
		}
		return r.entries(v, idl, depth)
	case reflect.Struct:
		return r.fields(v, depth)
	}
	r.unreadable = fmt.Errorf("the answer has a %s, which cannot be compared", v.Type())
	return Value{}
}

func (r *reader) list(v reflect.Value, idl string, depth int) Value {
	container, _, elem := parseType(idl)
	r.count(1, 0)
	var items []Value
	for i := 0; i < v.Len() && r.err == nil; i++ {
		items = append(items, r.value(v.Index(i), elem, false, depth+1))
	}
	if container == "set" {
		return r.Set(items)
	}
	return r.List(items)
}

func (r *reader) entries(v reflect.Value, idl string, depth int) Value {
	_, key, elem := parseType(idl)
	r.count(1, 0)
	var keys, values []Value
	for at := v.MapRange(); r.err == nil && at.Next(); {
		keys = append(keys, r.value(at.Key(), key, false, depth+1))
		values = append(values, r.value(at.Value(), elem, false, depth+1))
	}
	return r.Map(keys, values)
}

func (r *reader) fields(v reflect.Value, depth int) Value {
	r.count(1, 0)
	var names []string
	var values []Value
	for i, f := range fieldsOf(v.Type()) {
		if f.name == "" || r.err != nil {
			continue
		}
		if value := r.value(v.Field(i), f.idl, f.optional, depth+1); value.kind != null {
			names, values = append(names, f.name), append(values, value)
		}
	}
	return r.Struct(names, values)
}

// field is what a generated field means in the IDL.
type field struct {
	name     string // "" if it has no part in the message
	idl      string
	optional bool
}

// known has the fields of structs that were read before, by their types.
var known sync.Map

// fieldsOf returns what the fields of a struct mean.
func fieldsOf(t reflect.Type) []field {
	if found, ok := known.Load(t); ok {
		return found.([]field)
	}
	described := make([]field, t.NumField())
	for i := range described {
		described[i] = describe(t.Field(i))
	}
	found, _ := known.LoadOrStore(t, described)
	return found.([]field)
}

// unknown is the name of what a message had that its type does not know.
const unknown = "(unknown fields)"

func describe(f reflect.StructField) field {
	switch f.Name {
	case "unknownFields", "_unknownFields", "XXX_unrecognized":
		return field{name: unknown}
	}
	hidden, isHidden := strings.CutPrefix(f.Name, "xxx_hidden_") // of protobuf's opaque structs
	switch {
	case isHidden:
		return field{name: cmp.Or(protobufName(f.Tag), hidden)}
	case !f.IsExported(), strings.HasPrefix(f.Name, "XXX_"):
		return field{}
	}
	name, required, _ := strings.Cut(f.Tag.Get("thrift"), ",")
	if name == "" {
		words := strings.Split(f.Tag.Get("protobuf"), ",")
		// Fields with presence, of which bytes may be empty or absent.
		optional := slices.Contains(words, "opt") && (!slices.Contains(words, "proto3") || slices.Contains(words, "oneof"))
		return field{name: cmp.Or(protobufName(f.Tag), f.Tag.Get("protobuf_oneof"), f.Name), optional: optional}
	}
	frugal := strings.SplitN(f.Tag.Get("frugal"), ",", 3)
	described := field{name: name, optional: slices.Contains(append(strings.Split(required, ","), frugal...), "optional")}
	if len(frugal) == 3 {
		described.idl = frugal[2]
	}
	return described
}

// protobufName returns the name that a tag of protobuf has, "" if it has none.
func protobufName(tag reflect.StructTag) string {
	for _, part := range strings.Split(tag.Get("protobuf"), ",") {
		if name, ok := strings.CutPrefix(part, "name="); ok {
			return name
		}
	}
	return ""
}

// parseType returns what a type of Thrift consists of, such as map<string:list<i32>>.
func parseType(idl string) (container, key, elem string) {
	container, inner, ok := strings.Cut(strings.TrimSuffix(idl, ">"), "<")
	if !ok {
		return "", "", ""
	}
	if container != "map" {
		return container, "", inner
	}
	depth := 0
	for i, c := range inner {
		switch c {
		case '<':
			depth++
		case '>':
			depth--
		case ':':
			if depth == 0 {
				return container, inner[:i], inner[i+1:]
			}
		}
	}
	return container, "", ""
}
