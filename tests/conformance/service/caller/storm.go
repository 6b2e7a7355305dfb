package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/cloudwego/kitex/pkg/kerrors"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/contract"
)

// storm makes many calls at once, most of which fail with a business status,
// and checks each answer.
func storm(calls string) error {
	total, err := strconv.ParseInt(calls, 10, 32)
	if err != nil {
		return fmt.Errorf("%s: %w", stormEnv, err)
	}
	callee, err := newTarget(transports[1])
	if err != nil {
		return err
	}
	if err := callee.wait(); err != nil {
		return err
	}
	before, _, err := countCalls()
	if err != nil {
		return err
	}
	var next atomic.Int64
	var all sync.WaitGroup
	failures := make([]error, 8)
	for worker := range failures {
		all.Go(func() {
			for failures[worker] == nil {
				n := next.Add(1)
				if n > total {
					return
				}
				failures[worker] = stormCall(callee, int32(n))
			}
		})
	}
	all.Wait()
	if err := errors.Join(failures...); err != nil {
		return err
	}
	after, rpc, err := countCalls()
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(observation{Case: "storm", Seen: calls, Inline: after - before, RPC: rpc})
}

// stormCall makes call n. One in four succeeds.
func stormCall(callee *target, n int32) error {
	message := fmt.Sprint("message ", n)
	failure := &contract.Failure{Kind: contract.Kind_BIZ, Code: n, Message: message, Extra: map[string]string{"key": message}, Result_: message}
	if n%4 == 0 {
		failure.Kind = contract.Kind_NONE
	}
	result, err := callee.Fail(context.Background(), failure)
	if n%4 == 0 {
		if err != nil || result != message {
			return fmt.Errorf("call %d: got %q, %w", n, result, err)
		}
		return nil
	}
	biz, ok := kerrors.FromBizStatusError(err)
	if !ok || biz.BizStatusCode() != n || biz.BizMessage() != message || biz.BizExtra()["key"] != message {
		return fmt.Errorf("call %d: got another error: %w", n, err)
	}
	return nil
}
