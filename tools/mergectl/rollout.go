package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/settings"
)

// exitStatus is an exit code of a command that has said what there is to say.
type exitStatus int

func (e exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// rolloutFlags are the flags of rollout.
type rolloutFlags struct {
	settings     string
	once, watch  bool
	stop, status bool
	format       string
	configMap    string
}

func rolloutCommand() *cobra.Command {
	var f rolloutFlags
	cmd := &cobra.Command{
		Use:   "rollout",
		Short: "Make links inline in steps, and off again if that does harm",
		Long: `Rollout makes links inline over many processes, in steps, as rollout.yaml says.
It writes the rules file that the processes read, and compares the calls that
were drawn inline with those that were not. If inline calls do harm, it switches
the links off.

One run makes one pass, and may be repeated at any time, by cron or CI. With
--watch, passes go on until the rollout ends. What was decided is in the log,
so the next run goes on where one was killed.

Exit code 0 means that the rollout is done, 1 that it was rolled back, 2 that
nothing could be decided, and 3 that it holds: run it again.`,
		Example: `  mergectl rollout --once
  mergectl rollout --watch
  mergectl rollout --once --configmap=prod/shop-rules | kubectl apply -f -
  mergectl rollout --stop`,
		Args: func(cmd *cobra.Command, args []string) error {
			if err := cobra.NoArgs(cmd, args); err != nil {
				return cannotRun{err}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			return f.run(ctx, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return cannotRun{err} })
	flags := cmd.Flags()
	flags.StringVar(&f.settings, "settings", settings.Name, "`file` with the settings")
	flags.BoolVar(&f.once, "once", false, "make one pass (the default)")
	flags.BoolVar(&f.watch, "watch", false, "make passes until the rollout ends")
	flags.BoolVar(&f.stop, "stop", false, "switch the links off and end the rollout")
	flags.BoolVar(&f.status, "status", false, "say where the rollout is, and decide nothing")
	flags.StringVar(&f.format, "format", "text", "text or json")
	flags.StringVar(&f.configMap, "configmap", "", "write the rules file as a ConfigMap of this `name`, or NAMESPACE/NAME, to standard output, and the report to standard error")
	// There is an error only for a flag without the name.
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	cmd.AddCommand(simulateCommand())
	return cmd
}

// run does what the flags say. Its error is the exit code, or cannotRun.
func (f *rolloutFlags) run(ctx context.Context, out, messages io.Writer) error {
	if !slices.Contains([]string{"text", "json"}, f.format) {
		return cannotRun{fmt.Errorf("--format=%s: want text or json", f.format)}
	}
	given := 0
	for _, flag := range []bool{f.once, f.watch, f.stop, f.status} {
		if flag {
			given++
		}
	}
	if given > 1 {
		return cannotRun{errors.New("--once, --watch, --stop and --status exclude each other; give one")}
	}
	set, err := settings.Load(f.settings)
	if err != nil {
		return cannotRun{err}
	}
	view := &rolloutView{out: out, format: f.format, configMap: f.configMap, controller: &rollout.Controller{Settings: set}}
	if f.configMap != "" {
		view.out, view.config = messages, out
	}
	view.terminal = f.watch && f.format == "text" && isTerminal(view.out)
	pass := view.controller.Pass
	switch {
	case f.stop:
		pass = view.controller.Stop
	case f.status:
		pass = func(context.Context) (*rollout.Report, error) { return view.controller.Look() }
	}
	var settled time.Time
	var last *rollout.Report // of a pass without an error
	var failed error         // of the last pass
	for {
		r, err := pass(ctx)
		if err != nil && (!f.watch || ctx.Err() != nil || rollout.Ends(err, failed)) {
			return cannotRun{err}
		}
		if failed = err; err != nil {
			r = view.controller.Failed(err, last)
		} else {
			last = r
		}
		if err := view.show(r); err != nil {
			return cannotRun{err}
		}
		wait := time.Duration(set.Poll)
		if last != nil && last.Status != rollout.Holding {
			// Until all processes do what was decided.
			if settled.IsZero() {
				settled = time.Now().Add(settleTime)
			}
			if failed == nil && last.Obey == last.Total && last.Total > 0 || time.Now().After(settled) {
				return exitOf(last)
			}
			wait = time.Second
		}
		if !f.watch {
			return exitOf(last)
		}
		select {
		case <-ctx.Done():
			if failed != nil {
				return cannotRun{failed}
			}
			return exitOf(last)
		case <-time.After(wait):
		}
	}
}

// settleTime is how long --watch waits for processes to do what was decided at the end.
// They read the rules file once a second.
const settleTime = 10 * time.Second

func exitOf(r *rollout.Report) error {
	if code := r.ExitCode(); code != 0 {
		return exitStatus(code)
	}
	return nil
}

// rolloutView shows passes.
type rolloutView struct {
	out, config io.Writer
	format      string
	configMap   string
	terminal    bool
	controller  *rollout.Controller
	last        *rollout.Report
}

// show shows a pass: in whole on a terminal and where something was decided, and else in
// one line. Above one that decided nothing, a terminal keeps the last that could.
func (v *rolloutView) show(r *rollout.Report) error {
	failed := r.Status == rollout.Undecided
	decided := !failed && (v.last == nil || v.last.Status != r.Status || v.last.Step != r.Step)
	if !failed {
		v.last = r
	}
	err := error(nil)
	switch {
	case v.format == "json":
		err = writeIndented(v.out, r)
	case v.terminal:
		_, err = io.WriteString(v.out, "\x1b[H\x1b[2J")
		if v.last != nil && err == nil {
			err = v.last.Write(v.out)
		}
		if failed && err == nil {
			err = r.Write(v.out)
		}
	case decided:
		err = r.Write(v.out)
	default:
		_, err = fmt.Fprintln(v.out, r.Line())
	}
	if err != nil || v.config == nil || failed {
		return err
	}
	return v.controller.ConfigMap(v.config, v.configMap, filepath.Base(v.controller.Settings.RulesFile))
}
