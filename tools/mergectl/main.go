// Mergectl is the command line for those who build and run merged binaries.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

func main() {
	// "bazel run" starts programs in a folder of its choice and says here where
	// the user is, to whom paths on the command line are relative.
	if dir := os.Getenv("BUILD_WORKING_DIRECTORY"); dir != "" {
		if err := os.Chdir(dir); err != nil {
			fmt.Fprintln(os.Stderr, "mergectl:", err)
			os.Exit(1)
		}
	}
	os.Exit(exitCode(command().Execute()))
}

// exitCode returns the exit code for the error of a command, which it prints
// unless the command has said what there is to say.
func exitCode(err error) int {
	if err == nil {
		return 0
	}
	if errors.Is(err, errFindings) {
		return 1
	}
	if status := exitStatus(0); errors.As(err, &status) {
		return int(status)
	}
	fmt.Fprintln(os.Stderr, "mergectl:", err)
	if errors.As(err, &cannotRun{}) {
		return 2
	}
	return 1
}

func command() *cobra.Command {
	root := &cobra.Command{
		Use:           "mergectl",
		Short:         "Make and look after merged binaries",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(initCommand(), checkCommand(), linksCommand(), permissionsCommand(), servicesCommand(), knobsCommand(), planCommand(), rolloutCommand(), bisectCommand(), versionsCommand(), uiCommand())
	return root
}
