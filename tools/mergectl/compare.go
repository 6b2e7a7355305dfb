package main

import (
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/internal/regular"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/compare"
)

func compareCommand() *cobra.Command {
	var planFile, measured, links, format string
	var most float64
	cmd := &cobra.Command{
		Use:   "compare",
		Short: "Compare what a plan predicted with what was measured",
		Long: `Compare takes a plan, as --format=json prints it, and what was measured once its
groups were merged: the CPU use of groups before and after, or what mergectl links
--format=json prints of a running process.

The exit code is 1 if a number is further off than --max-error allows, and 2 if
they cannot be compared.`,
		Example: `  mergectl plan compare --plan=plan.json --measured=measured.yaml
  mergectl links -p shop --format=json > links.json
  mergectl plan compare --plan=plan.json --links=links.json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if format != "table" && format != "json" {
				return cannotRun{fmt.Errorf("--format=%s: want table or json", format)}
			}
			if !(most >= 0) {
				return cannotRun{fmt.Errorf("--max-error=%g: want a number from 0 on", most)}
			}
			rows, err := compareFiles(planFile, measured, links)
			if err != nil {
				return cannotRun{err}
			}
			out := cmd.OutOrStdout()
			if format == "json" {
				if err := writeIndented(out, rows); err != nil {
					return err
				}
			} else {
				tw := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
				fmt.Fprintln(tw, "WHAT\tPREDICTED\tMEASURED\tUNIT\tERROR")
				for _, r := range rows {
					fmt.Fprintf(tw, "%s\t%.4g\t%.4g\t%s\t%.1f %%\n", r.What, r.Predicted, r.Measured, r.Unit, 100*r.Error)
				}
				if err := tw.Flush(); err != nil {
					return err
				}
			}
			for _, r := range rows {
				if !(r.Error <= most) {
					return fmt.Errorf("%s: the prediction is %.1f %% off, and at most %.1f %% is allowed", r.What, 100*r.Error, 100*most)
				}
			}
			return nil
		},
	}
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return cannotRun{err} })
	cmd.Flags().StringVar(&planFile, "plan", "", "`file` with the plan")
	cmd.Flags().StringVar(&measured, "measured", "", "`file` with the CPU use of groups, before and after")
	cmd.Flags().StringVar(&links, "links", "", "`file` with the links of a running process")
	cmd.Flags().StringVar(&format, "format", "table", "table or json")
	cmd.Flags().Float64Var(&most, "max-error", 0.15, "largest error, as a part of what was measured")
	return cmd
}

func compareFiles(planFile, measured, links string) ([]compare.Row, error) {
	switch {
	case planFile == "":
		return nil, errors.New("no plan to compare: give --plan")
	case measured == "" && links == "":
		return nil, errors.New("nothing to compare with: give --measured or --links")
	}
	data, err := regular.ReadFile(planFile)
	if err != nil {
		return nil, err
	}
	plan, err := compare.ParsePlan(planFile, data)
	if err != nil {
		return nil, err
	}
	var rows []compare.Row
	if measured != "" {
		data, err := regular.ReadFile(measured)
		if err != nil {
			return nil, err
		}
		m, err := compare.ParseMeasured(measured, data)
		if err != nil {
			return nil, err
		}
		if rows, err = compare.Groups(plan, m); err != nil {
			return nil, err
		}
	}
	if links != "" {
		data, err := regular.ReadFile(links)
		if err != nil {
			return nil, err
		}
		r, err := compare.ParseLinks(links, data)
		if err != nil {
			return nil, err
		}
		more, err := compare.Links(plan, r)
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	return rows, nil
}
