package difftest_protobuf

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
)

// internal are the fields of protobuf-go's messages that hold no value.
var internal = []string{"state", "sizeCache"}

// dump writes a value so that two values have the same dump if and only if
// they cannot be told apart, other than by pointer identity. It tells nil from
// empty, tells apart NaNs, and does not depend on the order of maps.
func dump(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Int32, reflect.Int64:
		return fmt.Sprint(v.Int()) // enums print their names otherwise
	case reflect.Uint32, reflect.Uint64:
		return fmt.Sprint(v.Uint())
	case reflect.Bool:
		return fmt.Sprint(v.Bool())
	case reflect.Float32, reflect.Float64:
		return fmt.Sprintf("%g(%x)", v.Float(), math.Float64bits(v.Float()))
	case reflect.String:
		return fmt.Sprintf("%q", v.String())
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return "nil"
		}
		return "&" + dump(v.Elem())
	case reflect.Slice:
		if v.IsNil() {
			return "nil"
		}
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return fmt.Sprintf("bytes %q", v.Bytes())
		}
		list := make([]string, v.Len())
		for i := range list {
			list[i] = dump(v.Index(i))
		}
		return "[" + strings.Join(list, ", ") + "]"
	case reflect.Map:
		if v.IsNil() {
			return "nil"
		}
		var list []string
		for it := v.MapRange(); it.Next(); {
			list = append(list, dump(it.Key())+": "+dump(it.Value()))
		}
		slices.Sort(list)
		return "map[" + strings.Join(list, ", ") + "]"
	case reflect.Struct:
		var list []string
		for i := range v.NumField() {
			if f := v.Type().Field(i); !slices.Contains(internal, f.Name) {
				list = append(list, f.Name+": "+dump(v.Field(i)))
			}
		}
		return v.Type().Name() + "{\n" + strings.Join(list, ",\n") + "}"
	}
	panic("dump of " + v.Type().String())
}

// scramble changes all memory that can be reached from v through pointers and
// slices, so that whoever shares it shows.
func scramble(v reflect.Value) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int32, reflect.Int64:
		v.SetInt(v.Int() ^ 0x55)
	case reflect.Uint8, reflect.Uint32, reflect.Uint64:
		v.SetUint(v.Uint() ^ 0x55)
	case reflect.Float32, reflect.Float64:
		v.SetFloat(-123)
	case reflect.String:
		v.SetString(v.String() + "!")
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			scramble(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			scramble(v.Index(i))
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			if k := it.Value().Kind(); k == reflect.Pointer || k == reflect.Slice {
				scramble(it.Value())
			}
		}
		v.Clear()
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				scramble(v.Field(i))
			}
		}
	}
}
