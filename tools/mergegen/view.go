package main

import (
	"go/build"
	"os"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/tools/mergegen/view"
)

func viewCommand() *cobra.Command {
	c := view.Config{Context: build.Default}
	var out string
	cmd := &cobra.Command{
		Use:   "view",
		Short: "Generate a service's view of a package of the standard library",
		Args:  paramsFiles,
		RunE: func(*cobra.Command, []string) error {
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
	f.StringVar(&c.Context.GOOS, "goos", "", "operating system that the view is for")
	f.StringVar(&c.Context.GOARCH, "goarch", "", "architecture that the view is for")
	f.StringSliceVar(&c.Context.BuildTags, "tags", nil, "build tags, separated by commas")
	f.BoolVar(&c.Context.CgoEnabled, "cgo", false, "whether cgo is on")
	f.StringVarP(&out, "out", "o", "", "output: Go source")
	return require(cmd, "package", "goos", "goarch", "out")
}
