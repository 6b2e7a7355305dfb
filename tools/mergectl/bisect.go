package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
	"github.com/gomerge/rules_go_merge/tools/mergectl/arms"
	"github.com/gomerge/rules_go_merge/tools/mergectl/bisect"
	"github.com/gomerge/rules_go_merge/tools/mergectl/bisect/judge"
	"github.com/gomerge/rules_go_merge/tools/mergectl/bisect/search"
	"github.com/gomerge/rules_go_merge/tools/mergectl/bisect/switching"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/settings"
	"github.com/gomerge/rules_go_merge/tools/mergectl/running"
)

// bisectFlags are the flags of bisect.
type bisectFlags struct {
	processes []string
	rules     string
	guard     string
	whole     bool
	limit     string
	slow      time.Duration
	calls     uint64
	most      uint64
	repeat    int
	skip      []string
	wait      time.Duration
	journal   string
	restore   bool
	force     bool
	format    string
}

// guardAlpha is how likely a guard decides wrongly: a search by draws blames a method, or a
// test of a trial errs. A search has about 20 trials.
const guardAlpha = 0.0005

// guardEvery is how often a guard reads the processes.
const guardEvery = 200 * time.Millisecond

// bisectCommand returns "bisect", which finds the link that makes processes worse.
func bisectCommand() *cobra.Command {
	var f bisectFlags
	cmd := &cobra.Command{
		Use:   "bisect [LINK...] -- COMMAND [ARG...]",
		Short: "Find the link whose inline calls make something worse",
		Long: `Bisect switches links of running processes off and on, and has a command say each
time whether it is good, until it knows which link, and which of its methods, is
bad when its calls are inline. It also finds links that are bad only together.

Processes are named as for links, and have to run on this machine.

The command's exit codes are those of "git bisect run": 0 is good, 1 to 124 are
bad, 125 cannot tell, and others end the search.

In place of a command, --guard has half of the calls be RPCs, drawn at random, and
compares how the calls of each method end with how its RPCs do. With
--whole-process it compares the calls of all links in blocks of time, with links
on and off, as a command does.

Links are switched off only, and the rules are put back as they were found when
the search ends, however it ends. After a crash, --restore puts them back.

The exit code is 0 if a link was found, 1 if none is to blame, and 2 if bisect
cannot run or cannot tell.`,
		Example: `  mergectl bisect --process=/run/shop.sock -- ./smoke_test.sh
  mergectl bisect -p /run/1.sock -p /run/2.sock --rules=/etc/shop/rules 'item->*' -- ./smoke_test.sh
  mergectl bisect -p /run/shop.sock --repeat=5 -- go test ./e2e
  mergectl bisect -p /run/shop.sock --guard=errors
  mergectl bisect -p /run/shop.sock --guard=slow --slow=50ms --whole-process
  mergectl bisect --restore`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.restore {
				return f.putBack(cmd, args)
			}
			return f.run(cmd, args)
		},
	}
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return cannotRun{err} })
	flags := cmd.Flags()
	flags.StringArrayVarP(&f.processes, "process", "p", nil, "merged binary or its admin socket; may be repeated")
	flags.StringVar(&f.rules, "rules", "", "switch through this rules `file` of the processes, and not through their sockets")
	flags.StringVar(&f.guard, "guard", "", "decide by what is counted, without a command: "+strings.Join(judge.Guards, ", "))
	flags.BoolVar(&f.whole, "whole-process", false, "have --guard compare the calls of all links, in blocks of time")
	flags.StringVar(&f.limit, "limit", "", "`percentage` of the inline calls that may panic (default 0%) or fall back (default 1%), or of the verified ones that may differ (default 0%)")
	flags.DurationVar(&f.slow, "slow", 0, "time above which a call is slow, for --guard=slow")
	flags.Uint64Var(&f.calls, "calls", 1000, "calls that --guard counts at least before it switches")
	flags.Uint64Var(&f.most, "most-calls", 1_000_000, "calls that --guard takes at most for a trial")
	flags.IntVar(&f.repeat, "repeat", 1, "run the command up to this often for a trial, and go by the majority")
	flags.StringArrayVar(&f.skip, "skip", nil, "leave a `link` as it is; may be repeated")
	flags.DurationVar(&f.wait, "wait", 30*time.Second, "how long processes may take to obey the rules file, or may make no calls")
	flags.StringVar(&f.journal, "journal", "", "`file` for what to put back after a crash (default: mergectl/bisect.journal in $XDG_STATE_HOME)")
	flags.BoolVar(&f.restore, "restore", false, "put back the rules that an interrupted search has left switched")
	flags.BoolVarP(&f.force, "force", "f", false, "also make RPCs of calls to services that do not listen; with --restore, write the rules file though somebody else has changed it")
	flags.StringVar(&f.format, "format", "text", "text or json")
	cmd.AddCommand(bisectSimulateCommand())
	return cmd
}

