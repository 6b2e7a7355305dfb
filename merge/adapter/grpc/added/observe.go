//go:build go_merge_added && go1.24

package grpc

import (
	"context"
	"io"
	"sync/atomic"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// invoke makes a unary call, below all interceptors.
func invoke(ctx context.Context, method string, req, reply interface{}, cc *ClientConn, opts ...CallOption) error {
	var observed goMergeObserved
	err := goMergeUnary(ctx, &observed, method, req, reply, cc, opts)
	observed.call.End(observed.drawn, goMergeEndingOf(err, observed.panicked))
	return err
}

// goMergeUnary is the framework's invoke.
func goMergeUnary(ctx context.Context, observed *goMergeObserved, method string, req, reply interface{}, cc *ClientConn, opts []CallOption) (err error) {
	cs, err := goMergeOpen(ctx, observed, unaryStreamDesc, cc, method, opts)
	if observed.verifying != nil {
		return observed.verifying.invoke(cs, err, req, reply)
	}
	if err != nil {
		return err
	}
	s, ok := cs.(*goMergeClientStream)
	if !ok {
		if err := cs.SendMsg(req); err != nil {
			return err
		}
		return cs.RecvMsg(reply)
	}
	defer func() {
		if s != nil && s.end.here && s.unary.exited { // the call does not return
			observed.call.End(observed.drawn, mergeruntime.EndedUnavailable)
		}
	}()
	if err = s.SendMsg(req); err == nil {
		err = s.RecvMsg(reply)
		observed.panicked = s.panicked.Load()
		if s.unary != nil {
			s.recycle()
		}
	}
	s = nil // another call may have it
	return err
}

// goMergeObserved is a call or a stream from where the client begins it to its end.
type goMergeObserved struct {
	call  mergeruntime.Observation
	drawn mergeruntime.Draw
	over  atomic.Bool // of a stream, which may end in several places

	panicked bool                                // the handler of a unary call
	stream   atomic.Pointer[goMergeClientStream] // nil if it is not inline, or not open yet

	verifying *goMergeVerifying // nil if the call is not verified
}

// end counts a stream with the error that it ended with.
func (o *goMergeObserved) end(err error) {
	if !o.over.Swap(true) {
		s := o.stream.Load()
		o.call.End(o.drawn, goMergeEndingOf(err, s != nil && s.panicked.Load()))
	}
}

// goMergeEndingOf returns how a call ended that returned err. The caller of an inline call
// knows whether that is since the handler panicked, which an RPC does not tell.
func goMergeEndingOf(err error, panicked bool) mergeruntime.Ending {
	if err == nil || err == io.EOF {
		return mergeruntime.EndedOK
	}
	if panicked {
		return mergeruntime.EndedPanic
	}
	switch status.Code(err) {
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
