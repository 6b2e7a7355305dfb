//go:build go_merge_added

package server

import (
	"reflect"

	internal_server "github.com/cloudwego/kitex/internal/server"
	"github.com/cloudwego/kitex/pkg/remote"
	"github.com/cloudwego/kitex/pkg/remote/codec"
	"github.com/cloudwego/kitex/pkg/stats"
	"github.com/cloudwego/kitex/pkg/transmeta"
)

// goMergeInlinability is what a server's options mean for inline calls to it.
type goMergeInlinability struct {
	// obstacle is why no call can be inline, "" if there is no reason.
	obstacle string
	// lean is set if a call passes through nothing before the handler that the
	// service could observe: no middleware, tracer or limit.
	lean bool
	// plainTransport is set if the server's transport has no handlers other than
	// those that the framework puts there.
	plainTransport bool
	// plainMeta is set if the meta handlers are the framework's, which do next
	// to nothing for a transport without headers.
	plainMeta bool
	// metainfo and ttheader are set if the handlers of these names are among them.
	metainfo, ttheader bool
	// values is set if calls with values need no header.
	values bool
}

// goMergeUnobservable are the options that do not show in a unary inline call.
// An option that is not named here, such as one of a later version, is taken to
// be observable when it is set.
var goMergeUnobservable = map[string]bool{
	"Svr": true, "Configs": true, "LockBits": true, "Once": true,
	// They accept connections and make the server known.
	"Proxy": true, "Registry": true, "RegistryInfo": true, "ExitSignal": true, "SupportedTransportsFunc": true,
	"RefuseTrafficWithoutServiceName": true,
	// They are of streams.
	"StreamOptions": true, "Streaming": true, "StreamX": true, "TTHeaderStreamingOptions": true,
	// They are of the server, not of a call.
	"Bus": true, "Events": true, "DebugInfo": true, "DebugService": true,
	// goMergeInspectOptions looks at them.
	"RemoteOpt": true, "MetaHandlers": true, "TracerCtl": true, "StatsLevel": true,
}

func goMergeInspectOptions(o *internal_server.Options) goMergeInlinability {
	metas := 0 // the handler that runs the meta handlers
	if len(o.MetaHandlers) > 0 {
		metas = 1
	}
	t := goMergeInlinability{
		plainTransport: len(o.RemoteOpt.Inbounds) == metas && len(o.RemoteOpt.Outbounds) == metas && o.RemoteOpt.Profiler == nil,
		plainMeta:      goMergePlainMeta(o.MetaHandlers),
	}
	t.metainfo = goMergeHandles(o.MetaHandlers, transmeta.MetainfoServerHandler)
	t.ttheader = goMergeHandles(o.MetaHandlers, transmeta.ServerTTHeaderHandler)
	t.values = t.plainMeta && goMergeNewMessage != nil && (goMergeReceives != nil || !t.metainfo)
	if !reflect.DeepEqual(o.RemoteOpt.Codec, codec.NewDefaultCodec()) {
		t.obstacle = "the server has its own codec, or one with limits"
	}
	t.lean = t.plainTransport && t.plainMeta && !o.TracerCtl.HasTracer() &&
		(o.StatsLevel == nil || *o.StatsLevel == stats.LevelDisabled) &&
		goMergeUnset(reflect.ValueOf(o).Elem(), goMergeUnobservable)
	return t
}

func goMergePlainMeta(handlers []remote.MetaHandler) bool {
	for _, h := range handlers {
		switch h {
		case transmeta.MetainfoServerHandler, transmeta.ServerTTHeaderHandler, transmeta.ServerHTTP2Handler:
		default:
			return false
		}
	}
	return true
}
