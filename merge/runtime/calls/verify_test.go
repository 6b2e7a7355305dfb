package calls

import (
	"context"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/answers"
	"github.com/gomerge/rules_go_merge/merge/runtime/limits"
	"github.com/gomerge/rules_go_merge/merge/runtime/permission"
	"github.com/gomerge/rules_go_merge/merge/runtime/policy"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

const getsStock = "item->stock/StockService/Get"

// rule sets rules as an operator does.
func (s *testTable) rule(t *testing.T, text string) {
	t.Helper()
	rules, err := policy.ParseRules(strings.Split(text, "\n"), func(int) string { return "test" })
	if err == nil {
		err = s.rules.Check(rules)
	}
	if err != nil {
		t.Fatal(err)
	}
	s.rules.Replace(policy.AdminLayer, "test", rules)
}

// verifies makes an RPC as an adapter does, which is answered with rpc, and has it
// verified. It reports whether it was drawn to be.
func (s *testTable) verifies(c *Client, method string, args any, rpc callerResult) bool {
	if _, drawn := c.Draw(method); drawn != DrawnRPC {
		return false
	}
	v := c.Verify(method)
	if v == nil {
		return false
	}
	defer v.Drop()
	converted, ok := v.Convert(args)
	if !ok {
		return true
	}
	answer, err := answers.Of(&rpc)
	if err != nil {
		v.Skip(SkipOf(err))
		return true
	}
	v.Compare(time.Minute, answer, func(ctx context.Context) (answers.Value, Skip, bool) {
		var result callerResult
		resp, why, ok := v.Do(ctx, converted, &result, nil)
		if !ok {
			return answers.Value{}, why, false
		}
		if resp.Failed() {
			return FailedAnswer(&resp), 0, true
		}
		inline, err := answers.Of(&result)
		return inline, 0, err == nil
	})
	return true
}

// settle waits until nothing is verified any more.
func (s *testTable) settle() {
	for range maxVerified {
		s.replays.admitted <- struct{}{}
	}
	for range maxVerified {
		<-s.replays.admitted
	}
}

func (s *testTable) verification(t *testing.T, method string) reports.Verification {
	t.Helper()
	v := s.counted(t, method).Verification
	if v == nil {
		t.Fatalf("%s has no verification", method)
	}
	return *v
}

func answerWith(name string) Handler {
	return func(_ context.Context, req Request) Response {
		req.Result.(*calleeResult).Name = name
		return Response{}
	}
}

func TestVerify(t *testing.T) {
	failing := func(failure Failure, panicked bool) Handler {
		return func(context.Context, Request) Response { return Response{Failure: &failure, Panicked: panicked} }
	}
	tests := []struct {
		name    string
		handler Handler
		want    reports.Verification
	}{
		{"the same", answerWith("tea"), reports.Verification{Same: 1}},
		{"a field", answerWith("5"), differs("Name", `"tea"`, `"5"`)},
		{"a failure", failing(Failure{Kind: Answered, Number: 6, Message: "no item"}, false), differs("error", "null", `{kind: answered, code: 6, message: "no item"}`)},
		{"a handler that ends its goroutine", func(context.Context, Request) Response {
			runtime.Goexit()
			return Response{}
		}, differs("error", "null", `{kind: goexit, code: 0, message: "the handler has ended its goroutine"}`)},
		{"a handler that changes its request", func(ctx context.Context, req Request) Response {
			req.Args.(*calleeArgs).ID = 8
			return answerWith("tea")(ctx, req)
		}, reports.Verification{Same: 1}},
		{"a panic that the adapter answers", failing(Failure{Kind: Closed}, true), differs("error", "null", `{kind: panic, code: 0, message: ""}`)},
		{"a panic", func(context.Context, Request) Response { panic("boom") }, differs("error", "null", `{kind: panic, code: 0, message: "panic: boom"}`)},
		{"unencodable", answerWith("unencodable"), differs("error", "null", `{kind: connection closed, code: 0, message: ""}`)},
		{"undecodable", answerWith("undecodable"), differs("error", "null", `{kind: undecodable, code: 0, message: "required field ID is not set"}`)},
		{"withdrawn", failing(Failure{Kind: Withdrawn}, false), reports.Verification{Skipped: reports.Skipped{Absent: 1}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			shop := newShop()
			client := shop.NewClient("item", "StockService", "stock")
			defer shop.Serve("stock", "StockService", "stock", tt.handler)()
			shop.rule(t, getsStock+" off\n"+getsStock+" verify 100%")
			args := callerArgs{ID: 7}
			if !shop.verifies(client, "Get", &args, callerResult{Name: "tea"}) {
				t.Fatal("the call is not verified")
			}
			shop.settle()
			if args.ID != 7 {
				t.Errorf("the caller's request has become %+v", args)
			}
			got := shop.verification(t, "Get")
			for i := range got.Differences {
				got.Differences[i].Time = time.Time{}
			}
			tt.want.Share, tt.want.Rule, tt.want.Source = "100%", getsStock+" verify 100%", "test"
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
			counted := shop.counted(t, "Get")
			if counted.Inline != 0 || counted.RPC != 1 || counted.Errors != 0 || counted.Panics != 0 || counted.Fallbacks.Sum() != 0 || counted.SlowestHandler != 0 {
				t.Errorf("the inline call counts among others: %+v", counted)
			}
		})
	}
}

func differs(path, rpc, inline string) reports.Verification {
	return reports.Verification{Different: 1, Differences: []reports.Difference{{Fields: []reports.DifferingField{{Path: path, RPC: rpc, Inline: inline}}}}}
}

func TestVerifyOnlyWhatARuleNames(t *testing.T) {
	shop := newShop()
	client := shop.NewClient("item", "StockService", "stock")
	defer shop.Serve("stock", "StockService", "stock", greet)()
	for _, rules := range []string{"", "* off", "* off\n" + getsStock + " verify off", getsStock + " verify 100%", "kill on\n" + getsStock + " verify 100%"} {
		shop.rule(t, rules)
		if shop.verifies(client, "Get", &callerArgs{ID: 7}, callerResult{}) {
			t.Errorf("%q: a call is verified", rules)
		}
	}
	shop.rule(t, "* off\n"+getsStock+" verify 50%")
	n := 0
	for range 1000 {
		if shop.verifies(client, "Get", &callerArgs{}, callerResult{}) { // which is not converted
			n++
		}
	}
	if n < 350 || n > 650 {
		t.Errorf("%d of 1000 calls are verified, want about 500", n)
	}
}

func TestVerifySkips(t *testing.T) {
	shop := newShop()
	client := shop.NewClient("item", "StockService", "stock")
	shop.rule(t, getsStock+" off\n"+getsStock+" verify 100%")
	verify := func(args callerArgs) {
		shop.verifies(client, "Get", &args, callerResult{})
		shop.settle()
	}
	verify(callerArgs{ID: 7}) // nobody serves
	stop := shop.Serve("stock", "StockService", "other", greet)
	verify(callerArgs{ID: 7}) // another server is meant
	stop()

	stop = shop.Serve("stock", "StockService", "stock", greet)
	verify(callerArgs{}) // is not converted
	func() {
		defer func() { recover() }()
		v := client.Verify("Get")
		defer v.Drop()
		panic("in the RPC")
	}()
	v := client.Verify("Get")
	v.Skip(SkipLarge)
	v = client.Verify("Get")
	v.Compare(0, answers.Value{}, func(context.Context) (answers.Value, Skip, bool) { panic("in the adapter") })
	shop.settle()
	stop()

	var err error
	shop.link("item", "StockService").callers, err = permission.New("item", permission.Enforce,
		map[permission.Class][]string{permission.Call: {"stock/Other"}}, permission.Folder{}, nil, shop.logger.Printf)
	if err != nil {
		t.Fatal(err)
	}
	stop = shop.Serve("stock", "StockService", "stock", greet)
	verify(callerArgs{ID: 7}) // denied
	stop()

	want := reports.Skipped{Absent: 2, Refused: 2, Unanswered: 1, Large: 1, Unreadable: 1}
	if got := shop.verification(t, "Get"); got.Skipped != want || got.Compared() != 0 {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if log := shop.log.String(); !strings.Contains(log, "panic in a verification of "+getsStock+": in the adapter") {
		t.Errorf("log %s", log)
	}
}

func TestVerifySaysWhatItDeclines(t *testing.T) {
	shop := newShop()
	client := shop.NewClient("item", "StockService", "stock")
	defer shop.Serve("stock", "StockService", "stock", greet)()
	shop.rule(t, getsStock+" off\n"+getsStock+" verify 100%")
	var want []string
	for i := range 2 * keptReasons {
		for range 2 {
			client.Verify("Get").Decline(fmt.Sprint("reason ", i))
		}
		if i < keptReasons {
			want = append(want, fmt.Sprint("reason ", i))
		}
	}
	got := shop.verification(t, "Get")
	if got.Skipped != (reports.Skipped{Declined: 4 * keptReasons}) || !slices.Equal(got.Declined, want) {
		t.Errorf("got %+v, want the reasons %q", got, want)
	}
	if n := strings.Count(shop.log.String(), getsStock+": some calls cannot be verified: reason 1\n"); n != 1 {
		t.Errorf("the log has a reason %d times:\n%s", n, &shop.log)
	}
	shop.settle()
}

func TestVerifySaysWhichFieldsNoAnswerHas(t *testing.T) {
	shop := newShop()
	client := shop.NewClient("item", "StockService", "stock")
	defer shop.Serve("stock", "StockService", "stock", answerWith("tea"))()
	for _, step := range []struct {
		rule string
		want []string
	}{
		{"ignore Name,Nmae redact Nmae,Prise", []string{"Nmae", "Prise"}},
		{"redact Name", nil},
		{"ignore Price", []string{"Price"}},
	} {
		shop.rule(t, getsStock+" off\n"+getsStock+" verify 100% "+step.rule)
		if got := shop.verification(t, "Get"); got.Unmatched != nil {
			t.Errorf("%s: before a call no answer has %q", step.rule, got.Unmatched)
		}
		shop.verifies(client, "Get", &callerArgs{ID: 7}, callerResult{Name: "tea"})
		shop.settle()
		if got := shop.verification(t, "Get"); !slices.Equal(got.Unmatched, step.want) {
			t.Errorf("%s: no answer has %q, want %q", step.rule, got.Unmatched, step.want)
		}
	}
	shop.rule(t, "* off")
	if want := getsStock + " is no longer verified: 3 compared, 0 differ, 0 skipped, no answer has had Price\n"; !strings.Contains(shop.log.String(), want) {
		t.Errorf("log\n%s\nwant %s", &shop.log, want)
	}
}

// TestVerifyBoundsRequests has requests that would take much to copy and to keep.
func TestVerifyBoundsRequests(t *testing.T) {
	type node struct{ Next *node }
	loop := new(node)
	loop.Next = loop
	shop := newShop()
	link := Link{Caller: "item", Callee: "stock", RPCService: "Feed", Methods: map[string]Method{"Get": {
		Args: func(src any) (any, error) {
			t.Errorf("a copy is made of a %T", src)
			return src, nil
		},
		NewResult: func() any { return new(calleeResult) }, Result: getMethod().Result,
	}}}
	shop.AddLink(link)
	client := shop.NewClient("item", "Feed", "stock")
	defer shop.Serve("stock", "Feed", "stock", greet)()
	shop.rule(t, "* off\nitem->stock/Feed/Get verify 100%")
	requests := []any{loop, &struct{ Data []byte }{make([]byte, 2<<20)}, &struct{ IDs []int64 }{make([]int64, 1<<20)}}
	for _, request := range requests {
		shop.verifies(client, "Get", request, callerResult{})
	}
	shop.settle()
	for _, l := range shop.Links() {
		if l.RPCService == "Feed" && (l.Verification == nil || l.Verification.Skipped != (reports.Skipped{Large: uint64(len(requests))})) {
			t.Errorf("got %+v, want %d large ones", l.Verification, len(requests))
		}
	}
}

func TestVerifyObeysLimits(t *testing.T) {
	shop := newShop()
	client := shop.NewClient("item", "StockService", "stock")
	shop.SetLimits("stock", limits.New("stock", 1, 0))
	started, release := make(chan bool), make(chan bool)
	defer shop.Serve("stock", "StockService", "stock", func(context.Context, Request) Response {
		started <- true
		<-release
		return Response{}
	})()
	var other sync.WaitGroup
	other.Go(func() { tryInline(client, "Get", &callerArgs{ID: 7}, new(callerResult), nil) })
	<-started
	shop.rule(t, getsStock+" off\n"+getsStock+" verify 100%")
	shop.verifies(client, "Get", &callerArgs{ID: 7}, callerResult{})
	shop.settle()
	close(release)
	other.Wait()
	if got := shop.verification(t, "Get"); got.Skipped != (reports.Skipped{Refused: 1}) {
		t.Errorf("%+v, want one that was refused", got)
	}
}

// TestVerifyIsBounded has handlers wait.
func TestVerifyIsBounded(t *testing.T) {
	shop := newShop()
	shop.replays.running = make(chan struct{}, 2)
	client := shop.NewClient("item", "StockService", "stock")
	started, release := make(chan bool, maxVerified), make(chan bool)
	defer shop.Serve("stock", "StockService", "stock", func(context.Context, Request) Response {
		started <- true
		<-release
		return Response{}
	})()
	shop.rule(t, getsStock+" off\n"+getsStock+" verify 100%")
	const calls = maxVerified + 10
	for range calls {
		shop.verifies(client, "Get", &callerArgs{ID: 7}, callerResult{})
	}
	<-started
	<-started
	if got := shop.verification(t, "Get"); got.Skipped.Busy != calls-maxVerified || len(started) != 0 {
		t.Errorf("%d calls were skipped, and more than two run at a time: %d", got.Skipped.Busy, len(started))
	}
	close(release)
	shop.settle()
	if got := shop.verification(t, "Get"); got.Same != maxVerified || got.Skipped.Sum() != calls-maxVerified {
		t.Errorf("got %+v", got)
	}
}

func TestVerifyEnds(t *testing.T) {
	for name, end := range map[string]func(*testTable){
		"in time":         func(*testTable) { time.Sleep(time.Minute) },
		"with the server": func(s *testTable) { s.Withdraw("stock", "it is down") },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				shop := newShop()
				client := shop.NewClient("item", "StockService", "stock")
				var within time.Duration
				shop.Serve("stock", "StockService", "stock", func(ctx context.Context, _ Request) Response {
					deadline, _ := ctx.Deadline()
					within = time.Until(deadline)
					<-ctx.Done()
					return Response{}
				})
				shop.rule(t, getsStock+" off\n"+getsStock+" verify 100%")
				shop.verifies(client, "Get", &callerArgs{ID: 7}, callerResult{})
				synctest.Wait()
				end(shop)
				synctest.Wait()
				got := shop.verification(t, "Get")
				want := reports.Skipped{Late: 1}
				if name != "in time" {
					want = reports.Skipped{Absent: 1}
				}
				if got.Skipped != want || got.Compared() != 0 || within != longestReplay {
					t.Errorf("got %+v after %v, want %+v", got, within, want)
				}
			})
		})
	}
}

