package difftest_protobuf

import (
	"math"
	"math/rand"
	"reflect"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"difftest/runtime"
	newrich "difftest_protobuf/gen/newgo/kitex_gen/rich"
)

// message returns a new message of a method: the request, or the result.
func message(service, method string, result bool) proto.Message {
	args, res := callers[strings.TrimSuffix(service, "msg")+"go"](method)
	if result {
		args = res
	}
	return reflect.New(reflect.TypeOf(args).Elem().Field(0).Type.Elem()).Interface().(proto.Message)
}

// TestMessagesDoWhatTheCodecDoes converts messages by themselves. One that the codec
// refuses is never converted: it has to cross as bytes, for the codec to say so.
func TestMessagesDoWhatTheCodecDoes(t *testing.T) {
	rounds := 1000
	if testing.Short() {
		rounds = 100
	}
	if n := len(links(true)); n != 2 {
		t.Errorf("%d links", n)
	}
	for _, l := range links(true) {
		converted, streams := 0, 0
		for name, method := range l.Methods {
			m := method.Messages
			if m == nil {
				continue
			}
			converted++
			if method.Stream {
				streams++
			}
			t.Run(l.Caller+" to "+l.Callee+" "+name, func(t *testing.T) {
				made := 0
				for seed := range rounds {
					made += bothMessages(t, l, name, m, int64(seed), seed%2 == 0)
					if t.Failed() {
						t.Fatalf("with seed %d", seed)
					}
				}
				t.Logf("%d of %d messages are converted", made, 2*rounds)
				if made == 0 {
					t.Errorf("none of %d messages is converted", 2*rounds)
				}
			})
		}
		// Five of the seventeen that both know do not fit in one direction.
		if want := map[string]int{"old": 12, "new": 18}[strings.TrimSuffix(l.Caller, "msg")]; converted != want {
			t.Errorf("%s to %s: messages of %d methods are converted, want %d", l.Caller, l.Callee, converted, want)
		}
		if streams != 3 {
			t.Errorf("%s to %s: messages of %d streams are converted", l.Caller, l.Callee, streams)
		}
	}
}

func FuzzMessages(f *testing.F) {
	for seed := range 20 {
		f.Add(seed, "DoEverything", int64(seed), seed%2 == 0)
	}
	f.Fuzz(func(t *testing.T, link int, name string, seed int64, tame bool) {
		all := links(true)
		l := all[uint(link)%uint(len(all))]
		m := l.Methods[name].Messages
		if m == nil {
			t.Skip()
		}
		bothMessages(t, l, name, m, seed, tame)
	})
}

// bothMessages checks a random request and a random reply. It returns how many of
// the two are converted.
func bothMessages(t *testing.T, l runtime.Link, name string, m *runtime.Messages, seed int64, tame bool) (made int) {
	r := &filler{rand.New(rand.NewSource(seed)), tame}
	request, served := message(l.Caller, name, false), message(l.Callee, name, false)
	if compareMessage(t, r, m.Request, m.TakeRequest, request, served) {
		made++
	}
	reply, received := message(l.Callee, name, true), message(l.Caller, name, true)
	if compareMessage(t, r, m.Reply, m.TakeReply, reply, received) {
		made++
	}
	return made
}

// compareMessage fills src at random and reports whether it is converted. dst is what
// the receiver has allocated, and not empty.
func compareMessage(t *testing.T, r *filler, convert func(any, int) (any, int, bool), take func(any, any) bool, src, dst proto.Message) bool {
	r.fill(reflect.ValueOf(src).Elem(), 0)
	tame := &filler{r.Rand, true}
	tame.fill(reflect.ValueOf(dst).Elem(), 0)
	want := proto.Clone(dst)
	before := dump(reflect.ValueOf(src))
	data, err := marshal(src)
	if err == nil {
		err = proto.Unmarshal(data, want)
	}
	made, size, ok := convert(src, math.MaxInt)
	switch {
	case !ok:
		return false
	case err != nil:
		t.Errorf("%T is converted and the codec refuses it: %v\nfrom %s", src, err, before)
		return false
	case size != len(data):
		t.Errorf("%T takes %d bytes and not %d", src, len(data), size)
	case dump(reflect.ValueOf(src)) != before:
		t.Errorf("%T: the conversion has changed its source %s", src, before)
	}
	if reflect.TypeOf(src) != reflect.TypeOf(dst) && take(src, made) || take(nil, made) || take(dst, nil) {
		t.Errorf("%T is moved to what it does not fit", made)
	}
	if !take(dst, made) {
		t.Fatalf("%T is not moved to %T", made, dst)
	}
	scramble(reflect.ValueOf(src))
	if got, want := dump(reflect.ValueOf(dst)), dump(reflect.ValueOf(want)); got != want {
		t.Errorf("%T to %T: not what the codec yields\nfrom %s\ngot  %s\nwant %s", src, dst, before, got, want)
	}
	return true
}

// marshal encodes a message. What makes the codec panic is an error.
func marshal(m proto.Message) (data []byte, err error) {
	_, err = overTheWire(nothing{}, panicking{m, &data})
	return data, err
}

type panicking struct {
	m    proto.Message
	data *[]byte
}

func (p panicking) Marshal([]byte) (data []byte, err error) {
	*p.data, err = proto.Marshal(p.m)
	return *p.data, err
}

func (panicking) Unmarshal([]byte) error { return nil }

type nothing struct{ panicking }

// TestDeepMessagesCrossAsBytes has messages in each other up to the depth that the
// decoder refuses.
func TestDeepMessagesCrossAsBytes(t *testing.T) {
	for depth, want := range map[int]bool{1: true, 1000: true, 10_000: false, 10_001: false} {
		tree := &newrich.Tree{V: 1}
		for range depth - 1 {
			tree = &newrich.Tree{Left: tree}
		}
		data, err := proto.Marshal(tree)
		if err != nil {
			t.Fatal(err)
		}
		refused := proto.Unmarshal(data, &newrich.Tree{}) != nil
		if refused != (depth > 10_000) {
			t.Errorf("%d in each other: refused by the codec %v", depth, refused)
		}
		for _, l := range links(true) {
			if l.Caller == "newmsg" {
				if _, _, ok := l.Methods["DoTree"].Messages.Request(tree, len(data)); ok != want {
					t.Errorf("%d in each other: converted %v", depth, ok)
				}
			}
		}
	}
}
