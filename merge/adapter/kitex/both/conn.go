//go:build go_merge_added

package both

import (
	"context"
	"net"

	"github.com/cloudwego/kitex/pkg/remote"
	"github.com/cloudwego/kitex/pkg/remote/trans"
	"github.com/cloudwego/kitex/pkg/remote/trans/netpoll"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
)

// goMergeConn stands for the connection of one inline call.
type goMergeConn struct {
	net.Conn
	call   *goMergeInlineCall
	buffer goMergeBuffer
	frame  [32]byte // scratch space of goMergeReadFrame
}

// attach makes c the connection of a call.
func (c *goMergeConn) attach(call *goMergeInlineCall) {
	c.Conn, c.call, c.buffer.conn = goMergeClosedConn, call, c
}

func (c *goMergeConn) LocalAddr() net.Addr { return goMergeAddr }

func (c *goMergeConn) RemoteAddr() net.Addr { return goMergeAddr }

func (c *goMergeConn) Close() error { return nil }

// goMergeBuffer leads the codec to the connection. It holds no bytes.
type goMergeBuffer struct {
	remote.ByteBuffer
	conn *goMergeConn
}

func (*goMergeBuffer) Flush() error { return nil }

// goMergeErrorClassifier classifies errors as the network's transport does.
var goMergeErrorClassifier = netpoll.NewNetpollConnExtension()

// goMergeExtension tells the framework's transport how to treat a goMergeConn.
// How errors are classified stays as for the network.
type goMergeExtension struct{ trans.Extension }

func goMergeNewExtension() trans.Extension { return goMergeExtension{goMergeErrorClassifier} }

func (goMergeExtension) SetReadTimeout(context.Context, net.Conn, rpcinfo.RPCConfig, remote.RPCRole) {
}

func (goMergeExtension) NewWriteByteBuffer(_ context.Context, conn net.Conn, _ remote.Message) remote.ByteBuffer {
	return &conn.(*goMergeConn).buffer
}

func (goMergeExtension) NewReadByteBuffer(_ context.Context, conn net.Conn, _ remote.Message) remote.ByteBuffer {
	return &conn.(*goMergeConn).buffer
}

func (goMergeExtension) ReleaseBuffer(remote.ByteBuffer, error) error { return nil }
