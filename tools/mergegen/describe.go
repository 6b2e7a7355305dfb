package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/merge/adapter/describe"
	"github.com/gomerge/rules_go_merge/merge/adapter/describe/params"
)

func describeCommand() *cobra.Command {
	var service, namespace, out string
	var files, serves []string
	cmd := &cobra.Command{
		Use:   "describe [flags] [@params]",
		Short: "Join what the adapters say about the RPC services of a service",
		Args:  params.Files,
	}
	flags := cmd.Flags()
	flags.StringVar(&service, "service", "", "name of the service")
	flags.StringVar(&namespace, "namespace", "", "prefix that its packages are compiled under")
	flags.StringArrayVar(&files, "part", nil, "ADAPTER=FILE: JSON file that an adapter's describer wrote")
	flags.StringArrayVar(&serves, "serves", nil, "RPC service that the service serves, whatever its code looks like")
	flags.StringVarP(&out, "out", "o", "", "JSON file to write")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		parts, err := params.ParseAll(files, loadPart)
		if err != nil {
			return fmt.Errorf("service %q: %w", service, err)
		}
		d := describe.Join(service, namespace, parts)
		if cmd.Flags().Changed("serves") {
			none := func(name string) bool { return name == "" } // --serves= for a pure client
			if err := d.Restrict(slices.DeleteFunc(serves, none)); err != nil {
				return err
			}
		}
		return d.Save(out)
	}
	return params.Require(cmd, "service", "out")
}

func loadPart(arg string) (*describe.Description, error) {
	adapter, file, ok := strings.Cut(arg, "=")
	if !ok {
		return nil, fmt.Errorf("--part %q is not of the form ADAPTER=FILE", arg)
	}
	return describe.LoadPart(adapter, file)
}
