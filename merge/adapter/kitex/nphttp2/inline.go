//go:build go_merge_added

package nphttp2

import (
	"context"
	"net"
	"sync"

	"github.com/cloudwego/kitex/pkg/remote/trans/nphttp2/grpc"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// The packages client and server find these methods by their names: where this one is
// not hooked, they do without.

// GoMergeObstacle is why no call of a client is inline, "" if there is no reason.
func (p *connPool) GoMergeObstacle() string {
	switch {
	case p.connOpts.TLSConfig != nil:
		return "the client has TLS"
	case p.connOpts.MaxHeaderListSize != nil:
		return "the client limits the size of headers"
	}
	return ""
}

// GoMergeGet is Get for an inline call: conn has the addresses of both ends, and
// carries nothing.
func (p *connPool) GoMergeGet(ctx context.Context, bound mergeruntime.Call, conn net.Conn) (net.Conn, error) {
	made, err := newClientConn(ctx, grpc.GoMergeNewClientTransport(bound, p.connOpts, conn), conn.RemoteAddr().String())
	if err != nil {
		return nil, err
	}
	return made, nil
}

// goMergeHandler is the part of a handler of connections that serves one stream, as
// since v0.11.0.
type goMergeHandler interface {
	handleFunc(*grpc.Stream, *SvrTrans, net.Conn)
}

// GoMergeObstacle is why no call of a server is inline, "" if there is no reason.
func (t *svrTransHandler) GoMergeObstacle() string {
	if _, ok := interface{}(t).(goMergeHandler); !ok {
		return "this version of Kitex serves calls over gRPC only where it reads them"
	}
	if config := t.opt.GRPCCfg; config != nil && (config.MaxHeaderListSize != nil || config.MaxStreams != 0) {
		return "the server limits the size of headers, or the streams of a connection"
	}
	return ""
}

// GoMergeServe serves an inline stream, and returns when it has. opened gets a
// function that ends it.
func (t *svrTransHandler) GoMergeServe(ctx context.Context, stream *mergeruntime.ServerStream, meta interface{}, conn net.Conn, panicked func() bool, opened func(end func() error)) {
	grpc.GoMergeServe(grpc.GoMergeServed{Stream: stream, Meta: meta, Context: ctx, Conn: conn, Panicked: panicked}, func(tr grpc.ServerTransport, s *grpc.Stream) {
		opened(tr.Close)
		interface{}(t).(goMergeHandler).handleFunc(s, &SvrTrans{tr: tr, pool: &sync.Pool{New: func() interface{} {
			return t.opt.InitOrResetRPCInfoFunc(nil, conn.RemoteAddr())
		}}}, conn)
	})
}
