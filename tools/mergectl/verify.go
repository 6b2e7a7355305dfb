package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/internal/admin"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

// verifyCommand returns "verify", which sets what is verified, or prints what was found.
func verifyCommand(process *processFlag) *cobra.Command {
	var ignore, redact []string
	cmd := &cobra.Command{
		Use:   "verify [BINARY-OR-SOCKET] [METHOD PERCENTAGE|off]",
		Short: "Compare RPCs with inline calls",
		Long: `Verify has a percentage of the RPCs of a method made a second time, inline, and
compares both answers. The caller gets the answer of the RPC. Only calls that the
gate has drawn as RPCs are verified: of a method that is on, there are none.

Name a method only if it is safe to call it twice. METHOD is
CALLER->CALLEE/RPC-SERVICE/METHOD, with * for any name but the last. It needs
quotes, for shells take > and * for themselves.

Without a method, verify prints what was compared, and the differences that the
process has kept. "links unset METHOD" takes the rule back.`,
		Example: `  mergectl links verify bazel-bin/shop_/shop 'item->stock/StockService/GetStock' 1%
  mergectl links verify 'item->stock/StockService/GetStock' 1% --ignore=updated_at
  mergectl links verify bazel-bin/shop_/shop`,
		Args: cobra.MaximumNArgs(3),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) < 2 {
				if len(ignore)+len(redact) > 0 {
					return fmt.Errorf("--ignore and --redact need a method and a percentage")
				}
				return report(cmd.OutOrStdout(), process, args, "table", (*admin.Client).Links, writeDifferences)
			}
			args, method, share := args[:len(args)-2], args[len(args)-2], args[len(args)-1]
			if err := checkQuotes(method); err != nil {
				return err
			}
			client, err := process.connect(args)
			if err != nil {
				return err
			}
			rule := method + " verify " + share + fieldList("ignore", ignore) + fieldList("redact", redact)
			report, err := client.Set(rule)
			if err != nil {
				return err
			}
			printChange(cmd.OutOrStdout(), rule, report)
			return nil
		},
	}
	cmd.Flags().StringSliceVar(&ignore, "ignore", nil, "`fields` that are not compared, by name or dotted path")
	cmd.Flags().StringSliceVar(&redact, "redact", nil, "`fields` whose values are not kept")
	return cmd
}

func fieldList(word string, fields []string) string {
	if len(fields) == 0 {
		return ""
	}
	return " " + word + " " + strings.Join(fields, ",")
}

// writeVerified writes what was compared of each method that is verified, or was.
func writeVerified(w io.Writer, report *reports.Links) {
	heading := "\nVerified:\n"
	for _, l := range report.Links {
		if l.Verification != nil {
			fmt.Fprint(w, heading)
			heading = ""
			fmt.Fprintln(w, describeVerification(&l))
		}
	}
}

func describeVerification(l *reports.Link) string {
	v := l.Verification
	text := fmt.Sprintf("%s verify %s: %d compared, %d differ", l.Name(), v.Share, v.Compared(), v.Different)
	if n := v.Skipped.Sum(); n > 0 {
		text += fmt.Sprintf(", %d skipped (%s)", n, describeSkipped(&v.Skipped))
	}
	if len(v.Differences) > 0 {
		f := v.Differences[0].Fields[0]
		text += fmt.Sprintf(", first difference: %s is %s by RPC and %s inline", f.Path, f.RPC, f.Inline)
	}
	for _, reason := range v.Declined {
		text += "\n  not verified: " + reason
	}
	if len(v.Unmatched) > 0 {
		text += "\n  no answer has had " + strings.Join(v.Unmatched, ", ") + ": the rule may name a wrong field"
	}
	return text
}

func describeSkipped(s *reports.Skipped) string {
	var reasons []string
	for _, r := range []struct {
		name string
		n    uint64
	}{
		{"busy", s.Busy}, {"absent", s.Absent}, {"declined", s.Declined}, {"refused", s.Refused},
		{"unanswered", s.Unanswered}, {"late", s.Late}, {"large", s.Large}, {"unreadable", s.Unreadable},
	} {
		if r.n > 0 {
			reasons = append(reasons, fmt.Sprintf("%d %s", r.n, r.name))
		}
	}
	return strings.Join(reasons, ", ")
}

// writeDifferences writes what was compared, and the differences that were kept.
func writeDifferences(w io.Writer, report *reports.Links) error {
	verified := false
	for _, l := range report.Links {
		if l.Verification == nil {
			continue
		}
		verified = true
		fmt.Fprintln(w, describeVerification(&l))
		for _, d := range l.Verification.Differences {
			fmt.Fprintf(w, "  %s\n", d.Time.UTC().Format(time.RFC3339))
			for _, f := range d.Fields {
				fmt.Fprintf(w, "    %s\n      RPC     %s\n      inline  %s\n", f.Path, f.RPC, f.Inline)
			}
		}
	}
	if !verified {
		_, err := fmt.Fprintf(w, "%s verifies no calls; name a method and a percentage to begin.\n", report.Binary)
		return err
	}
	return nil
}
