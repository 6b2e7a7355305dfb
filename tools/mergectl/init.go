package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/tools/mergectl/change"
	"github.com/gomerge/rules_go_merge/tools/mergectl/graph"
	"github.com/gomerge/rules_go_merge/tools/mergectl/initialize"
	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

func initCommand() *cobra.Command {
	var options initialize.Options
	var excluded []string
	var dryRun bool
	var graphFile string
	cmd := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Write the Bazel files that merge the services of a Go repository",
		Long: `Init finds the main packages of a Go repository that make an RPC server, shows
what they serve and call, and writes what is missing to merge them: MODULE.bazel
with a dependency set for each go.mod file, and a gazelle target with a
merge_binary directive in the root's BUILD file. Then

  bazel run //:gazelle && bazel build //:merged

It prints the changes as a diff, and makes all of them or none. It only adds, so
that running it again changes nothing.`,
		Example: `  mergectl init
  mergectl init --dry-run --graph=services.svg
  mergectl init --rules=../rules_go_merge
  mergectl init ~/src/shop --name=shop --include=gateway --exclude=tutorial,hack`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			w, err := load(cmd, args, excluded)
			if err != nil {
				return err
			}
			if graphFile != "" {
				if err := writeGraph(graphFile, w); err != nil {
					return err
				}
			}
			out := cmd.OutOrStdout()
			if err := graph.WriteTree(out, w); err != nil {
				return err
			}
			if options.Rules, err = fromRoot(w.Root, options.Rules); err != nil {
				return err
			}
			plan, err := initialize.New(w, options)
			if err != nil {
				return placed(err, w.Root)
			}
			printPlan(out, plan, w)
			if dryRun {
				return nil
			}
			if err := change.Apply(w.Root, plan.Files); err != nil {
				return err
			}
			printDone(out, plan)
			return nil
		},
	}
	cmd.Flags().StringVar(&options.Name, "name", "", "name of the merged binary (default: "+initialize.DefaultName+", or those that are there)")
	cmd.Flags().StringSliceVar(&options.Include, "include", nil, "names of services to merge although they have no server")
	excludeFlag(cmd, &excluded)
	cmd.Flags().StringVar(&options.GoSDK, "go-sdk", "host", "version of Go for Bazel to download, or host for the machine's own")
	cmd.Flags().StringVar(&options.Rules, "rules", "", "`folder` of a checkout of rules_go_merge, to have the rules from there and not from a registry")
	cmd.Flags().BoolVarP(&dryRun, "dry-run", "n", false, "print the changes and make none")
	cmd.Flags().StringVar(&graphFile, "graph", "", "write the services and their calls to a .dot or .svg `file`")
	// There is an error only for a flag without the name.
	_ = cmd.MarkFlagFilename("graph", "dot", "svg")
	_ = cmd.MarkFlagDirname("rules")
	return cmd
}

// excludeFlag adds the flag for what [load] is to leave out.
func excludeFlag(cmd *cobra.Command, excluded *[]string) {
	cmd.Flags().StringSliceVar(excluded, "exclude", nil, "`patterns` of folders to leave out, relative to the root, as Gazelle's exclude directive has them")
}

// load reads the repository that an argument names, or the current folder's,
// without what is excluded.
func load(cmd *cobra.Command, args, excluded []string) (*workspace.Workspace, error) {
	dir := "."
	if len(args) > 0 {
		dir = args[0]
	}
	w, err := workspace.Load(dir, excluded...)
	if err != nil {
		return nil, placed(err, dir)
	}
	w.Place = placeIn(w.Root)
	for _, remark := range w.Remarks {
		fmt.Fprintln(cmd.ErrOrStderr(), "mergectl:", remark)
	}
	return w, nil
}

// fromRoot spells a folder that the user named as MODULE.bazel does: relative to
// the root, unless it is absolute.
func fromRoot(root, dir string) (string, error) {
	if dir == "" || filepath.IsAbs(dir) {
		return dir, nil
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	rel, err := filepath.Rel(root, abs)
	return filepath.ToSlash(rel), err
}

func writeGraph(name string, w *workspace.Workspace) error {
	write := map[string]func(io.Writer, *workspace.Workspace) error{".dot": graph.WriteDOT, ".svg": graph.WriteSVG}[filepath.Ext(name)]
	if write == nil {
		return fmt.Errorf("--graph=%s: the file's name ends in .dot or .svg", name)
	}
	var text bytes.Buffer
	if err := write(&text, w); err != nil {
		return err
	}
	return os.WriteFile(name, text.Bytes(), 0o666)
}

func printPlan(out io.Writer, plan *initialize.Plan, w *workspace.Workspace) {
	color := hasColor(out)
	for _, f := range plan.Files {
		name, err := filepath.Rel(w.Root, f.Name)
		if err != nil {
			name = f.Name
		}
		fmt.Fprintln(out)
		for line := range strings.Lines(f.Diff(filepath.ToSlash(name))) {
			fmt.Fprint(out, colorDiff(line, color))
		}
	}
	if len(plan.Notes) > 0 {
		fmt.Fprintln(out)
	}
	for _, note := range plan.Notes {
		fmt.Fprintln(out, "note:", w.Place(note))
	}
}

func printDone(out io.Writer, plan *initialize.Plan) {
	if len(plan.Files) == 0 {
		fmt.Fprintln(out, "\nNothing to write: all of it is there.")
		return
	}
	fmt.Fprintf(out, "\n%s written. Next: bazel run //:gazelle && bazel build //:%s\n", count(len(plan.Files), "file"), plan.Binary)
}

func count(n int, noun string) string {
	switch stem, ends := strings.CutSuffix(noun, "ry"); {
	case n == 1:
	case ends:
		noun = stem + "ries"
	default:
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
