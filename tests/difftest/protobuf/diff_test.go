// Package difftest_protobuf compares the conversions that mergegen generates
// for protobuf methods with the codecs that they stand for: a conversion must
// yield what the receiver decodes from what the sender encodes, and the same
// error.
package difftest_protobuf

import (
	"fmt"
	"math/rand"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"difftest/runtime"

	_ "difftest_protobuf/gen/glue/new_new"
	_ "difftest_protobuf/gen/glue/new_newgo"
	_ "difftest_protobuf/gen/glue/newgo_newgo"
	_ "difftest_protobuf/gen/glue/newmsg_newmsg"
	_ "difftest_protobuf/gen/glue/old_mixed"
	_ "difftest_protobuf/gen/glue/old_new"
	_ "difftest_protobuf/gen/glue/old_newgo"
	_ "difftest_protobuf/gen/glue/oldgo_mixed"
	_ "difftest_protobuf/gen/glue/oldgo_new"
	_ "difftest_protobuf/gen/glue/oldgo_newgo"
	_ "difftest_protobuf/gen/glue/oldmsg_newmsg"
	mixed "difftest_protobuf/gen/mixed/kitex_gen/rich/rich"
	new "difftest_protobuf/gen/new/kitex_gen/rich/rich"
	newgo "difftest_protobuf/gen/newgo/kitex_gen/rich/rich"
	old "difftest_protobuf/gen/old/kitex_gen/rich/rich"
	oldgo "difftest_protobuf/gen/oldgo/kitex_gen/rich/rich"
)

// codec is what the Kitex tool generates for arguments and results.
type codec interface {
	Marshal(buf []byte) ([]byte, error)
	Unmarshal(buf []byte) error
}

// overTheWire is what an RPC does in place of a conversion. encoding reports
// whether the error is the sender's.
func overTheWire(dst, src codec) (encoding bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	encoding = true
	buf, err := src.Marshal(nil)
	if err != nil {
		return encoding, err
	}
	encoding = false
	return encoding, dst.Unmarshal(buf)
}

// callers holds the arguments and results of each caller's methods.
var callers = map[string]func(method string) (args, result any){
	"old":   methods(old.NewServiceInfo().Methods),
	"oldgo": methods(oldgo.NewServiceInfo().Methods),
	"new":   methods(new.NewServiceInfo().Methods),
	"newgo": methods(newgo.NewServiceInfo().Methods),
}

// callees holds the arguments that each callee's decoder fills.
var callees = map[string]func(method string) (args any){
	"new":   arguments(new.NewServiceInfo().Methods),
	"newgo": arguments(newgo.NewServiceInfo().Methods),
	"mixed": arguments(mixed.NewServiceInfo().Methods),
}

func methods[M interface {
	NewArgs() any
	NewResult() any
}](all map[string]M) func(string) (args, result any) {
	return func(name string) (any, any) { return all[name].NewArgs(), all[name].NewResult() }
}

func arguments[M interface{ NewArgs() any }](all map[string]M) func(string) any {
	return func(name string) any { return all[name].NewArgs() }
}

// links returns the links whose messages are in structs of Kitex, or the others.
func links(alone bool) []runtime.Link {
	return slices.DeleteFunc(slices.Clone(runtime.Links), func(l runtime.Link) bool { return strings.HasSuffix(l.Caller, "msg") != alone })
}

func TestLinksHaveTheMethodsBothSidesKnow(t *testing.T) {
	if n := len(links(false)); n != 9 {
		t.Errorf("%d links", n)
	}
	for _, l := range links(false) {
		want := 17
		if strings.HasPrefix(l.Caller, "new") {
			want = 18 // DoAdded, which the others do not know
		}
		if len(l.Methods) != want {
			t.Errorf("%s to %s: %d methods can be inline, want %d; not converted are %v", l.Caller, l.Callee, len(l.Methods), want, l.Unconverted)
		}
		if !l.Methods["Stream"].Stream {
			t.Errorf("%s to %s: Stream is not a stream; not converted are %v", l.Caller, l.Callee, l.Unconverted)
		}
	}
}

