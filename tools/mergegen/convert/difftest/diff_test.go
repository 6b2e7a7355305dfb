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
	"regexp"
	"slices"
	"testing"

	"github.com/cloudwego/gopkg/protocol/thrift"

	_ "difftest/gen/glue/newer"
	_ "difftest/gen/glue/self"
	_ "difftest/gen/glue/sharednewer"
	_ "difftest/gen/glue/sharedself"
	_ "difftest/gen/glue/sharedvalues"
	_ "difftest/gen/glue/values"
	newrich "difftest/gen/new/kitex_gen/rich"
	oldrich "difftest/gen/old/kitex_gen/rich"
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
func overTheWire(dst, src codec) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	buf := make([]byte, src.BLength())
	n := src.FastWriteNocopy(buf, nil)
	_, err = dst.FastRead(buf[:n])
	return err
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
		"old -> values": {"Add", "Blob", "Do", "Fire", "Nothing", "Place", "Points", "Unions", "ping"},
		"self -> self":  {"Add", "Blob", "Do", "Fire", "Gone", "Nothing", "Place", "Points", "Unions", "ping"},
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
	for _, l := range links(false) {
		for name, method := range l.Methods {
			caller, ok := callers[l.Caller][name]
			if !ok {
				continue
			}
			t.Run(l.Caller+" to "+l.Callee+" "+name, func(t *testing.T) {
				failed := 0
				for seed := range rounds {
					if both(t, method, caller, callees[l.Callee][name], int64(seed), seed%2 == 0) {
						failed++
					}
					if t.Failed() {
						t.Fatalf("with seed %d", seed)
					}
				}
				t.Logf("%d of %d conversions failed like the codec", failed, 2*rounds)
			})
		}
	}
}

func FuzzConversions(f *testing.F) {
	for seed := range 20 {
		f.Add(0, "Do", int64(seed), seed%2 == 0)
	}
	f.Fuzz(func(t *testing.T, link int, method string, seed int64, tame bool) {
		copying := links(false)
		l := copying[uint(link)%uint(len(copying))]
		caller, ok := callers[l.Caller][method]
		if !ok {
			t.Skip()
		}
		both(t, l.Methods[method], caller, callees[l.Callee][method], seed, tame)
	})
}

// both checks the request and the result of a call with random values. It
// reports whether one of them could not be converted.
func both(t *testing.T, m runtime.Method, caller [2]codec, served func() codec, seed int64, tame bool) (failed bool) {
	r := &filler{Rand: rand.New(rand.NewSource(seed)), tame: tame}
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

// setCount is left out of comparisons: of two bad unions in a map, either one
// may be found first.
var setCount = regexp.MustCompile(`\(\d+ set\)`)

func errorText(err error) string { return setCount.ReplaceAllString(fmt.Sprint(err), "") }

func compare(t *testing.T, convert func(src any) (dst any, err error), newDst func() codec, src codec) (failed bool) {
	want := newDst()
	what := fmt.Sprintf("%T to %T", src, want)
	before := dump(reflect.ValueOf(src))
	wantErr := overTheWire(want, src)
	got, gotErr := convert(src)
	if errorText(wantErr) != errorText(gotErr) {
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
