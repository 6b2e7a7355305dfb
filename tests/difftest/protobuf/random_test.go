package difftest_protobuf

import (
	"math"
	"math/rand"
	"reflect"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// filler fills generated messages with random values. It prefers what is often
// got wrong: nil, empty, unset, default, out of range, not a number.
type filler struct {
	*rand.Rand
	// tame keeps from values that a codec may refuse or that take the detour
	// through it: text that is not UTF-8, missing required fields, unknown
	// fields, nil in lists.
	tame bool
}

// fill sets v, which is held depth messages deep.
func (r *filler) fill(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(r.Intn(2) == 0)
	case reflect.Int32, reflect.Int64:
		n := pick(r, 0, 1, -1, 5, 7, 8, 1<<31-1, -1<<31, r.Int63(), -r.Int63())
		v.SetInt(reflect.ValueOf(n).Convert(v.Type()).Int())
	case reflect.Uint32, reflect.Uint64:
		n := pick(r, 0, 1, 42, 1<<31, 1<<32-1, r.Uint64())
		v.SetUint(reflect.ValueOf(n).Convert(v.Type()).Uint())
	case reflect.Float32, reflect.Float64:
		v.SetFloat(pick(r, 0, 1.5, -1, math.NaN(), math.Inf(1), math.Copysign(0, -1), r.NormFloat64()))
	case reflect.String:
		v.SetString(r.text())
	case reflect.Pointer:
		if isMessage := v.Type().Elem().Kind() == reflect.Struct; isMessage && depth > 6 || r.Intn(4) == 0 {
			v.SetZero()
			return
		}
		v.Set(reflect.New(v.Type().Elem()))
		r.fill(v.Elem(), depth)
	case reflect.Slice:
		r.fillSlice(v, depth)
	case reflect.Map:
		r.fillMap(v, depth)
	case reflect.Struct:
		r.fillStruct(v, depth)
	}
}

func pick[T any](r *filler, choice ...T) T { return choice[r.Intn(len(choice))] }

func (r *filler) text() string {
	if !r.tame && r.Intn(40) == 0 {
		return "\xff\xfe not UTF-8"
	}
	return pick(r, "", "hello", "hi", "ä", strings.Repeat("long ", r.Intn(50)), string(rune('a'+r.Intn(26))))
}

func (r *filler) length(depth int) int {
	if depth > 3 {
		return r.Intn(2)
	}
	return pick(r, 0, 1, 2, 3, 7, 20)
}

func (r *filler) fillSlice(v reflect.Value, depth int) {
	if r.Intn(4) == 0 {
		v.SetZero()
		return
	}
	if v.Type().Elem().Kind() == reflect.Uint8 {
		v.SetBytes([]byte(r.text()))
		return
	}
	n := r.length(depth)
	v.Set(reflect.MakeSlice(v.Type(), n, n))
	for i := range n {
		r.fillElem(v.Index(i), depth)
	}
}

// fillElem sets an element of a list or map.
func (r *filler) fillElem(v reflect.Value, depth int) {
	if v.Kind() == reflect.Pointer && (r.tame || r.Intn(20) > 0) {
		v.Set(reflect.New(v.Type().Elem()))
		r.fill(v.Elem(), depth+1)
		return
	}
	r.fill(v, depth+1)
}

func (r *filler) fillMap(v reflect.Value, depth int) {
	if r.Intn(4) == 0 {
		v.SetZero()
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for range r.length(depth) {
		key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		r.fill(key, depth+1)
		r.fillElem(elem, depth)
		if k := key.Kind(); v.Type().Elem().Kind() != reflect.Pointer && (k == reflect.Int64 || k == reflect.Uint64) {
			key.SetZero() // keys that collide when they are cut short
		}
		v.SetMapIndex(key, elem)
	}
}

func (r *filler) fillStruct(v reflect.Value, depth int) {
	for i := range v.NumField() {
		f, tag := v.Field(i), v.Type().Field(i).Tag
		switch {
		case !v.Type().Field(i).IsExported():
		case tag.Get("protobuf_oneof") != "":
			r.fillOneof(v, f, depth)
		case strings.Contains(tag.Get("protobuf"), ",req,") && (r.tame || r.Intn(40) > 0):
			for f.IsNil() {
				r.fill(f, min(depth, 5))
			}
		case r.Intn(8) > 0:
			r.fill(f, depth+1)
		}
	}
	if m, ok := v.Addr().Interface().(proto.Message); ok && !r.tame && r.Intn(40) == 0 {
		r.fillUnknown(m.ProtoReflect())
	}
}

// fillUnknown adds a field that the sender does not know. The receiver may.
func (r *filler) fillUnknown(m protoreflect.Message) {
	number := protowire.Number(r.Intn(40) + 1)
	if m.Descriptor().Fields().ByNumber(number) == nil {
		buf := protowire.AppendTag(m.GetUnknown(), number, protowire.VarintType)
		m.SetUnknown(protowire.AppendVarint(buf, 1))
	}
}

// fillOneof sets the oneof f of message v to one of its members.
func (r *filler) fillOneof(v, f reflect.Value, depth int) {
	members := wrappers(v.Addr().Interface(), f.Type())
	n := r.Intn(len(members) + 1)
	if n == len(members) {
		f.SetZero()
		return
	}
	f.Set(reflect.New(members[n].Elem()))
	if !r.tame && r.Intn(20) == 0 {
		f.Set(reflect.Zero(members[n]))
		return
	}
	r.fill(f.Elem().Elem().Field(0), depth+1)
}

// wrappers returns the types of the members of a oneof.
func wrappers(m any, oneof reflect.Type) []reflect.Type {
	var list []reflect.Type
	add := func(wrapper any) {
		if t := reflect.TypeOf(wrapper); t.Implements(oneof) {
			list = append(list, t)
		}
	}
	if w, ok := m.(interface{ XXX_OneofWrappers() []any }); ok {
		for _, wrapper := range w.XXX_OneofWrappers() {
			add(wrapper)
		}
		return list
	}
	// A message of protobuf-go makes a member when it is set by reflection.
	r := m.(proto.Message).ProtoReflect()
	fields := r.Descriptor().Fields()
	for i := range fields.Len() {
		if f := fields.Get(i); f.ContainingOneof() != nil && !f.ContainingOneof().IsSynthetic() {
			fresh := r.New()
			fresh.Set(f, fresh.NewField(f))
			v := reflect.ValueOf(fresh.Interface()).Elem()
			for i := range v.NumField() {
				if v.Type().Field(i).Type == oneof && !v.Field(i).IsNil() {
					add(v.Field(i).Interface())
				}
			}
		}
	}
	return list
}
