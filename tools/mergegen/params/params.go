// Package params holds what the commands that build actions run have in common:
// flags in files, of which an action may have thousands.
package params

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

// Files is the Args function of every command: the only positional
// arguments are @FILE, for a params file with further flags, one argument a
// line (Bazel's "multiline" format). Flags of a params file come after those of
// the command line, so of a repeated flag the latter's values are first.
func Files(cmd *cobra.Command, args []string) error {
	for _, arg := range args {
		name, ok := strings.CutPrefix(arg, "@")
		if !ok {
			return fmt.Errorf("%s: unexpected argument %q; flags begin with two dashes, params files with @", cmd.Name(), arg)
		}
		lines, err := read(name)
		if err != nil {
			return fmt.Errorf("%s: %w", cmd.Name(), err)
		}
		// The flag set forgets its positional arguments with each parse.
		if err := cmd.Flags().Parse(lines); err != nil {
			return fmt.Errorf("%s: params file %s: %w", cmd.Name(), name, err)
		}
		for _, left := range cmd.Flags().Args() {
			if left != "" {
				return fmt.Errorf("%s: params file %s: unexpected argument %q; write flags as --flag=value, or the value on the line below", cmd.Name(), name, left)
			}
		}
	}
	return nil
}

func read(name string) ([]string, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("params file: %w", err)
	}
	text := strings.TrimSuffix(string(data), "\n")
	if text == "" {
		return nil, nil
	}
	return strings.Split(text, "\n"), nil
}

// ParseAll parses each value of a repeated flag.
func ParseAll[T any](values []string, parse func(string) (T, error)) ([]T, error) {
	var out []T
	for _, v := range values {
		x, err := parse(v)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// Require marks flags without which a command makes no sense.
func Require(cmd *cobra.Command, flags ...string) *cobra.Command {
	for _, f := range flags {
		if err := cmd.MarkFlagRequired(f); err != nil {
			// Only a name that is not a flag of the command fails.
			cmd.RunE = func(*cobra.Command, []string) error { return err }
		}
	}
	return cmd
}
