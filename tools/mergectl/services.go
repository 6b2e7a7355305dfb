package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/internal/admin"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/tools/mergectl/units"
)

// servicesCommand returns "services", which prints the services.
func servicesCommand() *cobra.Command {
	return reportCommand(&cobra.Command{
		Use:   "services [BINARY-OR-SOCKET]",
		Short: "Show the services of a running merged binary",
		Long: `Services prints, for every service of a running merged binary, whether it runs,
how it ended if it does not, and what it has of the process.

The process is named as for links.`,
		Example: `  mergectl services bazel-bin/shop_/shop
  mergectl services /run/shop.sock --format=json`,
	}, (*admin.Client).Services, func(w io.Writer, report *reports.Services) error {
		return writeServices(w, report, time.Now())
	})
}

// writeServices writes one line for each service, and what is not as built.
func writeServices(w io.Writer, report *reports.Services, now time.Time) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	var changed []string
	fmt.Fprintln(tw, "SERVICE\tVERSION\tSTATE\tFOR\tRESTARTS\tINFLIGHT\tCPU\tTHROTTLED\tREFUSED\tGOROUTINES\tHEAP\tWHY")
	for _, s := range report.Services {
		for _, name := range s.FromFile {
			changed = append(changed, s.Name+"."+name)
		}
		inflight, throttled, refused := "-", "-", "-"
		if s.MaxInflight > 0 {
			inflight = fmt.Sprintf("%d/%d", s.Inflight, s.MaxInflight)
		}
		if s.CPULimit > 0 {
			throttled = fmt.Sprint(s.Throttled)
		}
		if s.MaxInflight > 0 || s.CPULimit > 0 {
			refused = fmt.Sprint(s.Refused)
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%v\t%d\t%s\t%s\t%s\t%s\t%d\t%s\t%s\n", s.Name, cmp.Or(s.Version, "-"), s.State, now.Sub(s.Since).Round(time.Second),
			s.Restarts, inflight, cpu(s), throttled, refused, s.Goroutines, units.Bytes(s.HeapBytes), s.Reason)
	}
	if err := tw.Flush(); err != nil || changed == nil {
		return err
	}
	_, err := fmt.Fprintf(w, "Set by the settings file: %s\n", strings.Join(changed, ", "))
	return err
}

// cpu returns the cores that a service uses, of those that it may.
func cpu(s reports.Service) string {
	used, limit := "-", ""
	if s.CPUUse != nil {
		used = fmt.Sprintf("%.2f", *s.CPUUse)
	}
	if s.CPULimit > 0 {
		limit = fmt.Sprintf("/%g", s.CPULimit)
	}
	return used + limit
}
