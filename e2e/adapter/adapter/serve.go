//go:build go_merge_added

package any

import (
	"context"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeService is the name of the service that this copy belongs to.
const goMergeService = "@SERVICE@"

// goMergeServe has inline calls of an RPC service go to dispatch.
func goMergeServe(rpcService string, dispatch func(ctx context.Context, method string, body []byte) ([]byte, error)) (stop func()) {
	return mergeruntime.Serve(goMergeService, rpcService, "", func(ctx context.Context, request mergeruntime.Request) mergeruntime.Response {
		reply, err := dispatch(ctx, request.Method, request.Args.([]byte))
		if err != nil {
			return mergeruntime.Response{Failure: &mergeruntime.Failure{Kind: mergeruntime.Answered, Message: err.Error()}}
		}
		*request.Result.(*[]byte) = reply
		return mergeruntime.Response{}
	})
}

// goMergeContext is the caller's context without its values, which are of the
// caller's service.
type goMergeContext struct{ context.Context }

func (goMergeContext) Value(any) any { return nil }
