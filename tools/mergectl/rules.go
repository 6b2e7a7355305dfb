package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/internal/admin"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

func setCommand(process *processFlag) *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use:   "set [BINARY-OR-SOCKET] LINK on|off|PERCENTAGE|strict|cooperative",
		Short: "Set how many calls are inline, or which deadlines they have",
		Long: `Set sets a rule, which holds from the next call on until it is unset or the
process ends. It wins over all rules of the rules file, of the environment and of
the BUILD file.

On, off and percentages say how many calls are inline. With strict deadlines the
caller returns in time whatever the handler does; with cooperative ones the call
returns when the handler does. A link can have a rule of each kind.

LINK is CALLER->CALLEE, CALLER->CALLEE/RPC-SERVICE or
CALLER->CALLEE/RPC-SERVICE/METHOD, with * for any name, or * for all calls. It
needs quotes, for shells take > and * for themselves.

A service with listen = False binds no address, so RPCs to it fail unless another
process serves them. Set refuses to make calls of it RPCs without --force.`,
		Example: `  mergectl links set bazel-bin/shop_/shop 'item->stock' 25%
  mergectl links set --process /run/shop.sock 'item->stock' 25%
  mergectl links set 'item->stock/StockService/GetStock' off
  mergectl links set 'item->stock' strict
  mergectl links set '*->stock' off`,
		Args: cobra.RangeArgs(2, 3),
		RunE: func(cmd *cobra.Command, args []string) error {
			args, link, value := args[:len(args)-2], args[len(args)-2], args[len(args)-1]
			if err := checkQuotes(link); err != nil {
				return err
			}
			client, err := process.connect(args)
			if err != nil {
				return err
			}
			set := client.SetBound
			if force {
				set = client.Set
			}
			report, err := set(link + " " + value)
			if _, unbound := err.(admin.UnboundError); unbound {
				return fmt.Errorf("%w; to set the rule nevertheless, add --force", err)
			}
			if err != nil {
				return err
			}
			printChange(cmd.OutOrStdout(), link+" "+value, report)
			return nil
		},
	}
	cmd.Flags().BoolVarP(&force, "force", "f", false, "also make RPCs of calls to services that do not listen")
	return cmd
}

func unsetCommand(process *processFlag) *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use:   "unset [BINARY-OR-SOCKET] LINK | --all",
		Short: "Unset the rules for a link, so that those set elsewhere count again",
		Long: `Unset takes back rules that were set by "set" and "kill": for a link, that of its
deadlines, too. Rules of the rules file, of the environment and of the BUILD file
are not affected.`,
		Example: `  mergectl links unset bazel-bin/shop_/shop 'item->stock'
  mergectl links unset --process /run/shop.sock --all`,
		Args: cobra.MaximumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if all {
				if len(args) > 1 {
					return errors.New("unset --all takes no link")
				}
				client, err := process.connect(args)
				if err != nil {
					return err
				}
				report, err := client.UnsetAll()
				if err != nil {
					return err
				}
				printChange(cmd.OutOrStdout(), "all rules unset", report)
				return nil
			}
			if len(args) == 0 {
				return errors.New("name the link whose rule to unset, or --all")
			}
			args, link := args[:len(args)-1], args[len(args)-1]
			if err := checkQuotes(link); err != nil {
				return err
			}
			client, err := process.connect(args)
			if err != nil {
				return err
			}
			report, err := client.Unset(link)
			if err != nil {
				return err
			}
			printChange(cmd.OutOrStdout(), link+" unset", report)
			return nil
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "unset all rules, the kill switch too")
	return cmd
}

func killCommand(process *processFlag) *cobra.Command {
	return &cobra.Command{
		Use:   "kill [BINARY-OR-SOCKET] on|off",
		Short: "Make all calls RPCs, whatever the rules say",
		Long: `Kill on makes every call an RPC from the next one on, above all rules. Kill off
gives the rules their say again, unless the rules file or the environment has
"kill on", too. Calls of services with listen = False fail as RPCs, unless another
process serves them: kill warns of these, and is not refused.`,
		Example: `  mergectl links kill bazel-bin/shop_/shop on
  mergectl links kill --process /run/shop.sock off`,
		Args:      cobra.RangeArgs(1, 2),
		ValidArgs: []string{"on", "off"},
		RunE: func(cmd *cobra.Command, args []string) error {
			args, value := args[:len(args)-1], args[len(args)-1]
			client, err := process.connect(args)
			if err != nil {
				return err
			}
			report, err := client.Set("kill " + value)
			if err != nil {
				return err
			}
			if value == "off" && len(report.Killed) > 0 {
				return fmt.Errorf("the kill switch is still on, by %s; change it there", sources(report.Killed))
			}
			fmt.Fprintf(cmd.OutOrStdout(), "kill %s: %s\n", value, methodsChanged(report))
			printUnbound(cmd.OutOrStdout(), report.Unbound)
			return nil
		},
	}
}

// checkQuotes explains what becomes of item->stock without quotes: the shell
// passes on "item-" and writes the output to a file named stock.
func checkQuotes(link string) error {
	if strings.HasSuffix(link, "-") {
		return fmt.Errorf("%q is not a link: the shell took the rest as a file to write to; write it in quotes, as in '%s>stock'", link, link)
	}
	return nil
}

func printChange(w io.Writer, what string, report *reports.Rules) {
	fmt.Fprintf(w, "%s: %s\n", what, methodsChanged(report))
	if len(report.Killed) > 0 {
		fmt.Fprintf(w, "All calls are RPCs: the kill switch is on, by %s.\n", sources(report.Killed))
	}
	printUnbound(w, report.Unbound)
}

// printUnbound warns of links whose RPCs nothing in the process listens for.
func printUnbound(w io.Writer, links []string) {
	if len(links) > 0 {
		fmt.Fprintf(w, "Warning: %s.\n", reports.DescribeUnbound(links))
	}
}

func methodsChanged(report *reports.Rules) string {
	if report.Changed == 1 {
		return "1 method changed"
	}
	return fmt.Sprintf("%d methods changed", report.Changed)
}

func sources(rules []reports.Rule) string {
	var all []string
	for _, r := range rules {
		all = append(all, r.Source)
	}
	return strings.Join(all, " and ")
}
