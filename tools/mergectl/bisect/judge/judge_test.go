package judge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/tools/mergectl/arms"
	"github.com/gomerge/rules_go_merge/tools/mergectl/bisect/search"
)

// still is a switch of processes of which nothing is asked.
type still struct{}

func (still) Set(context.Context, []linkpattern.Pattern) error { return nil }
func (still) Obeyed() error                                    { return nil }

func TestCommand(t *testing.T) {
	for _, tt := range []struct {
		codes  string // of the runs, one after the other
		repeat int
		want   string
		runs   int
	}{
		{"0", 1, "false, exit code 0", 1},
		{"1", 1, "true, exit code 1", 1},
		{"124", 1, "true, exit code 124", 1},
		{"125", 1, "cannot tell: no result has a majority: exit codes 125", 1},
		{"126", 1, "sh: exit code 126 ends the search; 0 is good, 1 to 124 are bad, and 125 cannot tell", 1},
		{"255", 1, "sh: exit code 255 ends the search; 0 is good, 1 to 124 are bad, and 125 cannot tell", 1},
		{"0 0 1", 3, "false, exit codes 0, 0", 2},
		{"0 1 0 1 2", 5, "true, exit codes 0, 1, 0, 1, 2", 5},
		{"0 125 0", 3, "false, exit codes 0, 125, 0", 3},
		{"0 1 125", 3, "cannot tell: no result has a majority: exit codes 0, 1, 125", 3},
		{"0 1", 2, "cannot tell: no result has a majority: exit codes 0, 1", 2},
	} {
		counter := filepath.Join(t.TempDir(), "runs")
		// A run takes the next of the codes.
		script := `echo >>` + counter + `; shift $(($(wc -l <` + counter + `)-1)); exit $1`
		c := &Command{Args: append([]string{"sh", "-c", script, "sh"}, strings.Fields(tt.codes)...), Repeat: tt.repeat, Output: io.Discard}
		bad, why, err := c.Judge(t.Context(), still{}, Trial{})
		got := fmt.Sprintf("%t, %s", bad, why)
		var unknown CannotTell
		if errors.As(err, &unknown) {
			got = "cannot tell: " + err.Error()
		} else if err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.codes, got, tt.want)
		}
		if runs, err := os.ReadFile(counter); err != nil || len(runs) != tt.runs {
			t.Errorf("%s: %d runs, %v, want %d", tt.codes, len(runs), err, tt.runs)
		}
	}
	c := &Command{Args: []string{"sh", "-c", "kill -KILL $$"}, Repeat: 1, Output: io.Discard}
	if _, _, err := c.Judge(t.Context(), still{}, Trial{}); err == nil || err.Error() != "sh was ended by a signal: signal: killed" {
		t.Errorf("a program that a signal ended: %v", err)
	}
}

// calls are processes of which each reading has more calls. They fail in fixed shares
// while links are on, or at random if there is a generator.
type calls struct {
	random              *rand.Rand
	on                  bool
	perRead             uint64
	failsOn, failsOff   uint64 // of perRead
	reads, sets, failed uint64
	ok                  uint64
}

func (c *calls) Set(_ context.Context, off []linkpattern.Pattern) error {
	c.on = len(off) == 0
	c.sets++
	return nil
}

func (c *calls) Obeyed() error { return nil }

func (c *calls) Read(context.Context) arms.Reading {
	fails := c.failsOff
	if c.on {
		fails = c.failsOn
	}
	if c.random != nil {
		share := float64(fails) / float64(c.perRead)
		fails = 0
		for range c.perRead {
			if c.random.Float64() < share {
				fails++
			}
		}
	}
	c.reads++
	c.failed += fails
	c.ok += c.perRead - fails
	var counts arms.Counts
	counts.Inline.Ended = reports.Endings{OK: c.ok, Internal: c.failed}
	return arms.Reading{Processes: []*arms.Process{{Name: "shop", Methods: []arms.Method{{Counts: counts}}}}}
}

func blocks(s arms.Source, block, most uint64, alpha float64) *Blocks {
	return &Blocks{Guard: Guard{Kind: "errors"}, Reader: Reader{Source: s, Every: 1}, Block: block, Most: most, Alpha: alpha, Progress: func(string) {}}
}