func TestVerifyKeepsSomeDifferences(t *testing.T) {
	shop := newShop()
	shop.replays.running = make(chan struct{}, 1)
	client := shop.NewClient("item", "StockService", "stock")
	defer shop.Serve("stock", "StockService", "stock", answerWith("inline"))()
	shop.rule(t, getsStock+" off\n"+getsStock+" verify 100%")
	const calls = 3 * keptDifferences
	for i := range calls {
		shop.verifies(client, "Get", &callerArgs{ID: 7}, callerResult{Name: fmt.Sprint(i)})
		shop.settle()
	}
	got := shop.verification(t, "Get")
	var kept []string
	for _, d := range got.Differences {
		kept = append(kept, d.Fields[0].RPC)
	}
	if want := `"0" "1" "2" "3" "4" "5" "6" "7" "16" "17" "18" "19" "20" "21" "22" "23"`; strings.Join(kept, " ") != want || got.Different != calls {
		t.Errorf("%d differ, kept are %s, want %s", got.Different, kept, want)
	}
	shop.rule(t, "")
	want := getsStock + " verified: an inline call has ended in another way than its RPC, first at Name; mergectl links verify shows both"
	if n := strings.Count(shop.log.String(), want); n != 1 {
		t.Errorf("the log has the first difference %d times:\n%s", n, &shop.log)
	}
	sum := getsStock + " is no longer verified: 24 compared, 24 differ, 0 skipped, first difference at Name\n"
	shop.rule(t, "* off")
	if n := strings.Count(shop.log.String(), sum); n != 1 {
		t.Errorf("the log has the summary %d times:\n%s", n, &shop.log)
	}
	if got := shop.verification(t, "Get"); got.Share != "off" || got.Rule != "" || got.Different != calls {
		t.Errorf("after the rule was unset: %+v", got)
	}
}

