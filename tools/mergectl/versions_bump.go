package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/tools/mergectl/bump"
	"github.com/gomerge/rules_go_merge/tools/mergectl/change"
	"github.com/gomerge/rules_go_merge/tools/mergectl/history"
	"github.com/gomerge/rules_go_merge/tools/mergectl/lag"
	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

// versionsBumpCommand returns "versions bump", which upgrades a service everywhere.
func versionsBumpCommand() *cobra.Command {
	var in versionsInputs
	var write bool
	cmd := &cobra.Command{
		Use:   "bump SERVICE@VERSION",
		Short: "Upgrade a service in all that pins its version",
		Long: `Bump prints one diff over everything that pins a service to a version: what
go.mod files require of its Go module, version of its go_merge_service targets,
its bazel_dep, and its default in merge_versions.yaml. Callees come first. It
also prints what to run afterwards, and which tests the change is for.

Which services call which is read from the sources, or from the links of the
manifests that are named. In place of a service, the path of a Go module may be
given.`,
		Example: `  mergectl versions bump stock@v1.4.0
  mergectl versions bump stock@v1.4.0 --write
  mergectl versions bump example.com/shop/stock@v1.4.0`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			name, version, ok := strings.Cut(args[0], "@")
			if !ok || name == "" || version == "" || strings.ContainsAny(version, " \t\n") {
				return fmt.Errorf("%s: want SERVICE@VERSION, such as stock@v1.4.0", args[0])
			}
			w, err := in.workspace(cmd)
			if err != nil {
				return err
			}
			plan, err := bump.New(w, name, version)
			if err != nil {
				return err
			}
			if err := printBump(cmd.OutOrStdout(), plan, write); err != nil || !write {
				return err
			}
			return change.Apply(w.Root, plan.Files())
		},
	}
	in.addManifests(cmd)
	cmd.Flags().BoolVar(&write, "write", false, "make the changes")
	return cmd
}

// workspace returns what is to be upgraded.
func (in *versionsInputs) workspace(cmd *cobra.Command) (bump.Workspace, error) {
	root, err := filepath.Abs(in.repository)
	if err != nil {
		return bump.Workspace{}, err
	}
	repo, err := history.Open(root)
	if err != nil {
		return bump.Workspace{}, err
	}
	w := bump.Workspace{Root: root}
	if w.Files, err = repo.Tracked(append([]string{"go.mod", "go.work"}, lag.Buildfiles...)...); err != nil {
		return w, err
	}
	if w.Calls, err = in.calls(); err != nil && in.manifests == nil {
		// The order alone depends on it.
		fmt.Fprintln(cmd.ErrOrStderr(), "mergectl: callees may come after their callers, since the services could not be read:", err)
		err = nil
	}
	return w, err
}

// calls returns the callees of each service: by the links of manifests that are named,
// or else by the sources.
func (in *versionsInputs) calls() (map[string][]string, error) {
	calls := make(map[string][]string)
	if in.manifests == nil {
		sources, err := workspace.Load(in.repository)
		if err != nil {
			return nil, err
		}
		for _, call := range sources.Calls {
			for _, server := range call.Servers {
				calls[call.Caller.Name] = append(calls[call.Caller.Name], server.Name)
			}
		}
		return calls, nil
	}
	x, err := in.index()
	if err != nil {
		return nil, err
	}
	for _, b := range x.Binaries {
		for _, l := range b.Links {
			calls[l.Caller] = append(calls[l.Caller], l.Callee)
		}
	}
	return calls, nil
}

// printBump prints the diff, then what is left and what to run.
func printBump(w io.Writer, plan *bump.Plan, written bool) error {
	var t strings.Builder
	for _, step := range plan.Steps {
		fmt.Fprintf(&t, "# %s: %s\n%s", step.Path, step.Why, step.Diff(step.Path))
	}
	for _, left := range plan.Left {
		fmt.Fprintf(&t, "# left as it is: %s\n", left)
	}
	if len(plan.Steps) > 0 {
		then := "Then run:"
		if !written {
			then = "With --write these changes are made. Then run:"
		}
		fmt.Fprintf(&t, "# %s\n", then)
		for _, command := range plan.Commands {
			fmt.Fprintf(&t, "#   %s\n", command)
		}
		if len(plan.Tests) > 0 {
			fmt.Fprintf(&t, "#   bazel test %s\n", strings.Join(plan.Tests, " "))
		}
	}
	_, err := io.WriteString(w, t.String())
	return err
}
