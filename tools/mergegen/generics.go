package main

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/tools/mergegen/generics"
	"github.com/gomerge/rules_go_merge/tools/mergegen/params"
	"github.com/gomerge/rules_go_merge/tools/mergegen/platform"
)

func genericsCommand() *cobra.Command {
	var srcs, std []string
	var goVersion, stdRoot, out string
	cmd := &cobra.Command{
		Use:   "generics",
		Short: "List the generic functions and methods that packages export",
		Args:  params.Files,
		RunE: func(*cobra.Command, []string) error {
			index := generics.Index{}
			add := func(importpath, file string) error {
				src, err := os.ReadFile(file)
				if err != nil {
					return err
				}
				if err := index.Add(importpath, file, src); err != nil {
					if err, newer := platform.Syntax(platform.ReleaseTags(goVersion), err); newer {
						return err
					}
					// What does not parse does not compile either.
				}
				return nil
			}
			for _, s := range srcs {
				importpath, file, ok := strings.Cut(s, "=")
				if !ok {
					return fmt.Errorf("source %q is not of the form IMPORTPATH=FILE", s)
				}
				if err := add(importpath, file); err != nil {
					return err
				}
			}
			for _, file := range std {
				importpath, ok := strings.CutPrefix(path.Dir(filepath.ToSlash(file)), stdRoot+"/")
				if !ok {
					return fmt.Errorf("source %q of the standard library is not below %s", file, stdRoot)
				}
				if err := add(importpath, file); err != nil {
					return err
				}
			}
			f, err := os.Create(out)
			if err != nil {
				return err
			}
			defer f.Close()
			return index.Write(f)
		},
	}
	f := cmd.Flags()
	platform.GoVersionFlag(cmd, &goVersion)
	f.StringArrayVar(&srcs, "src", nil, "IMPORTPATH=FILE: Go source of a package")
	f.StringArrayVar(&std, "std", nil, "Go source of the standard library")
	f.StringVar(&stdRoot, "std-root", "", "folder of the standard library's packages")
	f.StringVarP(&out, "out", "o", "", "output: list of packages and functions")
	return params.Require(cmd, platform.GoVersion, "out")
}
