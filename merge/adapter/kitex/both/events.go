//go:build go_merge_added

package both

import (
	"context"

	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/stats"
)

// goMergeRecord records events that happen at one moment, without an error. The clock is
// read once, if package rpcinfo is hooked.
func goMergeRecord(ctx context.Context, to rpcinfo.RPCStats, events []stats.Event) {
	if to, ok := to.(interface{ GoMergeRecord([]stats.Event) }); ok {
		to.GoMergeRecord(events)
		return
	}
	for _, e := range events {
		to.Record(ctx, e, stats.StatusInfo, "")
	}
}