func TestConversionsDoWhatTheCodecsDo(t *testing.T) {
	rounds := 1000
	if testing.Short() {
		rounds = 100
	}
	for _, l := range links(false) {
		for name, method := range l.Methods {
			if method.Stream {
				continue
			}
			t.Run(l.Caller+" to "+l.Callee+" "+name, func(t *testing.T) {
				failed := 0
				for seed := range rounds {
					failed += both(t, l.Caller, l.Callee, name, method, int64(seed), seed%2 == 0)
					if t.Failed() {
						t.Fatalf("with seed %d", seed)
					}
				}
				t.Logf("%d of %d conversions failed like the codecs", failed, 2*rounds)
			})
		}
	}
}

func FuzzConversions(f *testing.F) {
	for seed := range 20 {
		f.Add(seed, "DoEverything", int64(seed), seed%2 == 0)
	}
	f.Fuzz(func(t *testing.T, link int, name string, seed int64, tame bool) {
		all := links(false)
		l := all[uint(link)%uint(len(all))]
		method, ok := l.Methods[name]
		if !ok {
			t.Skip()
		}
		both(t, l.Caller, l.Callee, name, method, seed, tame)
	})
}

// both checks the request and the result of a call with random values. It
// returns how many of the two could not be converted.
func both(t *testing.T, caller, callee, name string, m runtime.Method, seed int64, tame bool) (failed int) {
	r := &filler{rand.New(rand.NewSource(seed)), tame}
	args, result := callers[caller](name)
	r.fill(reflect.ValueOf(args).Elem(), 0)
	newArgs := func() any { return callees[callee](name) }
	if compare(t, m.Args, newArgs, args.(codec)) {
		failed++
	}
	served := m.NewResult()
	r.fill(reflect.ValueOf(served).Elem(), 0)
	newResult := func() any { return reflect.New(reflect.TypeOf(result).Elem()).Interface() }
	toResult := func(src any) (any, error) {
		dst := newResult()
		return dst, m.Result(dst, src)
	}
	if compare(t, toResult, newResult, served.(codec)) {
		failed++
	}
	return failed
}

func compare(t *testing.T, convert func(src any) (dst any, err error), newDst func() any, src codec) (failed bool) {
	want := newDst()
	what := fmt.Sprintf("%T to %T", src, want)
	before := dump(reflect.ValueOf(src))
	encoding, wantErr := overTheWire(want.(codec), src)
	got, gotErr := convert(src)
	if _, is := gotErr.(runtime.EncodeError); is != encoding || fmt.Sprint(wantErr) != fmt.Sprint(gotErr) {
		t.Errorf("%s: error %v, the codec's is %v\nfrom %s", what, gotErr, wantErr, before)
		return true
	}
	if dump(reflect.ValueOf(src)) != before {
		t.Errorf("%s: the conversion has changed its source %s", what, before)
	}
	if wantErr != nil {
		return true
	}
	if got, want := dump(reflect.ValueOf(got)), dump(reflect.ValueOf(want)); got != want {
		t.Errorf("%s: not what the codec yields\nfrom %s\ngot  %s\nwant %s", what, before, got, want)
		return false
	}
	scramble(reflect.ValueOf(src))
	if got, want := dump(reflect.ValueOf(got)), dump(reflect.ValueOf(want)); got != want {
		t.Errorf("%s: the copy shares memory with its source\ngot  %s\nwant %s", what, got, want)
	}
	return false
}

// TestMostAreConvertedFieldByField keeps the detour through the codecs what it
// is meant to be.
func TestMostAreConvertedFieldByField(t *testing.T) {
	for link, want := range map[string]int{"old_new": 6, "oldgo_new": 6, "old_newgo": 6, "oldgo_newgo": 6, "new_new": 2, "newgo_newgo": 0, "oldmsg_newmsg": 6, "newmsg_newmsg": 0} {
		data, err := os.ReadFile("gen/glue/" + link + "/links.json")
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(data), `"layout": "codec"`); n != want {
			t.Errorf("%s: %d of its conversions are made by the codecs, want %d", link, n, want)
		}
	}
}
