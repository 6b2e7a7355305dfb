package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/tools/mergegen/params"
	"github.com/gomerge/rules_go_merge/tools/mergegen/platform"
	"github.com/gomerge/rules_go_merge/tools/mergegen/view"
)

func viewCommand() *cobra.Command {
	var c view.Config
	var target platform.Flags
	var out string
	cmd := &cobra.Command{
		Use:   "view",
		Short: "Generate a service's view of a package of the standard library",
		Args:  params.Files,
		RunE: func(*cobra.Command, []string) error {
			c.Context = target.Context()
			src, err := view.Generate(c)
			if err != nil {
				return err
			}
			return os.WriteFile(out, src, 0o666)
		},
	}
	f := cmd.Flags()
	f.StringVar(&c.Path, "package", "", "import path of the package")
	f.StringArrayVar(&c.Sources, "src", nil, "Go file of the package")
	f.StringArrayVar(&c.Written, "written", nil, "Go file that declares what differs")
	target.Add(cmd)
	f.StringVarP(&out, "out", "o", "", "output: Go source")
	return params.Require(cmd, append(platform.Names, "package", "out")...)
}
