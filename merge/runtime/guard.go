package runtime

import (
	"os"
	"reflect"
	"runtime/debug"
)

// Contain takes a service down after a panic in one of its goroutines, with the
// value that recover returned: nil is no panic. The code that the build adds
// to the goroutines of a service calls it. While packages are initialized no
// service can go down alone, and the process ends.
func Contain(service string, value any) {
	if value == nil {
		return
	}
	s := current.Load()
	if s == nil || s.byName[service] == nil {
		logger.Printf("panic in service %s: %v\n%s", service, value, debug.Stack())
		os.Exit(panicCode)
	}
	s.contain(s.byName[service], value)
}

// Guarded returns a function that does what f does and contains its panics.
// F is the type of f. The code that the build adds to go statements calls it,
// so that the statement evaluates and passes on all that it did.
func Guarded[F any](service string, f F) F {
	if plain, ok := any(f).(func()); ok && plain != nil {
		return any(func() {
			defer func() { Contain(service, recover()) }()
			plain()
		}).(F)
	}
	v := reflect.ValueOf(f)
	if v.Kind() != reflect.Func || v.IsNil() {
		return f // and the go statement panics as it did
	}
	return reflect.MakeFunc(v.Type(), guarded(service, v)).Interface().(F)
}

func guarded(service string, f reflect.Value) func([]reflect.Value) []reflect.Value {
	return func(args []reflect.Value) (results []reflect.Value) {
		defer func() {
			if p := recover(); p != nil {
				for t := range f.Type().Outs() {
					results = append(results, reflect.Zero(t))
				}
				Contain(service, p)
			}
		}()
		if f.Type().IsVariadic() {
			return f.CallSlice(args)
		}
		return f.Call(args)
	}
}
