package supervision

import (
	"os"
	"reflect"
	"runtime/debug"
)

// Contain does what follows from a panic in a goroutine of a service, whose value
// was recovered: the service goes down if it contains panics, and otherwise the
// process ends. While packages are initialized no service can go down alone.
func (p *Process) Contain(service string, value any) {
	s, a := p.service(service)
	if a == nil {
		p.logger.Printf("panic in service %s: %v\n%s", service, value, debug.Stack())
		os.Exit(panicCode)
	}
	if a.Contain {
		s.contain(a, value)
		return
	}
	// As the settings file says.
	p.logger.Printf("panic in service %s ends the process", service)
	panic(value) // the trace still has the stack
}

// Crash is for adapters of frameworks that let a panic in a handler end the
// process. value is what was recovered. A service that contains panics goes down,
// and the call is closed for its caller. Otherwise the process ends.
func (p *Process) Crash(service string, value any) {
	if Exits(value) {
		return // Exit has taken care of the service
	}
	if s, a := p.service(service); a != nil && a.Contain {
		s.contain(a, value)
		return
	}
	p.logger.Printf("panic in a handler of service %s ends the process: %v\n%s", service, value, debug.Stack())
	os.Exit(panicCode)
}

// Guarded returns a function that does what f does and contains its panics.
// F is the type of f. The build puts it into go statements, so that they
// evaluate and pass on all that they did.
func Guarded[F any](p *Process, service string, f F) F {
	if plain, ok := any(f).(func()); ok && plain != nil {
		return any(func() {
			defer func() {
				if value := recover(); value != nil {
					p.Contain(service, value)
				}
			}()
			plain()
		}).(F)
	}
	v := reflect.ValueOf(f)
	if v.Kind() != reflect.Func || v.IsNil() {
		return f // and the go statement panics as it did
	}
	return reflect.MakeFunc(v.Type(), p.guarded(service, v)).Interface().(F)
}

func (p *Process) guarded(service string, f reflect.Value) func([]reflect.Value) []reflect.Value {
	return func(args []reflect.Value) (results []reflect.Value) {
		defer func() {
			if value := recover(); value != nil {
				for i := range f.Type().NumOut() {
					results = append(results, reflect.Zero(f.Type().Out(i)))
				}
				p.Contain(service, value)
			}
		}()
		if f.Type().IsVariadic() {
			return f.CallSlice(args)
		}
		return f.Call(args)
	}
}
