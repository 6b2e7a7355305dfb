//go:build go_merge_added

package any

import (
	"context"
	"io"
	"sync"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeService is the name of the service that this copy belongs to.
const goMergeService = "@SERVICE@"

// goMergeClients has a client of the runtime for each RPC service, by its name.
var goMergeClients sync.Map

// goMergeCall makes a call inline, unless ok is false. failure is the text of the
// handler's error; err is one of the call itself.
func goMergeCall(ctx context.Context, rpcService, method string, body []byte) (reply []byte, failure string, err error, ok bool) {
	client, found := goMergeClients.Load(rpcService)
	if !found {
		client, _ = goMergeClients.LoadOrStore(rpcService, mergeruntime.NewClient(goMergeService, rpcService, ""))
	}
	call, ok := client.(*mergeruntime.Client).Bind(method)
	if !ok {
		return nil, "", nil, false
	}
	args, err := call.Convert(body)
	if err != nil {
		return nil, "", nil, false
	}
	response := call.Do(ctx, args, &reply, nil)
	if response.Failed() {
		switch f := response.Failure; f.Kind {
		case mergeruntime.Denied, mergeruntime.Undecodable:
			err = f.Err
		case mergeruntime.Closed:
			err = io.EOF
		default:
			failure = f.Message
		}
	}
	return reply, failure, err, true
}
