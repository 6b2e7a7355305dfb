package main

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/bytedance/gopkg/cloud/metainfo"
	"github.com/cloudwego/kitex"
	"github.com/cloudwego/kitex/pkg/endpoint"
	"github.com/cloudwego/kitex/pkg/kerrors"
	"github.com/cloudwego/kitex/pkg/remote"
	"github.com/cloudwego/kitex/pkg/rpcinfo"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/codec"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/contract"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/random"
)

type handler struct {
	mu       sync.Mutex
	kept     *contract.Rich
	declared *contract.Declared
	extra    map[string]string
}

func (*handler) Echo(_ context.Context, rich *contract.Rich) (*contract.Rich, error) {
	return rich, nil
}

func (*handler) Make(_ context.Context, what string, seed int64) (*contract.Rich, error) {
	rich := &contract.Rich{}
	switch what {
	case "zero":
	case "version":
		rich.Text = kitex.Version
	case "random":
		random.Fill(uint64(seed), rich)
	case "defaults":
		rich = contract.NewRich()
	case "nil elements":
		rich.Points = []*contract.Point{nil, {X: 1}}
		rich.ById = map[int32]*contract.Point{7: nil}
		rich.Matrix = [][]int32{nil, {}, {1}}
		rich.Blobs = [][]byte{nil, {}, {1}}
		rich.Groups = map[string][]*contract.Point{"nil": nil, "empty": {}}
		rich.Tree = &contract.Node{Children: []*contract.Node{nil}}
	case "required field missing":
		rich.Leaves = []*contract.Leaf{nil}
	case "union without a value":
		rich.Shape = &contract.Shape{}
	case "duplicates in a set":
		rich.Names = []string{"a", "b", "a"}
	default:
		return nil, fmt.Errorf("cannot make %q", what)
	}
	return rich, nil
}

func (*handler) NoStruct(context.Context) (*contract.Rich, error)          { return nil, nil }
func (*handler) NoList(context.Context) ([]*contract.Point, error)         { return nil, nil }
func (*handler) NoMap(context.Context) (map[string]*contract.Point, error) { return nil, nil }
func (*handler) NoBinary(context.Context) ([]byte, error)                  { return nil, nil }

func (*handler) Done(_ context.Context, number int64, words []string, color contract.Color, point *contract.Point) error {
	return fmt.Errorf("got %d %q %d %v", number, words, color, point)
}

func (*handler) Mix(_ context.Context, one, other contract.Color) (contract.Color, error) {
	return one + other, nil
}

func (h *handler) Fail(ctx context.Context, failure *contract.Failure) (string, error) {
	return failure.Result_, h.fail(ctx, failure)
}

func (h *handler) FailVoid(ctx context.Context, failure *contract.Failure) error {
	return h.fail(ctx, failure)
}

// fail fails as asked.
func (h *handler) fail(ctx context.Context, failure *contract.Failure) error {
	metainfo.SendBackwardValue(ctx, "failing", failure.Kind.String())
	declared := &contract.Declared{
		Code:   failure.Code,
		Reason: failure.Message,
		Points: []*contract.Point{{X: 1, Y: 2}, {}},
		Leaf:   &contract.Leaf{Name: "leaf"},
	}
	switch failure.Kind {
	case contract.Kind_DECLARED:
		return declared
	case contract.Kind_OTHER:
		return &contract.Other{Reason: failure.Message}
	case contract.Kind_DECLARED_WRAPPED:
		return fmt.Errorf("wrapped: %w", declared)
	case contract.Kind_DECLARED_NIL:
		return (*contract.Declared)(nil)
	case contract.Kind_PLAIN:
		return errors.New(failure.Message)
	case contract.Kind_WRAPPED:
		return fmt.Errorf("outer: %w", errors.New(failure.Message))
	case contract.Kind_CANCELED:
		return context.Canceled
	case contract.Kind_DEADLINE:
		return context.DeadlineExceeded
	case contract.Kind_ACL:
		return kerrors.ErrACL
	case contract.Kind_ACL_CAUSE:
		return kerrors.ErrACL.WithCause(errors.New(failure.Message))
	case contract.Kind_RPC_TIMEOUT:
		return kerrors.ErrRPCTimeout.WithCause(errors.New(failure.Message))
	case contract.Kind_TRANS:
		return remote.NewTransErrorWithMsg(failure.Code, failure.Message)
	case contract.Kind_APPLICATION:
		return codec.NewException(failure.Code, failure.Message)
	case contract.Kind_BIZ:
		return kerrors.NewBizStatusErrorWithExtra(failure.Code, failure.Message, failure.Extra)
	case contract.Kind_BIZ_WRAPPED:
		return fmt.Errorf("wrapped: %w", kerrors.NewBizStatusErrorWithExtra(failure.Code, failure.Message, failure.Extra))
	case contract.Kind_DECLARED_KEPT:
		h.mu.Lock()
		defer h.mu.Unlock()
		h.declared = declared
		return declared
	case contract.Kind_BIZ_KEPT:
		h.mu.Lock()
		defer h.mu.Unlock()
		h.extra = failure.Extra
		return kerrors.NewBizStatusErrorWithExtra(failure.Code, failure.Message, h.extra)
	case contract.Kind_PANIC:
		panic(failure.Message)
	case contract.Kind_PANIC_ERROR:
		panic(errors.New(failure.Message))
	case contract.Kind_PANIC_NIL_POINTER:
		var point *contract.Point
		point.X++
	}
	return nil
}

