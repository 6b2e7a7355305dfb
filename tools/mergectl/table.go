package main

import (
	"cmp"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/tools/mergectl/units"
)

// writeTable writes one line for each method, and one for each target that was
// dialled and means no merged service.
func writeTable(w io.Writer, report *reports.Links) error {
	if err := writeLinks(w, report); err != nil {
		return err
	}
	writeVerified(w, report)
	if len(report.Targets) == 0 {
		return nil
	}
	fmt.Fprintln(w, "\nDialled, and no merged service is meant:")
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "CALLER\tRPC SERVICE\tTARGET\tRPC\tWHY")
	for _, t := range report.Targets {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%d\t%s\n", t.Caller, t.RPCService, t.Target, t.RPC, t.Reason)
	}
	return tw.Flush()
}

func writeLinks(w io.Writer, report *reports.Links) error {
	if len(report.Links) == 0 {
		_, err := fmt.Fprintf(w, "%s has no links: none of its services calls another.\n", report.Binary)
		return err
	}
	if len(report.Killed) > 0 {
		fmt.Fprintf(w, "All calls are RPCs: the kill switch is on, by %s.\n", sources(report.Killed))
	}
	if report.File != nil {
		fmt.Fprintln(w, describeFile(report.File))
	}
	printUnbound(w, report.Unbound)
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "METHOD\tSTATE\tDEADLINE\tINLINE\tRPC\tERRORS\tPANICS\tCOPIED\tSHARED\tP50\tP99\tRPC P50\tRPC P99\tWHY")
	for _, l := range report.Links {
		inline, rpc := l.Drawn.Inline.Latency, l.Drawn.RPC.Latency
		fmt.Fprintf(tw, "%s\t%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%s\t%s\t%s\t%s\t%s\n",
			l.Name(), l.State, cmp.Or(l.Deadline, "strict"),
			l.Inline, l.RPC, l.Errors, l.Panics, l.Copied, l.Shared,
			latency(inline, inline.P50), latency(inline, inline.P99), latency(rpc, rpc.P50), latency(rpc, rpc.P99), l.Why())
	}
	return tw.Flush()
}

// describeFile says what a process obeys of its rules file.
func describeFile(f *reports.RulesFile) string {
	text := f.Path
	if f.Generation > 0 {
		text += fmt.Sprintf(", generation %d", f.Generation)
	}
	switch {
	case f.Expired:
		text += fmt.Sprintf(": its rules have ended at %s", f.Expires.Format(time.RFC3339))
	case f.Expires != nil:
		text += fmt.Sprintf(", until %s", f.Expires.Format(time.RFC3339))
	}
	switch {
	case f.Expired || f.Processes == "100%" || f.Processes == "":
	case f.Included:
		text += fmt.Sprintf(", for %s of the processes: %s is one of them", f.Processes, f.ProcessID)
	default:
		text += fmt.Sprintf(", for %s of the processes: %s is not one of them", f.Processes, f.ProcessID)
	}
	if f.Failure != "" {
		text += "\nThe file cannot be used as it is: " + f.Failure
	}
	return "Rules file: " + text
}

// writeArms writes a line for each draw of each method that calls have ended of, and what
// they ended with.
func writeArms(w io.Writer, report *reports.Links) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "METHOD\tDRAWN\tOK\tAPPLICATION\tINTERNAL\tPANIC\tTIMEOUT\tCANCELED\tDENIED\tOVERLOADED\tUNAVAILABLE\tFELL BACK\tP50\tP99")
	for _, l := range report.Links {
		for _, drawn := range []struct {
			name     string
			arm      reports.Arm
			fellBack string
		}{
			{"inline", l.Drawn.Inline, fmt.Sprint(l.Fallbacks.Sum())},
			{"rpc", l.Drawn.RPC, "-"},
			{"none", l.Drawn.None, "-"},
		} {
			e, times := drawn.arm.Ended, drawn.arm.Latency
			if e.OK+e.Failed() == 0 {
				continue
			}
			fmt.Fprintf(tw, "%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%s\t%s\t%s\n",
				l.Name(), drawn.name, e.OK, e.Application, e.Internal, e.Panic, e.Timeout, e.Canceled, e.Denied, e.Overloaded, e.Unavailable,
				drawn.fellBack, latency(times, times.P50), latency(times, times.P99))
		}
	}
	return tw.Flush()
}

// writeWays writes one line for each method that has been called inline.
func writeWays(w io.Writer, report *reports.Links) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "METHOD\tINLINE\tSHORT\tDIRECT\tTRANSPORT\tSTREAM")
	for _, l := range report.Links {
		if l.Inline > 0 {
			fmt.Fprintf(tw, "%s\t%d\t%d\t%d\t%d\t%d\n", l.Name(), l.Inline, l.Ways.Short, l.Ways.Direct, l.Ways.Transport, l.Ways.Stream)
		}
	}
	return tw.Flush()
}

// latency returns a quantile of a histogram, "-" if that is empty.
func latency(l reports.Latency, ns int64) string {
	if l.Count == 0 {
		return "-"
	}
	return units.Duration(ns)
}
