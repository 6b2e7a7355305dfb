package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/tools/mergectl/fleet"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/choose"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout"
	rolloutlog "github.com/gomerge/rules_go_merge/tools/mergectl/rollout/journal"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/settings"
	"github.com/gomerge/rules_go_merge/tools/mergectl/running"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/browse"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/pages"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/serve"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/watch"
	"github.com/gomerge/rules_go_merge/tools/mergectl/wholefile"
)

// uiFlags are the flags of ui.
type uiFlags struct {
	addr         string
	allowChanges bool
	out          string
	rollout      string
	versions     versionsInputs
	plan         planFlags
}

// uiCommand returns "ui", which shows running merged binaries in a browser.
func uiCommand() *cobra.Command {
	f := uiFlags{versions: versionsInputs{head: "HEAD"}}
	cmd := &cobra.Command{
		Use:   "ui [BINARY-OR-SOCKET]...",
		Short: "Show running merged binaries in a browser",
		Long: `Ui serves pages with the links, services and processes of running merged
binaries, and shows what changes from second to second. With --manifests it shows
versions, too, with --plan which services to merge, and with --rollout the steps
and decisions of a rollout.

Only a browser with the token that ui prints gets an answer. The pages change
nothing, unless --allow-changes is given. With --out, ui writes all pages to one
file and ends.

Processes are named by their admin sockets, or by the path of an executable, which
stands for all processes of it that run now. Without any, GO_MERGE_ADMIN_SOCKET is
the socket.`,
		Example: `  mergectl ui bazel-bin/shop_/shop
  mergectl ui /run/shop-*.sock --allow-changes
  mergectl ui /run/shop.sock --manifests=releases --plan=merge_plan.yaml
  mergectl ui /run/shop.sock --out=shop.html`,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := signal.NotifyContext(cmd.Context(), endings()...)
			defer stop()
			context.AfterFunc(ctx, stop) // so that a second signal ends it at once
			return f.run(ctx, cmd, args)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.addr, "addr", "127.0.0.1:0", "`address` to listen at; port 0 is any free one")
	flags.BoolVar(&f.allowChanges, "allow-changes", false, "let the pages set and unset rules, and turn the kill switch")
	flags.StringVar(&f.out, "out", "", "write all pages to one HTML `file`, and serve none")
	flags.StringVar(&f.plan.settings, "plan", "", "`file` with the settings of a plan to show, such as merge_plan.yaml")
	flags.StringVar(&f.rollout, "rollout", "", "`file` with the settings of a rollout to show, such as rollout.yaml, or its log")
	f.versions.addManifests(cmd)
	cmd.MarkFlagsMutuallyExclusive("out", "allow-changes")
	cmd.MarkFlagsMutuallyExclusive("out", "addr")
	return cmd
}

// endings returns the signals that end ui. Those of a terminal stay ignored if whoever has
// started it ignores them, as nohup does.
func endings() []os.Signal {
	ofTerminal := slices.DeleteFunc([]os.Signal{os.Interrupt, syscall.SIGHUP}, signal.Ignored)
	return append(ofTerminal, syscall.SIGTERM)
}

func (f *uiFlags) run(ctx context.Context, cmd *cobra.Command, args []string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if f.out != "" {
		if err := replaceable(f.out); err != nil {
			return err
		}
	}
	sockets, err := f.sockets(args)
	if err != nil {
		return err
	}
	o := serve.Options{Watcher: watch.New(sockets), AllowChanges: f.allowChanges}
	if f.versions.manifests != nil {
		o.Versions = f.readVersions
		// Here an error still has an exit code.
		if _, err := f.versions.index(); err != nil {
			return err
		}
	}
	if f.plan.settings != "" {
		o.Plan = func() (*choose.Plan, error) {
			in, err := f.plan.read(cmd)
			if err != nil {
				return nil, err
			}
			return choose.Make(in)
		}
		if _, err := o.Plan(); err != nil {
			return err
		}
	}
	if f.rollout != "" {
		o.Rollout = (&rolloutReader{file: f.rollout}).read
		if _, err := o.Rollout(); err != nil {
			return cannotRun{err}
		}
	}
	watched := make(chan struct{})
	go func() {
		o.Watcher.Run(ctx)
		close(watched)
	}()
	defer func() {
		cancel()
		<-watched
	}()
	if f.out != "" {
		html, err := serve.New(o).File(ctx)
		if err != nil {
			return err
		}
		return wholefile.File{Name: f.out, Data: html, Mode: 0o644, Keep: true}.Write()
	}
	return f.serve(ctx, cmd, o)
}