// obey is a middleware that fails as asked.
func obey(next endpoint.Endpoint) endpoint.Endpoint {
	return func(ctx context.Context, request, response any) error {
		args, ok := request.(interface{ GetFirstArgument() any })
		if !ok {
			return next(ctx, request, response)
		}
		failure, ok := args.GetFirstArgument().(*contract.Failure)
		if !ok {
			return next(ctx, request, response)
		}
		switch failure.Kind {
		case contract.Kind_MIDDLEWARE_ERROR:
			return errors.New(failure.Message)
		case contract.Kind_MIDDLEWARE_BIZ:
			return kerrors.NewBizStatusErrorWithExtra(failure.Code, failure.Message, failure.Extra)
		case contract.Kind_MIDDLEWARE_PANIC_BEFORE:
			panic(failure.Message)
		case contract.Kind_MIDDLEWARE_PANIC_AFTER:
			defer panic(failure.Message)
		}
		return next(ctx, request, response)
	}
}

func (*handler) Meta(ctx context.Context, backward map[string]string) (*contract.Seen, error) {
	info := rpcinfo.GetRPCInfo(ctx)
	seen := &contract.Seen{
		Persistent: metainfo.GetAllPersistentValues(ctx),
		Transient:  metainfo.GetAllValues(ctx),
		Plain:      ctx.Value("contract-plain") != nil,
		Caller:     info.From().ServiceName(),
		Method:     info.To().Method(),
	}
	metainfo.SendBackwardValuesFromMap(ctx, backward)
	return seen, nil
}

func (h *handler) Keep(_ context.Context, rich *contract.Rich) (*contract.Rich, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	change(rich, "kept")
	h.kept = rich
	return rich, nil
}

func (h *handler) Kept(context.Context) (*contract.Rich, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.kept, nil
}

func (h *handler) Change(context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	change(h.kept, "changed")
	if h.declared != nil {
		h.declared.Reason = "changed"
		h.declared.Points[0].X++
		h.declared.Leaf.Name = "changed"
	}
	if h.extra != nil {
		h.extra["key"] = "changed"
	}
	return nil
}

// change changes all that two copies of a struct could share.
func change(rich *contract.Rich, mark string) {
	rich.Text = mark
	rich.Raw[0]++
	*rich.MaybeText = mark
	*rich.MaybeMedium++
	rich.MaybePoint.X++
	rich.MaybeList[0]++
	rich.MaybeMap[mark] = 1
	rich.DefaultList[0]++
	rich.DefaultMap[mark] = 1
	rich.DefaultRaw[0]++
	rich.Numbers[0]++
	rich.Words[0] = mark
	rich.Blobs[0][0]++
	rich.Points[0].X++
	rich.Matrix[0][0]++
	rich.Spots[0].Y++
	rich.Labels[mark] = mark
	rich.ById[1].X++
	rich.Groups["g"][0].X++
	rich.Counts[contract.Color_RED][mark] = 1
	rich.Point.X++
	rich.Leaf.Tags[0] = mark
	rich.Tree.Next.Value++
	rich.Tree.Children[0].Value++
	rich.Tree.Named["n"].Value++
	rich.Shape.Point.X++
}
