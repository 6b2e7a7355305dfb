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
	observed.call.End(observed.drawn, goMergeEndingOf(err))
	return err
}

// goMergeUnary is the framework's invoke.
func goMergeUnary(ctx context.Context, observed *goMergeObserved, method string, req, reply interface{}, cc *ClientConn, opts []CallOption) error {
	cs, err := goMergeOpen(ctx, observed, unaryStreamDesc, cc, method, opts)
	if observed.verifying != nil {
		return observed.verifying.invoke(cs, err, req, reply)
	}
	if err != nil {
		return err
	}
	if err := cs.SendMsg(req); err != nil {
		return err
	}
	return cs.RecvMsg(reply)
}

// goMergeObserved is a call or a stream from where the client begins it to its end.
type goMergeObserved struct {
	call  mergeruntime.Observation
	drawn mergeruntime.Draw
	over  atomic.Bool // of a stream, which may end in several places

	verifying *goMergeVerifying // nil if the call is not verified
}

// end counts a stream with the error that it ended with.
func (o *goMergeObserved) end(err error) {
	if !o.over.Swap(true) {
		o.call.End(o.drawn, goMergeEndingOf(err))
	}
}

// goMergeEndingOf returns how a call ended that returned err.
func goMergeEndingOf(err error) mergeruntime.Ending {
	if err == nil || err == io.EOF {
		return mergeruntime.EndedOK
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
