package main

import (
	"github.com/fullstorydev/grpchan/grpchantesting"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/interop"
	"google.golang.org/grpc/interop/grpc_testing"
)

// registerOthers registers what the suites of others call, and what the caller serves,
// too.
func registerOthers(s *grpc.Server) {
	grpc_testing.RegisterTestServiceServer(s, interop.NewTestServer())
	grpchantesting.RegisterTestServiceServer(s, &grpchantesting.TestServer{})
	grpc_health_v1.RegisterHealthServer(s, health.NewServer())
}
