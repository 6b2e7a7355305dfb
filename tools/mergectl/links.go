package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/internal/admin"
	"github.com/gomerge/rules_go_merge/tools/mergectl/running"
)

// linksCommand returns "links", which prints the links, with the commands that
// change them below it.
func linksCommand() *cobra.Command {
	var process processFlag
	var format string
	var ways, arms bool
	cmd := &cobra.Command{
		Use:   "links [BINARY-OR-SOCKET]",
		Short: "Show and change which calls are inline",
		Long: `Links prints, for every method of every link of a running merged binary, which
calls may be inline, whether their deadlines are strict or cooperative, why, and
what has been counted since it started.

The process is named by its admin socket or by the path of its executable, of
which one process has to run. Without either, GO_MERGE_ADMIN_SOCKET is the
socket, as for the merged binary itself.`,
		Example: `  mergectl links bazel-bin/shop_/shop
  mergectl links /run/shop.sock --format=json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			write := writeTable
			switch {
			case arms:
				write = writeArms
			case ways:
				write = writeWays
			}
			return report(cmd.OutOrStdout(), &process, args, format, (*admin.Client).Links, write)
		},
	}
	cmd.Flags().StringVar(&format, "format", "table", "table or json")
	cmd.Flags().BoolVar(&arms, "arms", false, "show how calls ended, by whether they were drawn inline or RPC")
	cmd.Flags().BoolVar(&ways, "ways", false, "show how much of the frameworks' code inline calls pass through")
	cmd.MarkFlagsMutuallyExclusive("arms", "ways")
	cmd.PersistentFlags().StringVarP(&process.name, "process", "p", "", "merged binary or its admin socket")
	cmd.AddCommand(setCommand(&process), unsetCommand(&process), killCommand(&process), verifyCommand(&process))
	return cmd
}

// processFlag is the flag that names a process, for which a positional
// argument may stand.
type processFlag struct{ name string }

// connect returns a client of the process that the flag or the argument names.
// There is at most one argument.
func (p *processFlag) connect(args []string) (*admin.Client, error) {
	name := p.name
	if len(args) == 1 {
		if name != "" {
			return nil, errors.New("the merged binary is named twice: by --process and by an argument")
		}
		name = args[0]
	}
	socket, err := running.Socket(name)
	if err != nil {
		return nil, err
	}
	return admin.NewClient(socket), nil
}
