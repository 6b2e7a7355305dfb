package observe

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/cloudwego/kitex/pkg/kerrors"
	"github.com/cloudwego/kitex/pkg/remote"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/codec"
)

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
	{"ErrPayloadValidation", codec.ErrPayloadValidation},
}

// Error returns all that a program can learn of an error by itself. Stack
// traces are cut.
func Error(err error) string {
	if err == nil {
		return "ok"
	}
	b := new(strings.Builder)
	fmt.Fprintf(b, "error %q", Text(err.Error()))
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
		fmt.Fprintf(b, " biz %d %q %s", biz.BizStatusCode(), biz.BizMessage(), Value(biz.BizExtra()))
	}
	for e := err; e != nil; e = errors.Unwrap(e) {
		if t := reflect.TypeOf(e); t.Kind() == reflect.Pointer && strings.Contains(t.Elem().PkgPath(), "/kitex_gen/") {
			b.WriteString(" declared " + Value(e))
		}
	}
	fmt.Fprintf(b, " kitex %t timeout %t", kerrors.IsKitexError(err), kerrors.IsTimeoutError(err))
	return b.String()
}

// Outcome returns a call's result and error as text.
func Outcome[T any](result T, err error) string {
	return Value(result) + ", " + Error(err)
}

var (
	addresses = regexp.MustCompile(`\d+\.\d+\.\d+\.\d+:\d+`)
	// Which of them a closed connection gives depends on when it closes.
	closed = regexp.MustCompile(`EOF wait read|connection reset by peer`)
	// A deadline is some time from when the call began.
	actual = regexp.MustCompile(`actual=-?[0-9.]+[mµn]?s`)
)

// Text returns an error's text without what differs from run to run, or from
// binary to binary: addresses, durations, stack traces, and the spaces of
// protobuf-go.
func Text(text string) string {
	text, _, _ = strings.Cut(text, "\nstack=")
	text = strings.ReplaceAll(text, "\u00a0", " ")
	text = closed.ReplaceAllString(text, "EOF peer close")
	text = actual.ReplaceAllString(text, "actual=TIME")
	return addresses.ReplaceAllString(text, "ADDR")
}
