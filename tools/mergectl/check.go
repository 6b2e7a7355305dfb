package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/tools/mergectl/check"
	"github.com/gomerge/rules_go_merge/tools/mergectl/gosdk"
	"github.com/gomerge/rules_go_merge/tools/mergectl/modulefile"
	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

// errFindings is what check ends with if it found what it is to fail for.
var errFindings = errors.New("findings")

// cannotRun is an error for which check found nothing because it did not look.
type cannotRun struct{ error }

func (e cannotRun) Unwrap() error { return e.error }

// checkReport is what check writes with --format=json.
type checkReport struct {
	// Version is the version of this report's format.
	Version  int                    `json:"version"`
	Findings []check.Finding        `json:"findings"`
	Counts   map[check.Severity]int `json:"counts"`
	// Ignored are the folders that were left out because git ignores them.
	Ignored []workspace.Ignored `json:"ignored,omitempty"`
	// crowded is the folder that most of many findings are in, or empty.
	crowded check.Folder
}

func checkCommand() *cobra.Command {
	var format, goSDK string
	var strict, all bool
	var excluded []string
	cmd := &cobra.Command{
		Use:   "check [DIR]",
		Short: "Find what keeps services from being merged and calls from being inline",
		Long: `Check reads the Go files, the go.mod and go.sum files and MODULE.bazel of a
repository. Of modules, it reports imports that none provides, dependency sets
that do not agree with their files, and versions that do not build with the Go
SDK. Of calls, it reports versions of frameworks that cannot make them inline,
clients without a server, servers without a client, and destinations and targets
that cannot be known or are not the server's.

Folders that git ignores are left out, and so are those that the go command,
Bazel or Gazelle leave out. Of more than five findings of one kind the first are
shown, and all of them with --all or --format=json.

The exit code is 1 if there are errors, with --strict if there are warnings too,
2 if the repository cannot be read, and 0 otherwise. Notes do not count.`,
		Example: `  mergectl check
  mergectl check --strict ~/src/shop
  mergectl check --go-sdk=1.27.3
  mergectl check --exclude=tutorial,hack --all
  mergectl check --format=json | jq '.findings[] | select(.severity == "error")'`,
		Args: func(cmd *cobra.Command, args []string) error {
			if err := cobra.MaximumNArgs(1)(cmd, args); err != nil {
				return cannotRun{err}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if format != "text" && format != "json" {
				return cannotRun{fmt.Errorf("--format=%s: want text or json", format)}
			}
			report, err := runCheck(cmd, args, excluded, goSDK)
			if err != nil {
				return cannotRun{err}
			}
			if err := report.write(cmd.OutOrStdout(), format, all); err != nil {
				return cannotRun{err}
			}
			if report.Counts[check.Error] > 0 || strict && report.Counts[check.Warning] > 0 {
				return errFindings
			}
			return nil
		},
	}
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return cannotRun{err} })
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	cmd.Flags().BoolVarP(&all, "all", "a", false, "list the findings one by one, however many are of one kind")
	excludeFlag(cmd, &excluded)
	cmd.Flags().StringVar(&goSDK, "go-sdk", "", "`version` of Go to judge for, or host for the machine's own (default: what MODULE.bazel chooses)")
	cmd.Flags().BoolVar(&strict, "strict", false, "fail for warnings, too")
	// There is an error only for a flag without the name.
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func runCheck(cmd *cobra.Command, args, excluded []string, goSDK string) (*checkReport, error) {
	w, err := load(cmd, args, excluded)
	if err != nil {
		return nil, err
	}
	sdks, err := findSDKs(w, goSDK)
	if err != nil {
		return nil, placed(err, w.Root)
	}
	findings, err := check.All(w, sdks)
	if err != nil {
		return nil, placed(err, w.Root)
	}
	report := &checkReport{
		Version: 1, Findings: []check.Finding{},
		Counts: map[check.Severity]int{check.Error: 0, check.Warning: 0, check.Note: 0},
	}
	report.crowded = check.Crowded(w, findings)
	for _, ignored := range w.Ignored {
		report.Ignored = append(report.Ignored, workspace.Ignored{Dir: w.Place(ignored.Dir), Pattern: w.Place(ignored.Pattern)})
	}
	for _, f := range findings {
		f.Position.File = w.Place(f.Position.File)
		if f.Other != nil {
			other := *f.Other
			other.File = w.Place(other.File)
			f.Other = &other
		}
		report.Findings = append(report.Findings, f)
		report.Counts[f.Severity]++
	}
	return report, nil
}

// findSDKs returns the Go SDKs to judge for: the one that the user names, or those
// of MODULE.bazel.
func findSDKs(w *workspace.Workspace, goSDK string) ([]gosdk.SDK, error) {
	if goSDK != "" {
		sdk, err := gosdk.Named(goSDK)
		return []gosdk.SDK{sdk}, err
	}
	module, err := modulefile.Load(w.Root)
	if err != nil {
		return nil, err
	}
	return gosdk.Of(w.Root, module), nil
}

func (r *checkReport) write(out io.Writer, format string, all bool) error {
	if format == "json" {
		return writeIndented(out, r)
	}
	t := &findingsText{color: hasColor(out)}
	if all {
		for _, f := range r.Findings {
			t.finding(f, f.Message)
		}
	} else {
		for _, group := range check.Groups(r.Findings) {
			t.group(group)
		}
	}
	t.leftOut(r.Ignored, all)
	t.printf("%s, %s, %s\n", count(r.Counts[check.Error], "error"), count(r.Counts[check.Warning], "warning"), count(r.Counts[check.Note], "note"))
	if r.crowded.Dir != "" {
		t.printf("%d of %d findings are below %s; to judge the rest alone: mergectl check --exclude=%s\n", r.crowded.Findings, len(r.Findings), r.crowded.Dir, r.crowded.Dir)
	}
	_, err := io.WriteString(out, t.String())
	return err
}
