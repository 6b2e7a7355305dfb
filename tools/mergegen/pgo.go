package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/tools/mergegen/params"
	"github.com/gomerge/rules_go_merge/tools/mergegen/pgo"
)

func pgoCommand() *cobra.Command {
	var profile, namespace, packages, out string
	cmd := &cobra.Command{
		Use:   "pgo",
		Short: "Put the functions of a service's profile into its namespace",
		Args:  params.Files,
		RunE: func(*cobra.Command, []string) error {
			ns, err := readNamespace(namespace, packages)
			if err != nil {
				return err
			}
			in, err := os.Open(profile)
			if err != nil {
				return err
			}
			defer in.Close()
			f, err := os.Create(out)
			if err != nil {
				return err
			}
			if err := pgo.Rename(f, in, ns.Symbol); err != nil {
				f.Close()
				return fmt.Errorf("%s: %w", profile, err)
			}
			return f.Close()
		},
	}
	f := cmd.Flags()
	f.StringVar(&profile, "profile", "", "profile that go tool preprofile has written")
	f.StringVar(&namespace, "namespace", "", "import path prefix of the service")
	f.StringVar(&packages, "packages", "", "file that lists the packages in the namespace, as for overlay")
	f.StringVarP(&out, "out", "o", "", "output: the profile with the names in the namespace")
	return params.Require(cmd, "profile", "namespace", "packages", "out")
}
