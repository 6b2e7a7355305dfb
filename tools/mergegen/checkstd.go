package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/tools/mergegen/closure"
	"github.com/gomerge/rules_go_merge/tools/mergegen/params"
)

func checkStdCommand() *cobra.Command {
	var (
		table, version, root, out string
		srcs, written             []string
		platform                  closure.Platform
	)
	cmd := &cobra.Command{
		Use:   "checkstd",
		Short: "Check that services can have their own copies of parts of a standard library",
		Args:  params.Files,
		RunE: func(*cobra.Command, []string) error {
			if err := checkTools(version); err != nil {
				return err
			}
			data, err := os.ReadFile(table)
			if err != nil {
				return err
			}
			var t closure.Table
			if err := json.Unmarshal(data, &t); err != nil {
				return fmt.Errorf("%s: %w", table, err)
			}
			types := closure.Written{}
			for _, w := range written {
				path, file, _ := strings.Cut(w, "=")
				if err := types.Add(path, file); err != nil {
					return err
				}
			}
			sdk := closure.New(filepath.Join(filepath.Dir(root), "src"), version, srcs)
			if err := t.Check(sdk, types, platform); err != nil {
				return err
			}
			return os.WriteFile(out, []byte(version+"\n"), 0o666)
		},
	}
	f := cmd.Flags()
	f.StringVar(&table, "table", "", "JSON file that says of which packages each service has its own")
	f.StringVar(&version, "go-version", "", "version of the SDK")
	f.StringVar(&root, "root", "", "file in the SDK's top folder")
	f.StringArrayVar(&srcs, "src", nil, "file of the SDK")
	f.StringArrayVar(&written, "written", nil, "PACKAGE=FILE: what is written by hand for a view of a package")
	f.StringVar(&platform.GOOS, "goos", "", "operating system that is built for")
	f.StringVar(&platform.GOARCH, "goarch", "", "architecture that is built for")
	f.StringVarP(&out, "out", "o", "", "output: the version, for actions that wait for the check")
	return params.Require(cmd, "table", "root", "goos", "goarch", "out")
}

// checkTools fails where mergegen is older than the SDK that services are built
// with: it could not read what that compiles.
func checkTools(version string) error {
	sdk, ok := closure.ParseVersion(version)
	own, known := closure.ParseVersion(strings.TrimPrefix(runtime.Version(), "go"))
	if ok && known && own.Less(sdk) {
		return fmt.Errorf("services are built with Go %s, and the tools of rules_go_merge with the older %s, which cannot read what it compiles. Let one SDK build both: register it first, or choose it by @rules_go//go/toolchain:sdk_version on the command line", version, runtime.Version())
	}
	return nil
}
