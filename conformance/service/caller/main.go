// Command caller calls the ContractService at CONTRACT_ADDR in many ways and
// prints a line for each.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"time"

	"github.com/cloudwego/kitex/client"
	"github.com/cloudwego/kitex/pkg/endpoint"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/transmeta"
	"github.com/cloudwego/kitex/transport"

	"github.com/gomerge/rules_go_merge/conformance/service/gen/kitex_gen/contract"
	"github.com/gomerge/rules_go_merge/conformance/service/gen/kitex_gen/contract/contractservice"
)

const readyTimeout = 10 * time.Second

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "caller:", err)
		os.Exit(1)
	}
}

func run() error {
	for _, t := range []struct {
		name    string
		options []client.Option
	}{
		{"default", nil},
		{"ttheader", []client.Option{
			client.WithTransportProtocol(transport.TTHeader),
			client.WithMetaHandler(transmeta.ClientTTHeaderHandler),
			client.WithRPCTimeout(30 * time.Second),
		}},
	} {
		callee, err := contractservice.NewClient("contract.callee", append(t.options,
			client.WithHostPorts(os.Getenv("CONTRACT_ADDR")),
			client.WithClientBasicInfo(&rpcinfo.EndpointBasicInfo{ServiceName: "contract.caller"}),
			client.WithMiddleware(obey))...)
		if err != nil {
			return err
		}
		if err := waitFor(callee); err != nil {
			return err
		}
		for _, c := range cases() {
			fmt.Printf("%s/%s: %s\n", t.name, c.name, addresses.ReplaceAllString(c.run(context.Background(), callee), "ADDR"))
		}
	}
	return nil
}

var addresses = regexp.MustCompile(`\d+\.\d+\.\d+\.\d+:\d+`)

// waitFor returns when the callee answers.
func waitFor(callee contractservice.Client) error {
	for start := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		_, err := callee.Mix(context.Background(), contract.Color_RED, contract.Color_GREEN)
		if err == nil {
			return nil
		}
		if time.Since(start) > readyTimeout {
			return fmt.Errorf("no callee: %w", err)
		}
	}
}

// failHere is the context key under which a case tells the caller's own
// middleware how to fail.
type failHere struct{}

// obey is a middleware that fails as asked.
func obey(next endpoint.Endpoint) endpoint.Endpoint {
	return func(ctx context.Context, request, response any) error {
		switch ctx.Value(failHere{}) {
		case "error":
			return errors.New("from the caller's middleware")
		case "panic before":
			panic("the caller's middleware")
		case "panic after":
			defer panic("the caller's middleware")
		}
		return next(ctx, request, response)
	}
}
