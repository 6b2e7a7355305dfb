//go:build go_merge_added

package metainfo

import (
	"context"
	"reflect"
	"testing"
)

// goMergeTestKey is the type of a key of another package.
type goMergeTestKey struct{}

// goMergeTestSend returns the context of the callee to which a request of ctx goes.
func goMergeTestSend(t *testing.T, ctx context.Context) context.Context {
	t.Helper()
	persistent, transient, ok := getNode(ctx).GoMergeSend()
	if !ok {
		t.Fatal("the values need a header")
	}
	received := new(goMergeReceived)
	received.GoMergeReceive(context.Background(), persistent, transient, goMergeTestKey{}, "value")
	return received
}

// TestGoMergeReceive compares what a callee finds with what a header gives it.
func TestGoMergeReceive(t *testing.T) {
	ctx := WithPersistentValues(WithValues(context.Background(), "t1", "1", "t2", "2"), "p1", "1", "p2", "2", "p3", "3")
	for hop := 1; hop <= 3; hop++ {
		header := make(map[string]string)
		SaveMetaInfoToMap(ctx, header)
		want := TransferForward(SetMetaInfoFromMap(context.Background(), header))
		got := goMergeTestSend(t, ctx)
		if a, b := GetAllPersistentValues(got), GetAllPersistentValues(want); !reflect.DeepEqual(a, b) {
			t.Errorf("hop %d: persistent values %v, want %v", hop, a, b)
		}
		if a, b := GetAllValues(got), GetAllValues(want); !reflect.DeepEqual(a, b) {
			t.Errorf("hop %d: transient values %v, want %v", hop, a, b)
		}
		if got.Value(goMergeTestKey{}) != "value" {
			t.Errorf("hop %d: the other value is missing", hop)
		}
		ctx = got
	}
	if got := goMergeTestSend(t, WithPersistentValue(DelPersistentValue(ctx, "p1"), "p4", "4")); CountPersistentValues(got) != 3 || CountPersistentValues(ctx) != 3 {
		t.Errorf("callee has %v, its caller %v", GetAllPersistentValues(got), GetAllPersistentValues(ctx))
	}
}

// TestGoMergeReceiveNothing has a request carry nothing.
func TestGoMergeReceiveNothing(t *testing.T) {
	ctx := (*node)(nil).GoMergeNewReceived().(*goMergeReceived)
	ctx.GoMergeReceive(context.Background(), nil, nil, nil, nil)
	if HasMetaInfo(ctx) {
		t.Error("there is metainfo")
	}
}

// TestGoMergeSendNeedsHeader has values that mean something else on the wire, or get lost.
func TestGoMergeSendNeedsHeader(t *testing.T) {
	for name, n := range map[string]*node{
		"a key that a server takes for upstream": {transient: []kv{{"UPSTREAM_key", "value"}}},
		"an empty key":                           {transient: []kv{{"", "value"}}},
		"an empty value":                         {persistent: []kv{{"key", ""}}},
		"a key twice":                            {persistent: []kv{{"key", "1"}, {"other", "2"}, {"key", "3"}}},
	} {
		if _, _, ok := n.GoMergeSend(); ok {
			t.Errorf("%s does without a header", name)
		}
	}
}

// TestGoMergeReplies has a handler send values backward.
func TestGoMergeReplies(t *testing.T) {
	ctx := new(goMergeReceived)
	ctx.GoMergeReceive(context.Background(), nil, nil, nil, nil)
	replies := ctx.GoMergeReplies
	if replies() {
		t.Error("there are values before any is sent")
	}
	if again := WithBackwardValuesToSend(ctx); again != ctx || replies() {
		t.Error("room for values is one")
	}
	if !SendBackwardValue(context.WithValue(ctx, goMergeTestKey{}, 1), "key", "value") || !replies() || AllBackwardValuesToSend(ctx)["key"] != "value" {
		t.Error("the value is missing")
	}
	if _, ok := RecvBackwardValue(ctx, "key"); ok {
		t.Error("the handler receives what it sends")
	}
}
