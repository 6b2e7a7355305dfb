// Command callee serves the services of the cases at CONFORMANCE_LISTEN.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/cloudwego/kitex/client"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/transmeta"
	"github.com/cloudwego/kitex/server"
	"github.com/cloudwego/kitex/transport"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/api/serving"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/contract/contractservice"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/probe/backservice"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/probe/probeservice"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/protos/protoservice"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/protoskew/callee/skewprotoservice"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/skew/callee/skewservice"
)

// Environment variables with the addresses at which this process listens, and
// that of the caller, which serves too.
const (
	listenEnv     = "CONFORMANCE_LISTEN"
	lateListenEnv = "CONFORMANCE_LATE_LISTEN"
	backEnv       = "CONFORMANCE_BACK"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "callee:", err)
		os.Exit(1)
	}
}

func run() error {
	back, err := backservice.NewClient("conformance.caller",
		client.WithHostPorts(os.Getenv(backEnv)),
		client.WithConnectTimeout(patience),
		client.WithTransportProtocol(transport.TTHeader),
		client.WithMetaHandler(transmeta.ClientTTHeaderHandler),
		client.WithClientBasicInfo(&rpcinfo.EndpointBasicInfo{ServiceName: "conformance.callee"}))
	if err != nil {
		return err
	}
	options, err := listenAt(os.Getenv(listenEnv))
	if err != nil {
		return err
	}
	probes := newProber(back)
	options = append(options, server.WithExitWaitTime(time.Second))
	svr := server.NewServer(append(options, observed(probes)...)...)
	for _, err := range []error{
		contractservice.RegisterService(svr, &handler{}),
		probeservice.RegisterService(svr, probes),
		skewservice.RegisterService(svr, &skewer{}),
		protoservice.RegisterService(svr, &protoHandler{}),
		skewprotoservice.RegisterService(svr, &protoSkewer{}),
		serving.RegisterStreamer(svr, &streamer{}),
	} {
		if err != nil {
			return err
		}
	}
	// Streaming clients keep their connections, which a stop would wait for without end.
	if err := svr.Run(); !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

// listenAt returns the options that all servers have.
func listenAt(address string) ([]server.Option, error) {
	addr, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return nil, err
	}
	return []server.Option{
		server.WithServiceAddr(addr),
		server.WithServerBasicInfo(&rpcinfo.EndpointBasicInfo{
			ServiceName: "conformance.callee",
			Tags:        map[string]string{"conformance": "callee"},
		}),
		server.WithMetaHandler(transmeta.ServerTTHeaderHandler),
		server.WithEnableContextTimeout(true),
	}, nil
}
