package main

import (
	"errors"
	"io"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/internal/admin"
	"github.com/gomerge/rules_go_merge/merge/runtime/process"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

// permissionsCommand returns "permissions", which prints what services used.
func permissionsCommand() *cobra.Command {
	return reportCommand(&cobra.Command{
		Use:   "permissions [BINARY-OR-SOCKET]",
		Short: "Show the permissions that services need",
		Long: `Permissions prints, for every service of a running merged binary, the smallest
permissions that allow all it has used so far, as an attribute of its
go_merge_service. The process has to be started with GO_MERGE_PERMISSIONS=record,
which denies nothing; it prints the same to its standard error when it ends.

The process is named as for links.`,
		Example: `  mergectl permissions bazel-bin/shop_/shop
  mergectl permissions /run/shop.sock --format=json`,
	}, (*admin.Client).Permissions, writePermissions)
}

// writePermissions writes one attribute for each service.
func writePermissions(w io.Writer, report *reports.Permissions) error {
	if len(report.Services) == 0 {
		return errors.New("the process records nothing: start it with GO_MERGE_PERMISSIONS=record")
	}
	return process.WriteRecorded(w, report.Services)
}
