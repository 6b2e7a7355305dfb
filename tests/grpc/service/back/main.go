// Command back answers the service front, and says by which version of grpc-go.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/gomerge/rules_go_merge/tests/grpc/service/echo"
)

type service struct{ echo.UnimplementedEchoServer }

func main() {
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	s := grpc.NewServer()
	echo.RegisterEchoServer(s, service{})
	grpc_health_v1.RegisterHealthServer(s, health.NewServer())
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	go func() {
		<-stop
		s.GracefulStop()
	}()
	if err := s.Serve(lis); err != nil {
		log.Fatal(err)
	}
}

func (service) Once(ctx context.Context, in *wrapperspb.StringValue) (*wrapperspb.StringValue, error) {
	if in.Value == "fail" {
		return nil, status.Errorf(codes.OutOfRange, "no %s", in.Value)
	}
	if err := grpc.SetHeader(ctx, metadata.Pairs("by", "header")); err != nil {
		return nil, err
	}
	if err := grpc.SetTrailer(ctx, metadata.Pairs("by", "trailer")); err != nil {
		return nil, err
	}
	md, _ := metadata.FromIncomingContext(ctx)
	return wrapperspb.String(fmt.Sprintf("%s %s by grpc-go %s", in.Value, strings.Join(md["greeting"], ","), grpc.Version)), nil
}

func (service) Collect(s echo.Echo_CollectServer) error {
	var all []string
	for {
		in, err := s.Recv()
		if err == io.EOF {
			return s.SendAndClose(wrapperspb.String(strings.Join(all, "+")))
		}
		if err != nil {
			return err
		}
		all = append(all, in.Value)
	}
}

func (service) Repeat(in *wrapperspb.StringValue, s echo.Echo_RepeatServer) error {
	for i := range 3 {
		if err := s.Send(wrapperspb.String(fmt.Sprint(in.Value, i))); err != nil {
			return err
		}
	}
	return nil
}

func (service) Chat(s echo.Echo_ChatServer) error {
	for {
		in, err := s.Recv()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.Send(wrapperspb.String("re:" + in.Value)); err != nil {
			return err
		}
	}
}
