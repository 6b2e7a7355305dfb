// Command front serves Kitex, and asks a gRPC service for its answers.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"github.com/bytedance/gopkg/cloud/metainfo"
	"github.com/cloudwego/kitex/server"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/gomerge/rules_go_merge/tests/conformance/mixed/kitex_gen/front/frontservice"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "front:", err)
		os.Exit(1)
	}
}

func run() error {
	addr, err := net.ResolveTCPAddr("tcp", os.Getenv("CONFORMANCE_FRONT"))
	if err != nil {
		return err
	}
	cc, err := grpc.NewClient("passthrough:///"+os.Getenv("CONFORMANCE_BACK"), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer cc.Close()
	return frontservice.NewServer(&handler{grpc_health_v1.NewHealthClient(cc)}, server.WithServiceAddr(addr)).Run()
}

type handler struct{ back grpc_health_v1.HealthClient }

// Ask has the gRPC service do what the question is about.
func (h *handler) Ask(ctx context.Context, question string) (string, error) {
	request := &grpc_health_v1.HealthCheckRequest{Service: question}
	switch question {
	case "panic":
		panic("the front's own")
	case "stream":
		return h.watch(ctx, request)
	case "deadline":
		limited, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
		defer cancel()
		_, err := h.back.Check(limited, request)
		return fmt.Sprintf("%v, the caller's context %v", status.Code(err), ctx.Err()), nil
	case "error":
		_, err := h.back.Check(ctx, request)
		return "", err
	}
	if value, ok := metainfo.GetPersistentValue(ctx, "shop"); ok {
		question += " of " + value
	}
	var header, trailer metadata.MD
	reply, err := h.back.Check(metadata.AppendToOutgoingContext(ctx, "asked", question), request, grpc.Header(&header), grpc.Trailer(&trailer))
	return fmt.Sprintf("%v, %s, header %v, trailer %v", reply.GetStatus(), textOf(err), header["got"], trailer["keys"]), nil
}

// watch reads a stream to its end.
func (h *handler) watch(ctx context.Context, request *grpc_health_v1.HealthCheckRequest) (string, error) {
	stream, err := h.back.Watch(ctx, request)
	if err != nil {
		return "", err
	}
	var all []string
	for {
		reply, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return strings.Join(all, " "), nil
		}
		if err != nil {
			return strings.Join(all, " "), err
		}
		all = append(all, reply.Status.String())
	}
}

func textOf(err error) string {
	if err == nil {
		return "no error"
	}
	return fmt.Sprintf("%v %q", status.Code(err), status.Convert(err).Message())
}
