package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/tools/mergegen/digest"
	"github.com/gomerge/rules_go_merge/tools/mergegen/params"
)

func digestCommand() *cobra.Command {
	var in digest.Inputs
	var out string
	cmd := &cobra.Command{
		Use:   "digest",
		Short: "Identify what a service was compiled to",
		Args:  params.Files,
		RunE: func(*cobra.Command, []string) error {
			sum, err := digest.Of(in)
			if err != nil {
				return err
			}
			return os.WriteFile(out, []byte(sum+"\n"), 0o666)
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&in.Packages, "package", nil, "IMPORTMAP=FILE: archive of a package")
	f.StringArrayVar(&in.Libraries, "library", nil, "C library, as LABEL, a tab and FILE")
	f.StringVar(&in.Definitions, "definitions", "", "variables that the linker sets, as JSON")
	f.StringVar(&in.Linker, "linker", "", "other settings of the linker, as JSON")
	f.StringVarP(&out, "out", "o", "", "output: the digest")
	return params.Require(cmd, "package", "out")
}
