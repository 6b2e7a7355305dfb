package judge

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
	"github.com/gomerge/rules_go_merge/tools/mergectl/arms"
	"github.com/gomerge/rules_go_merge/tools/mergectl/bisect/search"
)

// shops are two processes with several methods, half of whose calls are inline. Their
// failures come in bursts, and one has ten times the load of the other.
type shops struct {
	random  *rand.Rand
	methods []linkpattern.Pattern
	off     []linkpattern.Pattern
	// bad has how many times as often inline calls of a method fail.
	bad map[linkpattern.Pattern]float64
	// differs has which part of the verified calls of a method differs.
	differs map[linkpattern.Pattern]float64
	counts  [2]map[linkpattern.Pattern]*arms.Counts
}

func newShops(seed uint64, methods int) *shops {
	s := &shops{random: rand.New(rand.NewPCG(seed, 3)), bad: make(map[linkpattern.Pattern]float64), differs: make(map[linkpattern.Pattern]float64)}
	for i := range methods {
		p := linkpattern.Between(fmt.Sprint("c", i), "stock")
		p.RPCService, p.Method = "StockService", "Get"
		s.methods = append(s.methods, p)
	}
	for i := range s.counts {
		s.counts[i] = make(map[linkpattern.Pattern]*arms.Counts)
		for _, m := range s.methods {
			s.counts[i][m] = new(arms.Counts)
		}
	}
	return s
}

func (s *shops) Set(_ context.Context, off []linkpattern.Pattern) error {
	s.off = off
	return nil
}

func (s *shops) Obeyed() error { return nil }

// draws returns a comparison of all methods.
func (s *shops) draws(kind string, most uint64, alpha float64) *Draws {
	limit, _ := DefaultLimit(kind)
	return &Draws{Guard: Guard{Kind: kind, Limit: limit}, Reader: Reader{Source: s, Every: 1}, Methods: s.methods, Least: 100, Most: most, Alpha: alpha, Progress: func(string) {}}
}

func (s *shops) Read(context.Context) (r arms.Reading) {
	rate := 0.002
	if s.random.IntN(20) == 0 {
		rate = 0.3
	}
	for i, counts := range s.counts {
		p := &arms.Process{Name: fmt.Sprint("shop", i)}
		for _, m := range s.methods {
			c := counts[m]
			for range []int{30, 3}[i] {
				arm, chance := &c.RPC, rate
				if !slices.Contains(s.off, m) && s.random.Uint64()&1 == 0 {
					arm = &c.Inline
					chance *= max(1, s.bad[m])
					c.AttemptsInline++
				} else if s.random.Float64() < s.differs[m] {
					c.Verified.Different++
				} else {
					c.Verified.Same++
				}
				if s.random.Float64() < chance {
					arm.Ended.Internal++
				} else {
					arm.Ended.OK++
				}
			}
			p.Methods = append(p.Methods, arms.Method{Link: m, Counts: *c})
		}
		r.Processes = append(r.Processes, p)
	}
	return r
}

