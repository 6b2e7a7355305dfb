// Package grpc serves and calls with what grpc registers by name, and traces
// requests by golang.org/x/net/trace, which registers its pages.
package grpc

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"slices"

	"golang.org/x/net/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/resolver"
	"google.golang.org/grpc/resolver/manual"
)

func init() { grpc.EnableTracing = true }

var family = regexp.MustCompile(`\?fam=([\w.]+)`)

// Run asks its own server for the health of the service, and reads the
// page of traces.
func Run(service string) {
	trace.AuthRequest = func(*http.Request) (any, sensitive bool) { return true, true }
	listener := listen()
	server := grpc.NewServer()
	checks := health.NewServer()
	checks.SetServingStatus(service, healthpb.HealthCheckResponse_SERVING)
	healthpb.RegisterHealthServer(server, checks)
	go server.Serve(listener)

	addresses := manual.NewBuilderWithScheme("shop")
	addresses.InitialState(resolver.State{Addresses: []resolver.Address{{Addr: listener.Addr().String()}}})
	resolver.Register(addresses)
	client, err := grpc.NewClient("shop:///"+service, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		panic(err)
	}
	answer, err := healthpb.NewHealthClient(client).Check(context.Background(), &healthpb.HealthCheckRequest{Service: service})
	fmt.Println(service, "is", answer.GetStatus(), err)

	pages := listen()
	go http.Serve(pages, nil)
	page, err := http.Get("http://" + pages.Addr().String() + "/debug/requests")
	if err != nil {
		panic(err)
	}
	text, err := io.ReadAll(page.Body)
	if err != nil {
		panic(err)
	}
	var families []string
	for _, f := range family.FindAllStringSubmatch(string(text), -1) {
		families = append(families, f[1])
	}
	slices.Sort(families)
	fmt.Println(service, "traces", page.StatusCode, slices.Compact(families))
}

func listen() net.Listener {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	return listener
}
