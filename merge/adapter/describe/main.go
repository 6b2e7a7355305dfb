package describe

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/merge/adapter/describe/params"
)

// Main is the main function of a describer. describe reads the packages; its
// error names the file and line that it is about. A nil Description is an empty
// one.
func Main(describe func(Config) (*Description, error)) {
	if err := command(describe).Execute(); err != nil {
		fmt.Fprintln(os.Stderr, "describer:", err)
		os.Exit(1)
	}
}

func command(describe func(Config) (*Description, error)) *cobra.Command {
	var c Config
	var out, tags string
	var packages, users, imports []string
	cmd := &cobra.Command{
		Use:           "describer [flags] [@params]",
		Short:         "Describe which RPC services packages serve and call",
		Args:          params.Files,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	flags := cmd.Flags()
	flags.StringVarP(&out, "out", "o", "", "JSON file to write")
	flags.StringArrayVar(&packages, "package", nil, "package that may be generated, as PATH=FILE,FILE,... with the path that it is compiled under, without the namespace")
	flags.StringArrayVar(&users, "user", nil, "package that may use generated ones, in the same form")
	flags.StringArrayVar(&imports, "importmap", nil, "import of a generated package that is compiled under another path than the sources say, as IMPORTER=IMPORTPATH=PATH")
	flags.StringVar(&c.GOOS, "goos", "", "GOOS of build constraints (default: this machine's)")
	flags.StringVar(&c.GOARCH, "goarch", "", "GOARCH of build constraints (default: this machine's)")
	flags.StringVar(&tags, "tags", "", "build tags, separated by commas")
	flags.BoolVar(&c.Cgo, "cgo", false, "whether files that need cgo are built")
	cmd.RunE = func(*cobra.Command, []string) error {
		var err error
		if c.Packages, err = params.ParseAll(packages, parsePackage); err != nil {
			return err
		}
		if c.Users, err = params.ParseAll(users, parsePackage); err != nil {
			return err
		}
		if err := addImports(imports, c.Packages, c.Users); err != nil {
			return err
		}
		if tags != "" {
			c.Tags = strings.Split(tags, ",")
		}
		d, err := describe(c)
		if err != nil {
			return err
		}
		if d == nil {
			d = &Description{}
		}
		d.Sort()
		return d.Save(out)
	}
	return params.Require(cmd, "out")
}

// addImports tells the packages how the build maps their imports.
func addImports(args []string, lists ...[]Package) error {
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

func parsePackage(arg string) (Package, error) {
	path, files, ok := strings.Cut(arg, "=")
	if !ok || path == "" {
		return Package{}, fmt.Errorf("%q is not of the form PATH=FILE,FILE,...", arg)
	}
	p := Package{ImportPath: path}
	if files != "" {
		p.Files = strings.Split(files, ",")
	}
	return p, nil
}
