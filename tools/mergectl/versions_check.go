package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/tools/mergectl/matrix"
	"github.com/gomerge/rules_go_merge/tools/mergectl/policy"
)

// versionsCheckReport is what versions check writes with --format=json.
type versionsCheckReport struct {
	Format   int              `json:"format"`
	Checked  int              `json:"checked"`
	Findings []policy.Finding `json:"findings"`
}

// versionsCheckCommand returns "versions check", which fails where a merged binary
// offends against merge_versions.yaml.
func versionsCheckCommand() *cobra.Command {
	var in versionsInputs
	var file, format string
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Fail where services are too far behind, or not at their default versions",
		Long: `Check compares the services in merged binaries with merge_versions.yaml, and
prints each offence with the line to change. It ends with 1 if there are some, and
with 2 if it cannot look.`,
		Example: `  mergectl versions check
  mergectl versions check --manifests=releases --now=2026-12-31`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if format != "text" && format != "json" {
				return cannotRun{fmt.Errorf("--format=%s: want text or json", format)}
			}
			report, err := checkVersions(&in, file)
			if err != nil {
				return err
			}
			if err := report.write(cmd.OutOrStdout(), format); err != nil {
				return err
			}
			if len(report.Findings) > 0 {
				return errFindings
			}
			return nil
		},
	}
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return cannotRun{err} })
	in.addFlags(cmd)
	cmd.Flags().StringVar(&file, "policy", "", "`file` with what is asked for (default: "+policy.Name+" in the workspace)")
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}

// noArgs refuses arguments, with the exit code of commands that could not look.
func noArgs(cmd *cobra.Command, args []string) error {
	if err := cobra.NoArgs(cmd, args); err != nil {
		return cannotRun{err}
	}
	return nil
}

func checkVersions(in *versionsInputs, file string) (*versionsCheckReport, error) {
	if file == "" {
		file = filepath.Join(in.repository, policy.Name)
	}
	p, err := policy.Load(file)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("there is no %s; docs/versions.md says what to write in it", file)
	}
	if err != nil {
		return nil, cannotRun{err}
	}
	x, err := in.index()
	if err != nil {
		return nil, err
	}
	from, _, err := in.sources()
	if err != nil {
		return nil, cannotRun{err}
	}
	rows, err := matrix.Rows(x, from)
	if err != nil {
		return nil, cannotRun{err}
	}
	found := p.Check(x, rows, from.Now)
	if found == nil {
		found = []policy.Finding{}
	}
	return &versionsCheckReport{Format: versionsFormat, Checked: len(rows), Findings: found}, nil
}

func (r *versionsCheckReport) write(w io.Writer, format string) error {
	if format == "json" {
		return writeIndented(w, r)
	}
	for _, f := range r.Findings {
		if _, err := fmt.Fprintf(w, "%s: %s [%s]\n    fix: %s\n", f.Position, f.Message, f.Rule, f.Fix); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "%s of %s\n", count(len(r.Findings), "offence"), count(r.Checked, "embedded service"))
	return err
}
