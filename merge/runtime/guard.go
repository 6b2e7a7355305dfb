package runtime

import (
	"os"
	"reflect"
	"runtime/debug"
)

// Guard contains a panic of the goroutine that deferred it: the service goes
// down. The build adds it to the goroutines of a service that contains panics.
// While packages are initialized no service can go down alone, and the process
// ends.
func Guard(service string) {
	if p := recover(); p != nil {
		contain(service, p)
	}
}

// Crash is for adapters of frameworks that let a panic in a handler end the
// process. value is what was recovered. A service that contains panics goes down,
// and the call is closed for its caller. Otherwise the process ends.
func Crash(service string, value any) {
	if _, ok := value.(exited); ok {
		return // by which Exit has unwound the call
	}
	if s := current.Load(); s != nil && s.byName[service] != nil && s.byName[service].Contain {
		s.contain(s.byName[service], value)
		return
	}
	logger.Printf("panic in a handler of service %s ends the process: %v\n%s", service, value, debug.Stack())
	os.Exit(panicCode)
}

func contain(service string, value any) {
	s := current.Load()
	if s == nil || s.byName[service] == nil {
		logger.Printf("panic in service %s: %v\n%s", service, value, debug.Stack())
		os.Exit(panicCode)
	}
	if a := s.byName[service]; a.Contain {
		s.contain(a, value)
		return
	}
	// As the settings file says.
	logger.Printf("panic in service %s ends the process", service)
	panic(value) // the trace still has the stack
}

// Guarded returns a function that does what f does and contains its panics.
// F is the type of f. The build puts it into go statements, so that they
// evaluate and pass on all that they did.
func Guarded[F any](service string, f F) F {
	if plain, ok := any(f).(func()); ok && plain != nil {
		return any(func() {
			defer Guard(service)
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
				for i := range f.Type().NumOut() {
					results = append(results, reflect.Zero(f.Type().Out(i)))
				}
				contain(service, p)
			}
		}()
		if f.Type().IsVariadic() {
			return f.CallSlice(args)
		}
		return f.Call(args)
	}
}
