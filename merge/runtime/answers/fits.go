package answers

import "reflect"

// Fits reports whether a generated struct is within the bounds of an answer. It copies
// nothing, and looks no further once it knows.
func Fits(message any) bool {
	var b Builder
	return b.fits(reflect.ValueOf(message), 0)
}

func (b *Builder) fits(v reflect.Value, depth int) bool {
	if !b.Descend(depth) {
		return false
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return v.IsNil() || b.fits(v.Elem(), depth+1)
	case reflect.String:
		b.count(0, v.Len())
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			b.count(0, v.Len())
			break
		}
		for i := 0; i < v.Len() && b.err == nil; i++ {
			b.fits(v.Index(i), depth+1)
		}
	case reflect.Map:
		for at := v.MapRange(); b.err == nil && at.Next(); {
			b.fits(at.Key(), depth+1)
			b.fits(at.Value(), depth+1)
		}
	case reflect.Struct:
		for i, f := range fieldsOf(v.Type()) {
			if f.name != "" && b.err == nil {
				b.fits(v.Field(i), depth+1)
			}
		}
	}
	return b.err == nil
}
