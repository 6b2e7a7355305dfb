package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/tools/mergegen/overlay"
	"github.com/gomerge/rules_go_merge/tools/mergegen/params"
	"github.com/gomerge/rules_go_merge/tools/mergegen/platform"
)

func unownedCommand() *cobra.Command {
	var packages, own, outside string
	var srcs, shared, cgo []string
	var target platform.Flags
	cmd := &cobra.Command{
		Use:   "unowned",
		Short: "List the symbols that a service defines without a package's path",
		Args:  params.Files,
		RunE: func(*cobra.Command, []string) error {
			// Symbols that keep their names do not depend on what the namespace is.
			ns, err := readNamespace("service", packages)
			if err != nil {
				return err
			}
			var sources overlay.Sources
			for _, from := range []struct {
				srcs []string
				to   *[]overlay.Package
			}{{srcs, &sources.Packages}, {shared, &sources.Shared}, {cgo, &sources.Cgo}} {
				if *from.to, err = sourcesByPackage(from.srcs); err != nil {
					return err
				}
			}
			found, err := overlay.FindUnowned(ns, target.Context(), sources)
			if err != nil {
				return err
			}
			var names strings.Builder
			for _, symbol := range found.Own {
				fmt.Fprintln(&names, symbol)
			}
			if err := os.WriteFile(own, []byte(names.String()), 0o666); err != nil {
				return err
			}
			data, err := json.MarshalIndent(found.Outside, "", "  ")
			if err != nil {
				return err
			}
			return os.WriteFile(outside, append(data, '\n'), 0o666)
		},
	}
	f := cmd.Flags()
	target.Add(cmd)
	f.StringVar(&packages, "packages", "", "file that lists the packages in the namespace, as for the command overlay")
	f.StringArrayVar(&srcs, "src", nil, "IMPORTMAP=FILE: source of a package in the namespace; those of a package follow each other")
	f.StringArrayVar(&shared, "shared-src", nil, "IMPORTMAP=FILE: source of a shared package")
	f.StringArrayVar(&cgo, "cgo-src", nil, "IMPORTMAP=FILE: source of a package of the service that may use cgo")
	f.StringVar(&own, "own", "", "output: list of the symbols that get the namespace")
	f.StringVar(&outside, "outside", "", "output: JSON list of definitions that keep their names, for the command outside")
	return params.Require(cmd, append(platform.Names, "packages", "own", "outside")...)
}

func sourcesByPackage(srcs []string) ([]overlay.Package, error) {
	var packages []overlay.Package
	for _, s := range srcs {
		importMap, file, ok := strings.Cut(s, "=")
		if !ok {
			return nil, fmt.Errorf("source %q is not of the form IMPORTMAP=FILE", s)
		}
		if n := len(packages); n == 0 || packages[n-1].ImportMap != importMap {
			packages = append(packages, overlay.Package{ImportMap: importMap})
		}
		last := &packages[len(packages)-1]
		last.Files = append(last.Files, file)
	}
	return packages, nil
}

func outsideCommand() *cobra.Command {
	var services []string
	var out string
	cmd := &cobra.Command{
		Use:   "outside",
		Short: "Check that no two services define a symbol that exists once in a process",
		Args:  params.Files,
		RunE: func(*cobra.Command, []string) error {
			definitions := map[string][]overlay.Definition{}
			for _, s := range services {
				service, file, ok := strings.Cut(s, "=")
				if !ok {
					return fmt.Errorf("service %q is not of the form SERVICE=FILE", s)
				}
				data, err := os.ReadFile(file)
				if err != nil {
					return err
				}
				var of []overlay.Definition
				if err := json.Unmarshal(data, &of); err != nil {
					return fmt.Errorf("%s: %w", file, err)
				}
				definitions[service] = append(definitions[service], of...)
			}
			if err := overlay.CheckOutside(definitions); err != nil {
				return err
			}
			return os.WriteFile(out, nil, 0o666)
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&services, "service", nil, "SERVICE=FILE: output of the command unowned for a service; several for one add up")
	f.StringVarP(&out, "out", "o", "", "output: an empty file, written when there is no conflict")
	return params.Require(cmd, "out")
}
