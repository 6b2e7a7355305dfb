//go:build go_merge_added

package client

import (
	"reflect"

	"github.com/cloudwego/kitex/internal/client"
	"github.com/cloudwego/kitex/pkg/remote"
	"github.com/cloudwego/kitex/pkg/remote/codec"
	"github.com/cloudwego/kitex/pkg/serviceinfo"
	"github.com/cloudwego/kitex/pkg/stats"
	"github.com/cloudwego/kitex/pkg/transmeta"
	"github.com/cloudwego/kitex/transport"
)

// goMergeInlinability is what a client's options mean for its inline calls.
type goMergeInlinability struct {
	// obstacle is why no call can be inline, "" if there is no reason.
	obstacle string
	// lean is set if a call passes through nothing that the service could
	// observe: no middleware, tracer, retry, timeout or header.
	lean bool
	// protocol is how messages are framed.
	protocol int
	// plainTransport is set if the client's transport has no handlers other than
	// those that the framework puts there.
	plainTransport bool
	// plainMeta is set if the meta handlers are the framework's, which do
	// nothing for a transport without headers.
	plainMeta bool
	// values is set if calls can do without the headers that the meta handlers write.
	values bool
	// metainfo and ttheader are set if the handlers of these names are among them.
	metainfo, ttheader bool
	// instanceMiddleware is set if something of the service's stands between
	// the choice of the instance and the transport.
	instanceMiddleware bool
}

// goMergeUnobservable are the options that do not show in a unary inline call.
// An option that is not named here, such as one of a later version, is taken to
// be observable when it is set.
var goMergeUnobservable = map[string]bool{
	"opts": true, "Cli": true, "Svr": true, "Locks": true, "Once": true,
	// They choose or reach an instance.
	"Resolver": true, "HTTPResolver": true, "Balancer": true, "BalancerCacheOpt": true, "PoolCfg": true,
	"Targets": true, "WarmUpOption": true, "GRPCConnPoolSize": true, "GRPCConnectOpts": true,
	// They are of streams.
	"StreamOptions": true, "Streaming": true, "StreamX": true, "TTHeaderStreamingOptions": true,
	// They are of the client, not of a call.
	"Bus": true, "Events": true, "DebugInfo": true, "DebugService": true, "CloseCallbacks": true, "TailOptions": true,
	// A call that fails goes the long way, and meets it there.
	"ErrHandle": true,
	// goMergeInspectOptions looks at them.
	"UnaryOptions": true, "MetaHandlers": true, "RemoteOpt": true, "Configs": true, "TracerCtl": true, "StatsLevel": true,
}

func goMergeInspectOptions(svcInfo *serviceinfo.ServiceInfo, o *client.Options) goMergeInlinability {
	protocol := o.Configs.TransportProtocol()
	if svcInfo.PayloadCodec == serviceinfo.Protobuf && protocol&transport.GRPC == 0 {
		protocol |= transport.TTHeaderFramed // as the framework does after the options
	}
	t := goMergeInlinability{
		protocol:           int(protocol & transport.TTHeaderFramed),
		plainTransport:     len(o.RemoteOpt.Inbounds) == 0 && len(o.RemoteOpt.Outbounds) == 0,
		plainMeta:          goMergePlainMeta(o.MetaHandlers),
		instanceMiddleware: len(o.IMWBs) > 0 || o.CBSuite != nil,
	}
	t.metainfo = goMergeHandles(o.MetaHandlers, transmeta.MetainfoClientHandler)
	t.ttheader = goMergeHandles(o.MetaHandlers, transmeta.ClientTTHeaderHandler)
	t.values = t.plainMeta && goMergeNewMessage != nil && (goMergeSends() || !t.metainfo)
	if !reflect.DeepEqual(o.RemoteOpt.Codec, codec.NewDefaultCodec()) {
		t.obstacle = "the client has its own codec, or one with limits"
	}
	t.lean = t.obstacle == "" && t.plainTransport && t.plainMeta &&
		o.Configs.RPCTimeout() == 0 &&
		protocol&(transport.TTHeader|transport.GRPC) == 0 &&
		!o.TracerCtl.HasTracer() &&
		(o.StatsLevel == nil || *o.StatsLevel == stats.LevelDisabled) &&
		goMergeUnset(reflect.ValueOf(o).Elem(), goMergeUnobservable) &&
		goMergeUnset(goMergeUnaryOptions(o), goMergeUnobservable)
	return t
}

func goMergePlainMeta(handlers []remote.MetaHandler) bool {
	for _, h := range handlers {
		switch h {
		case transmeta.MetainfoClientHandler, transmeta.ClientTTHeaderHandler, transmeta.ClientHTTP2Handler:
		default:
			return false
		}
	}
	return true
}

// goMergeLast runs an option after all others, given that it is called by the
// last of a client's options. Where there are tail options, as since v0.13.0,
// these come even later.
func goMergeLast(o *client.Options, last Option) {
	if field := reflect.ValueOf(o).Elem().FieldByName("TailOptions"); field.IsValid() {
		if tail, ok := field.Addr().Interface().(*[]Option); ok {
			*tail = append(*tail, last)
			return
		}
	}
	last.F(o, &o.DebugInfo)
}

// goMergeUnaryOptions returns the struct that holds the options of unary calls.
// Before v0.13.0 it is that of all options.
func goMergeUnaryOptions(o *client.Options) reflect.Value {
	all := reflect.ValueOf(o).Elem()
	if unary := all.FieldByName("UnaryOptions"); unary.Kind() == reflect.Struct {
		return unary
	}
	return all
}

// goMergeRetries reports whether failed calls may be made again.
func goMergeRetries(o *client.Options) bool {
	container := goMergeUnaryOptions(o).FieldByName("RetryContainer")
	return !container.IsValid() || !container.IsZero()
}
