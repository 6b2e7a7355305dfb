package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/tools/mergectl/bisect/simulation"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/settings"
)

// simulatedSearches is what bisect simulate prints.
type simulatedSearches struct {
	Plays int `json:"plays"`
	// How plays ended: they have named what is bad and nothing else, or something that is
	// not bad, or have missed some of it, or could not tell.
	Right     int `json:"right"`
	Innocent  int `json:"innocent"`
	Missed    int `json:"missed"`
	Undecided int `json:"undecided"`
	// What half of the plays and 95 % of them did not exceed.
	MedianCalls  int `json:"median_calls"`
	P95Calls     int `json:"p95_calls"`
	MedianTrials int `json:"median_trials"`
	P95Trials    int `json:"p95_trials"`
}

// bisectSimulateFlags are the flags of bisect simulate.
type bisectSimulateFlags struct {
	links, bad, plays int
	together          bool
	failures          string
	ratio             float64
	look, most        uint64
	seed              uint64
	format            string
}

func bisectSimulateCommand() *cobra.Command {
	var f bisectSimulateFlags
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: "Play searches by guard, to see how many calls they take and how they end",
		Long: `Simulate plays searches by --guard=errors among links with known rates of failures.
It prints how many of them name the links that are bad and no others, and how many
calls and trials they take. Failures come in bursts: one look in ten has eleven
times the rate of the others.`,
		Example: `  mergectl bisect simulate --links=64 --bad=1 --rpc-failures=0.1% --ratio=20
  mergectl bisect simulate --links=64 --bad=1 --together`,
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
	flags.IntVar(&f.links, "links", 64, "number of links, of one method each")
	flags.IntVar(&f.bad, "bad", 1, "number of bad links, or of bad pairs with --together")
	flags.BoolVar(&f.together, "together", false, "links are bad in pairs only")
	flags.StringVar(&f.failures, "rpc-failures", "0.1%", "part of the RPCs that fail")
	flags.Float64Var(&f.ratio, "ratio", 20, "how many times as often inline calls of bad links fail")
	flags.Uint64Var(&f.look, "look", 1000, "calls from one look to the next")
	flags.Uint64Var(&f.most, "most", 1_000_000, "calls of a check at most")
	flags.IntVar(&f.plays, "plays", 20, "number of plays")
	flags.Uint64Var(&f.seed, "seed", 1, "number that the plays are drawn from")
	flags.StringVar(&f.format, "format", "text", "text or json")
	return cmd
}

func (f *bisectSimulateFlags) run(out io.Writer) error {
	if f.format != "text" && f.format != "json" {
		return fmt.Errorf("--format=%s: want text or json", f.format)
	}
	rate, err := settings.ParsePercentage(f.failures)
	if err == nil && rate <= 0 {
		err = errors.New("want more than 0%")
	}
	if err != nil {
		return fmt.Errorf("--rpc-failures=%s: %w", f.failures, err)
	}
	each := 1
	if f.together {
		each = 2
	}
	switch {
	case !(f.ratio > 0) || float64(rate)*f.ratio > 1:
		return fmt.Errorf("--ratio=%g: inline calls would fail at %g; want a rate from 0 to 1", f.ratio, float64(rate)*f.ratio)
	case f.links < 1 || f.links > 1000:
		return fmt.Errorf("--links=%d: want a number from 1 to 1,000", f.links)
	case f.bad < 0 || f.bad > f.links/each:
		return fmt.Errorf("--bad=%d: there are only %d links", f.bad, f.links)
	case f.look < 1 || f.look > 100_000:
		return fmt.Errorf("--look=%d: want a number from 1 to 100,000", f.look)
	case f.most < f.look || f.plays < 1 || float64(f.most)*float64(f.plays) > 1e11:
		return fmt.Errorf("--most=%d --plays=%d: want a look and a play at least, and 100,000 million calls in all checks at most", f.most, f.plays)
	}
	search := simulation.Search{
		Links: f.links, Bad: f.bad, Together: f.together, RPCRate: float64(rate), Ratio: f.ratio, Look: f.look, Most: f.most, Alpha: guardAlpha,
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	o, err := search.Play(ctx, f.plays, f.seed)
	if err != nil {
		return err
	}
	s := simulatedSearches{
		o.Plays, o.Right, o.Innocent, o.Missed, o.Undecided,
		simulation.Quantile(o.Calls, 0.5), simulation.Quantile(o.Calls, 0.95), simulation.Quantile(o.Trials, 0.5), simulation.Quantile(o.Trials, 0.95),
	}
	if f.format == "json" {
		return writeIndented(out, s)
	}
	_, err = fmt.Fprintf(out, "%d of %d searches were right, %d named an innocent link, %d missed a bad one, %d could not tell\nhalf of them took at most %d calls and %d trials, 95 %% of them %d calls and %d trials\n",
		s.Right, s.Plays, s.Innocent, s.Missed, s.Undecided, s.MedianCalls, s.MedianTrials, s.P95Calls, s.P95Trials)
	return err
}
