package rollout

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/journal"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/sequential"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rulesfile"
)

// Both arms share a process, so its CPU time cannot be split by arm. A switchback makes all
// calls inline for a block of time, and none in another.

// cpuPart is what switchbacks have of the rate of false alarms.
const cpuPart = 0.1

// switchbacks is how many steps have one that is judged.
func (c *Controller) switchbacks() (n int) {
	for _, step := range c.Settings.Steps {
		if step.Switchback != nil && !c.Settings.Guards.CPU.Off {
			n++
		}
	}
	return n
}

// cpuAlpha is the rate of false alarms of one switchback.
func (c *Controller) cpuAlpha() float64 {
	return float64(c.Settings.FalseAlarms) * cpuPart / float64(max(1, c.switchbacks()))
}

// checkSwitchbacks returns an error for a switchback that could not show anything.
func (c *Controller) checkSwitchbacks() error {
	for i, step := range c.Settings.Steps {
		if w := step.Switchback; w != nil && !c.Settings.Guards.CPU.Off && sequential.LeastChance(w.Pairs) > c.cpuAlpha() {
			return fmt.Errorf("%s: steps.%d.switchback: %d pairs of blocks cannot show a harm at a rate of false alarms of %.2g, a part of false_alarms; give it more pairs, or raise false_alarms",
				c.Settings.File(), i, w.Pairs, c.cpuAlpha())
		}
	}
	return nil
}

func (c *Controller) coin() bool {
	if c.Coin != nil {
		return c.Coin()
	}
	return rand.Uint64()&1 == 1
}

// blockRules returns the rules of a block of a step.
func (c *Controller) blockRules(step int, inline bool, generation uint64) *journal.Rules {
	r := c.stepRules(step, generation, c.expiry())
	if !inline {
		for i, l := range c.Settings.Links {
			r.Rules[i] = l.String() + " off"
		}
	}
	return r
}

// blockEnded reports whether the step has a switchback and its block has had its time.
func (c *Controller) blockEnded(s *state) bool {
	return c.step.Switchback != nil && len(s.Blocks) > 0 && c.now().Sub(s.Blocks[len(s.Blocks)-1].Began) >= time.Duration(c.step.Switchback.Block)
}

// allCounted reports whether all blocks of the step's switchback have had their time and
// were counted then. What comes later is not part of the test, which is made once.
func (c *Controller) allCounted(s *state) bool {
	w, n := c.step.Switchback, len(s.Blocks)
	return n >= 2*w.Pairs && s.Blocks[n-1].Polled.Sub(s.Blocks[n-1].Began) >= time.Duration(w.Block)
}

// enterBlock begins the next block: the other one of a pair, or a drawn one.
func (c *Controller) enterBlock(j *journal.Journal, s *state, f *rulesfile.File) error {
	inline := !s.Blocks[len(s.Blocks)-1].Inline
	if len(s.Blocks)%2 == 0 {
		inline = c.coin()
	}
	rules := c.blockRules(s.Step, inline, s.Want.Generation+1)
	if err := c.record(j, s, journal.Entry{Event: journal.Block, Step: s.Step, Number: len(s.Blocks) + 1, Rules: rules}); err != nil {
		return err
	}
	return c.write(f, rules)
}

// judgeCPU judges a switchback that has had all its blocks. It is one test at a time that
// was fixed beforehand, so it does not look earlier.
func (c *Controller) judgeCPU(s *state) (Finding, bool) {
	if c.step == nil || c.step.Switchback == nil || c.Settings.Guards.CPU.Off || len(s.Blocks) < 2*c.step.Switchback.Pairs || !c.blockEnded(s) {
		return Finding{}, false
	}
	f := Finding{Method: "*", Guard: "cpu", Verdict: Unknown}
	var pairs []sequential.Pair
	for i := 0; i+1 < len(s.Blocks); i += 2 {
		inline, rpc := s.Blocks[i], s.Blocks[i+1]
		if !inline.Inline {
			inline, rpc = rpc, inline
		}
		f.Calls += inline.Calls + rpc.Calls
		if inline.Calls > 0 && rpc.Calls > 0 && inline.CPU > 0 && rpc.CPU > 0 {
			pairs = append(pairs, sequential.Pair{Inline: inline.CPU / float64(inline.Calls), RPC: rpc.CPU / float64(rpc.Calls)})
		}
	}
	alpha := c.cpuAlpha()
	if sequential.LeastChance(len(pairs)) > alpha {
		f.Text = fmt.Sprintf("%d of %d pairs of blocks have calls and processes that report their CPU time, which is not enough for a verdict; --stop ends the rollout", len(pairs), c.step.Switchback.Pairs)
		return f, true
	}
	limit := 1 + float64(c.Settings.Guards.CPU.Limit)
	low, high := sequential.SwitchbackBounds(pairs, 1-float64(c.Settings.Confidence))
	f.Text = fmt.Sprintf("with all calls inline, the processes use %.3g to %.3g times the CPU time for a call of the links", low, high)
	f.Verdict = Fine
	if sequential.SwitchbackChance(pairs, limit) <= alpha {
		f.Verdict = Harm
		f.Text += fmt.Sprintf("; the limit is %.3g times", limit)
	}
	return f, true
}
