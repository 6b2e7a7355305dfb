//go:build go_merge_added && go1.24

package grpc

import (
	"bytes"
	"fmt"
	"math"
	"math/rand"
	"strconv"
	"time"

	"google.golang.org/grpc/internal/serviceconfig"
	"google.golang.org/grpc/status"
)

// goMergeRetry makes the attempts of a unary call with a retry policy.
type goMergeRetry struct {
	policy *serviceconfig.RetryPolicy
	keeps  bool // the message, which is not too large
	done   int  // attempts that failed
	since  int  // attempts since the server said when to try again
}

// decide ends an attempt that failed and waits if there is to be another. Otherwise it
// returns the error that the caller gets.
func (r *goMergeRetry) decide(s *goMergeClientStream, err error) (again bool, failure error) {
	s.mu.Lock()
	finished, ended, header, trailer := s.finished, s.ended, s.header, s.trailer
	s.mu.Unlock()
	if finished || !ended || !r.keeps {
		return false, err
	}
	s.endAttempt(err, trailer)
	s.over = true
	if header != nil {
		return false, err
	}
	pause := time.Duration(-1)
	if pushback := trailer["grpc-retry-pushback-ms"]; len(pushback) > 0 {
		ms, bad := strconv.Atoi(pushback[0])
		if len(pushback) > 1 || bad != nil || ms < 0 {
			s.conn.throttler.throttle()
			return false, err
		}
		pause = time.Duration(ms) * time.Millisecond
	}
	switch {
	case !r.policy.RetryableStatusCodes[s.status.Code()] || s.conn.throttler.throttle():
		return false, err
	case r.done+1 >= r.policy.MaxAttempts:
		if goMergeMinor >= 81 {
			err = fmt.Errorf("max retries exhausted: failed after %d attempts: %w", r.done+1, err)
		}
		return false, err
	}
	if pause >= 0 {
		r.since = 0
	} else {
		pause = r.backoff()
		r.since++
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		r.done++
		return true, nil
	case <-s.base.Done():
		return false, status.FromContextError(s.base.Err()).Err()
	}
}

// backoff returns how long to wait for the next attempt, as this version does.
func (r *goMergeRetry) backoff() time.Duration {
	most := math.Min(float64(r.policy.InitialBackoff)*math.Pow(r.policy.BackoffMultiplier, float64(r.since)), float64(r.policy.MaxBackoff))
	if goMergeMinor < 66 {
		return time.Duration(rand.Int63n(int64(most) + 1))
	}
	return time.Duration(most * (0.8 + 0.4*rand.Float64()))
}

// renew has further attempts go where a call goes by now. It returns false if that is
// not inline.
func (s *goMergeClientStream) renew() bool {
	call, ok := s.client.Bind(s.name)
	if !ok || call.Streams() != s.call.Streams() {
		return false
	}
	s.call, s.withdrawn = call, false
	s.ends = s.conn.ends(call.Addr())
	return true
}

// isGone reports whether the server of the last attempt serves no more.
func (s *goMergeClientStream) isGone() bool {
	select {
	case <-s.call.Gone():
		return true
	default:
		return s.withdrawn
	}
}

// byRPC makes the call as an RPC after attempts that failed. What follows a call is
// then the RPC's to do.
func (s *goMergeClientStream) byRPC(m interface{}) error {
	defer s.cancel()
	s.mu.Lock()
	s.finished = true
	s.mu.Unlock()
	s.panicked.Store(false)
	rpc, err := goMergeNewClientStream(s.base, s.desc, s.cc, s.method, s.opts...)
	if err != nil {
		return err
	}
	if err := rpc.SendMsg(s.message); err != nil {
		return err
	}
	return rpc.RecvMsg(m)
}

// again makes another attempt, with the message that the last one had.
func (s *goMergeClientStream) again() error {
	s.mu.Lock()
	s.header, s.seen, s.ended, s.trailer, s.status = nil, nil, false, nil, nil
	s.mu.Unlock()
	s.panicked.Store(false)
	if err := s.base.Err(); err != nil {
		return toRPCErr(err)
	}
	if s.cc.ctx.Err() != nil {
		return ErrClientConnClosing
	}
	if err := s.attempt(); err != nil {
		return err
	}
	s.over = false
	if s.packed.made != nil { // which is the callee's that it was for
		packed, err := s.pack(s.message)
		if err != nil {
			return err
		}
		s.packed = packed
	}
	events := goMergeOutPayloads(s.conn.stats, true, s.message, s.packed)
	message := s.packed.message()
	message.Bytes = bytes.Clone(message.Bytes)
	s.stream.Send(message)
	s.stream.CloseSend()
	goMergeTell(s.ctx, s.conn.stats, events)
	return nil
}
