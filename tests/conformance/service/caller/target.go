package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/cloudwego/kitex/client"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/transmeta"
	"github.com/cloudwego/kitex/transport"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/contract"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/contract/contractservice"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/probe"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/probe/backservice"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/probe/probeservice"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/protos/protoservice"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/protoskew/caller/skewprotoservice"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/skew/caller/skewservice"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/observe"
)

// calleeName is the service name of the callee.
const calleeName = "conformance.callee"

// transports are the ways in which all cases run.
var transports = []transportOptions{
	{"default", nil},
	{"ttheader", []client.Option{
		client.WithTransportProtocol(transport.TTHeader),
		client.WithMetaHandler(transmeta.ClientTTHeaderHandler),
	}},
}

type transportOptions struct {
	name    string
	options []client.Option
}

// target has the callee's clients, over one transport.
type target struct {
	contractservice.Client
	probes     probeservice.Client
	skews      skewservice.Client
	protos     protoservice.Client
	protoskews skewprotoservice.Client
	back       backservice.Client

	transport string
	base      []client.Option
	id        string // of the running case
}

func newTarget(t transportOptions) (*target, error) {
	callee := &target{transport: t.name}
	callee.base = append(callee.base, t.options...)
	// The default of 50 ms passes now and then on a busy machine.
	callee.base = append(callee.base, client.WithConnectTimeout(patience))
	callee.base = append(callee.base, client.WithClientBasicInfo(&rpcinfo.EndpointBasicInfo{
		ServiceName: "conformance.caller",
		Tags:        map[string]string{"conformance": "caller"},
	}))
	options := callee.options(client.WithMiddleware(obey))
	if t.name == "ttheader" {
		options = append(options, client.WithRPCTimeout(3*patience))
	}
	var err error
	if callee.Client, err = contractservice.NewClient(calleeName, options...); err != nil {
		return nil, err
	}
	if callee.probes, err = probeservice.NewClient(calleeName, callee.options()...); err != nil {
		return nil, err
	}
	if callee.skews, err = skewservice.NewClient(calleeName, callee.options()...); err != nil {
		return nil, err
	}
	if callee.protos, err = protoservice.NewClient(calleeName, callee.options()...); err != nil {
		return nil, err
	}
	if callee.protoskews, err = skewprotoservice.NewClient(calleeName, callee.options()...); err != nil {
		return nil, err
	}
	callee.back, err = backservice.NewClient("conformance.caller",
		append(callee.base[:len(callee.base):len(callee.base)], client.WithHostPorts(os.Getenv(backEnv)))...)
	return callee, err
}

// options returns the options of a client of the callee and more.
func (t *target) options(more ...client.Option) []client.Option {
	options := append(t.base[:len(t.base):len(t.base)], client.WithHostPorts(os.Getenv(calleeEnv)))
	return append(options, more...)
}

// client returns a client with more options. A case has one of its own where
// it is about options.
func (t *target) client(more ...client.Option) probeservice.Client {
	return probeservice.MustNewClient(calleeName, t.options(more...)...)
}

// wait returns when the callee and this process's own server answer.
func (t *target) wait() error {
	for start := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		_, err := t.Mix(context.Background(), contract.Color_RED, contract.Color_GREEN)
		if err == nil {
			_, err = t.back.AskBack(context.Background(), &probe.Probe{})
		}
		if err == nil {
			return nil
		}
		if time.Since(start) > patience {
			return fmt.Errorf("nobody answers: %w", err)
		}
	}
}

// log returns the callee's log of the calls of the running case when so many
// have ended: the lines of one kind.
func (t *target) log(ctx context.Context, kind string, calls int32) string {
	lines, err := t.probes.Log(ctx, t.id, calls)
	if err != nil {
		return "no log: " + observe.Error(err)
	}
	return pick(lines, kind)
}

func pick(lines []string, kind string) string {
	var b strings.Builder
	for _, line := range lines {
		if text, ok := strings.CutPrefix(line, kind+": "); ok {
			b.WriteString("\n  " + text)
		}
	}
	return b.String()
}

// text and found return what an answer has, if there is one.
func text(answer *probe.Answer) string {
	if answer == nil {
		return "no answer"
	}
	return answer.Text
}

func found(answer *probe.Answer, key string) string {
	if answer == nil {
		return "no answer"
	}
	return answer.Found[key]
}
