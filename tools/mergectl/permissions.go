package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	mergeprocess "github.com/gomerge/rules_go_merge/merge/runtime/process"
)

// permissionsCommand returns "permissions", which prints what services used.
func permissionsCommand() *cobra.Command {
	var process processFlag
	var format string
	cmd := &cobra.Command{
		Use:   "permissions [BINARY-OR-SOCKET]",
		Short: "Show the permissions that services need",
		Long: `Permissions prints, for every service of a running merged binary, the smallest
permissions that allow all it has used so far, as an attribute of its
go_merge_service. The process has to be started with GO_MERGE_PERMISSIONS=record,
which denies nothing; it prints the same to its standard error when it ends.

The process is named as for links.`,
		Example: `  mergectl permissions bazel-bin/shop
  mergectl permissions /run/shop.sock --format=json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if format != "text" && format != "json" {
				return fmt.Errorf("--format=%s: there are text and json", format)
			}
			client, err := process.connect(args)
			if err != nil {
				return err
			}
			report, err := client.Permissions()
			if err != nil {
				return err
			}
			if format == "json" {
				enc := json.NewEncoder(cmd.OutOrStdout())
				enc.SetEscapeHTML(false)
				enc.SetIndent("", "  ")
				return enc.Encode(report)
			}
			if len(report.Services) == 0 {
				return errors.New("the process records nothing: start it with GO_MERGE_PERMISSIONS=record")
			}
			return mergeprocess.WriteRecorded(cmd.OutOrStdout(), report.Services)
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	cmd.Flags().StringVarP(&process.name, "target", "t", "", "merged binary or its admin socket")
	return cmd
}
