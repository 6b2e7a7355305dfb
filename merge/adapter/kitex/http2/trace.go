//go:build go_merge_added

package http2

// goMergeTrace has a transport report the events of its streams, as since v0.16.0.
func goMergeTrace(t *http2Client, opts *ConnectOptions) { t.traceCtl = opts.TraceController }
