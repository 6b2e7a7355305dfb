//go:build go_merge_added

package both

import (
	"context"
	"net"
	"reflect"

	"github.com/cloudwego/kitex/pkg/remote"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/utils"
)

// goMergeService is the name of the service that this copy of the package
// belongs to.
const goMergeService = "@SERVICE@"

// goMergeAddr is the address of both ends of an inline call. It has the form
// that code which splits addresses expects.
var goMergeAddr = utils.NewNetAddr("inproc", "127.0.0.1:0")

// goMergeClosedConn takes the calls to the connection that have no meaning here.
var goMergeClosedConn = func() net.Conn {
	c, _ := net.Pipe()
	c.Close()
	return c
}()

// goMergeNewMessage is remote.NewMessage in the form that it has since v0.15.0.
// It is nil before.
var goMergeNewMessage, _ = interface{}(remote.NewMessage).(func(interface{}, rpcinfo.RPCInfo, remote.MessageType, remote.RPCRole) remote.Message)

// goMergeEnding is a context that says what its Done channel would, and need not make one
// for that. Its Err asks no contexts above, as long as it is nil.
type goMergeEnding interface {
	context.Context
	GoMergeCanEnd() bool
}

// goMergeCanEnd reports whether a context can end.
func goMergeCanEnd(ctx context.Context) bool {
	if ending, ok := ctx.(goMergeEnding); ok {
		return ending.GoMergeCanEnd()
	}
	return ctx.Done() != nil
}

// goMergeHandles reports whether a meta handler is among others.
func goMergeHandles(handlers []remote.MetaHandler, handler remote.MetaHandler) bool {
	for _, h := range handlers {
		if h == handler {
			return true
		}
	}
	return false
}

// goMergeUnset reports whether all fields but the named ones have no value.
func goMergeUnset(options reflect.Value, except map[string]bool) bool {
	for i := 0; i < options.NumField(); i++ {
		if !except[options.Type().Field(i).Name] && !options.Field(i).IsZero() {
			return false
		}
	}
	return true
}
