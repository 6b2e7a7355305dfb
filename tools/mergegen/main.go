// Mergegen generates the code that go_merged_binary adds to the services it
// merges. It is run by the rules' actions; users run mergectl.
package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

func main() {
	root := &cobra.Command{
		Use:           "mergegen",
		Short:         "Generate overlays, glue and main packages for merged binaries",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(
		// one constructor per file: describeCommand(), glueCommand(), ...
		buildInfoCommand(),
		checkStdCommand(),
		debugInfoCommand(),
		describeCommand(),
		digestCommand(),
		genericsCommand(),
		glueCommand(),
		linkGraphCommand(),
		mainCommand(),
		manifestCommand(),
		outsideCommand(),
		overlayCommand(),
		pgoCommand(),
		symbolsCommand(),
		unownedCommand(),
		viewCommand(),
	)
	if err := root.Execute(); err != nil {
		fmt.Fprintln(os.Stderr, "mergegen:", err)
		os.Exit(1)
	}
}
