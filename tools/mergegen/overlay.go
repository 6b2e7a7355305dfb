package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/internal/naming"
	"github.com/gomerge/rules_go_merge/tools/mergegen/generics"
	"github.com/gomerge/rules_go_merge/tools/mergegen/overlay"
	"github.com/gomerge/rules_go_merge/tools/mergegen/params"
	"github.com/gomerge/rules_go_merge/tools/mergegen/platform"
)

// overlayCommand returns "overlay", which takes a params file for each package.
func overlayCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "overlay @FILE...",
		Short: "Write copies of packages' sources that fit a namespace",
		Long:  "Overlay reads a params file for each package, with these flags:\n\n" + packageCommand().LocalFlags().FlagUsages(),
		Args:  cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, files []string) error {
			for _, file := range files {
				cmd := packageCommand()
				cmd.SetArgs([]string{file})
				if err := cmd.Execute(); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// packageCommand writes the overlay of one package.
func packageCommand() *cobra.Command {
	var c overlay.Config
	var h hookFlags
	var namespace, packages, report, generic string
	var symbols []string
	var target platform.Flags
	var srcs, adds, renames []string
	cmd := &cobra.Command{
		Use:           "overlay",
		Args:          params.Files,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(*cobra.Command, []string) error {
			var err error
			if c.Namespace, err = readNamespace(namespace, packages); err != nil {
				return fmt.Errorf("overlay of %s: packages of service %s: %w", c.ImportMap, c.Service, err)
			}
			for _, file := range symbols {
				if err := addSymbols(c.Namespace, file); err != nil {
					return fmt.Errorf("overlay of %s: symbols of service %s: %w", c.ImportMap, c.Service, err)
				}
			}
			c.Context = target.Context()
			if c.Sources, err = params.ParseAll(srcs, overlay.ParseFile); err != nil {
				return err
			}
			if c.Adds, err = params.ParseAll(adds, overlay.ParseFile); err != nil {
				return err
			}
			if c.Renames, err = params.ParseAll(renames, overlay.ParseRename); err != nil {
				return err
			}
			if generic != "" {
				if c.Contain, err = containment(generic); err != nil {
					return err
				}
			}
			if c.Hook, err = h.hook(c.Service, c.Context); err != nil {
				return err
			}
			changes, err := overlay.Run(c)
			if err != nil {
				return err
			}
			if c.Hook != nil {
				if err := c.Hook.Report.Save(h.report); err != nil {
					return err
				}
			}
			data, err := overlay.MarshalReport(changes)
			if err != nil {
				return err
			}
			return os.WriteFile(report, data, 0o666)
		},
	}
	f := cmd.Flags()
	f.StringVar(&c.Service, "service", "", "name of the service")
	f.StringVar(&namespace, "namespace", "", "importpath prefix of the service's packages")
	target.Add(cmd)
	f.StringVar(&packages, "packages", "", "file that lists the packages in the namespace, one path a line; main=PATH for the main package, std=PATH for a copy of the standard library's, outside=PATH for a package that is not in the namespace")
	f.StringArrayVar(&symbols, "symbols", nil, "file that the command unowned wrote: symbols of no package that get the namespace")
	f.StringVar(&c.ImportMap, "importmap", "", "path of this package, without the namespace")
	f.StringArrayVar(&srcs, "src", nil, "IN, a tab, OUT: source of the package")
	f.StringArrayVar(&c.Covered, "cover", nil, "IN of a source that is instrumented for coverage")
	f.StringArrayVar(&adds, "add", nil, "IN, a tab, OUT: Go file to add to the package; @SERVICE@, @NAMESPACE@ and @MAIN@ become the service's name, namespace and main package")
	f.StringArrayVar(&renames, "rename", nil, "Func=NewName or (*Type).Method=NewName: declaration to rename")
	f.StringArrayVar(&c.Vendored, "vendored", nil, "import path that the standard library has in its vendor folder")
	f.StringVar(&generic, "generics", "", "file that the command generics wrote, if panics in goroutines are to be contained")
	f.StringVar(&report, "report", "", "output: JSON list of the changes")
	h.add(cmd)
	return params.Require(cmd, append(platform.Names, "service", "namespace", "packages", "importmap", "report")...)
}

// readNamespace reads the list of the packages in a namespace from a file.
func readNamespace(name, file string) (*overlay.Namespace, error) {
	list, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer list.Close()
	return overlay.ParseNamespace(name, list)
}

func addSymbols(ns *overlay.Namespace, file string) error {
	list, err := os.Open(file)
	if err != nil {
		return err
	}
	defer list.Close()
	return ns.AddSymbols(list)
}

func containment(generic string) (*overlay.Containment, error) {
	list, err := os.Open(generic)
	if err != nil {
		return nil, fmt.Errorf("overlay: list of generic functions: %w", err)
	}
	defer list.Close()
	index, err := generics.Parse(list)
	return &overlay.Containment{Runtime: naming.Runtime, Generics: index}, err
}
