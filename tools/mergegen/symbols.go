package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/tools/mergegen/params"
	"github.com/gomerge/rules_go_merge/tools/mergegen/symbols"
)

func symbolsCommand() *cobra.Command {
	var archives, libraries, shared []string
	var out string
	cmd := &cobra.Command{
		Use:   "symbols",
		Short: "Check that no service runs C code of another",
		Args:  params.Files,
		RunE: func(*cobra.Command, []string) error {
			packages, err := params.ParseAll(archives, symbols.ParseArchive)
			if err != nil {
				return err
			}
			cc, err := params.ParseAll(libraries, symbols.ParseLibrary)
			if err != nil {
				return err
			}
			sum, err := symbols.Check(append(packages, cc...), shared)
			if err != nil {
				return err
			}
			ok := fmt.Sprintf("%d archives, %d C symbols, no collision\n", sum.Archives, sum.Symbols)
			return os.WriteFile(out, []byte(ok), 0o666)
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&archives, "archive", nil, "archive of a Go package compiled with cgo, as LABEL, SERVICE, IMPORTPATH and FILE with tabs between them")
	f.StringArrayVar(&libraries, "library", nil, "C library, as LABEL, SERVICE and FILE with tabs between them")
	f.StringArrayVar(&shared, "shared", nil, "label of a C library that services share")
	f.StringVarP(&out, "out", "o", "", "output: written when there is no collision")
	return params.Require(cmd, "out")
}