// putBack is --restore.
func (f *bisectFlags) putBack(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return cannotRun{errors.New("--restore takes no arguments: the journal has what to put back")}
	}
	if err := f.findJournal(); err != nil {
		return cannotRun{err}
	}
	notes, err := switching.Restore(f.journal, f.force)
	printNotes(cmd.ErrOrStderr(), notes)
	if errors.Is(err, switching.ErrNothing) {
		fmt.Fprintf(cmd.OutOrStdout(), "Nothing to put back: there is no %s.\n", f.journal)
		return nil
	}
	if err != nil {
		return cannotRun{err}
	}
	fmt.Fprintln(cmd.OutOrStdout(), "The rules are as they were found.")
	return nil
}

func printNotes(w io.Writer, notes []string) {
	for _, note := range notes {
		fmt.Fprintf(w, "Note: %s.\n", note)
	}
}

func (f *bisectFlags) findJournal() (err error) {
	if f.journal == "" {
		f.journal, err = switching.DefaultJournal(os.Getenv)
	}
	return err
}

// run searches.
func (f *bisectFlags) run(cmd *cobra.Command, args []string) error {
	links, command := args, []string(nil)
	if dash := cmd.ArgsLenAtDash(); dash >= 0 {
		links, command = args[:dash], args[dash:]
	}
	if err := f.check(cmd, command); err != nil {
		return cannotRun{err}
	}
	options, err := f.options(links)
	if err != nil {
		return cannotRun{err}
	}
	guard, err := f.guarded()
	if err != nil {
		return cannotRun{err}
	}
	s, err := switching.Open(options)
	if err != nil {
		return cannotRun{err}
	}
	progress := cmd.ErrOrStderr()
	b := &bisect.Bisection{Switch: s, Links: s.Links(), Sockets: options.Sockets, Progress: progress}
	f.decideBy(b, command, guard)
	// SIGPIPE would end mergectl when nobody reads its progress any more.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	defer stop()
	report, err := searchAndRestore(ctx, s, b, f.journal, progress)
	if err != nil {
		return cannotRun{err}
	}
	if f.format == "json" {
		err = writeIndented(cmd.OutOrStdout(), report)
	} else {
		err = writeBisection(cmd.OutOrStdout(), report, f.keepOff(options))
	}
	if err == nil && report.Outcome != search.Found {
		err = errFindings
	}
	return err
}

// searchAndRestore searches, and puts the rules back however that ends.
func searchAndRestore(ctx context.Context, s *switching.Switching, b *bisect.Bisection, journal string, progress io.Writer) (report *bisect.Report, err error) {
	if err := s.Begin(journal); err != nil {
		return nil, err
	}
	defer func() {
		if ctx.Err() != nil {
			err = errors.New("interrupted")
		}
		notes, failed := s.Restore()
		printNotes(progress, notes)
		if failed == nil {
			fmt.Fprintln(progress, "The rules are as they were found.")
		}
		err = errors.Join(err, failed)
	}()
	return b.Run(ctx)
}

