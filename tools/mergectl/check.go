package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/tools/mergectl/check"
)

// errFindings is what check ends with if it found what it is to fail for.
var errFindings = errors.New("findings")

// cannotRun is an error for which check found nothing because it did not look.
type cannotRun struct{ error }

func (e cannotRun) Unwrap() error { return e.error }

// checkReport is what check writes with --format=json.
type checkReport struct {
	// Version is that of the form of this report.
	Version  int                    `json:"version"`
	Findings []check.Finding        `json:"findings"`
	Counts   map[check.Severity]int `json:"counts"`
}

func checkCommand() *cobra.Command {
	var format string
	var strict bool
	cmd := &cobra.Command{
		Use:   "check [DIR]",
		Short: "Find what keeps services from being merged and calls from being inline",
		Long: `Check reads the Go files, the go.mod and go.sum files and MODULE.bazel of a
repository and reports imports that no module provides, dependency sets that do
not agree with their files, clients without a server and servers without a
client, and destinations that cannot be known or are not the server's name.

The exit code is 1 if there are errors, with --strict if there are warnings too,
2 if the repository cannot be read, and 0 otherwise. Notes do not count.`,
		Example: `  mergectl check
  mergectl check --strict ~/src/shop
  mergectl check --format=json | jq '.findings[] | select(.severity == "error")'`,
		Args: func(cmd *cobra.Command, args []string) error {
			if err := cobra.MaximumNArgs(1)(cmd, args); err != nil {
				return cannotRun{err}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if format != "text" && format != "json" {
				return cannotRun{fmt.Errorf("--format=%s: there are text and json", format)}
			}
			report, err := runCheck(args)
			if err != nil {
				return cannotRun{err}
			}
			if err := report.write(cmd.OutOrStdout(), format); err != nil {
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
	cmd.Flags().BoolVar(&strict, "strict", false, "fail for warnings, too")
	// There is an error only for a flag without the name.
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func runCheck(args []string) (*checkReport, error) {
	w, err := load(args)
	if err != nil {
		return nil, err
	}
	findings, err := check.All(w)
	if err != nil {
		return nil, placed(err, w.Root)
	}
	report := &checkReport{
		Version: 1, Findings: []check.Finding{},
		Counts: map[check.Severity]int{check.Error: 0, check.Warning: 0, check.Note: 0},
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

func (r *checkReport) write(out io.Writer, format string) error {
	if format == "json" {
		enc := json.NewEncoder(out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(r)
	}
	color := hasColor(out)
	var text strings.Builder
	for _, f := range r.Findings {
		fmt.Fprintf(&text, "%s: %s: %s [%s]\n", f.Position, colorSeverity(f.Severity, color), f.Message, f.Rule)
		if f.Other != nil {
			fmt.Fprintf(&text, "    other: %s\n", f.Other)
		}
		if f.Fix != "" {
			fmt.Fprintf(&text, "    fix: %s\n", f.Fix)
		}
	}
	fmt.Fprintf(&text, "%s, %s, %s\n", count(r.Counts[check.Error], "error"), count(r.Counts[check.Warning], "warning"), count(r.Counts[check.Note], "note"))
	_, err := io.WriteString(out, text.String())
	return err
}
