package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/tools/mergegen/manifest"
	"github.com/gomerge/rules_go_merge/tools/mergegen/params"
)

func manifestCommand() *cobra.Command {
	var in manifest.Inputs
	var out, versions string
	cmd := &cobra.Command{
		Use:   "manifest",
		Short: "Merge what the build learned about a merged binary",
		Args:  params.Files,
		RunE: func(*cobra.Command, []string) error {
			m, err := manifest.Merge(in)
			if err != nil {
				return err
			}
			data, err := m.Marshal()
			if err != nil {
				return err
			}
			if err := os.WriteFile(out, data, 0o666); err != nil || versions == "" {
				return err
			}
			if data, err = m.MarshalVersions(); err != nil {
				return err
			}
			return os.WriteFile(versions, data, 0o666)
		},
	}
	f := cmd.Flags()
	f.StringVar(&in.Base, "base", "", "JSON object with name, services and shared")
	f.StringArrayVar(&in.Links, "links", nil, "JSON list of links")
	f.StringArrayVar(&in.Describes, "describe", nil, "JSON description of a service")
	f.StringArrayVar(&in.Hooks, "hook", nil, "JSON report of a hook")
	f.StringArrayVar(&in.Digests, "digest", nil, "NAME=FILE: digest of a service, written by digest")
	f.StringArrayVar(&in.Statuses, "status", nil, "file of Bazel's with values that revisions name in braces")
	f.StringArrayVar(&in.Overlays, "overlay", nil, "JSON report of an overlay")
	f.StringVar(&versions, "versions", "", "output: JSON with what mergectl versions needs")
	f.StringVarP(&out, "out", "o", "", "output: JSON")
	return params.Require(cmd, "base", "out")
}
