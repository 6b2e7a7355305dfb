package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/bytedance/gopkg/cloud/metainfo"
	"github.com/cloudwego/kitex/client"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/transmeta"
	"github.com/cloudwego/kitex/server"
	"github.com/cloudwego/kitex/transport"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/probe"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/probe/backservice"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/probe/probeservice"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/observe"
)

// backHandler serves BackService, which the callee calls.
type backHandler struct{ probes probeservice.Client }

// serve runs the server of BackService.
func serve(address string) (stop func(), err error) {
	addr, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return nil, err
	}
	probes, err := probeservice.NewClient(calleeName,
		client.WithHostPorts(os.Getenv(calleeEnv)),
		client.WithConnectTimeout(patience),
		client.WithTransportProtocol(transport.TTHeader),
		client.WithMetaHandler(transmeta.ClientTTHeaderHandler),
		client.WithClientBasicInfo(&rpcinfo.EndpointBasicInfo{ServiceName: "conformance.caller"}))
	if err != nil {
		return nil, err
	}
	svr := backservice.NewServer(&backHandler{probes},
		server.WithServiceAddr(addr),
		server.WithServerBasicInfo(&rpcinfo.EndpointBasicInfo{ServiceName: "conformance.caller"}),
		server.WithMetaHandler(transmeta.ServerTTHeaderHandler))
	go func() {
		if err := svr.Run(); err != nil {
			fmt.Fprintln(os.Stderr, "caller's server:", err)
		}
	}()
	return func() { svr.Stop() }, nil
}

// meet joins two calls of AskBack that run at the same time.
var meet = make(chan struct{})

// AskBack implements probe.BackService.
func (h backHandler) AskBack(ctx context.Context, ask *probe.Probe) (*probe.Answer, error) {
	info := rpcinfo.GetRPCInfo(ctx)
	span, _ := metainfo.GetPersistentValue(ctx, "span")
	answer := &probe.Answer{
		Text: fmt.Sprintf("caller(%s)", ask.Text),
		Found: map[string]string{
			"caller": info.From().ServiceName(),
			"callee": info.To().ServiceName() + " " + info.Invocation().ServiceName() + " " + info.To().Method(),
			"span":   span,
			"values": "persistent " + observe.Value(metainfo.GetAllPersistentValues(ctx)) + ", transient " + observe.Value(metainfo.GetAllValues(ctx)),
		},
	}
	if ask.Gate == "meet" {
		select {
		case meet <- struct{}{}:
		case <-meet:
		case <-time.After(patience):
			return nil, errors.New("nobody to meet")
		}
	}
	if ask.Hops > 0 {
		further, err := h.probes.Ask(ctx, &probe.Probe{Text: answer.Text, Hops: ask.Hops - 1})
		if err != nil {
			return nil, err
		}
		answer.Text = further.Text
	}
	return answer, nil
}
