package describe

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

// Main is the main function of a describer. describe reads the packages; its
// error names the file and line that it is about. A nil Description is an empty
// one.
func Main(describe func(Config) (*Description, error)) {
	if err := run(os.Args[1:], describe); err != nil {
		fmt.Fprintln(os.Stderr, "describer:", err)
		os.Exit(1)
	}
}

// run describes what args name. It takes flags as mergegen does, but is linked
// into the adapter's program, which may have its own version of any Go module:
// hence the standard library.
func run(args []string, describe func(Config) (*Description, error)) error {
	var c Config
	var imports []string
	var out string
	flags := flag.NewFlagSet("describer", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&out, "o", "", "JSON `file` to write")
	flags.Func("package", "package that may be generated, as `PATH=FILE,FILE,...` with the path that it is compiled under, without the namespace", addPackage(&c.Packages))
	flags.Func("user", "package that may use generated ones, in the same form", addPackage(&c.Users))
	flags.Func("importmap", "import of a generated package that is compiled under another path than the sources say, as `IMPORTER=IMPORTPATH=PATH`", func(arg string) error {
		if strings.Count(arg, "=") != 2 {
			return errors.New("it is not of the form IMPORTER=IMPORTPATH=PATH")
		}
		imports = append(imports, arg)
		return nil
	})
	flags.StringVar(&c.GOOS, "goos", "", "GOOS of build constraints (default: this machine's)")
	flags.StringVar(&c.GOARCH, "goarch", "", "GOARCH of build constraints (default: this machine's)")
	flags.Func("tags", "build tags, separated by commas", func(arg string) error {
		c.Tags = strings.FieldsFunc(arg, func(r rune) bool { return r == ',' })
		return nil
	})
	flags.BoolVar(&c.Cgo, "cgo", false, "whether files that need cgo are built")

	args, err := withParams(args)
	if err != nil {
		return err
	}
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q; flags begin with dashes, params files with @", flags.Arg(0))
	}
	if out == "" {
		return errors.New("flag -o is missing: the JSON file to write")
	}
	addImports(imports, c.Packages, c.Users)
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

// withParams replaces each @FILE by the file's lines, which are flags: Bazel's
// "multiline" format.
func withParams(args []string) ([]string, error) {
	var out []string
	for _, arg := range args {
		name, ok := strings.CutPrefix(arg, "@")
		if !ok {
			out = append(out, arg)
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("params file: %w", err)
		}
		if text := strings.TrimSuffix(string(data), "\n"); text != "" {
			out = append(out, strings.Split(text, "\n")...)
		}
	}
	return out, nil
}

// addImports tells the packages how the build maps their imports.
func addImports(args []string, lists ...[]Package) {
	for _, arg := range args {
		fields := strings.Split(arg, "=")
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
}

func addPackage(to *[]Package) func(string) error {
	return func(arg string) error {
		path, files, ok := strings.Cut(arg, "=")
		if !ok || path == "" {
			return errors.New("it is not of the form PATH=FILE,FILE,...")
		}
		p := Package{ImportPath: path}
		if files != "" {
			p.Files = strings.Split(files, ",")
		}
		*to = append(*to, p)
		return nil
	}
}