func TestVerifyRefusesMethods(t *testing.T) {
	shop := newShop()
	shares := getMethod()
	shares.SharesResult = true
	shop.AddLink(Link{Caller: "api", Callee: "item", RPCService: "ItemService", Methods: map[string]Method{"Get": shares, "Watch": {Stream: true}}})
	for rule, want := range map[string]string{
		"item->stock/StockService/Notify verify 1%": "StockService/Notify cannot be verified: it is oneway, and has no answer",
		"item->stock/StockService/Watch verify 1%":  "StockService/Watch cannot be verified: its calls are never inline: streaming method",
		"api->item/ItemService/Watch verify 1%":     "ItemService/Watch cannot be verified: it is a stream",
		"api->item/ItemService/Get verify 1%":       "ItemService/Get cannot be verified: api and item share memory",
	} {
		rules, err := policy.ParseRules([]string{rule}, func(int) string { return "test" })
		if err != nil {
			t.Fatal(err)
		}
		if err := shop.rules.Check(rules); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", rule, err, want)
		}
	}
}

func TestVerifyOfATarget(t *testing.T) {
	shop := newTargets()
	client := shop.dialled("item", "stock:1")
	shop.rule(t, "* off\nitem->stock/Feed/Get verify 100%")
	if client.Verify("Get") != nil {
		t.Error("a call is verified that has no callee")
	}
	defer shop.serveAt(t, "stock", "127.0.0.1:1", nil).Close()
	v := client.Verify("Get")
	if v == nil {
		t.Fatal("a call is not verified")
	}
	var args, result []byte
	v.Compare(0, answers.Value{}, func(ctx context.Context) (answers.Value, Skip, bool) {
		_, why, ok := v.Pass(ctx, &args, &result, nil)
		return answers.Value{}, why, ok
	})
	shop.settle()
	if string(result) != "stock 127.0.0.1:1" {
		t.Errorf("the inline call is answered %q", result)
	}
	for _, l := range shop.Links() {
		if v := l.Verification; v != nil && (l.Callee != "stock" || v.Same != 1 || v.Skipped != (reports.Skipped{Absent: 1})) {
			t.Errorf("%s has %+v", l.Name(), v)
		}
	}
	other := shop.dialled("item", "elsewhere:1")
	if other.Verify("Get") != nil {
		t.Error("a call to nobody in the process is verified")
	}
}

// TestVerifyCostsNothingUnlessAsked counts what an RPC allocates for it.
func TestVerifyCostsNothingUnlessAsked(t *testing.T) {
	shop := newShop()
	client := shop.NewClient("item", "StockService", "stock")
	defer shop.Serve("stock", "StockService", "stock", greet)()
	shop.rule(t, "* off")
	if n := testing.AllocsPerRun(100, func() { client.Verify("Get") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if shop.counted(t, "Get").Verification != nil {
		t.Error("there is a verification although no rule asks for it")
	}
}
