package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/merge/runtime"
)

// servicesCommand returns "services", which prints the services.
func servicesCommand() *cobra.Command {
	var process processFlag
	var format string
	cmd := &cobra.Command{
		Use:   "services [BINARY-OR-SOCKET]",
		Short: "Show the services of a running merged binary",
		Long: `Services prints, for every service of a running merged binary, whether it runs,
how it ended if it does not, and what it has of the process.

The process is named as for links.`,
		Example: `  mergectl services bazel-bin/shop_/shop
  mergectl services /run/shop.sock --format=json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if format != "table" && format != "json" {
				return fmt.Errorf("--format=%s: there are table and json", format)
			}
			client, err := process.connect(args)
			if err != nil {
				return err
			}
			report, err := client.Services()
			if err != nil {
				return err
			}
			if format == "json" {
				enc := json.NewEncoder(cmd.OutOrStdout())
				enc.SetEscapeHTML(false)
				enc.SetIndent("", "  ")
				return enc.Encode(report)
			}
			return writeServices(cmd.OutOrStdout(), report, time.Now())
		},
	}
	cmd.Flags().StringVar(&format, "format", "table", "table or json")
	cmd.Flags().StringVarP(&process.name, "target", "t", "", "merged binary or its admin socket")
	return cmd
}

// writeServices writes one line for each service.
func writeServices(w io.Writer, report *runtime.ServicesReport, now time.Time) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "SERVICE\tSTATE\tFOR\tRESTARTS\tINFLIGHT\tREFUSED\tGOROUTINES\tHEAP\tWHY")
	for _, s := range report.Services {
		inflight, refused := "-", "-"
		if s.MaxInflight > 0 {
			inflight, refused = fmt.Sprintf("%d/%d", s.Inflight, s.MaxInflight), fmt.Sprint(s.Refused)
		}
		fmt.Fprintf(tw, "%s\t%s\t%v\t%d\t%s\t%s\t%d\t%s\t%s\n", s.Name, s.State, now.Sub(s.Since).Round(time.Second),
			s.Restarts, inflight, refused, s.Goroutines, size(s.HeapBytes), s.Reason)
	}
	return tw.Flush()
}

// size returns a number of bytes in the largest unit of which there is one.
func size(bytes int64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	n, unit := float64(bytes), 0
	for n >= 1024 && unit < len(units)-1 {
		n /= 1024
		unit++
	}
	return strconv.FormatFloat(math.Round(n*10)/10, 'f', -1, 64) + " " + units[unit]
}
