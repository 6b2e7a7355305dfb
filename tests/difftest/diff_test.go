// Package difftest compares the conversions that mergegen generates with the
// codec that they stand for: a conversion must yield what the receiver's
// FastCodec decodes from what the sender's FastCodec encodes, and the same
// error.
package difftest

import (
	"fmt"
	"maps"
	"math/rand"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/cloudwego/gopkg/protocol/thrift"

	_ "difftest/gen/glue/newer"
	_ "difftest/gen/glue/oldestnew"
	_ "difftest/gen/glue/oldoldest"
	_ "difftest/gen/glue/self"
	_ "difftest/gen/glue/sharednewer"
	_ "difftest/gen/glue/sharedself"
	_ "difftest/gen/glue/sharedvalues"
	_ "difftest/gen/glue/values"
	newrich "difftest/gen/new/kitex_gen/rich"
	oldrich "difftest/gen/old/kitex_gen/rich"
	oldestrich "difftest/gen/oldest/kitex_gen/rich"
	"difftest/gen/pairs"
	selfrich "difftest/gen/self/kitex_gen/rich"
	valuesrich "difftest/gen/values/kitex_gen/rich"
	"difftest/runtime"
)

// codec is what the Kitex tool generates for every struct.
type codec interface {
	BLength() int
	FastWriteNocopy(buf []byte, w thrift.NocopyWriter) int
	FastRead(buf []byte) (int, error)
}

// overTheWire is what an RPC does in place of a conversion.
func overTheWire(dst, src codec) error {
	buf, err := encode(src)
	if err != nil {
		return err
	}
	_, err = dst.FastRead(buf)
	return err
}

// encode returns a [runtime.EncodeError] where the codec panics, as Kitex does.
func encode(src codec) (buf []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = runtime.EncodeError(fmt.Sprint(p))
		}
	}()
	buf = make([]byte, src.BLength())
	return buf[:src.FastWriteNocopy(buf, nil)], nil
}

// callers holds the argument and result structs that each caller's generated
// client allocates. The result of a oneway method is nil.
var callers = map[string]map[string][2]codec{
	"old": {
		"Do":      {&oldrich.RichServiceDoArgs{}, &oldrich.RichServiceDoResult{}},
		"Unions":  {&oldrich.RichServiceUnionsArgs{}, &oldrich.RichServiceUnionsResult{}},
		"Nothing": {&oldrich.RichServiceNothingArgs{}, &oldrich.RichServiceNothingResult{}},
		"Fire":    {&oldrich.RichServiceFireArgs{}, nil},
		"Add":     {&oldrich.RichServiceAddArgs{}, &oldrich.RichServiceAddResult{}},
		"Blob":    {&oldrich.RichServiceBlobArgs{}, &oldrich.RichServiceBlobResult{}},
		"Place":   {&oldrich.RichServicePlaceArgs{}, &oldrich.RichServicePlaceResult{}},
		"Points":  {&oldrich.RichServicePointsArgs{}, &oldrich.RichServicePointsResult{}},
		"ping":    {&oldrich.ParentPingArgs{}, &oldrich.ParentPingResult{}},
	},
	"oldest": {
		"Do":      {&oldestrich.RichServiceDoArgs{}, &oldestrich.RichServiceDoResult{}},
		"Unions":  {&oldestrich.RichServiceUnionsArgs{}, &oldestrich.RichServiceUnionsResult{}},
		"Nothing": {&oldestrich.RichServiceNothingArgs{}, &oldestrich.RichServiceNothingResult{}},
		"Fire":    {&oldestrich.RichServiceFireArgs{}, nil},
		"Add":     {&oldestrich.RichServiceAddArgs{}, &oldestrich.RichServiceAddResult{}},
		"Blob":    {&oldestrich.RichServiceBlobArgs{}, &oldestrich.RichServiceBlobResult{}},
		"Place":   {&oldestrich.RichServicePlaceArgs{}, &oldestrich.RichServicePlaceResult{}},
		"Points":  {&oldestrich.RichServicePointsArgs{}, &oldestrich.RichServicePointsResult{}},
		"ping":    {&oldestrich.ParentPingArgs{}, &oldestrich.ParentPingResult{}},
	},
	"self": {
		"Do":     {&selfrich.RichServiceDoArgs{}, &selfrich.RichServiceDoResult{}},
		"Unions": {&selfrich.RichServiceUnionsArgs{}, &selfrich.RichServiceUnionsResult{}},
		"Fire":   {&selfrich.RichServiceFireArgs{}, nil},
	},
}

