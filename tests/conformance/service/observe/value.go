// Package observe turns what a program can see of a call into text, in which
// two observations are equal if the program cannot tell them apart.
package observe

import (
	"fmt"
	"hash/fnv"
	"math"
	"os"
	"reflect"
	"slices"
	"strings"
)

// longText is the length in bytes from which text is printed as a hash.
const longText = 100

// SharedEnv is set where caller and callee may share memory, which leaves nil
// what is nil.
const SharedEnv = "CONFORMANCE_SHARED"

// LenientEnv is set where a field or an element that is nil is as one that is
// empty.
const LenientEnv = "CONFORMANCE_LENIENT"

var lenient = os.Getenv(LenientEnv) != ""

// Value returns v as text that tells nil from empty and unset from zero. Fields
// of structs that are zero are left out.
func Value(v any) string {
	var b strings.Builder
	write(&b, reflect.ValueOf(v))
	return b.String()
}

func write(b *strings.Builder, v reflect.Value) {
	switch v.Kind() {
	case reflect.Invalid:
		b.WriteString("nil")
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			b.WriteString("nil")
			return
		}
		if v.Kind() == reflect.Pointer {
			b.WriteByte('&')
		}
		write(b, v.Elem())
	case reflect.Struct:
		b.WriteByte('{')
		for i := range v.NumField() {
			if !v.Type().Field(i).IsExported() {
				continue
			}
			field := v.Field(i)
			// IsZero takes -0 for zero.
			if field.IsZero() && !(field.CanFloat() && math.Signbit(field.Float())) {
				continue
			}
			text := Value(field.Interface())
			if lenient && text == empty(field.Type()) {
				continue
			}
			fmt.Fprintf(b, "%s:%s ", v.Type().Field(i).Name, text)
		}
		b.WriteByte('}')
	case reflect.Slice:
		if v.IsNil() {
			b.WriteString("nil")
			return
		}
		if v.Type().Elem().Kind() == reflect.Uint8 {
			b.WriteString("bytes")
			writeText(b, string(v.Bytes()))
			return
		}
		b.WriteByte('[')
		for i := range v.Len() {
			b.WriteString(element(v.Index(i)) + " ")
		}
		b.WriteByte(']')
	case reflect.Map:
		if v.IsNil() {
			b.WriteString("nil")
			return
		}
		var entries []string
		for key, value := range v.Seq2() {
			entries = append(entries, Value(key.Interface())+":"+element(value))
		}
		slices.Sort(entries)
		fmt.Fprintf(b, "map[%s]", strings.Join(entries, " "))
	case reflect.String:
		writeText(b, v.String())
	case reflect.Int64, reflect.Int32:
		fmt.Fprint(b, v.Int()) // not the name that an enum has in this version
	default:
		fmt.Fprint(b, v.Interface())
	}
}

// element returns the text of an element of a list or map.
func element(v reflect.Value) string {
	if text := empty(v.Type()); lenient && text != "" && v.IsNil() {
		return text
	}
	return Value(v.Interface())
}

// empty returns the text of an empty struct, list or map that is not nil, "" for
// other types.
func empty(t reflect.Type) string {
	switch {
	case t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct:
		return "&{}"
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8:
		return `bytes""`
	case t.Kind() == reflect.Slice:
		return "[]"
	case t.Kind() == reflect.Map:
		return "map[]"
	}
	return ""
}

func writeText(b *strings.Builder, text string) {
	if len(text) < longText {
		fmt.Fprintf(b, "%q", text)
		return
	}
	hash := fnv.New64a()
	hash.Write([]byte(text))
	fmt.Fprintf(b, "%d bytes %x", len(text), hash.Sum64())
}
