//go:build go_merge_added

package http2

// goMergeTrace does nothing: transports before v0.16.0 report no events.
func goMergeTrace(*http2Client, *ConnectOptions) {}
