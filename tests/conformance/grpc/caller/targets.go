package main

import (
	"context"
	"net"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"

	"github.com/gomerge/rules_go_merge/tests/conformance/grpc/cases"
	"github.com/gomerge/rules_go_merge/tests/conformance/grpc/observe"
)

// over makes calls over another connection of the case.
func (e *env) over(target string, options ...grpc.DialOption) {
	cc, err := grpc.Dial(target, append(dialing(), options...)...)
	if err != nil {
		e.Addf("%v", err)
		return
	}
	defer cc.Close()
	first, client := e.cc, e.client
	defer func() { e.cc, e.client = first, client }()
	e.cc, e.client = cc, cases.NewCasesClient(cc)
	e.try("unary")
	opened("Both", func(e *env, s stream) {
		e.Addf("send %v", s.send("stream"))
		reply, err := s.recv()
		e.Addf("%s", observe.Result(reply, err))
	})(e)
}

// literal is the address at which the callee listens.
func (e *env) literal() string {
	_, port, err := net.SplitHostPort(e.target)
	if err != nil {
		e.Addf("%v", err)
	}
	return net.JoinHostPort("127.0.0.1", port)
}

// health asks a target for its health, over a separate connection.
func (e *env) health(what, target string, options ...grpc.DialOption) {
	cc, err := grpc.Dial(target, options...)
	if err != nil {
		e.Addf("%v", err)
		return
	}
	defer cc.Close()
	e.await("an answer of "+what, func() bool {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		reply, err := grpc_health_v1.NewHealthClient(cc).Check(ctx, &grpc_health_v1.HealthCheckRequest{})
		if err == nil {
			e.Addf("%s: %v", what, reply.GetStatus())
		}
		return err == nil
	})
}

// own serves the health of the caller, which only the caller can reach if it does not
// listen.
func (e *env) own() (address string, stop func()) {
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		e.Addf("%v", err)
		return "", func() {}
	}
	s, h := grpc.NewServer(), health.NewServer()
	h.SetServingStatus("", grpc_health_v1.HealthCheckResponse_NOT_SERVING)
	grpc_health_v1.RegisterHealthServer(s, h)
	wait := background(func() { s.Serve(lis) })
	return lis.Addr().String(), func() {
		s.Stop()
		wait()
	}
}

// targets are about which connections mean the callee.
func targets() []testCase {
	return []testCase{
		{name: "declared targets", run: func(e *env) {
			for _, target := range []string{e.target, "passthrough:///" + e.target, "passthrough://authority/" + e.target} {
				e.over(target)
			}
		}},
		{name: "address of the callee", run: func(e *env) {
			cc, err := grpc.Dial(e.literal(), grpc.WithTransportCredentials(insecure.NewCredentials()))
			if err != nil {
				e.Addf("%v", err)
				return
			}
			defer cc.Close()
			reply, err := (&env{client: cases.NewCasesClient(cc)}).unary(context.Background(), "x")
			e.Addf("%s", observe.Result(reply, err))
		}},
		{name: "one RPC service in both", form: varying, run: func(e *env) {
			address, stop := e.own()
			defer stop()
			e.health("the callee", e.target, dialing()...)
			e.health("the caller", address, grpc.WithTransportCredentials(insecure.NewCredentials()))
		}},
		{name: "target that nobody declares", form: byRPCOfNoLink, run: func(e *env) {
			_, port, err := net.SplitHostPort(e.target)
			if err != nil {
				e.Addf("%v", err)
			}
			e.over("passthrough:///other.test:" + port)
		}},
	}
}
