// Command front calls the service back in each way that gRPC has, and reports.
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
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/gomerge/rules_go_merge/tests/grpc/service/echo"
)

// target has no port at which anybody listens: only an inline call arrives.
const target = "dns:///back.invalid:443?zone=a"

func main() {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	// Both services serve one RPC service: the target says which is meant.
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	s := grpc.NewServer()
	own := health.NewServer()
	own.SetServingStatus("", grpc_health_v1.HealthCheckResponse_NOT_SERVING)
	grpc_health_v1.RegisterHealthServer(s, own)
	go s.Serve(lis)
	defer s.Stop()

	cc, err := grpc.Dial(target, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		log.Fatal(err)
	}
	defer cc.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	ctx = metadata.AppendToOutgoingContext(ctx, "greeting", "from front")
	for _, call := range []func(context.Context, echo.EchoClient) (string, error){once, fail, collect, repeat, chat} {
		answer, err := call(ctx, echo.NewEchoClient(cc))
		if err != nil {
			log.Fatalf("front: %v", err)
		}
		fmt.Println(answer)
	}
	for _, target := range []string{target, lis.Addr().String()} {
		cc, err := grpc.Dial(target, grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			log.Fatal(err)
		}
		defer cc.Close()
		answer, err := grpc_health_v1.NewHealthClient(cc).Check(ctx, &grpc_health_v1.HealthCheckRequest{})
		if err != nil {
			log.Fatalf("front: %v", err)
		}
		fmt.Println("health:", answer.Status)
	}
	fmt.Println("front is done")
	<-stop
}

func text(format string, args ...any) *wrapperspb.StringValue {
	return wrapperspb.String(fmt.Sprintf(format, args...))
}

func once(ctx context.Context, client echo.EchoClient) (string, error) {
	var header, trailer metadata.MD
	answer, err := client.Once(ctx, text("one"), grpc.Header(&header), grpc.Trailer(&trailer))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("once: %s, header %q, trailer %q", answer.Value, header["by"], trailer["by"]), nil
}

func fail(ctx context.Context, client echo.EchoClient) (string, error) {
	_, err := client.Once(ctx, text("fail"))
	if status.Code(err) != codes.OutOfRange {
		return "", fmt.Errorf("error %v", err)
	}
	return fmt.Sprintf("fail: %s", status.Convert(err).Message()), nil
}

func collect(ctx context.Context, client echo.EchoClient) (string, error) {
	s, err := client.Collect(ctx)
	if err != nil {
		return "", err
	}
	for i := range 3 {
		if err := s.Send(text("%d", i)); err != nil {
			return "", err
		}
	}
	answer, err := s.CloseAndRecv()
	return "collect: " + answer.GetValue(), err
}

func repeat(ctx context.Context, client echo.EchoClient) (string, error) {
	s, err := client.Repeat(ctx, text("again"))
	if err != nil {
		return "", err
	}
	var answers []string
	for {
		answer, err := s.Recv()
		if err == io.EOF {
			return "repeat: " + strings.Join(answers, " "), nil
		}
		if err != nil {
			return "", err
		}
		answers = append(answers, answer.Value)
	}
}

func chat(ctx context.Context, client echo.EchoClient) (string, error) {
	s, err := client.Chat(ctx)
	if err != nil {
		return "", err
	}
	var answers []string
	for i := range 3 {
		if err := s.Send(text("%d", i)); err != nil {
			return "", err
		}
		answer, err := s.Recv()
		if err != nil {
			return "", err
		}
		answers = append(answers, answer.Value)
	}
	if err := s.CloseSend(); err != nil {
		return "", err
	}
	if _, err := s.Recv(); err != io.EOF {
		return "", fmt.Errorf("error %v in place of the end", err)
	}
	return "chat: " + strings.Join(answers, " "), nil
}
