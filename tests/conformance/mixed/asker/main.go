// Command asker asks front by Kitex, serves what front asks by gRPC, and prints what it
// observes, a line of JSON for each case.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/bytedance/gopkg/cloud/metainfo"
	"github.com/cloudwego/kitex/client"
	"github.com/cloudwego/kitex/transport"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/gomerge/rules_go_merge/tests/conformance/mixed/kitex_gen/front/frontservice"
)

// patience is how long the services may take to start.
const patience = 20 * time.Second

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "asker:", err)
		os.Exit(1)
	}
}

func run() error {
	front, err := frontservice.NewClient("front", client.WithHostPorts(os.Getenv("CONFORMANCE_FRONT")), client.WithTransportProtocol(transport.TTHeader), client.WithRPCTimeout(patience))
	if err != nil {
		return err
	}
	lis, err := net.Listen("tcp", os.Getenv("CONFORMANCE_BACK"))
	if err != nil {
		return err
	}
	s := grpc.NewServer()
	grpc_health_v1.RegisterHealthServer(s, &back{front: front})
	go s.Serve(lis)
	defer s.Stop()
	if err := await(front); err != nil {
		return err
	}
	for _, question := range []string{"value", "unknown", "error", "stream", "deadline", "panic", "deeper", "value"} {
		before, err := countCalls()
		if err != nil {
			return err
		}
		ctx := metainfo.WithPersistentValue(context.Background(), "shop", "lamps")
		answer, failure := front.Ask(ctx, question)
		after, err := countCalls()
		if err != nil {
			return err
		}
		o := observation{Case: question, Form: "inline", Seen: fmt.Sprintf("%q, %v", answer, failure), Inline: after.Inline - before.Inline, RPC: after.RPC - before.RPC}
		if err := json.NewEncoder(os.Stdout).Encode(o); err != nil {
			return err
		}
	}
	return nil
}

// observation is what is printed of a case. Inline and RPC count its calls in a merged
// binary.
type observation struct {
	Case   string `json:"case"`
	Form   string `json:"form"`
	Seen   string `json:"seen"`
	Inline uint64 `json:"inline"`
	RPC    uint64 `json:"rpc"`
}

// await waits until both services serve.
func await(front frontservice.Client) error {
	for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		answer, err := front.Ask(context.Background(), "value")
		if err == nil && strings.HasPrefix(answer, "SERVING") {
			return nil
		}
		if time.Now().After(end) {
			return errors.Join(fmt.Errorf("answer %q", answer), err)
		}
	}
}

// back answers what front asks.
type back struct {
	grpc_health_v1.UnimplementedHealthServer
	front frontservice.Client
}

func (b *back) Check(ctx context.Context, in *grpc_health_v1.HealthCheckRequest) (*grpc_health_v1.HealthCheckResponse, error) {
	md, _ := metadata.FromIncomingContext(ctx)
	grpc.SetHeader(ctx, metadata.Pairs("got", strings.Join(md["asked"], ",")))
	grpc.SetTrailer(ctx, metadata.Pairs("keys", strings.Join(slices.Sorted(maps.Keys(md)), ",")))
	switch in.Service {
	case "deadline":
		<-ctx.Done()
		return nil, ctx.Err()
	case "unknown", "error":
		return nil, status.Error(codes.NotFound, "unknown service")
	case "deeper":
		answer, err := b.front.Ask(ctx, "value")
		return nil, status.Errorf(codes.Aborted, "the front says %q, %v", answer, err)
	}
	return &grpc_health_v1.HealthCheckResponse{Status: grpc_health_v1.HealthCheckResponse_SERVING}, nil
}

func (b *back) Watch(_ *grpc_health_v1.HealthCheckRequest, stream grpc_health_v1.Health_WatchServer) error {
	for _, s := range []grpc_health_v1.HealthCheckResponse_ServingStatus{grpc_health_v1.HealthCheckResponse_SERVING, grpc_health_v1.HealthCheckResponse_NOT_SERVING} {
		if err := stream.Send(&grpc_health_v1.HealthCheckResponse{Status: s}); err != nil {
			return err
		}
	}
	return nil
}
