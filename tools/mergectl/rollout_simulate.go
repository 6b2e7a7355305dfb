package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/settings"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/simulation"
)

// simulated is what simulate prints.
type simulated struct {
	Plays   int `json:"plays"`
	Stopped int `json:"stopped"`
	// Median and P95 are after how many calls plays stopped, nil if fewer did.
	Median *int `json:"median"`
	P95    *int `json:"p95"`
}

// simulateFlags are the flags of simulate.
type simulateFlags struct {
	calls, failures, alarms string
	ratio                   float64
	poll, most, plays       int
	seed                    uint64
	format                  string
}

func simulateCommand() *cobra.Command {
	var f simulateFlags
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: "Play rollouts to see after how many calls a harm is found",
		Long: `Simulate plays rollouts of one method with known rates of failures, and prints how
many of them the guard for errors stops, and after how many calls. With --ratio=1,
all that stop are false alarms.`,
		Example: `  mergectl rollout simulate --calls=1% --rpc-failures=0.1% --ratio=20
  mergectl rollout simulate --calls=50% --rpc-failures=0.1% --ratio=1`,
		Args: func(cmd *cobra.Command, args []string) error {
			if err := cobra.NoArgs(cmd, args); err != nil {
				return cannotRun{err}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.run(cmd.OutOrStdout()); err != nil {
				return cannotRun{err}
			}
			return nil
		},
	}
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return cannotRun{err} })
	flags := cmd.Flags()
	flags.StringVar(&f.calls, "calls", "1%", "part of the calls that is drawn inline")
	flags.StringVar(&f.failures, "rpc-failures", "0.1%", "part of the RPCs that fail")
	flags.Float64Var(&f.ratio, "ratio", 20, "how many times as often inline calls fail")
	flags.StringVar(&f.alarms, "false-alarms", "1%", "rate of false alarms, of this method and guard")
	flags.IntVar(&f.poll, "poll", 1000, "calls from one pass to the next")
	flags.IntVar(&f.most, "most", 1_000_000, "calls of a play at most")
	flags.IntVar(&f.plays, "plays", 200, "number of plays")
	flags.Uint64Var(&f.seed, "seed", 1, "number that the plays are drawn from")
	flags.StringVar(&f.format, "format", "text", "text or json")
	return cmd
}

func (f *simulateFlags) run(out io.Writer) error {
	if f.format != "text" && f.format != "json" {
		return fmt.Errorf("--format=%s: want text or json", f.format)
	}
	r := simulation.Rollout{Ratio: f.ratio, Poll: f.poll, Calls: f.most}
	for _, part := range []struct {
		flag, text string
		to         *float64
	}{{"calls", f.calls, &r.Share}, {"rpc-failures", f.failures, &r.RPCRate}, {"false-alarms", f.alarms, &r.Alpha}} {
		p, err := settings.ParsePercentage(part.text)
		if err == nil && (p <= 0 || p >= 1) {
			err = fmt.Errorf("want more than 0%% and less than 100%%")
		}
		if err != nil {
			return fmt.Errorf("--%s=%s: %w", part.flag, part.text, err)
		}
		*part.to = float64(p)
	}
	switch {
	case !(f.ratio > 0) || r.RPCRate*f.ratio > 1:
		return fmt.Errorf("--ratio=%g: inline calls would fail at %g; want a rate from 0 to 1", f.ratio, r.RPCRate*f.ratio)
	case f.poll < 1 || f.poll > 100_000:
		return fmt.Errorf("--poll=%d: want a number from 1 to 100,000", f.poll)
	case f.most < f.poll || f.plays < 1 || float64(f.most)*float64(f.plays) > 1e11:
		return fmt.Errorf("--most=%d --plays=%d: want a poll and a play at least, and 100,000 million calls in all at most", f.most, f.plays)
	}
	outcome := r.Play(f.plays, f.seed)
	s := simulated{Plays: f.plays, Stopped: len(outcome.Stopped)}
	text := fmt.Sprintf("%d of %d rollouts were stopped", s.Stopped, s.Plays)
	for _, q := range []struct {
		name string
		part float64
		to   **int
	}{{"half of them", 0.5, &s.Median}, {"95 % of them", 0.95, &s.P95}} {
		if calls, ok := outcome.Quantile(q.part); ok {
			*q.to = &calls
			text += fmt.Sprintf(", %s within %d calls", q.name, calls)
		}
	}
	if f.format == "json" {
		return writeIndented(out, s)
	}
	_, err := fmt.Fprintln(out, text)
	return err
}
