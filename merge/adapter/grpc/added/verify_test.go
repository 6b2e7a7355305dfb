//go:build go_merge_added && go1.24

package grpc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

// goMergeVerifyEnv has TestGoMergeVerified be a merged binary.
const goMergeVerifyEnv = "GO_MERGE_TEST_VERIFIED"

// goMergeVerifiedCalls are made one after the other, each as an RPC and inline: so the
// handler knows which one it has by the number of the call.
var goMergeVerifiedCalls = []struct {
	request string
	handle  func(ctx context.Context, number int) (string, error)
	reply   string // what the caller gets
	want    string // what was found out
	opts    []CallOption
}{
	{"same", func(context.Context, int) (string, error) { return "tea", nil }, "tea", "1 same, 0 different, 0 skipped", nil},
	{"differs", func(_ context.Context, number int) (string, error) { return fmt.Sprint(number), nil }, "1",
		`0 same, 1 different, 0 skipped: value: "1" -> "2"`, nil},
	{"fails inline", func(_ context.Context, number int) (string, error) {
		if number == 2 {
			return "", status.Error(codes.NotFound, "no item")
		}
		return "tea", nil
	}, "tea", `0 same, 1 different, 0 skipped: error: null -> {kind: status, code: 5, message: "no item"}`, nil},
	{"fails", func(context.Context, int) (string, error) { return "", status.Error(codes.NotFound, "no item") }, "NotFound", "1 same, 0 different, 0 skipped", nil},
	{"fails in another way", func(_ context.Context, number int) (string, error) {
		return "", status.Error(codes.NotFound, fmt.Sprint("no item ", number))
	}, "NotFound", `0 same, 1 different, 0 skipped: error.message: "no item 1" -> "no item 2"`, nil},
	{"has no answer", func(context.Context, int) (string, error) { return "", status.Error(codes.Unavailable, "later") }, "Unavailable", "0 same, 0 different, 1 skipped", nil},
	{"panics inline", func(_ context.Context, number int) (string, error) {
		if number == 2 {
			panic("no shelf")
		}
		return "tea", nil
	}, "tea", `0 same, 1 different, 0 skipped: error: null -> {kind: panic, code: 0, message: "panic: no shelf"}`, nil},
	{"ends its goroutine inline", func(_ context.Context, number int) (string, error) {
		if number == 2 {
			runtime.Goexit()
		}
		return "tea", nil
	}, "tea", `0 same, 1 different, 0 skipped: error: null -> {kind: goexit, code: 0, message: "the handler has ended its goroutine"}`, nil},
	{"has metadata and a deadline", func(ctx context.Context, _ int) (string, error) {
		md, _ := metadata.FromIncomingContext(ctx)
		_, timed := ctx.Deadline()
		return fmt.Sprint(md["x-id"], timed, ctx.Value("own")), nil
	}, "[7] true <nil>", "1 same, 0 different, 0 skipped", nil},
	{"has a codec of the caller's", func(context.Context, int) (string, error) { return "tea", nil }, "tea", "1 same, 0 different, 0 skipped",
		[]CallOption{ForceCodec(goMergeTestCodec{})}},
	{"has a codec that cannot write replies", func(context.Context, int) (string, error) { return "tea", nil }, "tea", "0 same, 0 different, 1 skipped",
		[]CallOption{ForceCodec(goMergeTestCodec{unwritable: "tea"})}},
	{"has a reply that its codec cannot read", func(context.Context, int) (string, error) { return "tea", nil }, "Internal", "1 same, 0 different, 0 skipped",
		[]CallOption{ForceCodec(goMergeTestCodec{unreadable: "tea"})}},
	{"has a reply beyond its limit", func(context.Context, int) (string, error) { return "tea", nil }, "ResourceExhausted", "1 same, 0 different, 0 skipped",
		[]CallOption{MaxCallRecvMsgSize(2)}},
	{"has a request beyond its limit", func(context.Context, int) (string, error) { return "tea", nil }, "ResourceExhausted", "0 same, 0 different, 1 skipped",
		[]CallOption{MaxCallSendMsgSize(2)}},
	{"has credentials", func(context.Context, int) (string, error) { return "tea", nil }, "tea", "0 same, 0 different, 1 skipped: it has per-RPC credentials, which would be asked twice",
		[]CallOption{PerRPCCredentials(goMergeVerifiedCreds{})}},
	{"is compressed, with a reply beyond its limit", func(context.Context, int) (string, error) { return strings.Repeat("x", 2000), nil }, "ResourceExhausted", "1 same, 0 different, 0 skipped",
		[]CallOption{UseCompressor(gzip.Name), MaxCallRecvMsgSize(1000)}},
}

// goMergeVerifiedCreds are per-RPC credentials that need no security.
type goMergeVerifiedCreds struct{}

func (goMergeVerifiedCreds) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": "me"}, nil
}

func (goMergeVerifiedCreds) RequireTransportSecurity() bool { return false }

// goMergeTestCodec is one of the caller's, which a server takes for the framework's own.
type goMergeTestCodec struct{ unwritable, unreadable string }

func (c goMergeTestCodec) Marshal(v interface{}) ([]byte, error) {
	if text := v.(*wrapperspb.StringValue); c.unwritable != "" && text.Value == c.unwritable {
		panic("this codec writes requests alone")
	}
	return proto.Marshal(v.(proto.Message))
}

func (c goMergeTestCodec) Unmarshal(data []byte, v interface{}) error {
	if err := proto.Unmarshal(data, v.(proto.Message)); err != nil {
		return err
	}
	if text := v.(*wrapperspb.StringValue); c.unreadable != "" && text.Value == c.unreadable {
		return errors.New("this codec does not read it")
	}
	return nil
}

