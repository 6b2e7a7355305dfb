// Package random fills generated structs with values that depend on a seed
// only.
package random

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
)

// depth is how far structs that contain themselves are filled.
const depth = 4

// Fill gives the struct that v points to random values. It leaves no list with
// a nil struct in it, gives a union one value and sets no duplicates.
func Fill(seed uint64, v any) {
	g := generator{rand.New(rand.NewPCG(seed, 1))}
	if init, ok := v.(interface{ InitDefault() }); ok && g.chance(2) {
		init.InitDefault()
	}
	g.fill(reflect.ValueOf(v).Elem(), "", depth)
}

type generator struct{ *rand.Rand }

// chance is true once in n times.
func (g generator) chance(n int) bool { return g.IntN(n) == 0 }

// fill fills v. tag tells its type in the IDL.
func (g generator) fill(v reflect.Value, tag string, depth int) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(g.chance(2))
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(g.int(v.Type()))
	case reflect.Uint32, reflect.Uint64:
		v.SetUint(uint64(g.Uint32N(1000)))
	case reflect.Float32:
		v.SetFloat([]float64{0, 1.5, -2.25, math.MaxFloat32, math.SmallestNonzeroFloat32, math.Inf(1)}[g.IntN(6)])
	case reflect.Float64:
		v.SetFloat([]float64{0, 1.5, -2.25, math.MaxFloat64, math.SmallestNonzeroFloat64, math.Inf(1), g.NormFloat64()}[g.IntN(7)])
	case reflect.String:
		v.SetString(g.text(tag))
	case reflect.Pointer:
		g.pointer(v, tag, depth)
	case reflect.Slice:
		g.list(v, tag, depth)
	case reflect.Map:
		g.mapping(v, tag, depth)
	case reflect.Struct:
		g.structure(v, depth)
	}
}

func (g generator) int(t reflect.Type) int64 {
	if t.PkgPath() != "" { // an enum
		return []int64{0, 1, 2, 3, 4, 5, 77, -1}[g.IntN(8)]
	}
	top := int64(1)<<(t.Bits()-1) - 1
	return []int64{0, 1, -1, 42, top, -top - 1, g.Int64N(top)}[g.IntN(7)]
}

// text is not always valid UTF-8, which protobuf alone wants.
func (g generator) text(tag string) string {
	choices := []string{"", "a", "text", "fallback", "default", "\x00", "h\u00e9llo \u4e16\u754c", strings.Repeat("long ", 1+g.IntN(200)), "\xff\xfe"}
	if tag == utf8 {
		choices = choices[:len(choices)-1]
	}
	return choices[g.IntN(len(choices))]
}

// utf8 is the tag of a field of a protobuf message.
const utf8 = "utf8"

func (g generator) pointer(v reflect.Value, tag string, depth int) {
	isStruct := v.Type().Elem().Kind() == reflect.Struct
	if g.chance(2) || isStruct && depth == 0 {
		v.SetZero()
		return
	}
	g.some(v, tag, depth)
}

// some fills a pointer that must not be nil.
func (g generator) some(v reflect.Value, tag string, depth int) {
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
		depth--
	}
	g.fill(v, tag, depth)
}

func (g generator) list(v reflect.Value, tag string, depth int) {
	if g.chance(3) || depth <= 0 {
		v.SetZero()
		return
	}
	if v.Type().Elem().Kind() == reflect.Uint8 {
		v.SetBytes([]byte(g.text("")))
		return
	}
	list := reflect.MakeSlice(v.Type(), 0, 3)
	var seen []any
	for range g.IntN(4) {
		e := reflect.New(v.Type().Elem()).Elem()
		g.some(e, tag, depth)
		if strings.Contains(tag, "set<") {
			// Structs of a set are compared by their values, as the codec does.
			plain := e
			if e.Kind() == reflect.Pointer {
				plain = e.Elem()
			}
			if slices.ContainsFunc(seen, func(s any) bool { return reflect.DeepEqual(s, plain.Interface()) }) {
				continue
			}
			seen = append(seen, plain.Interface())
		}
		list = reflect.Append(list, e)
	}
	v.Set(list)
}

func (g generator) mapping(v reflect.Value, tag string, depth int) {
	if g.chance(3) || depth <= 0 {
		v.SetZero()
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for range g.IntN(4) {
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		g.fill(key, tag, depth)
		g.some(value, tag, depth)
		v.SetMapIndex(key, value)
	}
}

func (g generator) structure(v reflect.Value, depth int) {
	t := v.Type()
	if _, ok := reflect.PointerTo(t).MethodByName("CountSetFields" + t.Name()); ok {
		field := v.Field(g.IntN(v.NumField()))
		for field.Kind() == reflect.Slice || field.Kind() == reflect.Pointer && field.Type().Elem().Kind() == reflect.Struct && depth == 0 {
			field = v.Field(g.IntN(v.NumField())) // an empty one would be no value
		}
		g.some(field, "", depth)
		return
	}
	for i := range v.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("frugal")
		switch {
		case !f.IsExported():
			continue
		case f.Tag.Get("protobuf_oneof") != "":
			g.oneof(v, v.Field(i), depth)
			continue
		case tag == "":
			tag = utf8
		}
		g.fill(v.Field(i), tag, depth)
	}
}

// oneof fills one of the alternatives that the message lists. It gives it a
// value that is not zero, which would not be sent: Kitex v0.13.1 cannot encode a
// message whose oneof has no value.
func (g generator) oneof(message, v reflect.Value, depth int) {
	wrappers := message.Addr().Interface().(interface{ XXX_OneofWrappers() []any }).XXX_OneofWrappers()
	for v.IsNil() || v.Elem().Elem().Field(0).IsZero() {
		wrapper := reflect.New(reflect.TypeOf(wrappers[g.IntN(len(wrappers))]).Elem())
		if value := wrapper.Elem().Field(0); value.Kind() != reflect.Pointer || depth > 0 {
			g.some(value, utf8, depth)
		}
		v.Set(wrapper)
	}
}
