// Skips fails if a test was skipped that is not expected to be: a test that always
// skips is one that cannot fail.
//
//	go run ./tools/skips --expected .ci/skips.txt EVENTS
//
// EVENTS is what "bazel test" wrote by --build_event_json_file.
package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

func main() {
	if err := command().Execute(); err != nil {
		os.Exit(1)
	}
}

func command() *cobra.Command {
	var list string
	cmd := &cobra.Command{
		Use:          "skips --expected FILE EVENTS",
		Short:        "Fail if a test was skipped that is not expected to be",
		Args:         cobra.ExactArgs(1),
		SilenceUsage: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			data, err := os.ReadFile(list)
			if err != nil {
				return err
			}
			expected, err := parseExpected(list, string(data))
			if err != nil {
				return err
			}
			events, err := os.Open(args[0])
			if err != nil {
				return err
			}
			defer events.Close()
			skips, err := read(events)
			if err != nil {
				return err
			}
			unexpected := 0
			for _, s := range skips {
				if !expected.has(s) {
					unexpected++
					fmt.Fprintf(cmd.OutOrStdout(), "%s %s was skipped: %s\n", s.target, s.test, s.message)
				}
			}
			if unexpected > 0 {
				return fmt.Errorf("%d tests were skipped: let them run, or add them to %s with the reason", unexpected, list)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&list, "expected", "", "file with a line for each expected skip: target and test, as patterns, and the reason")
	cmd.MarkFlagRequired("expected")
	return cmd
}