// check refuses flags that do not go together.
func (f *bisectFlags) check(cmd *cobra.Command, command []string) error {
	given := cmd.Flags().Changed
	switch {
	case f.format != "text" && f.format != "json":
		return fmt.Errorf("--format=%s: want text or json", f.format)
	case len(command) == 0 && f.guard == "":
		return errors.New("write the command that decides after --, or name a --guard")
	case len(command) > 0 && f.guard != "":
		return errors.New("either the command decides or --guard; leave out one")
	case f.guard != "" && !slices.Contains(judge.Guards, f.guard):
		return fmt.Errorf("--guard=%s: want one of %s", f.guard, strings.Join(judge.Guards, ", "))
	case f.whole && f.guard != "errors" && f.guard != "slow":
		return errors.New("--whole-process is for --guard=errors and --guard=slow; what other guards count belongs to one method")
	case f.guard == "slow" && f.slow <= 0:
		return errors.New("--guard=slow needs the time above which calls are slow, such as --slow=50ms")
	case f.guard != "slow" && given("slow"):
		return errors.New("--slow is for --guard=slow")
	case f.guard == "" && (given("calls") || given("most-calls")):
		return errors.New("--calls and --most-calls are for --guard")
	case f.guard != "" && given("repeat"):
		return errors.New("--repeat is for a command; a guard decides by the number of calls")
	case f.repeat < 1 || f.repeat > 99:
		return fmt.Errorf("--repeat=%d: want a number from 1 to 99", f.repeat)
	case f.calls < 1 || f.most < 2*f.calls:
		return fmt.Errorf("--most-calls=%d: want at least twice --calls, which is %d", f.most, f.calls)
	}
	return f.findJournal()
}

// options returns what is to be switched.
func (f *bisectFlags) options(links []string) (o switching.Options, err error) {
	o = switching.Options{File: f.rules, Draw: f.draws(), Verified: f.guard == "verify", Force: f.force, Wait: f.wait}
	if len(f.processes) == 0 {
		f.processes = []string{""}
	}
	for _, name := range f.processes {
		socket, err := running.Socket(name)
		if err != nil {
			return o, err
		}
		o.Sockets = append(o.Sockets, socket)
	}
	if o.Only, err = patterns(links); err != nil {
		return o, err
	}
	o.Skip, err = patterns(f.skip)
	return o, err
}

func patterns(links []string) (all []linkpattern.Pattern, err error) {
	for _, link := range links {
		if err := checkQuotes(link); err != nil {
			return nil, err
		}
		p, err := linkpattern.Parse(link)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// draws reports whether the draws of each method are compared.
func (f *bisectFlags) draws() bool { return f.guard != "" && !f.whole }

// guarded returns the guard, of which nothing is used if a command decides.
func (f *bisectFlags) guarded() (judge.Guard, error) {
	g := judge.Guard{Kind: f.guard, Slow: f.slow}
	limit, limited := judge.DefaultLimit(f.guard)
	g.Limit = limit
	switch {
	case f.limit == "":
		return g, nil
	case !limited:
		return g, errors.New("--limit is for the guards panics, fallbacks and verify; others compare with RPCs")
	}
	part, err := settings.ParsePercentage(f.limit)
	if err != nil {
		return g, fmt.Errorf("--limit=%s: %w", f.limit, err)
	}
	g.Limit = float64(part)
	return g, nil
}

// decideBy has a search decide by what the flags say.
func (f *bisectFlags) decideBy(b *bisect.Bisection, command []string, guard judge.Guard) {
	reader := judge.Reader{Source: arms.Sockets(b.Sockets), Every: guardEvery, Idle: f.wait}
	progress := func(text string) { fmt.Fprintf(b.Progress, "    %s\n", text) }
	switch {
	case f.guard == "":
		b.Judge = &judge.Command{Args: command, Repeat: f.repeat, Output: b.Progress}
	case f.whole:
		b.Judge = &judge.Blocks{Guard: guard, Reader: reader, Block: f.calls, Most: f.most, Alpha: guardAlpha, Progress: progress}
	default:
		b.Draws = &judge.Draws{Guard: guard, Reader: reader, Methods: bisect.Methods(b.Links), Least: f.calls, Most: f.most, Alpha: guardAlpha, Progress: progress}
	}
}

// keepOff returns a function from a link to what keeps it off.
func (f *bisectFlags) keepOff(o switching.Options) func(link string) []string {
	return func(link string) (lines []string) {
		if o.File != "" {
			return []string{fmt.Sprintf("add to %s: %s off", o.File, link)}
		}
		for _, socket := range o.Sockets {
			lines = append(lines, fmt.Sprintf("mergectl links set --process %s '%s' off", socket, link))
		}
		return lines
	}
}