// sockets returns the admin sockets of all processes that are named.
func (f *uiFlags) sockets(args []string) ([]string, error) {
	if len(args) == 0 && (f.versions.manifests != nil || f.plan.settings != "" || f.rollout != "") && os.Getenv("GO_MERGE_ADMIN_SOCKET") == "" {
		return nil, nil
	}
	if len(args) == 0 {
		args = []string{""}
	}
	var all []string
	for _, name := range args {
		sockets, err := running.Sockets(name)
		if err != nil {
			return nil, err
		}
		for _, socket := range sockets {
			if socket, err = filepath.Abs(socket); err != nil {
				return nil, err
			}
			all = append(all, socket)
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// serve serves the pages until the context ends.
func (f *uiFlags) serve(ctx context.Context, cmd *cobra.Command, o serve.Options) error {
	host, _, err := net.SplitHostPort(f.addr)
	if err != nil {
		return fmt.Errorf("--addr=%s: want HOST:PORT, such as 127.0.0.1:8080: %w", f.addr, err)
	}
	if host == "" {
		return fmt.Errorf("--addr=%s names no host: write 127.0.0.1%[1]s, or 0.0.0.0%[1]s to listen at all addresses", f.addr)
	}
	l, err := net.Listen("tcp", f.addr)
	if err != nil {
		return err
	}
	o.Host = host
	server := serve.New(o)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, l) }()
	authority, open := reachable(l.Addr())
	url := server.URL(authority)
	fmt.Fprintln(cmd.OutOrStdout(), url)
	if open {
		fmt.Fprintf(cmd.ErrOrStderr(), "Warning: %s is open to other machines, and without encryption: who reads the traffic gets the token.\n", l.Addr())
	}
	var opened <-chan error
	if isTerminal(cmd.OutOrStdout()) {
		fmt.Fprintln(cmd.ErrOrStderr(), "Ctrl-C ends it.")
		var done func()
		opened, done = browse.Open(url)
		defer done()
	}
	for {
		select {
		case err := <-ended:
			return err
		case err := <-opened:
			if err != nil {
				fmt.Fprintf(cmd.ErrOrStderr(), "Open the address yourself: %v\n", err)
			}
			opened = nil
		}
	}
}

// reachable returns the host and port of an address to listen at, of all addresses that
// of this machine itself, and whether other machines reach it.
func reachable(addr net.Addr) (authority string, open bool) {
	at, err := netip.ParseAddrPort(addr.String())
	if err != nil {
		return addr.String(), true
	}
	if at.Addr().IsUnspecified() {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), at.Port()).String(), true
	}
	return at.String(), !at.Addr().IsLoopback()
}

// readVersions reads manifests and the sources, and joins them with what processes report.
func (f *uiFlags) readVersions(processes []watch.Process) (*pages.Versions, error) {
	in := f.versions
	x, err := in.index()
	if err != nil {
		return nil, err
	}
	v := &pages.Versions{Processes: processes, Read: time.Now()}
	for _, p := range processes {
		if p.Services == nil {
			continue
		}
		if err := x.AddRunning([]fleet.Report{{From: p.Socket, Services: *p.Services}}); err != nil {
			v.Notes = append(v.Notes, err.Error())
		}
	}
	report, err := in.reportOf(x, nil)
	if err != nil {
		return nil, err
	}
	v.Head, v.Rows, v.Skew = report.Head, report.Rows, report.Skew
	return v, nil
}

// rolloutReader reads what was added to the log of a rollout since it was asked last: a page
// asks every second or two.
type rolloutReader struct {
	// file has the settings, or is the log.
	file string

	mu      sync.Mutex
	place   rolloutlog.Place
	entries []rolloutlog.Entry
}

// read returns the rollout with its settings, if they are named. A rollout that has not
// begun has no log.
func (l *rolloutReader) read() (*pages.Rollout, error) {
	var r pages.Rollout
	log := l.file
	if ext := filepath.Ext(l.file); ext == ".yaml" || ext == ".yml" {
		set, err := settings.Load(l.file)
		if err != nil {
			return nil, err
		}
		r.Settings, log = set, set.Path(set.Log)
	}
	var err error
	r.Entries, err = l.added(log)
	if errors.Is(err, fs.ErrNotExist) && r.Settings != nil {
		return &r, nil
	}
	if err != nil {
		return nil, err
	}
	r.Unknown = "only the settings say what the guards are; name them, such as rollout.yaml, with --rollout"
	if r.Settings != nil && len(r.Entries) > 0 {
		// The steps and decisions are right in any case.
		if r.Now, err = (&rollout.Controller{Settings: r.Settings}).Look(); err != nil {
			r.Unknown = err.Error()
		}
	}
	return &r, nil
}

// added returns all entries of a log, and reads those that it has not read.
func (l *rolloutReader) added(log string) ([]rolloutlog.Entry, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	entries, place, err := rolloutlog.ReadFile(log, l.place)
	if errors.Is(err, rolloutlog.ErrPlace) { // another rollout
		l.entries = nil
		entries, place, err = rolloutlog.ReadFile(log, rolloutlog.Place{})
	}
	if err != nil {
		l.place, l.entries = rolloutlog.Place{}, nil
		return nil, err
	}
	l.place = place
	l.entries = append(l.entries, entries...)
	return l.entries, nil
}

// replaceable returns why a file cannot be written to: what is there has to be a file that
// may be changed. Symbolic links may be those of others.
func replaceable(name string) error {
	info, err := os.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.IsDir():
		return fmt.Errorf("%s is a folder; name a file in it", name)
	case info.Mode().Type() == fs.ModeSymlink:
		return fmt.Errorf("%s is a symbolic link; name the file that it leads to", name)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a regular file; name another one", name)
	}
	file, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return file.Close()
}
