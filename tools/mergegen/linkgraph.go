package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/tools/mergegen/linkgraph"
	"github.com/gomerge/rules_go_merge/tools/mergegen/params"
)

func linkGraphCommand() *cobra.Command {
	var in, out string
	cmd := &cobra.Command{
		Use:   "linkgraph",
		Short: "Draw the services of a merged binary and their links",
		Args:  params.Files,
		RunE: func(*cobra.Command, []string) error {
			m, err := linkgraph.Load(in)
			if err != nil {
				return err
			}
			file, err := os.Create(out)
			if err != nil {
				return err
			}
			if err := m.Write(file); err != nil {
				return err
			}
			return file.Close()
		},
	}
	f := cmd.Flags()
	f.StringVar(&in, "manifest", "", "JSON manifest of the merged binary")
	f.StringVarP(&out, "out", "o", "", "output: DOT")
	return params.Require(cmd, "manifest", "out")
}
