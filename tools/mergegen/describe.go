package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/tools/mergegen/service"
)

func describeCommand() *cobra.Command {
	var c service.Config
	var out, tags string
	var packages, users, serves []string
	cmd := &cobra.Command{
		Use:   "describe [flags] [@params]",
		Short: "Describe which RPC services a service serves and calls",
		Long: `Describe reads the Kitex-generated service packages of a service and the
code that uses them, and writes what it finds as JSON.`,
		Args: paramsFiles,
	}
	flags := cmd.Flags()
	flags.StringVar(&c.Service, "service", "", "name of the service")
	flags.StringVar(&c.Namespace, "namespace", "", "prefix that its packages are compiled under")
	flags.StringVarP(&out, "out", "o", "", "JSON file to write")
	flags.StringArrayVar(&packages, "package", nil, "package that may be generated, as IMPORTPATH=FILE,FILE,...")
	flags.StringArrayVar(&users, "user", nil, "package that may use generated ones, as IMPORTPATH=FILE,FILE,...")
	flags.StringArrayVar(&serves, "serves", nil, "RPC service that the service serves, whatever its code looks like")
	flags.StringVar(&c.GOOS, "goos", "", "GOOS of build constraints (default: this machine's)")
	flags.StringVar(&c.GOARCH, "goarch", "", "GOARCH of build constraints (default: this machine's)")
	flags.StringVar(&tags, "tags", "", "build tags, separated by commas")
	flags.BoolVar(&c.Cgo, "cgo", false, "whether files that need cgo are built")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		var err error
		if c.Packages, err = parsePackages(packages); err != nil {
			return err
		}
		if c.Users, err = parsePackages(users); err != nil {
			return err
		}
		if tags != "" {
			c.Tags = strings.Split(tags, ",")
		}
		d, err := service.Describe(c)
		if err != nil {
			return fmt.Errorf("service %q: %w", c.Service, err)
		}
		if cmd.Flags().Changed("serves") {
			none := func(name string) bool { return name == "" } // --serves= for a pure client
			if err := d.Restrict(slices.DeleteFunc(serves, none)); err != nil {
				return err
			}
		}
		return d.Save(out)
	}
	return require(cmd, "service", "out")
}

func parsePackages(args []string) ([]service.Package, error) {
	var list []service.Package
	for _, arg := range args {
		path, files, ok := strings.Cut(arg, "=")
		if !ok || path == "" {
			return nil, fmt.Errorf("%q is not of the form IMPORTPATH=FILE,FILE,...", arg)
		}
		p := service.Package{ImportPath: path}
		if files != "" {
			p.Files = strings.Split(files, ",")
		}
		list = append(list, p)
	}
	return list, nil
}