// callees makes the arguments structs that each callee's decoder fills.
var callees = map[string]map[string]func() codec{
	"new": {
		"Do":      func() codec { return newrich.NewRichServiceDoArgs() },
		"Unions":  func() codec { return newrich.NewRichServiceUnionsArgs() },
		"Nothing": func() codec { return newrich.NewRichServiceNothingArgs() },
		"Fire":    func() codec { return newrich.NewRichServiceFireArgs() },
		"Add":     func() codec { return newrich.NewRichServiceAddArgs() },
		"Blob":    func() codec { return newrich.NewRichServiceBlobArgs() },
		"Place":   func() codec { return newrich.NewRichServicePlaceArgs() },
		"Points":  func() codec { return newrich.NewRichServicePointsArgs() },
		"ping":    func() codec { return newrich.NewParentPingArgs() },
	},
	"oldest": {
		"Do":      func() codec { return oldestrich.NewRichServiceDoArgs() },
		"Unions":  func() codec { return oldestrich.NewRichServiceUnionsArgs() },
		"Nothing": func() codec { return oldestrich.NewRichServiceNothingArgs() },
		"Fire":    func() codec { return oldestrich.NewRichServiceFireArgs() },
		"Add":     func() codec { return oldestrich.NewRichServiceAddArgs() },
		"Blob":    func() codec { return oldestrich.NewRichServiceBlobArgs() },
		"Place":   func() codec { return oldestrich.NewRichServicePlaceArgs() },
		"Points":  func() codec { return oldestrich.NewRichServicePointsArgs() },
		"ping":    func() codec { return oldestrich.NewParentPingArgs() },
	},
	"values": {
		"Do":      func() codec { return valuesrich.NewRichServiceDoArgs() },
		"Unions":  func() codec { return valuesrich.NewRichServiceUnionsArgs() },
		"Nothing": func() codec { return valuesrich.NewRichServiceNothingArgs() },
		"Fire":    func() codec { return valuesrich.NewRichServiceFireArgs() },
		"Add":     func() codec { return valuesrich.NewRichServiceAddArgs() },
		"Blob":    func() codec { return valuesrich.NewRichServiceBlobArgs() },
		"Place":   func() codec { return valuesrich.NewRichServicePlaceArgs() },
		"Points":  func() codec { return valuesrich.NewRichServicePointsArgs() },
		"ping":    func() codec { return valuesrich.NewParentPingArgs() },
	},
	"self": {
		"Do":     func() codec { return selfrich.NewRichServiceDoArgs() },
		"Unions": func() codec { return selfrich.NewRichServiceUnionsArgs() },
		"Fire":   func() codec { return selfrich.NewRichServiceFireArgs() },
	},
}

func init() {
	for caller, methods := range pairs.Callers {
		callers[caller] = make(map[string][2]codec)
		for name, structs := range methods {
			args, _ := structs[0].(codec)
			result, _ := structs[1].(codec)
			callers[caller][name] = [2]codec{args, result}
		}
	}
	for callee, methods := range pairs.Callees {
		callees[callee] = make(map[string]func() codec)
		for name, newArgs := range methods {
			callees[callee][name] = func() codec { return newArgs().(codec) }
		}
	}
}

func fresh(c codec) codec { return reflect.New(reflect.TypeOf(c).Elem()).Interface().(codec) }

// links returns those that share memory, or those that copy.
func links(shared bool) []runtime.Link {
	var list []runtime.Link
	for _, l := range runtime.Links {
		if l.Methods["ping"].SharesArgs == shared {
			list = append(list, l)
		}
	}
	return list
}

