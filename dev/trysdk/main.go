// Trysdk reports whether the rules work with a Go SDK, such as a release
// candidate, and what does not. It needs no Bazel.
//
//	go run ./dev/trysdk --sdk DIR
//
// It runs the tests that depend on the version of Go, by the SDK's own go
// command, and reports what failed.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/tools/mergegen/closure"
)

// checks are what has to hold for a version of Go.
var checks = []check{
	{
		title:    "Each service's own packages are closed",
		packages: []string{"./dev/stdtable"},
		run:      "^TestSDKs$",
	},
	{
		title:    "Views and copies compile, and two services link",
		packages: []string{"./tests/std"},
	},
	{
		title:    "Merged services are isolated",
		packages: []string{"./tests/isolation/versions"},
	},
	{
		title:    "The rules' tools work",
		packages: []string{"./tools/mergegen/..."},
	},
	{
		title:    "The runtime of merged binaries works",
		packages: []string{"./merge/runtime/..."},
	},
}

// errFailed is the error of a run whose report says what failed.
var errFailed = errors.New("this Go does not work with the rules yet")

func main() {
	var dir string
	cmd := &cobra.Command{
		Use:           "trysdk --sdk DIR",
		Short:         "Report whether the rules work with a Go SDK",
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			dir, err := filepath.Abs(dir)
			if err != nil {
				return err
			}
			return try(cmd.OutOrStdout(), os.Getenv("BUILD_WORKSPACE_DIRECTORY"), dir, checks)
		},
	}
	cmd.Flags().StringVar(&dir, "sdk", "", "folder of the Go SDK, its GOROOT")
	if err := cmd.MarkFlagRequired("sdk"); err != nil {
		panic(err)
	}
	if err := cmd.Execute(); err != nil {
		fmt.Fprintln(os.Stderr, "trysdk:", err)
		os.Exit(1)
	}
}

// try runs checks on the module in a folder and reports on them.
func try(w io.Writer, module, goroot string, checks []check) error {
	sdk, err := closure.Open(goroot)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "Go %s in %s\n", sdk.Version, goroot)
	failed := false
	for _, c := range checks {
		fmt.Fprintf(w, "\n%s ...\n", c.title)
		r, err := c.test(module, goroot)
		if err != nil {
			return err
		}
		r.Write(w)
		failed = failed || len(r.Failures) > 0
	}
	if failed {
		return errFailed
	}
	fmt.Fprintf(w, "\nGo %s works with the rules.\n", sdk.Version)
	return nil
}
