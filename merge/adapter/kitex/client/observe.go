//go:build go_merge_added

package client

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"sync/atomic"

	"github.com/cloudwego/kitex/pkg/kerrors"
	"github.com/cloudwego/kitex/pkg/remote"
	"github.com/cloudwego/kitex/pkg/remote/trans/nphttp2/codes"
	"github.com/cloudwego/kitex/pkg/remote/trans/nphttp2/status"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeObserved is a call from [goMergeClient.Call] until that returns, or a stream from
// [goMergeLink.choose] to its end. What decides about it, far below, finds it in the
// context.
type goMergeObserved struct {
	link  *goMergeLink
	call  mergeruntime.Observation
	drawn atomic.Uint32 // the mergeruntime.Draw of the first attempt
	over  atomic.Bool   // of a stream, which may end in several places
}

// goMergeObservedKey is the key of the *goMergeObserved of a context.
type goMergeObservedKey struct{}

// begin makes o an observation, of a call whose draw may be known.
func (o *goMergeObserved) begin(l *goMergeLink, call mergeruntime.Observation, drawn mergeruntime.Draw) {
	o.link, o.call = l, call
	o.drawn.Store(uint32(drawn))
}

// end counts the call.
func (o *goMergeObserved) end(how mergeruntime.Ending) {
	o.call.End(mergeruntime.Draw(o.drawn.Load()), how)
}

// goMergeUnreturned is how a call ends that does not return: the handler has ended the
// caller's goroutine by [runtime.Goexit]. Other callers lose the connection then.
const goMergeUnreturned = mergeruntime.EndedUnavailable

// goMergeObservedContext is the context of an observed call for which the gate draws.
type goMergeObservedContext struct {
	context.Context
	observed goMergeObserved
}

func (c *goMergeObservedContext) Value(key interface{}) interface{} {
	if key == interface{}(goMergeObservedKey{}) {
		return &c.observed
	}
	return c.Context.Value(key)
}

// watched returns a context in which a call's observation is found.
func (l *goMergeLink) watched(ctx context.Context) (context.Context, *goMergeObserved) {
	l.watch()
	c := &goMergeObservedContext{Context: ctx}
	return c, &c.observed
}

// watch notes that there are contexts with observations. It writes once.
func (l *goMergeLink) watch() {
	if !l.watches.Load() {
		l.watches.Store(true)
	}
}

// noteDraw notes the draw of an attempt, if it is the first one of its call. The context
// may be of a call that this one is a part of, such as one of a resolver.
func (l *goMergeLink) noteDraw(ctx context.Context, drawn mergeruntime.Draw) {
	if !l.watches.Load() {
		return
	}
	if o, ok := ctx.Value(goMergeObservedKey{}).(*goMergeObserved); ok && o.link == l {
		o.drawn.CompareAndSwap(uint32(mergeruntime.Undrawn), uint32(drawn))
	}
}

// goMergeEndingOf returns how a call ended that returned err. Exceptions of the IDL are in
// the result.
func goMergeEndingOf(err error) mergeruntime.Ending {
	if err == nil {
		return mergeruntime.EndedOK
	}
	if _, ok := kerrors.FromBizStatusError(err); ok {
		return mergeruntime.EndedApplication
	}
	for _, known := range goMergeEndings {
		if errors.Is(err, known.err) {
			return known.ending
		}
	}
	if st, ok := status.FromError(err); ok {
		if st.Code() == codes.Internal && goMergeIsPanic(st.Message()) {
			return mergeruntime.EndedPanic
		}
		return goMergeEndingOfStatus(st.Code())
	}
	var late interface{ Timeout() bool }
	var answered *remote.TransError
	switch {
	case errors.As(err, &late) && late.Timeout():
		return mergeruntime.EndedTimeout
	case errors.As(err, &answered):
		if answered.TypeID() == remote.InternalError && goMergeIsPanic(answered.Error()) {
			return mergeruntime.EndedPanic
		}
		return mergeruntime.EndedInternal
	case errors.Is(err, kerrors.ErrRemoteOrNetwork):
		return mergeruntime.EndedUnavailable
	}
	return mergeruntime.EndedInternal
}

// goMergeIsPanic reports whether the text of an error that the callee's framework has sent
// says that the handler panicked. The caller of an RPC has nothing else to tell by, and
// both arms have to count the same. The error of a handler, which may pass on that of
// another callee, has another beginning, or over gRPC another end.
func goMergeIsPanic(text string) bool {
	return strings.HasPrefix(text, kerrors.ErrPanic.Error()+": ") && !strings.HasSuffix(text, " ["+kerrors.ErrBiz.Error()+"]")
}

// goMergeEndingOfStatus returns how a call over gRPC ended that has a status.
func goMergeEndingOfStatus(code codes.Code) mergeruntime.Ending {
	switch code {
	case codes.OK:
		return mergeruntime.EndedOK
	case codes.Canceled:
		return mergeruntime.EndedCanceled
	case codes.DeadlineExceeded:
		return mergeruntime.EndedTimeout
	case codes.PermissionDenied, codes.Unauthenticated:
		return mergeruntime.EndedDenied
	case codes.ResourceExhausted:
		return mergeruntime.EndedOverloaded
	case codes.Unavailable:
		return mergeruntime.EndedUnavailable
	case codes.Unknown, codes.Internal, codes.Unimplemented, codes.DataLoss:
		return mergeruntime.EndedInternal
	}
	return mergeruntime.EndedApplication
}

// goMergeEndings are how errors of the framework end calls. The first one that fits
// counts: a timeout may have been caused by a cancellation.
var goMergeEndings = []struct {
	err    error
	ending mergeruntime.Ending
}{
	{context.Canceled, mergeruntime.EndedCanceled},
	{kerrors.ErrCanceledByBusiness, mergeruntime.EndedCanceled},
	{kerrors.ErrRPCTimeout, mergeruntime.EndedTimeout},
	{kerrors.ErrTimeoutByBusiness, mergeruntime.EndedTimeout},
	{context.DeadlineExceeded, mergeruntime.EndedTimeout},
	{kerrors.ErrACL, mergeruntime.EndedDenied},
	{fs.ErrPermission, mergeruntime.EndedDenied},
	{kerrors.ErrOverlimit, mergeruntime.EndedOverloaded},
	{kerrors.ErrCircuitBreak, mergeruntime.EndedOverloaded},
	{kerrors.ErrServiceDiscovery, mergeruntime.EndedUnavailable},
	{kerrors.ErrLoadbalance, mergeruntime.EndedUnavailable},
	{kerrors.ErrNoMoreInstance, mergeruntime.EndedUnavailable},
	{kerrors.ErrRoute, mergeruntime.EndedUnavailable},
	{kerrors.ErrGetConnection, mergeruntime.EndedUnavailable},
}
