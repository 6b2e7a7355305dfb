package difftest

import (
	"math"
	"math/rand"
	"reflect"
	"strings"
)

// filler fills generated structs with random values. It prefers what is often
// got wrong: nil, empty, unset, default, out of range, not a number.
type filler struct {
	*rand.Rand
	// tame keeps from values that the codec cannot encode or decode: unions
	// with other than one field, missing required fields.
	tame bool
	// whole keeps from values that sharing memory leaves as they are and the
	// codec does not: nil where the field is not optional, and enums out of
	// range. It is for tame fillers.
	whole bool
}

// fill sets v, which is held depth structs deep.
func (r *filler) fill(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(r.Intn(2) == 0)
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(r.integer(v.Type()))
	case reflect.Float64:
		v.SetFloat(pick(r, 0, 1.5, -1, math.NaN(), math.Inf(1), math.Copysign(0, -1), r.NormFloat64()))
	case reflect.String:
		v.SetString(r.text())
	case reflect.Pointer:
		if r.whole {
			v.Set(reflect.New(v.Type().Elem()))
			r.fill(v.Elem(), depth)
			return
		}
		if tooDeep := v.Type().Elem().Kind() == reflect.Struct && depth > 6; (tooDeep || r.Intn(r.unset()) == 0) && !(r.tame && isRequired(v.Type())) {
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

func (r *filler) integer(t reflect.Type) int64 {
	if t.Kind() == reflect.Int64 && t.Name() != "int64" { // an enum
		if r.whole {
			return pick[int64](r, 0, 1, 7, 8)
		}
		// Out of range values never collide when truncated: map keys.
		return pick(r, 0, 1, 5, 7, 8, 9, 1<<40+r.Int63n(1<<31), -r.Int63n(1<<50))
	}
	n := pick(r, 0, 1, -1, 42, 43, 77, r.Int63(), -r.Int63())
	return reflect.ValueOf(n).Convert(t).Int()
}

func (r *filler) text() string {
	return pick(r, "", "hello", "bye", "bin", "bon", "none", "x", "\xff\xfe not UTF-8", strings.Repeat("long ", r.Intn(2000)), string(rune('a'+r.Intn(26))))
}

// unset is one in how many pointers is nil.
func (r *filler) unset() int {
	if r.tame {
		return 16
	}
	return 4
}

func (r *filler) length(depth int) int {
	switch {
	case depth > 6:
		return 0
	case depth > 3:
		return r.Intn(2)
	}
	return pick(r, 0, 1, 2, 3, 7)
}

func (r *filler) fillSlice(v reflect.Value, depth int) {
	if !r.whole && r.Intn(4) == 0 {
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
		r.fill(v.Index(i), depth+1)
	}
}

func (r *filler) fillMap(v reflect.Value, depth int) {
	if !r.whole && r.Intn(4) == 0 {
		v.SetZero()
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for range r.length(depth) {
		key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		r.fill(key, depth+1)
		r.fill(elem, depth+1)
		v.SetMapIndex(key, elem)
	}
}

func (r *filler) fillStruct(v reflect.Value, depth int) {
	if init, ok := v.Addr().Interface().(interface{ InitDefault() }); ok && r.Intn(2) == 0 {
		init.InitDefault()
	}
	if _, union := v.Addr().Type().MethodByName("CountSetFields" + v.Type().Name()); union {
		r.fillUnion(v, depth)
		return
	}
	for i := range v.NumField() {
		f, mandatory := v.Field(i), r.mandatory(v.Type().Field(i))
		if r.whole && !mandatory && mayBeNil(v.Type().Field(i)) && (depth > 6 || r.Intn(2) == 0) {
			continue
		}
		if r.Intn(8) > 0 || mandatory || r.whole {
			r.fill(f, depth+1)
		}
		for mandatory && f.IsNil() {
			r.fill(f, depth+1)
		}
	}
}

// mandatory tells fields that have to be set for the receiver to be content.
func (r *filler) mandatory(f reflect.StructField) bool {
	return r.tame && f.Type.Kind() == reflect.Pointer && (isRequired(f.Type) || strings.HasPrefix(f.Tag.Get("thrift"), "later_"))
}

// mayBeNil tells fields that are not encoded if they are nil. A binary with a
// default is encoded.
func mayBeNil(f reflect.StructField) bool {
	return strings.HasSuffix(f.Tag.Get("thrift"), ",optional") && f.Type != reflect.TypeFor[[]byte]()
}

func isRequired(t reflect.Type) bool { return t.Elem().Name() == "Required" }

func (r *filler) fillUnion(v reflect.Value, depth int) {
	v.SetZero()
	n := 1
	if !r.tame {
		n = pick(r, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 2)
	}
	var fields []reflect.Value
	for i := range v.NumField() {
		// Deep down, none that may hold a union again.
		if k := v.Field(i).Type().Elem().Kind(); depth <= 4 || v.Field(i).Kind() == reflect.Pointer && k != reflect.Struct {
			fields = append(fields, v.Field(i))
		}
	}
	if len(fields) == 0 {
		return
	}
	for range n {
		for f := pick(r, fields...); f.IsNil(); {
			r.fill(f, depth+1)
		}
	}
}
