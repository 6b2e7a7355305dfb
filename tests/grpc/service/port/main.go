// Command port serves Echo at an address that it may share with others, and people by
// HTTP, as services in separate containers do.
package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/gomerge/rules_go_merge/tests/grpc/service/echo"
)

type service struct{ echo.UnimplementedEchoServer }

func (service) Once(_ context.Context, in *wrapperspb.StringValue) (*wrapperspb.StringValue, error) {
	return wrapperspb.String(os.Getenv("NAME") + " answers " + in.Value), nil
}

func main() {
	lis, err := net.Listen("tcp", os.Getenv("LISTEN"))
	if err != nil {
		log.Fatal(err)
	}
	if lis.Addr().String() != os.Getenv("LISTEN") || lis.(*net.TCPListener).Addr() != lis.Addr() {
		log.Fatalf("%s is %v", os.Getenv("LISTEN"), lis.Addr())
	}
	s := grpc.NewServer()
	echo.RegisterEchoServer(s, service{})
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	go func() {
		<-stop
		s.GracefulStop()
	}()
	http.HandleFunc("/dial", dial)
	people, err := net.Listen("tcp", os.Getenv("HTTP"))
	if err != nil {
		log.Fatal(err)
	}
	go func() { fmt.Println(os.Getenv("NAME"), "serves no people:", http.Serve(people, nil)) }()
	fmt.Println(os.Getenv("NAME"), people.Addr())
	if err := s.Serve(lis); err != nil {
		log.Fatal(err)
	}
}

// dial calls what a query names.
func dial(w http.ResponseWriter, r *http.Request) {
	cc, err := grpc.NewClient(r.URL.RawQuery, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err == nil {
		defer cc.Close()
	}
	ctx, cancel := context.WithTimeout(r.Context(), time.Minute)
	defer cancel()
	var answer *wrapperspb.StringValue
	if err == nil {
		answer, err = echo.NewEchoClient(cc).Once(ctx, wrapperspb.String(os.Getenv("NAME")))
	}
	if err != nil {
		fmt.Fprint(w, "no answer")
		return
	}
	fmt.Fprint(w, answer.Value)
}
