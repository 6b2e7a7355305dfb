package main

import (
	"bytes"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/tools/mergegen/debuginfo"
	"github.com/gomerge/rules_go_merge/tools/mergegen/params"
)

func debugInfoCommand() *cobra.Command {
	var binary string
	var services, outs []string
	cmd := &cobra.Command{
		Use:   "debuginfo",
		Short: "List the functions of a merged binary that are a service's",
		Args:  params.Files,
		RunE: func(*cobra.Command, []string) error {
			parsed, err := params.ParseAll(services, debuginfo.ParseService)
			if err != nil {
				return err
			}
			if len(outs) != len(parsed) {
				return fmt.Errorf("debuginfo: %d services have %d outputs", len(parsed), len(outs))
			}
			infos, err := debuginfo.Read(binary, parsed)
			if err != nil {
				return err
			}
			for i, info := range infos {
				var text bytes.Buffer
				if err := info.Write(&text); err != nil {
					return err
				}
				if err := os.WriteFile(outs[i], text.Bytes(), 0o666); err != nil {
					return err
				}
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&binary, "binary", "", "merged binary")
	f.StringArrayVar(&services, "service", nil, "NAME=NAMESPACE=MAIN: service with the path of its main package, without the namespace")
	f.StringArrayVarP(&outs, "out", "o", nil, "output: JSON, one for each service")
	return params.Require(cmd, "binary", "service", "out")
}
