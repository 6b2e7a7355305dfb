// Package control is what the caller of the cases tells the callee in addition to
// the calls that they are about: to start and stop servers, and to let handlers go on.
package control

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/gomerge/rules_go_merge/tests/conformance/grpc/cases"
)

// Patience is how long anything takes at most that should take no time.
const Patience = 20 * time.Second

// Kinds of orders.
const (
	Hello   = "hello"   // nothing
	Start   = "start"   // a server for a case, which listens at its own port
	Again   = "again"   // a server where the last one of the case was
	Stop    = "stop"    // the server at once
	Drain   = "drain"   // the server when its calls are over
	Arrived = "arrived" // answer when a handler has come to a gate
	Open    = "open"    // a gate
	End     = "end"     // the case, after its last call
)

// Order is what the caller wants done.
type Order struct {
	Kind string
	Case string // whose behaviour and log it is about
	Gate string
}

// Answer is what came of an order.
type Answer struct {
	Port  string   // of the server
	Lines []string // what the callee has logged in the case that ends
	// Second is what it has logged of calls made for verification.
	Second []string
	Error  string
}

// Do has the callee follow an order.
func Do(client cases.ControlClient, order Order) (Answer, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*Patience)
	defer cancel()
	return do(ctx, client, order)
}

// Await waits until the callee takes orders. A call that began before would remain an
// RPC.
func Await(client cases.ControlClient) (err error) {
	for end := time.Now().Add(Patience); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		_, err = do(ctx, client, Order{Kind: Hello})
		cancel()
		if err == nil {
			return nil
		}
	}
	return err
}

func do(ctx context.Context, client cases.ControlClient, order Order) (Answer, error) {
	data, err := json.Marshal(order)
	if err != nil {
		return Answer{}, err
	}
	reply, err := client.Do(ctx, wrapperspb.Bytes(data))
	// Where the number of calls is limited, some that have ended may still count.
	for status.Code(err) == codes.ResourceExhausted && ctx.Err() == nil {
		time.Sleep(time.Millisecond)
		reply, err = client.Do(ctx, wrapperspb.Bytes(data))
	}
	if err != nil {
		return Answer{}, err
	}
	var answer Answer
	if err := json.Unmarshal(reply.Value, &answer); err != nil {
		return Answer{}, err
	}
	if answer.Error != "" {
		return answer, errors.New(answer.Error)
	}
	return answer, nil
}

// Server follows orders.
type Server struct {
	cases.UnimplementedControlServer
	Follow func(Order) (Answer, error)
}

// Do implements cases.ControlServer.
func (s Server) Do(_ context.Context, in *wrapperspb.BytesValue) (*wrapperspb.BytesValue, error) {
	var order Order
	if err := json.Unmarshal(in.Value, &order); err != nil {
		return nil, err
	}
	answer, err := s.Follow(order)
	if err != nil {
		answer.Error = err.Error()
	}
	data, err := json.Marshal(answer)
	return wrapperspb.Bytes(data), err
}
