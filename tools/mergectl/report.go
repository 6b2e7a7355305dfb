package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/internal/admin"
)

// reportCommand completes a command that asks a merged binary for a report and
// prints it, as a table or as JSON.
func reportCommand[R any](cmd *cobra.Command, get func(*admin.Client) (*R, error), write func(io.Writer, *R) error) *cobra.Command {
	var process processFlag
	var format string
	cmd.Args = cobra.MaximumNArgs(1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return report(cmd.OutOrStdout(), &process, args, format, get, write)
	}
	cmd.Flags().StringVar(&format, "format", "table", "table or json")
	cmd.Flags().StringVarP(&process.name, "process", "p", "", "merged binary or its admin socket")
	return cmd
}

// report prints what get says about the process that is named.
func report[R any](w io.Writer, process *processFlag, args []string, format string, get func(*admin.Client) (*R, error), write func(io.Writer, *R) error) error {
	if format != "table" && format != "json" {
		return fmt.Errorf("--format=%s: want table or json", format)
	}
	client, err := process.connect(args)
	if err != nil {
		return err
	}
	r, err := get(client)
	if err != nil {
		return err
	}
	if format == "table" {
		return write(w, r)
	}
	return writeIndented(w, r)
}

// writeIndented writes a value as JSON for people and programs.
func writeIndented(w io.Writer, value any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(value)
}
