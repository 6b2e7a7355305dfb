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
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"
)

// goMergeRetry makes the attempts of a unary call with a retry policy.
type goMergeRetry struct {
	policy  *serviceconfig.RetryPolicy
	message interface{}    // that was sent
	packed  *goMergePacked // the same as it crosses, nil if it is too large to keep
	done    int            // attempts that failed
	since   int            // attempts since the server said when to try again
	over    bool           // the attempt has ended, and the call has not
}

// decide ends an attempt that failed and waits if there is to be another. Otherwise it
// returns the error that the caller gets.
func (r *goMergeRetry) decide(s *goMergeClientStream, err error) (again bool, failure error) {
	s.mu.Lock()
	finished, ended, header, trailer := s.finished, s.ended, s.header, s.trailer
	s.mu.Unlock()
	if finished || !ended || r.packed == nil {
		return false, err
	}
	s.endAttempt(err, trailer)
	r.over = true
	if header != nil {
		return false, err
	}
	pause := time.Duration(-1)
	if pushback := trailer["grpc-retry-pushback-ms"]; len(pushback) > 0 {
		ms, bad := strconv.Atoi(pushback[0])
		if len(pushback) > 1 || bad != nil || ms < 0 {
			return false, err
		}
		pause = time.Duration(ms) * time.Millisecond
	}
	switch {
	case !r.policy.RetryableStatusCodes[s.status.Code()]:
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

// again makes another attempt, with the message that the last one had.
func (s *goMergeClientStream) again() error {
	s.mu.Lock()
	s.header, s.ended, s.trailer, s.status = nil, false, nil, nil
	s.mu.Unlock()
	if err := s.base.Err(); err != nil {
		return toRPCErr(err)
	}
	if s.cc.ctx.Err() != nil {
		return ErrClientConnClosing
	}
	if err := s.attempt(); err != nil {
		return err
	}
	r := s.retry
	r.over = false
	var events []*stats.OutPayload
	for range s.conn.stats {
		events = append(events, goMergeOutPayload(true, r.message, r.packed.data, r.packed.wire))
	}
	s.stream.Send(bytes.Clone(r.packed.bytes))
	s.stream.CloseSend()
	for i, handler := range s.conn.stats {
		handler.HandleRPC(s.ctx, events[i])
	}
	return nil
}