func TestLinksHaveTheMethodsBothSidesKnow(t *testing.T) {
	want := map[string][]string{
		"old -> new":    {"Add", "Blob", "Do", "Fire", "Nothing", "Place", "Points", "Unions", "ping"},
		"old -> oldest": {"Add", "Blob", "Do", "Fire", "Gone", "Nothing", "Place", "Points", "Unions", "ping"},
		"oldest -> new": {"Add", "Blob", "Do", "Fire", "Nothing", "Place", "Points", "Unions", "ping"},
		"old -> values": {"Add", "Blob", "Do", "Fire", "Nothing", "Place", "Points", "Unions", "ping"},
		"self -> self":  {"Add", "Blob", "Do", "Fire", "Gone", "Nothing", "Place", "Points", "Unions", "ping"},
	}
	for caller, methods := range pairs.Callers {
		want[caller+" -> "+strings.TrimSuffix(caller, "caller")+"callee"] = slices.Sorted(maps.Keys(methods))
	}
	got := make(map[string][]string)
	for _, l := range runtime.Links {
		got[l.Caller+" -> "+l.Callee] = slices.Sorted(maps.Keys(l.Methods))
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestConversionsDoWhatTheCodecDoes(t *testing.T) {
	rounds := 2000
	if testing.Short() {
		rounds = 200
	}
	calls, failures := 0, 0
	for _, l := range links(false) {
		for name, method := range l.Methods {
			caller, ok := callers[l.Caller][name]
			if !ok {
				continue
			}
			t.Run(l.Caller+" to "+l.Callee+" "+name, func(t *testing.T) {
				failed := 0
				for seed := range rounds {
					r := &filler{Rand: rand.New(rand.NewSource(int64(seed))), tame: seed%2 == 0}
					if both(t, method, caller, callees[l.Callee][name], r) {
						failed++
					}
					if t.Failed() {
						t.Fatalf("with seed %d", seed)
					}
				}
				t.Logf("%d of %d calls failed like the codec", failed, rounds)
				calls, failures = calls+rounds, failures+failed
			})
		}
	}
	// Both have to be compared often enough.
	if failures < calls/20 || failures > calls/2 {
		t.Errorf("%d of %d calls failed", failures, calls)
	}
}

// FuzzConversions chooses a link and a method by number and draws the values
// from the last argument.
func FuzzConversions(f *testing.F) {
	copying := links(false)
	slices.SortFunc(copying, func(a, b runtime.Link) int {
		return strings.Compare(a.Caller+" "+a.Callee, b.Caller+" "+b.Callee)
	})
	for i, l := range copying {
		for j := range l.Methods {
			f.Add(uint(i), uint(len(j)), i%2 == 0, []byte(j))
		}
	}
	f.Fuzz(func(t *testing.T, link, method uint, tame bool, values []byte) {
		l := copying[link%uint(len(copying))]
		names := slices.Sorted(maps.Keys(l.Methods))
		name := names[method%uint(len(names))]
		caller, ok := callers[l.Caller][name]
		if !ok {
			t.Skip()
		}
		both(t, l.Methods[name], caller, callees[l.Callee][name], &filler{Rand: rand.New(newByteSource(values)), tame: tame})
		if t.Failed() {
			t.Logf("%s to %s, method %s", l.Caller, l.Callee, name)
		}
	})
}

// both checks the request and the result of a call with random values. It
// reports whether one of them could not be converted.
func both(t *testing.T, m runtime.Method, caller [2]codec, served func() codec, r *filler) (failed bool) {
	args, result := fresh(caller[0]), caller[1]
	r.fill(reflect.ValueOf(args).Elem(), 0)
	failed = compare(t, m.Args, served, args)
	if result == nil {
		return failed
	}
	answer := m.NewResult().(codec)
	r.fill(reflect.ValueOf(answer).Elem(), 0)
	newResult := func() codec { return fresh(result) }
	toResult := func(src any) (any, error) {
		dst := newResult()
		return dst, m.Result(dst, src)
	}
	return compare(t, toResult, newResult, answer) || failed
}

// outcome is what the receiver sees: a value or an error.
func outcome(dst any, err error) string {
	switch err.(type) {
	case nil:
	case runtime.EncodeError:
		return "encode error " + err.Error()
	default:
		return "decode error " + err.Error()
	}
	return dump(reflect.ValueOf(dst))
}

// compare checks a conversion of src. It reports whether the conversion failed.
func compare(t *testing.T, convert func(src any) (dst any, err error), newDst func() codec, src codec) (failed bool) {
	what := fmt.Sprintf("%T to %T", src, newDst())
	before := dump(reflect.ValueOf(src))
	dst, err := convert(src)
	got := outcome(dst, err)
	if want := decoded(newDst, src, got); got != want {
		t.Errorf("%s: not what the codec yields\nfrom %s\ngot  %s\nwant %s", what, before, got, want)
		return err != nil
	}
	if dump(reflect.ValueOf(src)) != before {
		t.Errorf("%s: the conversion has changed its source %s", what, before)
	}
	if err != nil {
		return true
	}
	scramble(reflect.ValueOf(src))
	if now := outcome(dst, nil); now != got {
		t.Errorf("%s: the copy shares memory with its source\ngot  %s\nwant %s", what, now, got)
	}
	return false
}

// decoded returns the outcome of an RPC, which is got if that is possible. It
// may depend on the order of maps: of two bad elements one is found first. With
// maps in maps, one outcome may be rare.
func decoded(newDst func() codec, src codec, got string) string {
	var want string
	for range 10000 {
		dst := newDst()
		err := overTheWire(dst, src)
		if want = outcome(dst, err); want == got {
			break
		}
	}
	return want
}