// TestDrawsFalseAlarms looks for a difference where there is none, in many searches that
// each look a hundred times at four methods. At most alpha of them find one, however
// unsteady the load is.
func TestDrawsFalseAlarms(t *testing.T) {
	const plays, alpha = 400, 0.05
	alarms := 0
	for seed := range uint64(plays) {
		s := newShops(seed, 4)
		harms, why, err := s.draws("errors", 13_200, alpha).Find(t.Context(), s, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(harms) > 0 {
			alarms++
		} else if !strings.HasPrefix(why, "within 13200 calls, no method is known to be worse inline: of c") {
			t.Errorf("why it has found nothing: %s", why)
		}
	}
	if most := plays*alpha + 3*math.Sqrt(plays*alpha*(1-alpha)); float64(alarms) > most {
		t.Errorf("%d of %d searches raised an alarm, want %.0f at most", alarms, plays, most)
	}
}

// TestDraws finds the two bad methods of eight, one after the other, and what else is
// needed for one to be bad.
func TestDraws(t *testing.T) {
	s := newShops(1, 8)
	s.bad[s.methods[2]], s.bad[s.methods[5]] = 30, 20
	d := s.draws("errors", 1_000_000, alpha)
	var off []linkpattern.Pattern
	var last []Harm
	for {
		harms, _, err := d.Find(t.Context(), s, off)
		if err != nil {
			t.Fatal(err)
		}
		if len(harms) == 0 {
			break
		}
		last = harms
		for _, h := range harms {
			off = append(off, h.Method)
		}
	}
	slices.SortFunc(off, func(a, b linkpattern.Pattern) int { return strings.Compare(a.String(), b.String()) })
	if want := []linkpattern.Pattern{s.methods[2], s.methods[5]}; !slices.Equal(off, want) {
		t.Fatalf("found %v, want %v", off, want)
	}
	h := &last[0]
	judge := d.For(h)
	if bad, why, err := judge.Judge(t.Context(), s, Trial{Step: search.Step{Kind: search.Alone}}); !bad || err != nil || !strings.Contains(why, "inline calls fail, and") {
		t.Errorf("as it was found: %t, %s, %v", bad, why, err)
	}
	s.bad[h.Method] = 1
	if bad, why, err := judge.Judge(t.Context(), s, Trial{Step: search.Step{Kind: search.Round}}); bad || err != nil {
		t.Errorf("with nothing that is worse: %t, %s, %v", bad, why, err)
	}
	d.Most = 100
	if _, _, err := judge.Judge(t.Context(), s, Trial{Step: search.Step{Kind: search.Round}}); !errors.As(err, new(CannotTell)) {
		t.Errorf("with too few calls: %v", err)
	}
}

// TestDrawsLimits has what may not happen at all, or seldom.
func TestDrawsLimits(t *testing.T) {
	s := newShops(1, 3)
	s.differs[s.methods[1]] = 0.001
	d := s.draws("verify", 1_000_000, alpha)
	harms, _, err := d.Find(t.Context(), s, nil)
	if err != nil || len(harms) != 1 || harms[0].Method != s.methods[1] || !strings.HasSuffix(harms[0].Why, "verified calls differ") {
		t.Fatalf("%+v, %v", harms, err)
	}
	s.differs[s.methods[1]] = 0
	if bad, why, err := d.For(&harms[0]).Judge(t.Context(), s, Trial{}); bad || err != nil {
		t.Errorf("without differences: %t, %s, %v", bad, why, err)
	}
	for _, tt := range []struct {
		kind  string
		count arms.Counts
		harm  bool
	}{
		{"panics", arms.Counts{AttemptsInline: 100_000}, false},
		{"panics", arms.Counts{AttemptsInline: 100_000, Panics: 1}, true},
		{"fallbacks", fellBack(100_000, 900), false},
		{"fallbacks", fellBack(100_000, 2000), true},
	} {
		limit, _ := DefaultLimit(tt.kind)
		g, e := &Guard{Kind: tt.kind, Limit: limit}, newEvidence()
		e.add(g, "shop", &tt.count)
		if e.harmed(g, alpha) != tt.harm {
			t.Errorf("%s: %s: harm is %t", tt.kind, e.describe(g), !tt.harm)
		}
	}
}

func fellBack(inline, fell uint64) (c arms.Counts) {
	c.AttemptsInline, c.Fallbacks.Absent, c.Fallbacks.Unconverted = inline, fell, 5000
	return c
}

// TestReader refuses what cannot be counted.
func TestReader(t *testing.T) {
	s := newShops(1, 1)
	d := s.draws("errors", 1000, alpha)
	for name, tt := range map[string]struct {
		source arms.Source
		want   string
	}{
		"gone":   {arms.Sockets{"/nowhere/shop.sock"}, "/nowhere/shop.sock: dial unix /nowhere/shop.sock"},
		"fallen": {fallen{s}, "shop0: the process was restarted\nshop1: the process was restarted"},
		"silent": {silent{s}, "the processes have made no calls for 1ns; a guard needs some"},
	} {
		d.Source, d.Idle = tt.source, 1
		if _, _, err := d.Find(t.Context(), s, nil); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
}

// fallen are processes that are restarted before each reading.
type fallen struct{ *shops }

func (f fallen) Read(ctx context.Context) arms.Reading {
	r := f.shops.Read(ctx)
	for _, counts := range f.counts {
		for _, c := range counts {
			*c = arms.Counts{}
		}
	}
	for i, p := range r.Processes {
		p.Started = p.Started.AddDate(2000+f.random.IntN(1000), i, 0)
	}
	return r
}

// silent are processes without calls.
type silent struct{ *shops }

func (s silent) Read(context.Context) arms.Reading {
	return arms.Reading{Processes: []*arms.Process{{Name: "shop"}}}
}
