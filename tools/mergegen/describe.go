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
	var packages, users, imports, serves []string
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
	flags.StringArrayVar(&packages, "package", nil, "package that may be generated, as PATH=FILE,FILE,... with the path that it is compiled under, without the namespace")
	flags.StringArrayVar(&users, "user", nil, "package that may use generated ones, in the same form")
	flags.StringArrayVar(&imports, "importmap", nil, "import of a generated package that is compiled under another path than the sources say, as IMPORTER=IMPORTPATH=PATH")
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
		if err := addImports(imports, c.Packages, c.Users); err != nil {
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

// addImports tells the packages how the build maps their imports.
func addImports(args []string, lists ...[]service.Package) error {
	for _, arg := range args {
		fields := strings.Split(arg, "=")
		if len(fields) != 3 {
			return fmt.Errorf("--importmap %q is not of the form IMPORTER=IMPORTPATH=PATH", arg)
		}
		for _, list := range lists {
			for i := range list {
				if p := &list[i]; p.ImportPath == fields[0] {
					if p.ImportMap == nil {
						p.ImportMap = make(map[string]string)
					}
					p.ImportMap[fields[1]] = fields[2]
				}
			}
		}
	}
	return nil
}

func parsePackages(args []string) ([]service.Package, error) {
	var list []service.Package
	for _, arg := range args {
		path, files, ok := strings.Cut(arg, "=")
		if !ok || path == "" {
			return nil, fmt.Errorf("%q is not of the form PATH=FILE,FILE,...", arg)
		}
		p := service.Package{ImportPath: path}
		if files != "" {
			p.Files = strings.Split(files, ",")
		}
		list = append(list, p)
	}
	return list, nil
}