func TestBlocks(t *testing.T) {
	all := []linkpattern.Pattern{linkpattern.Between("item", "stock")}
	for _, tt := range []struct {
		name              string
		failsOn, failsOff uint64
		want              string // of the trial with all on
		then              uint64 // failures of the second one
		wantThen          string
	}{
		{"no difference", 5, 5, "false", 5, ""},
		{"none before", 20, 0, "true", 0, "false"},
		{"four times as many", 20, 5, "true", 5, "false"},
		{"another culprit", 20, 0, "true", 10, "true"},
		{"better", 0, 20, "false", 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := &calls{perRead: 1000, failsOn: tt.failsOn, failsOff: tt.failsOff}
			g := blocks(c, 1000, 40_000, alpha)
			bad, why, err := g.Judge(t.Context(), c, Trial{Step: search.Step{Kind: search.AllOn}, All: all})
			if err != nil || fmt.Sprint(bad) != tt.want {
				t.Fatalf("%t, %s, %v, want %s", bad, why, err, tt.want)
			}
			if tt.wantThen == "" {
				return
			}
			c.failsOn = tt.then
			if bad, _, err := g.Judge(t.Context(), c, Trial{Step: search.Step{Kind: search.AllOff}, Off: all, All: all}); bad || err != nil || c.on {
				t.Errorf("all off: %t, %v", bad, err)
			}
			bad, why, err = g.Judge(t.Context(), c, Trial{Step: search.Step{Kind: search.Round}, All: all})
			if err != nil || fmt.Sprint(bad) != tt.wantThen {
				t.Errorf("%t, %s, %v, want %s", bad, why, err, tt.wantThen)
			}
		})
	}
}

// TestBlocksRandom makes trials with calls that fail at random: some with nothing that
// differs, some with four times the failures.
func TestBlocksRandom(t *testing.T) {
	all := []linkpattern.Pattern{linkpattern.Between("item", "stock")}
	const trials, often = 400, 0.01
	for failsOn, most := range map[uint64]int{5: trials * often * 2, 20: 0} {
		wrong := 0
		for i := range uint64(trials) {
			c := &calls{perRead: 1000, failsOn: failsOn, failsOff: 5, random: rand.New(rand.NewPCG(i, failsOn))}
			g := blocks(c, 1000, 20_000, often)
			bad, _, err := g.Judge(t.Context(), c, Trial{Step: search.Step{Kind: search.AllOn}, All: all})
			if err != nil {
				t.Fatal(err)
			}
			if bad != (failsOn > c.failsOff) {
				wrong++
			}
		}
		t.Logf("%d of 1000 calls fail: %d of %d trials are wrong", failsOn, wrong, trials)
		if wrong > most {
			t.Errorf("%d of 1000 calls fail: %d of %d trials are wrong, want at most %d", failsOn, wrong, trials, most)
		}
	}
}

const alpha = 0.001

// TestBlocksCannotTell gives a trial too few calls.
func TestBlocksCannotTell(t *testing.T) {
	c := &calls{perRead: 100, failsOn: 10}
	all := []linkpattern.Pattern{linkpattern.Between("item", "stock")}
	g := blocks(c, 100, 40_000, alpha)
	if bad, _, err := g.Judge(t.Context(), c, Trial{Step: search.Step{Kind: search.AllOn}, All: all}); !bad || err != nil {
		t.Fatal(bad, err)
	}
	c.failsOn, g.Most = 0, 200
	_, _, err := g.Judge(t.Context(), c, Trial{Step: search.Step{Kind: search.Round}, All: all})
	want := "200 calls do not decide: errors 0 of 100, and 0 of 100 with all off; about 315 calls are missing for it to be good. Give it more by --most-calls"
	if err == nil || err.Error() != want || !errors.As(err, new(CannotTell)) {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestCount(t *testing.T) {
	var c arms.Counts
	c.Inline.Ended = reports.Endings{OK: 10, Application: 1, Canceled: 2, Timeout: 3}
	c.RPC.Ended = reports.Endings{OK: 20, Internal: 4}
	c.RPC.Timed = 8
	c.RPC.Within[20] = 5
	c.AttemptsInline, c.AttemptsRPC, c.Panics = 30, 40, 6
	c.Fallbacks = reports.Fallbacks{Absent: 7, Unconverted: 9}
	c.Verified = arms.Verified{Same: 11, Different: 1, Skipped: 5}
	_, slow := arms.Bound(1 << 28)
	for kind, want := range map[string][2]counted{
		"errors": {{3, 16}, {4, 24}}, "slow": {{0, 0}, {3, 8}},
	} {
		g := &Guard{Kind: kind, Slow: slow}
		if got := [2]counted{g.arm(&c.Inline), g.arm(&c.RPC)}; got != want {
			t.Errorf("%s: got %+v, want %+v", kind, got, want)
		}
	}
	for kind, want := range map[string]counted{"panics": {6, 30}, "fallbacks": {7, 37}, "verify": {1, 12}} {
		if got := (&Guard{Kind: kind}).limited(&c); got != want {
			t.Errorf("%s: got %+v, want %+v", kind, got, want)
		}
	}
	for _, kind := range Guards {
		_, limited := DefaultLimit(kind)
		if g := (&Guard{Kind: kind}); g.compares() == limited || g.describe(counted{1, 2}, "calls") == "" {
			t.Errorf("%s has a limit: %t", kind, limited)
		}
	}
}
