package difftest

import (
	"fmt"
	"math/rand"
	"reflect"
	gort "runtime"
	"testing"

	oldrich "difftest/gen/old/kitex_gen/rich"
)

// TestSharingDoesWhatTheCodecDoes checks links that share memory, with values
// that the wire does not change.
func TestSharingDoesWhatTheCodecDoes(t *testing.T) {
	rounds := 500
	if testing.Short() {
		rounds = 50
	}
	for _, l := range links(true) {
		for name, method := range l.Methods {
			caller, ok := callers[l.Caller][name]
			if !ok {
				continue
			}
			t.Run(l.Caller+" to "+l.Callee+" "+name, func(t *testing.T) {
				for seed := range rounds {
					r := &filler{Rand: rand.New(rand.NewSource(int64(seed))), tame: true, whole: true}
					args := fresh(caller[0])
					r.fill(reflect.ValueOf(args).Elem(), 0)
					want := callees[l.Callee][name]()
					wantErr := overTheWire(want, args)
					got, err := method.Args(args)
					if fmt.Sprint(err) != fmt.Sprint(wantErr) {
						t.Fatalf("seed %d: error %v, the codec's is %v", seed, err, wantErr)
					}
					if err == nil {
						expect(t, seed, got, want)
					}
					if caller[1] == nil {
						continue
					}
					answer := method.NewResult().(codec)
					r.fill(reflect.ValueOf(answer).Elem(), 0)
					result, decoded := fresh(caller[1]), fresh(caller[1])
					if wantErr := overTheWire(decoded, answer); wantErr != nil {
						t.Fatalf("seed %d: %v", seed, wantErr)
					}
					if method.ResultView != nil {
						reflect.ValueOf(method.ResultView(result)).Elem().Set(reflect.ValueOf(answer).Elem())
					} else if err := method.Result(result, answer); err != nil {
						t.Fatalf("seed %d: %v", seed, err)
					}
					expect(t, seed, result, decoded)
				}
			})
		}
	}
}

func expect(t *testing.T, seed int, got, want any) {
	t.Helper()
	if got, want := dump(reflect.ValueOf(got)), dump(reflect.ValueOf(want)); got != want {
		t.Fatalf("seed %d: not what the codec yields\ngot  %s\nwant %s", seed, got, want)
	}
}

// TestSharedMemorySurvivesItsSender checks that what is reached through the
// other side's types stays alive, maps included.
func TestSharedMemorySurvivesItsSender(t *testing.T) {
	method := links(true)[0].Methods["Place"]
	want := dump(reflect.ValueOf(order(80, 8)))
	got, err := method.Args(&oldrich.RichServicePlaceArgs{Order: order(80, 8)})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		gort.GC()
		order(80, 8) // takes what memory was freed
	}
	if got := dump(reflect.ValueOf(got).Elem().Field(0)); got != want {
		t.Errorf("the request changed\ngot  %s\nwant %s", got, want)
	}
}

// TestWhatIsShared tells, for each method of the link from old to new, whether
// the callee gets the caller's own arguments.
func TestWhatIsShared(t *testing.T) {
	want := map[string]bool{
		"Do":      false, // fields that one side does not know
		"Unions":  false,
		"Nothing": true,
		"Fire":    false, // string on one side, binary on the other
		"Add":     false, // one argument more
		"Blob":    true,
		"Place":   true,
		"Points":  true,
		"ping":    true,
	}
	l := links(true)[0]
	for name, caller := range callers[l.Caller] {
		args := fresh(caller[0])
		(&filler{Rand: rand.New(rand.NewSource(1)), tame: true, whole: true}).fill(reflect.ValueOf(args).Elem(), 0)
		got, err := l.Methods[name].Args(args)
		if err != nil {
			t.Fatal(err)
		}
		if same := reflect.ValueOf(got).Pointer() == reflect.ValueOf(args).Pointer(); same != want[name] {
			t.Errorf("%s: same arguments %v, want %v", name, same, want[name])
		}
	}
}
