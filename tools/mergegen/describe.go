package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/internal/hook"
	"github.com/gomerge/rules_go_merge/merge/adapter/describe"
	"github.com/gomerge/rules_go_merge/tools/mergegen/params"
)

func describeCommand() *cobra.Command {
	var service, namespace, out string
	var files, undescribed, byTarget, serves, calls, targets []string
	cmd := &cobra.Command{
		Use:   "describe [flags] [@params]",
		Short: "Join what the adapters say about the RPC services of a service",
		Args:  params.Files,
	}
	flags := cmd.Flags()
	flags.StringVar(&service, "service", "", "name of the service")
	flags.StringVar(&namespace, "namespace", "", "prefix that its packages are compiled under")
	flags.StringArrayVar(&files, "part", nil, "ADAPTER=FILE: JSON file that an adapter's describer wrote")
	flags.StringArrayVar(&undescribed, "undescribed", nil, "FORMAT=ROLE,ROLE=ADAPTER: adapter without a describer, and what of its framework the service links")
	flags.StringArrayVar(&byTarget, "callee-by-target", nil, "label of an adapter whose clients are connections")
	flags.StringArrayVar(&targets, "target", nil, "pattern of targets that mean the service")
	flags.StringArrayVar(&serves, "serves", nil, "RPC service that the service serves, whatever its code looks like")
	flags.StringArrayVar(&calls, "calls", nil, "RPC service that the service calls, in the same form")
	flags.StringVarP(&out, "out", "o", "", "JSON file to write")
	cmd.RunE = func(*cobra.Command, []string) error {
		parts, err := params.ParseAll(files, loadPart)
		if err != nil {
			return fmt.Errorf("service %q: %w", service, err)
		}
		frameworks, err := params.ParseAll(undescribed, parseFramework)
		if err != nil {
			return fmt.Errorf("service %q: %w", service, err)
		}
		d := describe.Join(service, namespace, parts)
		d.Targets = targets
		if err := d.Serve(serves, frameworks); err != nil {
			return err
		}
		if err := d.Call(calls, frameworks); err != nil {
			return err
		}
		for i := range d.RPCServices {
			if s := &d.RPCServices[i]; slices.Contains(byTarget, s.Adapter) {
				s.CalleeBy = describe.ByTarget
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

func parseFramework(arg string) (describe.Framework, error) {
	fields := strings.SplitN(arg, "=", 3)
	if len(fields) != 3 {
		return describe.Framework{}, fmt.Errorf("--undescribed %q is not of the form FORMAT=ROLE,ROLE=ADAPTER", arg)
	}
	f := describe.Framework{Adapter: fields[2], Format: fields[0]}
	for role := range strings.SplitSeq(fields[1], ",") {
		f.Client = f.Client || hook.IsClient(role)
		f.Server = f.Server || hook.IsServer(role)
	}
	return f, nil
}
