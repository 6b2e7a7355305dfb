package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

var errPlain = errors.New("plain error")

// ownStatus is an error of the service's own type that has a status.
type ownStatus struct{}

func (ownStatus) Error() string { return "own error" }
func (ownStatus) GRPCStatus() *status.Status {
	return status.New(codes.FailedPrecondition, "own status")
}

type nilStatus struct{}

func (nilStatus) Error() string              { return "error without a status" }
func (nilStatus) GRPCStatus() *status.Status { return nil }

// failures are errors of handlers by name.
var failures = func() map[string]error {
	detailed, err := status.New(codes.NotFound, "gone").WithDetails(wrapperspb.String("detail"), wrapperspb.Int64(7))
	if err != nil {
		panic(err)
	}
	proto := status.New(codes.DataLoss, "m").Proto()
	proto.Details = []*anypb.Any{{TypeUrl: "nobody.knows/it", Value: []byte{0xff, 0}}}
	unknown := status.ErrorProto(proto)
	return map[string]error{
		"status": status.Error(codes.InvalidArgument, "bad"), "details": detailed.Err(), "unknown details": unknown,
		"wrapped": fmt.Errorf("around: %w", status.Error(codes.Aborted, "inner")), "wrapped details": fmt.Errorf("around: %w", detailed.Err()),
		"joined": errors.Join(errPlain, status.Error(codes.Aborted, "inner")), "own type": ownStatus{}, "wrapped own type": fmt.Errorf("around: %w", ownStatus{}), "nil status": nilStatus{},
		"plain": errPlain, "EOF": io.EOF, "unexpected EOF": io.ErrUnexpectedEOF,
		"deadline": context.DeadlineExceeded, "canceled": context.Canceled, "wrapped deadline": fmt.Errorf("around: %w", context.DeadlineExceeded),
		"deadline code": status.Error(codes.DeadlineExceeded, "by the callee"), "canceled code": status.Error(codes.Canceled, "by the callee"),
		"unknown code": status.Error(codes.Code(99), "strange"), "large code": status.Error(codes.Code(1<<31-1), "strange"), "unauthenticated": status.Error(codes.Unauthenticated, "who"),
		"not UTF-8": status.Error(codes.Internal, "a\xff\xfeb"), "Unicode": status.Error(codes.Internal, "ünï\n\t%41 % \x00"), "no text": status.Error(codes.DataLoss, ""),
		"long text": status.Error(codes.Internal, strings.Repeat("x", 10000)), "OK code": status.New(codes.OK, "fine").Err(),
		"closing": grpc.ErrClientConnClosing, "stopped": grpc.ErrServerStopped,
	}
}()

// statuses are about how calls fail.
func statuses() map[string]behaviour {
	fails := behaviour{
		unary: func(_ *env, _ context.Context, request string) (string, error) {
			return "reply beside the error", failures[request]
		},
		stream: func(_ *env, _, _ string, s stringStream) error {
			name, err := s.recv()
			if err != nil {
				return err
			}
			return failures[name]
		},
	}
	return map[string]behaviour{"statuses": fails, "statuses in a cancellable call": fails, "statuses of streams": fails}
}
