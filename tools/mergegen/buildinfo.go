package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/tools/mergegen/buildinfo"
	"github.com/gomerge/rules_go_merge/tools/mergegen/params"
)

func buildInfoCommand() *cobra.Command {
	var c buildinfo.Config
	var out string
	cmd := &cobra.Command{
		Use:   "buildinfo",
		Short: "Generate what debug.ReadBuildInfo tells a service",
		Args:  params.Files,
		RunE: func(*cobra.Command, []string) error {
			src, err := buildinfo.Generate(c)
			if err != nil {
				return err
			}
			return os.WriteFile(out, src, 0o666)
		},
	}
	f := cmd.Flags()
	f.StringVar(&c.Path, "path", "", "import path of the main package")
	f.StringVar(&c.Main, "main", "", "package metadata of the main package's module")
	f.StringArrayVar(&c.Deps, "dep", nil, "package metadata of a package that is linked")
	f.StringVarP(&out, "out", "o", "", "output: Go source")
	return params.Require(cmd, "path", "out")
}
