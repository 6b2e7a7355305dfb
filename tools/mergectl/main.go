// Mergectl is the command line for those who build and run merged binaries.
package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

func main() {
	// "bazel run" starts programs in a folder of its own and says here where
	// the user is, to whom paths on the command line are relative.
	if dir := os.Getenv("BUILD_WORKING_DIRECTORY"); dir != "" {
		if err := os.Chdir(dir); err != nil {
			fmt.Fprintln(os.Stderr, "mergectl:", err)
			os.Exit(1)
		}
	}
	if err := command().Execute(); err != nil {
		fmt.Fprintln(os.Stderr, "mergectl:", err)
		os.Exit(1)
	}
}

func command() *cobra.Command {
	root := &cobra.Command{
		Use:           "mergectl",
		Short:         "Look after merged binaries",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(linksCommand(), servicesCommand())
	return root
}
