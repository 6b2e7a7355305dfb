package main

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/cloudwego/kitex/pkg/kerrors"
	"github.com/cloudwego/kitex/pkg/remote"

	"github.com/gomerge/rules_go_merge/conformance/service/gen/kitex_gen/contract"
)

// longText is the length in bytes from which text is printed as a hash.
const longText = 100

// dump returns v as text that tells nil from empty and unset from zero. Fields
// of structs that are zero are left out.
func dump(v any) string {
	var b strings.Builder
	write(&b, reflect.ValueOf(v))
	return b.String()
}

func write(b *strings.Builder, v reflect.Value) {
	switch v.Kind() {
	case reflect.Invalid:
		b.WriteString("nil")
	case reflect.Pointer:
		if v.IsNil() {
			b.WriteString("nil")
			return
		}
		b.WriteByte('&')
		write(b, v.Elem())
	case reflect.Struct:
		b.WriteByte('{')
		for i := range v.NumField() {
			// IsZero takes -0 for zero.
			if field := v.Field(i); !field.IsZero() || field.CanFloat() && math.Signbit(field.Float()) {
				fmt.Fprintf(b, "%s:", v.Type().Field(i).Name)
				write(b, field)
				b.WriteByte(' ')
			}
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
			write(b, v.Index(i))
			b.WriteByte(' ')
		}
		b.WriteByte(']')
	case reflect.Map:
		if v.IsNil() {
			b.WriteString("nil")
			return
		}
		var entries []string
		for key, value := range v.Seq2() {
			entries = append(entries, dump(key.Interface())+":"+dump(value.Interface()))
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

func writeText(b *strings.Builder, text string) {
	if len(text) < longText {
		fmt.Fprintf(b, "%q", text)
		return
	}
	hash := fnv.New64a()
	hash.Write([]byte(text))
	fmt.Fprintf(b, "%d bytes %x", len(text), hash.Sum64())
}

var sentinels = []struct {
	name string
	err  error
}{
	{"ErrInternalException", kerrors.ErrInternalException},
	{"ErrServiceDiscovery", kerrors.ErrServiceDiscovery},
	{"ErrGetConnection", kerrors.ErrGetConnection},
	{"ErrLoadbalance", kerrors.ErrLoadbalance},
	{"ErrNoMoreInstance", kerrors.ErrNoMoreInstance},
	{"ErrRPCTimeout", kerrors.ErrRPCTimeout},
	{"ErrCanceledByBusiness", kerrors.ErrCanceledByBusiness},
	{"ErrTimeoutByBusiness", kerrors.ErrTimeoutByBusiness},
	{"ErrACL", kerrors.ErrACL},
	{"ErrCircuitBreak", kerrors.ErrCircuitBreak},
	{"ErrRemoteOrNetwork", kerrors.ErrRemoteOrNetwork},
	{"ErrOverlimit", kerrors.ErrOverlimit},
	{"ErrPanic", kerrors.ErrPanic},
	{"ErrBiz", kerrors.ErrBiz},
	{"ErrRetry", kerrors.ErrRetry},
	{"ErrRoute", kerrors.ErrRoute},
	{"ErrPayloadValidation", kerrors.ErrPayloadValidation},
}

// describe returns all that a program can learn of an error by itself. Stack
// traces are cut.
func describe(err error) string {
	if err == nil {
		return "ok"
	}
	text, _, _ := strings.Cut(err.Error(), "\nstack=")
	// Which of the two a closed connection gives depends on when it closes.
	text = strings.Replace(text, "EOF wait read", "EOF peer close", 1)
	b := new(strings.Builder)
	fmt.Fprintf(b, "error %q", text)
	b.WriteString(" types")
	for e := err; e != nil; e = errors.Unwrap(e) {
		fmt.Fprintf(b, " %T", e)
	}
	for _, s := range sentinels {
		if errors.Is(err, s.err) {
			b.WriteString(" is " + s.name)
		}
	}
	if detailed := (*kerrors.DetailedError)(nil); errors.As(err, &detailed) {
		fmt.Fprintf(b, " kind %q", detailed.ErrorType())
		if detailed.Stack() != "" {
			b.WriteString(" with a stack")
		}
	}
	if trans := (*remote.TransError)(nil); errors.As(err, &trans) {
		fmt.Fprintf(b, " trans %d", trans.TypeID())
	}
	if typed := interface{ TypeId() int32 }(nil); errors.As(err, &typed) {
		fmt.Fprintf(b, " type %d", typed.TypeId())
	}
	if biz, ok := kerrors.FromBizStatusError(err); ok {
		fmt.Fprintf(b, " biz %d %q %s", biz.BizStatusCode(), biz.BizMessage(), dump(biz.BizExtra()))
	}
	if declared := (*contract.Declared)(nil); errors.As(err, &declared) {
		b.WriteString(" declared " + dump(declared))
	}
	if other := (*contract.Other)(nil); errors.As(err, &other) {
		b.WriteString(" other " + dump(other))
	}
	fmt.Fprintf(b, " kitex %t timeout %t", kerrors.IsKitexError(err), kerrors.IsTimeoutError(err))
	return b.String()
}

// outcome returns a call's result and error as text.
func outcome[T any](result T, err error) string {
	return dump(result) + ", " + describe(err)
}
