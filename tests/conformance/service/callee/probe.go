package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/pprof"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bytedance/gopkg/cloud/metainfo"
	"github.com/cloudwego/kitex"
	"github.com/cloudwego/kitex/pkg/consts"
	"github.com/cloudwego/kitex/pkg/kerrors"
	"github.com/cloudwego/kitex/pkg/rpcinfo"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/probe"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/probe/backservice"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/labels"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/observe"
)

// prober serves ProbeService.
type prober struct {
	logs    *logs
	limiter *limiter
	gates   gates
	late    late
	back    backservice.Client

	attempts sync.Map // of an id, *atomic.Int32
	kept     sync.Map // of an id, the context of a call
}

func newProber(back backservice.Client) *prober {
	p := &prober{logs: newLogs(), limiter: &limiter{}, back: back}
	p.gates.byName = make(map[string]*gate)
	return p
}

// Ask implements probe.ProbeService.
func (p *prober) Ask(ctx context.Context, ask *probe.Probe) (*probe.Answer, error) {
	return p.answer(ctx, ask)
}

// Tell implements probe.ProbeService.
func (p *prober) Tell(ctx context.Context, ask *probe.Probe) error {
	_, err := p.answer(ctx, ask)
	return err
}

func (p *prober) answer(ctx context.Context, ask *probe.Probe) (*probe.Answer, error) {
	note(ctx, "order: handler")
	note(ctx, "handler: text %q", ask.Text)
	count, _ := p.attempts.LoadOrStore(ask.Id, new(atomic.Int32))
	attempt := count.(*atomic.Int32).Add(1)
	answer := &probe.Answer{Text: fmt.Sprintf("callee(%s)", ask.Text), Found: p.find(ctx)}
	switch ask.Text {
	case "version":
		answer.Found["version"] = kitex.Version
	case "labels":
		answer.Found["labels"] = labels.OfHere()
	case "set labels":
		pprof.SetGoroutineLabels(pprof.WithLabels(ctx, pprof.Labels("set by", "the callee")))
		answer.Found["labels"] = labels.OfHere()
	case "keep":
		p.kept.Store(ask.Id, ctx)
	case "kept":
		kept, _ := p.kept.Load(ask.Id)
		answer.Found["kept"] = keptValues(kept.(context.Context))
	}
	if retry, ok := metainfo.GetPersistentValue(ctx, "RETRY"); ok {
		note(ctx, "handler: retry %q", retry)
	}
	if ask.Text == "gives up" {
		return answer, p.gates.giveUp(ctx, ask.Gate)
	}
	if ask.Gate != "" && ask.Hops == 0 && (ask.Attempts == 0 || attempt <= ask.Attempts) {
		note(ctx, "handler: waits, %s", p.gates.wait(ctx, ask.Gate, ask.Heeds))
	}
	if ask.Attempts > 0 && attempt > ask.Attempts {
		return answer, nil
	}
	if err := fail(ask.Failure); err != nil {
		return nil, err
	}
	if ask.Hops > 0 {
		further, err := p.back.AskBack(ctx, &probe.Probe{Text: answer.Text, Hops: ask.Hops - 1, Gate: ask.Gate})
		if err != nil {
			return nil, err
		}
		answer.Text = further.Text
		answer.Found["further"] = observe.Value(further.Found)
	}
	return answer, nil
}

// fail fails as asked.
func fail(how string) error {
	switch how {
	case "plain":
		return errors.New("plain")
	case "biz":
		return kerrors.NewBizStatusErrorWithExtra(7, "biz", map[string]string{"key": "value"})
	case "panic":
		panic("panic")
	case "goexit":
		runtime.Goexit()
	}
	return nil
}

// find returns what the callee finds in its context.
func (p *prober) find(ctx context.Context) map[string]string {
	_, deadline := ctx.Deadline()
	parent, _ := metainfo.GetPersistentValue(ctx, "span")
	info := rpcinfo.GetRPCInfo(ctx)
	caller, _ := info.From().Tag("conformance")
	return map[string]string{
		"deadline": fmt.Sprint(deadline),
		"done":     fmt.Sprint(ctx.Done() != nil),
		"error":    fmt.Sprint(ctx.Err()),
		"parent":   parent,
		"info":     observe.Info(info),
		"caller":   info.From().ServiceName() + " " + caller,
		"values":   values(ctx),
		"reports":  fmt.Sprint(p.limiter.reports.Load()),
	}
}

// values returns the values of metainfo that a context has.
func values(ctx context.Context) string {
	return "persistent " + observe.Value(metainfo.GetAllPersistentValues(ctx)) + ", transient " + observe.Value(metainfo.GetAllValues(ctx))
}

// keptValues returns what the context of a call that is over still has, and does with it
// what comes too late.
func keptValues(ctx context.Context) string {
	sent := metainfo.SendBackwardValue(ctx, "LATE", "l")
	return fmt.Sprintf("%s, in %v, room for backward values %t, error %v", values(ctx), ctx.Value(consts.CtxKeyMethod), sent, ctx.Err())
}

// Log implements probe.ProbeService.
func (p *prober) Log(_ context.Context, id string, calls int32) ([]string, error) {
	ended, ok := p.logs.wait(id, int(calls), patience)
	if !ok {
		return lines(ended), fmt.Errorf("%d of %d calls of %q have ended", len(ended), calls, id)
	}
	return lines(ended), nil
}

// Heeded implements probe.ProbeService.
func (p *prober) Heeded(_ context.Context, gate string, milliseconds int32) (bool, error) {
	return p.gates.heeded(gate, time.Duration(milliseconds)*time.Millisecond), nil
}

// Arrived implements probe.ProbeService.
func (p *prober) Arrived(_ context.Context, gate string, number int32) error {
	return p.gates.arrived(gate, int(number))
}

// Open implements probe.ProbeService.
func (p *prober) Open(_ context.Context, gate string) error {
	p.gates.open(gate)
	return nil
}

// Refuse implements probe.ProbeService.
func (p *prober) Refuse(_ context.Context, calls int32) error {
	p.limiter.refuse.Store(calls)
	return nil
}
