package profiles

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/google/pprof/profile"
)

// encode returns a CPU profile of 10 s with a second for each stack, whose functions
// are innermost first.
func encode(t testing.TB, stacks [][]string, labels []string) []byte {
	t.Helper()
	p := &profile.Profile{
		SampleType:    []*profile.ValueType{{Type: "samples", Unit: "count"}, {Type: "cpu", Unit: "nanoseconds"}},
		DurationNanos: 10e9,
	}
	for i, stack := range stacks {
		s := &profile.Sample{Value: []int64{100, 1e9}}
		for _, name := range stack {
			f := &profile.Function{ID: uint64(len(p.Function) + 1), Name: name}
			p.Function = append(p.Function, f)
			l := &profile.Location{ID: f.ID, Line: []profile.Line{{Function: f}}}
			p.Location = append(p.Location, l)
			s.Location = append(s.Location, l)
		}
		if labels[i] != "" {
			s.Label = map[string][]string{"service": {labels[i]}}
		}
		p.Sample = append(p.Sample, s)
	}
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRead(t *testing.T) {
	data := encode(t, [][]string{
		{"runtime.memmove", "github.com/cloudwego/gopkg/bufiox.(*DefaultWriter).Flush", "github.com/cloudwego/kitex/server.serve"},
		{"internal/runtime/syscall.Syscall6", "syscall.write", "net.(*conn).Write"},
		{"internal/runtime/syscall/linux.EpollWait", "runtime.netpoll"},
		{"runtime.mapassign", "example.com/shop/item.(*handler).GetItem", "github.com/cloudwego/kitex/pkg/remote/trans.serve"},
		{"main.work", "google.golang.org/grpc/internal/transport.handle"},
		{"runtime.gcBgMarkWorker"},
		{"github.com/cloudwego/netpoll.wait"},
	}, []string{"", "", "", "", "item", "", "stock"})
	u, err := Read("item.pprof", "item", data)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(u.RPC-0.3) > 1e-9 || math.Abs(u.All-0.6) > 1e-9 || u.Labelled != 1 || u.Seconds != 10 {
		t.Errorf("got %+v", u)
	}
}

func TestReadRefuses(t *testing.T) {
	p := &profile.Profile{SampleType: []*profile.ValueType{{Type: "alloc_space", Unit: "bytes"}}}
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	for want, data := range map[string][]byte{"not a CPU profile": b.Bytes(), "x.pprof": []byte("text")} {
		if _, err := Read("x.pprof", "item", data); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(encode(f, [][]string{{"main.work"}}, []string{""}))
	f.Fuzz(func(t *testing.T, data []byte) {
		if u, err := Read("x", "item", data); err == nil && u.Seconds <= 0 {
			t.Errorf("%d bytes take %g s", len(data), u.Seconds)
		}
	})
}
