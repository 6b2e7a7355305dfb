package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/bytedance/gopkg/cloud/metainfo"
	"github.com/cloudwego/kitex/pkg/rpcinfo"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/observe"
)

// patience is how long anything takes at most that should take no time.
const patience = 10 * time.Second

// callLog collects what happens in one call, from the tracer's start to its
// finish.
type callLog struct {
	mu    sync.Mutex
	id    string // "" for calls that nobody asks for
	lines []string
}

type callLogKey struct{}

// note adds a line to the log of the call that ctx belongs to.
func note(ctx context.Context, format string, args ...any) {
	log, ok := ctx.Value(callLogKey{}).(*callLog)
	if !ok {
		return
	}
	log.mu.Lock()
	defer log.mu.Unlock()
	log.lines = append(log.lines, fmt.Sprintf(format, args...))
}

// wanted reports whether somebody asks for the log of the call that ctx belongs
// to, as far as that is known.
func wanted(ctx context.Context) bool {
	log, ok := ctx.Value(callLogKey{}).(*callLog)
	if !ok {
		return false
	}
	log.mu.Lock()
	defer log.mu.Unlock()
	return log.id != ""
}

// identify names the call that ctx belongs to.
func identify(ctx context.Context, id string) {
	if log, ok := ctx.Value(callLogKey{}).(*callLog); ok {
		log.mu.Lock()
		defer log.mu.Unlock()
		log.id = id
	}
}

// logs holds the logs of calls that have ended, by their id. It is a tracer.
type logs struct {
	mu    sync.Mutex
	ended map[string][]*callLog
	more  chan struct{} // closed and replaced when a call ends
}

func newLogs() *logs {
	return &logs{ended: make(map[string][]*callLog), more: make(chan struct{})}
}

// Start implements stats.Tracer.
func (l *logs) Start(ctx context.Context) context.Context {
	ctx = context.WithValue(ctx, callLogKey{}, &callLog{})
	note(ctx, "order: tracer starts")
	return ctx
}

// Finish implements stats.Tracer.
func (l *logs) Finish(ctx context.Context) {
	if !wanted(ctx) {
		return
	}
	log := ctx.Value(callLogKey{}).(*callLog)
	info := rpcinfo.GetRPCInfo(ctx)
	note(ctx, "order: tracer finishes")
	span, _ := metainfo.GetPersistentValue(ctx, "span")
	note(ctx, "trace: span %q, %s", span, observe.Stats(info))
	note(ctx, "info: %s", observe.Info(info))
	note(ctx, "sizes: %s", observe.Sizes(info))
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended[log.id] = append(l.ended[log.id], log)
	close(l.more)
	l.more = make(chan struct{})
}

// wait waits until so many calls of one id have ended, but not for longer than
// timeout. It returns the logs of those that have.
func (l *logs) wait(id string, calls int, timeout time.Duration) (ended []*callLog, ok bool) {
	over := time.After(timeout)
	for {
		l.mu.Lock()
		ended, more := slices.Clone(l.ended[id]), l.more
		l.mu.Unlock()
		if len(ended) >= calls {
			return ended, true
		}
		select {
		case <-more:
		case <-over:
			return ended, false
		}
	}
}

func lines(ended []*callLog) []string {
	var all []string
	for _, log := range ended {
		log.mu.Lock()
		all = append(all, log.lines...)
		log.mu.Unlock()
	}
	return all
}