func (goMergeTestCodec) Name() string { return "proto" }

// TestGoMergeVerified has a merged binary verify calls: rules come with its start.
func TestGoMergeVerified(t *testing.T) {
	if os.Getenv(goMergeVerifyEnv) != "" {
		mergeruntime.Main(mergeruntime.Binary{Name: "verified", Services: []mergeruntime.Service{{Name: goMergeService, Listen: true, Main: goMergeVerifiedMain(t)}}})
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestGoMergeVerified$")
	method := goMergeService + "->" + goMergeService + "/" + goMergeTestService + "/Get"
	cmd.Env = append(os.Environ(), goMergeVerifyEnv+"=1", "GO_MERGE_LINKS=* off,"+method+" verify 100%")
	var log strings.Builder
	cmd.Stderr = &log
	out, err := cmd.Output()
	var got [][2]string
	if err != nil || json.Unmarshal(out, &got) != nil || len(got) != len(goMergeVerifiedCalls) {
		t.Fatalf("error %v, output %s, log\n%s", err, out, &log)
	}
	for i, call := range goMergeVerifiedCalls {
		if got[i] != [2]string{call.reply, call.want} {
			t.Errorf("%s: got %q, want %q, %q", call.request, got[i], call.reply, call.want)
		}
	}
	if !strings.Contains(log.String(), "panic in "+goMergeService+": no shelf") {
		t.Errorf("the log does not have the panic:\n%s", &log)
	}
}

// goMergeVerifiedMain is the main function of a service that calls itself.
func goMergeVerifiedMain(t *testing.T) func() {
	return func() {
		e := goMergeStart(t, &goMergeCase{}, true)
		outcomes := [][2]string{}
		for _, call := range goMergeVerifiedCalls {
			var number atomic.Int32
			e.handleUnary(func(ctx context.Context, _ string) (string, error) { return call.handle(ctx, int(number.Add(1))) })
			before := goMergeVerification()
			ctx, cancel := context.WithTimeout(metadata.AppendToOutgoingContext(context.WithValue(context.Background(), "own", 1), "x-id", "7"), time.Minute)
			reply, err := e.call(ctx, call.request, call.opts...)
			if err != nil {
				reply = status.Code(err).String()
			}
			cancel() // which does not end the inline call
			after := goMergeVerification()
			for end := time.Now().Add(time.Minute); after.Compared()+after.Skipped.Sum() == before.Compared()+before.Skipped.Sum() && time.Now().Before(end); after = goMergeVerification() {
				time.Sleep(time.Millisecond)
			}
			found := fmt.Sprintf("%d same, %d different, %d skipped", after.Same-before.Same, after.Different-before.Different, after.Skipped.Sum()-before.Skipped.Sum())
			if after.Different > before.Different {
				f := after.Differences[len(after.Differences)-1].Fields[0]
				found += ": " + f.Path + ": " + f.RPC + " -> " + f.Inline
			}
			for _, reason := range after.Declined[len(before.Declined):] {
				found += ": " + reason
			}
			outcomes = append(outcomes, [2]string{reply, found})
		}
		json.NewEncoder(os.Stdout).Encode(outcomes)
	}
}

func goMergeVerification() (v reports.Verification) {
	for _, l := range mergeruntime.Links() {
		if l.Method == "Get" {
			v = *l.Verification
		}
	}
	return v
}

func TestGoMergeAnswerOf(t *testing.T) {
	codec := goMergeDefaultCodec().(baseCodec)
	text := func(m interface{}) string {
		answer, err := goMergeAnswerOf(codec, m)
		if err != nil {
			t.Fatal(err)
		}
		return answer.String()
	}
	list, err := structpb.NewValue([]interface{}{"a", 1.5, nil, map[string]interface{}{"y": true, "x": "b"}})
	if err != nil {
		t.Fatal(err)
	}
	packed, err := anypb.New(goMergeText("tea"))
	if err != nil {
		t.Fatal(err)
	}
	unknown := new(wrapperspb.BoolValue)
	unknown.ProtoReflect().SetUnknown([]byte{0x10, 1})
	for _, test := range []struct {
		message interface{}
		want    string
	}{
		{goMergeText(""), "{}"},
		{goMergeText("tea"), `{value: "tea"}`},
		{wrapperspb.Bytes([]byte{1}), `{value: "\x01"}`},
		{wrapperspb.Float(0.1), "{value: 0.1}"},
		{wrapperspb.UInt64(1 << 63), "{value: 9223372036854775808}"},
		{list, `{list_value: {values: [{string_value: "a"}, {number_value: 1.5}, {null_value: 0}, {struct_value: {fields: {"x": {string_value: "b"}, "y": {bool_value: true}}}}]}}`},
		{packed, `{@type: "google.protobuf.StringValue", value: {value: "tea"}}`},
		{&anypb.Any{TypeUrl: "x/unknown", Value: []byte("u")}, `{type_url: "x/unknown", value: "u"}`},
		{unknown, `{(unknown fields): "\x10\x01"}`},
	} {
		if got := text(test.message); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
	deep := list
	for i := 0; i < 100; i++ {
		deep = structpb.NewListValue(&structpb.ListValue{Values: []*structpb.Value{deep}})
	}
	if _, err := goMergeAnswerOf(codec, deep); mergeruntime.SkipOf(err) != mergeruntime.SkipLarge {
		t.Errorf("error %v of a message that is too deep", err)
	}
}
