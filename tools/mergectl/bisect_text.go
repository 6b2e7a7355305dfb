package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/tools/mergectl/bisect"
	"github.com/gomerge/rules_go_merge/tools/mergectl/bisect/search"
	"github.com/gomerge/rules_go_merge/tools/mergectl/units"
)

// writeBisection writes what was found for people. keepOff returns what keeps a link
// off, a line each.
func writeBisection(w io.Writer, r *bisect.Report, keepOff func(link string) []string) error {
	text := new(strings.Builder)
	switch r.Outcome {
	case search.NeverBad:
		fmt.Fprintf(text, "No link is to blame: it is good with %s as found: %s.\n", count(r.Links, "link"), r.Trials[len(r.Trials)-1].Why)
	case search.AlwaysBad:
		fmt.Fprintf(text, "No link is to blame: it is bad also with %s off.\n", count(r.Links, "link"))
	}
	for _, c := range r.Culprits {
		writeCulprit(text, &c, keepOff)
	}
	fmt.Fprintf(text, "%s and %s.\n", count(r.Rounds, "round"), count(r.Checks, "check"))
	_, err := io.WriteString(w, text.String())
	return err
}

func writeCulprit(w io.Writer, c *bisect.Culprit, keepOff func(link string) []string) {
	if len(c.Links) == 1 {
		fmt.Fprintf(w, "%s is bad.\n", c.Links[0])
	} else {
		fmt.Fprintf(w, "%s are bad only together.\n", strings.Join(c.Links, " and "))
	}
	if c.Undecided != "" {
		fmt.Fprintf(w, "  It is not known whether it is bad alone: %s.\n", c.Undecided)
	}
	for _, methods := range c.Methods {
		what := "method"
		if len(methods) > 1 {
			what = "methods, only together"
		}
		fmt.Fprintf(w, "  %s: %s\n", what, strings.Join(methods, ", "))
	}
	for _, e := range c.Evidence {
		fmt.Fprintf(w, "\nWhat differs in %s:\n\n", e.Process)
		writeMethods(w, e.Methods)
		for _, m := range e.Methods {
			if v := m.Verified; v.Different > 0 {
				fmt.Fprintf(w, "%s: %d of %d verified calls differ; mergectl links verify -p %s shows them\n", m.Link, v.Different, v.Same+v.Different, e.Process)
			}
		}
		writeServicesUsed(w, e.Services)
		for _, g := range e.Goroutines {
			fmt.Fprintf(w, "%s: goroutines of %s at %s: %d with all off, %d with it on\n", g.Service, g.Function, g.Place, g.Off, g.On)
		}
	}
	fmt.Fprintf(w, "\nTo keep it off:\n\n")
	for _, link := range c.KeepOff {
		for _, line := range keepOff(link) {
			fmt.Fprintf(w, "  %s\n", line)
		}
	}
	fmt.Fprintln(w)
}

// writeMethods writes a line for each draw of each method, and why calls fell back.
func writeMethods(w io.Writer, methods []bisect.Method) {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "METHOD\tDRAWN\tOK\tAPPLICATION\tINTERNAL\tPANIC\tTIMEOUT\tCANCELED\tDENIED\tOVERLOADED\tUNAVAILABLE\tINLINE PANICS\tFELL BACK\tP50\tP99")
	for _, m := range methods {
		for _, drawn := range []struct {
			name             string
			arm              bisect.Arm
			panics, fellBack string
		}{
			{"inline", m.Inline, fmt.Sprint(m.Panics), fallbacks(m.Fallbacks)},
			{"rpc", m.RPC, "-", "-"},
		} {
			e := drawn.arm.Ended
			if e.OK+e.Failed() == 0 && drawn.fellBack == "-" {
				continue
			}
			fmt.Fprintf(tw, "%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%s\t%s\t%s\t%s\n", m.Link, drawn.name,
				e.OK, e.Application, e.Internal, e.Panic, e.Timeout, e.Canceled, e.Denied, e.Overloaded, e.Unavailable,
				drawn.panics, drawn.fellBack, bound(drawn.arm, drawn.arm.P50), bound(drawn.arm, drawn.arm.P99))
		}
	}
	tw.Flush()
}

// fallbacks names the reasons of attempts that fell back.
func fallbacks(f reports.Fallbacks) string {
	var reasons []string
	for _, r := range []struct {
		name string
		n    uint64
	}{
		{"unconverted", f.Unconverted}, {"absent", f.Absent}, {"elsewhere", f.Elsewhere},
		{"declined", f.Declined}, {"refused", f.Refused},
	} {
		if r.n > 0 {
			reasons = append(reasons, fmt.Sprintf("%d %s", r.n, r.name))
		}
	}
	return cmp.Or(strings.Join(reasons, ", "), "-")
}

func bound(a bisect.Arm, d time.Duration) string {
	return latency(reports.Latency{Count: a.Timed}, int64(d))
}

// writeServicesUsed writes what the services used, with all links off and with what was
// found on.
func writeServicesUsed(w io.Writer, services []bisect.Service) {
	fmt.Fprintln(w)
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "SERVICE\tROLE\tVERSION\tREVISION\tDIGEST\tGOROUTINES OFF\tON\tHEAP OFF\tON")
	for _, s := range services {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%.12s\t%.12s\t%d\t%d\t%s\t%s\n", s.Name, s.Role,
			cmp.Or(s.Version, "-"), cmp.Or(s.Revision, "-"), cmp.Or(s.Digest, "-"),
			s.GoroutinesOff, s.GoroutinesOn, units.Bytes(s.HeapOff), units.Bytes(s.HeapOn))
	}
	tw.Flush()
}
