package difftest

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
)

// dump writes a value so that two values have the same dump if and only if
// they cannot be told apart, other than by pointer identity. It tells nil from
// empty, tells apart NaNs, and does not depend on the order of maps.
func dump(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return fmt.Sprint(v.Int()) // enums print their names otherwise
	case reflect.Float64:
		return fmt.Sprintf("%g(%x)", v.Float(), math.Float64bits(v.Float()))
	case reflect.String:
		return fmt.Sprintf("%q", v.String())
	case reflect.Pointer:
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
			list = append(list, v.Type().Field(i).Name+": "+dump(v.Field(i)))
		}
		return v.Type().Name() + "{\n" + strings.Join(list, ",\n") + "}"
	}
	return fmt.Sprint(v.Interface())
}

// scramble changes all memory that can be reached from v through pointers and
// slices, so that whoever shares it shows.
func scramble(v reflect.Value) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(v.Int() ^ 0x55)
	case reflect.Uint8:
		v.SetUint(v.Uint() ^ 0x55)
	case reflect.Float64:
		v.SetFloat(-123)
	case reflect.String:
		v.SetString(v.String() + "!")
	case reflect.Pointer:
		if !v.IsNil() {
			scramble(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			scramble(v.Index(i))
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			for _, part := range []reflect.Value{it.Key(), it.Value()} {
				if k := part.Kind(); k == reflect.Pointer || k == reflect.Slice || k == reflect.Map {
					scramble(part)
				}
			}
		}
		v.Clear()
	case reflect.Struct:
		for i := range v.NumField() {
			scramble(v.Field(i))
		}
	}
}
