//go:build go_merge_added

package client

import (
	"context"
	"testing"
	"time"

	"github.com/cloudwego/kitex/client/callopt"
	"github.com/cloudwego/kitex/internal/client"
	"github.com/cloudwego/kitex/pkg/endpoint"
	"github.com/cloudwego/kitex/pkg/remote/codec"
	"github.com/cloudwego/kitex/pkg/serviceinfo"
	"github.com/cloudwego/kitex/pkg/utils"
	"github.com/cloudwego/kitex/transport"
)

type goMergeTracer struct{}

func (goMergeTracer) Start(ctx context.Context) context.Context { return ctx }

func (goMergeTracer) Finish(context.Context) {}

// goMergeOptionsOf returns a client's options as install sees them.
func goMergeOptionsOf(options ...Option) *client.Options {
	return client.NewOptions(append([]Option{WithDestService("stock")}, options...))
}

func TestGoMergeLean(t *testing.T) {
	pass := func(next endpoint.Endpoint) endpoint.Endpoint { return next }
	svcInfo := &serviceinfo.ServiceInfo{ServiceName: "StockService", PayloadCodec: serviceinfo.Thrift}
	for name, test := range map[string]struct {
		options []Option
		lean    bool
	}{
		"no options":          {nil, true},
		"host and port":       {[]Option{WithHostPorts("127.0.0.1:1")}, true},
		"connect timeout":     {[]Option{WithConnectTimeout(time.Second)}, true},
		"timeout":             {[]Option{WithRPCTimeout(time.Second)}, false},
		"middleware":          {[]Option{WithMiddleware(pass)}, false},
		"instance middleware": {[]Option{WithInstanceMW(pass)}, false},
		"tracer":              {[]Option{WithTracer(goMergeTracer{})}, false},
		"header":              {[]Option{WithTransportProtocol(transport.TTHeader)}, false},
		"gRPC":                {[]Option{WithTransportProtocol(transport.GRPC)}, false},
	} {
		t.Run(name, func(t *testing.T) {
			inlinability := goMergeInspectOptions(svcInfo, goMergeOptionsOf(test.options...))
			if inlinability.obstacle != "" {
				t.Errorf("obstacle %q", inlinability.obstacle)
			}
			if inlinability.lean != test.lean {
				t.Errorf("lean is %v, want %v", inlinability.lean, test.lean)
			}
		})
	}
}

func TestGoMergeObstacle(t *testing.T) {
	svcInfo := &serviceinfo.ServiceInfo{ServiceName: "StockService"}
	limited := codec.NewDefaultCodecWithSizeLimit(1)
	if inlinability := goMergeInspectOptions(svcInfo, goMergeOptionsOf(WithCodec(limited))); inlinability.obstacle == "" || inlinability.lean {
		t.Errorf("a codec with a limit has inlinability %+v", inlinability)
	}
}

func TestGoMergeProtobufIsFramed(t *testing.T) {
	svcInfo := &serviceinfo.ServiceInfo{ServiceName: "StockService", PayloadCodec: serviceinfo.Protobuf}
	if inlinability := goMergeInspectOptions(svcInfo, goMergeOptionsOf()); inlinability.protocol != int(transport.TTHeaderFramed) {
		t.Errorf("protocol %d, want %d", inlinability.protocol, transport.TTHeaderFramed)
	}
}

// TestGoMergeLast has the adapter's option see what options after it set.
func TestGoMergeLast(t *testing.T) {
	var order []string
	note := func(name string) Option {
		return Option{F: func(*client.Options, *utils.Slice) { order = append(order, name) }}
	}
	install := Option{F: func(o *client.Options, _ *utils.Slice) { goMergeLast(o, note("last")) }}
	goMergeOptionsOf(note("first"), install)
	if len(order) != 2 || order[0] != "first" || order[1] != "last" {
		t.Errorf("order %q", order)
	}
}

func TestGoMergePlainContext(t *testing.T) {
	type key struct{}
	if ctx := context.WithValue(context.Background(), key{}, 1); !goMergePlainContext(ctx) {
		t.Error("a value of the service makes a difference")
	}
	options := []callopt.Option{callopt.WithRPCTimeout(time.Second)}
	if goMergePlainContext(NewCtxWithCallOptions(context.Background(), options)) {
		t.Error("call options make no difference")
	}
}
