package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/tools/mergectl/affected"
	"github.com/gomerge/rules_go_merge/tools/mergectl/history"
)

// versionsAffectedReport is what versions affected writes with --format=json.
type versionsAffectedReport struct {
	Format   int               `json:"format"`
	Base     string            `json:"base"`
	Head     string            `json:"head"`
	Binaries []affected.Binary `json:"binaries"`
}

// affectedFlags are those of versions affected.
type affectedFlags struct {
	repository, universe, graph, bazel, format string
}

// versionsAffectedCommand returns "versions affected", which lists the merged
// binaries that a change affects.
func versionsAffectedCommand() *cobra.Command {
	var flags affectedFlags
	cmd := &cobra.Command{
		Use:   "affected BASE..HEAD",
		Short: "List the merged binaries that commits affect, and their owners",
		Long: `Affected lists the merged binaries that differ between two commits: those whose
code may change, and those that are only linked again, since no more than
environment, arguments, limits or versions of services change. Owners are those of
their BUILD files by CODEOWNERS.

It may list a binary that stays as it is, and leaves out none that does not. It runs
bazel query in the workspace, which has to be at HEAD.`,
		Example: `  mergectl versions affected origin/main..HEAD
  mergectl versions affected HEAD~1..HEAD --format=json --universe=//services/...`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if flags.format != "table" && flags.format != "json" {
				return fmt.Errorf("--format=%s: want table or json", flags.format)
			}
			report, err := flags.find(args[0])
			if err != nil {
				return err
			}
			if flags.format == "json" {
				return writeIndented(cmd.OutOrStdout(), report)
			}
			return report.write(cmd.OutOrStdout())
		},
	}
	f := cmd.Flags()
	f.StringVar(&flags.repository, "repository", ".", "`folder` of the workspace with the sources")
	f.StringVar(&flags.universe, "universe", "//...", "`pattern` of the targets among which merged binaries are looked for")
	f.StringVar(&flags.graph, "graph", "", "`file` with what bazel query printed, in place of running it (--graph=help prints the command)")
	f.StringVar(&flags.bazel, "bazel", "bazel", "`program` to run")
	f.StringVar(&flags.format, "format", "table", "table or json")
	return cmd
}

func (flags *affectedFlags) find(commits string) (*versionsAffectedReport, error) {
	query := affected.QueryArgs(affected.Expression(flags.universe))
	if flags.graph == "help" {
		last := len(query) - 1
		return nil, fmt.Errorf("run in the workspace, and name the file: %s %s %q > FILE", flags.bazel, strings.Join(query[:last], " "), query[last])
	}
	base, head, ok := strings.Cut(commits, "..")
	if !ok || base == "" || head == "" || strings.HasPrefix(head, ".") {
		return nil, fmt.Errorf("%s: want BASE..HEAD, two commits such as origin/main..HEAD", commits)
	}
	repo, err := history.Open(flags.repository)
	if err != nil {
		return nil, cannotRun{err}
	}
	report := &versionsAffectedReport{Format: versionsFormat}
	for _, name := range []struct {
		text string
		to   *string
	}{{base, &report.Base}, {head, &report.Head}} {
		if *name.to, err = repo.Resolve(name.text); err != nil {
			return nil, cannotRun{err}
		}
	}
	if err := flags.checkWorkTree(repo, report.Head); err != nil {
		return nil, cannotRun{err}
	}
	graph, err := flags.readGraph(query)
	if err != nil {
		return nil, cannotRun{err}
	}
	report.Binaries, err = affected.Find(affected.Input{Graph: graph, Root: flags.repository, Repository: repo, Base: report.Base, Head: report.Head})
	if err != nil {
		return nil, cannotRun{err}
	}
	return report, nil
}

// checkWorkTree returns an error unless the files are those of the newer commit,
// which Bazel reads.
func (flags *affectedFlags) checkWorkTree(repo *history.Repository, head string) error {
	current, err := repo.Resolve("HEAD")
	if err != nil {
		return err
	}
	if current != head {
		return fmt.Errorf("the workspace is at %s, and Bazel has to read the files of %s; run git switch --detach %[2]s, or git worktree add", current, head)
	}
	dirty, err := repo.Dirty()
	if err != nil {
		return err
	}
	if len(dirty) > 0 {
		return fmt.Errorf("%s of the workspace differ from %s, such as %s; commit them, or use a separate work tree", count(len(dirty), "file"), head, dirty[0])
	}
	return nil
}

// readGraph reads the graph from a file or from Bazel.
func (flags *affectedFlags) readGraph(query []string) (*affected.Graph, error) {
	if flags.graph != "" {
		file, err := os.Open(flags.graph)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		graph, err := affected.ReadGraph(file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", flags.graph, err)
		}
		return graph, nil
	}
	dir, err := filepath.Abs(flags.repository)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(flags.bazel, query...)
	cmd.Dir = dir
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	// A part of the graph would leave out binaries, so any failure counts.
	if err := cmd.Run(); errors.Is(err, exec.ErrNotFound) {
		return nil, fmt.Errorf("%s is not there; name the program by --bazel, or what it printed by --graph", flags.bazel)
	} else if err != nil {
		return nil, fmt.Errorf("%s query: %w: %s", flags.bazel, err, strings.TrimSpace(stderr.String()))
	}
	return affected.ReadGraph(&stdout)
}

func (r *versionsAffectedReport) write(w io.Writer) error {
	if len(r.Binaries) == 0 {
		_, err := fmt.Fprintln(w, "No merged binary is affected.")
		return err
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "BINARY\tCHANGE\tSERVICES\tOWNERS\tBECAUSE OF")
	for _, b := range r.Binaries {
		var services []string
		for _, s := range b.Services {
			services = append(services, s.Label)
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\n", b.Label, b.Effect, listOrDash(services), listOrDash(b.Owners), b.Because)
	}
	return tw.Flush()
}

// listOrDash writes a few names.
func listOrDash(names []string) string {
	const most = 3
	switch {
	case len(names) == 0:
		return "-"
	case len(names) > most:
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], " "), len(names)-most)
	}
	return strings.Join(names, " ")
}
