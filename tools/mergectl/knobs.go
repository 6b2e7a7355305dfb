package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/internal/admin"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

// knobsCommand returns "knobs", which prints who has set what the process has
// once.
func knobsCommand() *cobra.Command {
	return reportCommand(&cobra.Command{
		Use:   "knobs [BINARY-OR-SOCKET]",
		Short: "Show which service has set what the process has once",
		Long: `Knobs prints the settings that a process has once, such as the memory limit,
and that a service of a running merged binary has set: the first service that
sets one owns it. Calls of the services that tried after it changed nothing.

The process is named as for links.`,
		Example: `  mergectl knobs bazel-bin/shop_/shop
  mergectl knobs /run/shop.sock --format=json`,
	}, (*admin.Client).Knobs, writeKnobs)
}

// writeKnobs writes one line for each setting.
func writeKnobs(w io.Writer, report *reports.Knobs) error {
	if len(report.Knobs) == 0 {
		_, err := fmt.Fprintf(w, "No service of %s has set anything for the process.\n", report.Binary)
		return err
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "KNOB\tOWNER\tREFUSED")
	for _, k := range report.Knobs {
		fmt.Fprintf(tw, "%s\t%s\t%s\n", k.Name, k.Owner, cmp.Or(strings.Join(k.Refused, ", "), "-"))
	}
	return tw.Flush()
}
