package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/internal/regular"
	"github.com/gomerge/rules_go_merge/tools/mergectl/change"
	"github.com/gomerge/rules_go_merge/tools/mergectl/check"
	"github.com/gomerge/rules_go_merge/tools/mergectl/initialize"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/choose"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/code"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/cost"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/directives"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/exports"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/fleet"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/kubernetes"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/profiles"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/settings"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/show"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/traffic"
	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

// planFlags are the flags of plan.
type planFlags struct {
	settings   string
	traffic    []string
	kubernetes []string
	period     time.Duration
	sampling   float64
	profiles   []string
	repository string
	exclude    []string
	format     string
	explain    string
	html, lp   string
	any, all   bool
	write      bool
	dryRun     bool
	// workspace is the repository, once it is read.
	workspace *workspace.Workspace
}

func planCommand() *cobra.Command {
	var f planFlags
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Choose which services to merge, by their traffic",
		Long: `Plan reads who calls whom how often, what the services need, and what people
know of them, and chooses the groups of services whose merging saves most.

Traffic is any mix of metrics of RPC frameworks, Istio and OpenTelemetry's
service graph, in Prometheus' text format or as its API answers, Jaeger's
dependencies, traces in OTLP's JSON, and CSV. A link is counted from the first file that has it.
merge_plan.yaml names the files and has limits, owners, zones and pairs.

By default a callee may only join the caller that sends more than half of its
calls, and the choice is the proven optimum. With --any it may join any caller;
the choice then comes with a proven bound on what another one could save.`,
		Example: `  mergectl plan
  mergectl plan --traffic=traffic.csv
  mergectl plan --traffic=metrics.txt --period=24h --kubernetes=deploy.yaml
  mergectl plan --explain='item->stock'
  mergectl plan --repository=. --write
  mergectl plan --html=plan.html
  mergectl plan --format=json | jq '.rejected[] | select(.rule == "affinity")'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !slices.Contains([]string{"table", "json"}, f.format) {
				return fmt.Errorf("--format=%s: want table or json", f.format)
			}
			in, err := f.read(cmd)
			if err != nil {
				return err
			}
			plan, err := choose.Make(in)
			if err != nil {
				return err
			}
			return f.show(cmd.OutOrStdout(), plan)
		},
	}
	cmd.AddCommand(compareCommand())
	flags := cmd.Flags()
	flags.StringVar(&f.settings, "settings", "", "`file` with settings (default: "+settings.Name+", if it is there)")
	flags.StringArrayVar(&f.traffic, "traffic", nil, "`file` with traffic, in place of those of the settings; FORMAT=FILE where the format is not clear")
	flags.StringArrayVar(&f.kubernetes, "kubernetes", nil, "`file` with workloads and autoscalers, in addition to those of the settings")
	flags.DurationVar(&f.period, "period", 0, "time in which the calls of --traffic were made, where its files only count them")
	flags.Float64Var(&f.sampling, "sampling", 0, "part of the calls of --traffic that was recorded, such as 0.01")
	flags.StringArrayVar(&f.profiles, "profile", nil, "CPU profile of one replica, as SERVICE=`FILE`, in addition to those of the settings")
	flags.StringVar(&f.repository, "repository", "", "`folder` of the repository with the services, which says what can be inline")
	excludeFlag(cmd, &f.exclude)
	flags.BoolVar(&f.write, "write", false, "write merge_binary directives for the groups to the repository, and print the diff")
	flags.BoolVarP(&f.dryRun, "dry-run", "n", false, "with --write, print the diff and write nothing")
	flags.StringVar(&f.html, "html", "", "write a page with the groups and their graphs to a `file`")
	flags.StringVar(&f.lp, "lp", "", "write the choice as an integer program for solvers to a `file`, in the format of CPLEX")
	flags.StringVar(&f.format, "format", "table", "table or json")
	flags.StringVar(&f.explain, "explain", "", "show every number of a `link`, such as item->stock, with its source")
	flags.BoolVar(&f.any, "any", false, "let callees join any of their callers")
	flags.BoolVarP(&f.all, "all", "a", false, "list all groups, rejected links and warnings")
	// There is an error only for a flag without the name.
	_ = cmd.MarkFlagDirname("repository")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"table", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// show writes the plan as the flags say.
func (f *planFlags) show(out io.Writer, plan *choose.Plan) error {
	for _, file := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{f.html, func(w io.Writer) error { return show.Page(w, plan) }},
		{f.lp, plan.WriteLP},
	} {
		if file.name == "" {
			continue
		}
		var text bytes.Buffer
		if err := file.write(&text); err != nil {
			return err
		}
		if err := os.WriteFile(file.name, text.Bytes(), 0o666); err != nil {
			return err
		}
	}
	switch {
	case f.write:
		return f.writeDirectives(out, plan)
	case f.explain != "":
		return plan.Explain(out, f.explain)
	case f.format == "json":
		return writeIndented(out, plan)
	}
	return show.Table(out, plan, f.all)
}

// writeDirectives prints the change of the repository, and makes it.
func (f *planFlags) writeDirectives(out io.Writer, plan *choose.Plan) error {
	if f.workspace == nil {
		return fmt.Errorf("--write needs the repository: give --repository, or repository in %s", settings.Name)
	}
	files, notes, err := directives.Change(f.workspace, plan.Groups)
	if err != nil {
		return placed(err, f.workspace.Root)
	}
	printPlan(out, &initialize.Plan{Files: files, Notes: notes}, f.workspace)
	switch {
	case len(files) == 0:
		fmt.Fprintln(out, "\nNothing to write: no group is without a directive.")
	case !f.dryRun:
		if err := change.Apply(f.workspace.Root, files); err != nil {
			return err
		}
		fmt.Fprintln(out, "\nWritten. Next: bazel run //:gazelle")
	}
	return nil
}

// read reads all that a plan is made of.
func (f *planFlags) read(cmd *cobra.Command) (*choose.Inputs, error) {
	set, name, dir, err := f.readSettings()
	if err != nil {
		return nil, err
	}
	in := &choose.Inputs{Settings: set, SettingsName: name, Fleet: make(fleet.Fleet), Any: f.any}
	canonical := set.Canonical()
	servers, err := f.readRepository(cmd, in, dir)
	if err != nil {
		return nil, err
	}
	inputs, err := f.trafficFiles(set, dir)
	if err != nil {
		return nil, err
	}
	var graphs []*traffic.Graph
	for _, t := range inputs {
		data, err := regular.ReadFile(t.File)
		if err != nil {
			return nil, err
		}
		graph, err := exports.Read(t.File, data, exports.Options{
			Format: t.Format, Period: time.Duration(t.Period), Sampling: t.Sampling, ServiceOf: servers,
		})
		if err != nil {
			return nil, err
		}
		graphs = append(graphs, graph.Rename(canonical))
	}
	in.Traffic = traffic.Merge(graphs...)
	files := slices.Clone(f.kubernetes)
	for _, file := range set.Kubernetes {
		files = append(files, below(dir, file))
	}
	var workloads []kubernetes.File
	for _, file := range files {
		data, err := regular.ReadFile(file)
		if err != nil {
			return nil, err
		}
		workloads = append(workloads, kubernetes.File{Name: file, Data: data})
	}
	if in.Ignored, err = kubernetes.Read(workloads, canonical, in.Fleet); err != nil {
		return nil, err
	}
	return in, f.readProfiles(in, dir)
}

// readRepository reads the repository, if one is named. It returns a function from
// RPC services to the services that serve them, by the settings or the repository.
func (f *planFlags) readRepository(cmd *cobra.Command, in *choose.Inputs, dir string) (func(string) string, error) {
	servers := serviceOf(in.Settings)
	folder := f.repository
	if folder == "" && in.Settings.Repository != "" {
		folder = below(dir, in.Settings.Repository)
	}
	if folder == "" {
		return servers, nil
	}
	w, err := load(cmd, []string{folder}, f.exclude)
	if err != nil {
		return nil, err
	}
	sdks, err := findSDKs(w, "")
	if err != nil {
		return nil, placed(err, w.Root)
	}
	f.workspace = w
	known := code.New(w, check.Versions(w, sdks))
	in.Inline = known.Inline
	return func(rpcService string) string {
		if service := servers(rpcService); service != "" {
			return service
		}
		return known.ServiceOf(rpcService)
	}, nil
}

// readProfiles sets how much services spend on RPCs.
func (f *planFlags) readProfiles(in *choose.Inputs, dir string) error {
	var list []settings.Profile
	for _, text := range f.profiles {
		service, file, ok := strings.Cut(text, "=")
		if !ok {
			return fmt.Errorf("--profile=%s: want SERVICE=FILE", text)
		}
		list = append(list, settings.Profile{File: file, Service: service})
	}
	for _, p := range in.Settings.Profiles {
		p.File = below(dir, p.File)
		list = append(list, p)
	}
	in.Scales = make(map[string]fleet.Number)
	model := cost.New(in.Settings.Costs, in.SettingsName)
	for _, p := range list {
		if _, twice := in.Scales[p.Service]; twice {
			in.Ignored = append(in.Ignored, traffic.Ignored{Source: p.File, What: "profiles", Why: "another one of " + p.Service + " comes first", Count: 1})
			continue
		}
		data, err := regular.ReadFile(p.File)
		if err != nil {
			return err
		}
		usage, err := profiles.Read(p.File, p.Service, data)
		if err != nil {
			return err
		}
		if usage.Labelled > 0 {
			in.Ignored = append(in.Ignored, traffic.Ignored{Source: p.File, What: "samples", Why: "they are labelled with another service", Count: usage.Labelled})
		}
		replicas := choose.Replicas(in, p.Service)
		scale, err := choose.Scale(p.Service, p.File, usage.RPC, replicas, in.Traffic, model)
		if err != nil {
			return err
		}
		in.Scales[p.Service] = scale
	}
	return nil
}

// readSettings returns the settings, their file's name and its folder.
func (f *planFlags) readSettings() (set *settings.Settings, name, dir string, err error) {
	name = f.settings
	if name == "" {
		name = settings.Name
	}
	data, err := regular.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) && f.settings == "" {
		return &settings.Settings{}, name, "", nil
	}
	if err != nil {
		return nil, "", "", err
	}
	set, err = settings.Parse(name, data)
	return set, name, filepath.Dir(name), err
}

func below(dir, file string) string {
	if filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(dir, file)
}

// trafficFiles returns the files to read: those of the flags, or of the settings.
func (f *planFlags) trafficFiles(set *settings.Settings, dir string) ([]settings.Traffic, error) {
	var list []settings.Traffic
	for _, file := range f.traffic {
		t := settings.Traffic{File: file, Period: settings.Duration(f.period), Sampling: f.sampling}
		if format, rest, ok := strings.Cut(file, "="); ok && slices.Contains(exports.Formats, exports.Format(format)) {
			t.Format, t.File = exports.Format(format), rest
		}
		list = append(list, t)
	}
	if len(list) > 0 {
		return list, nil
	}
	for _, t := range set.Traffic {
		t.File = below(dir, t.File)
		list = append(list, t)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("no traffic: give --traffic=FILE, or list files under traffic in %s", settings.Name)
	}
	return list, nil
}

// serviceOf returns a function from RPC services to the services that serve them, by
// the settings.
func serviceOf(set *settings.Settings) func(string) string {
	servers := make(map[string]string)
	for name, service := range set.Services {
		for _, rpcService := range service.Serves {
			servers[rpcService] = name
		}
	}
	return func(rpcService string) string { return servers[rpcService] }
}
