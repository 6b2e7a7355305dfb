// Stdtable writes merge/private/std_packages.bzl, the list of packages of the
// standard library of which each service has its own: views and copies.
//
//	bazel run //dev/stdtable               # with the SDKs that CI has
//	go run ./dev/stdtable --sdk DIR...     # with these, oldest first
//
// policy.go has what people decide. The rest follows from the sources of the
// SDKs: what shows types of a copy is a copy itself, and what each imports.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/dev/gosdk"
	"github.com/gomerge/rules_go_merge/tools/mergegen/closure"
)

// file is what is written, below the top folder of the repository.
const file = "merge/private/std_packages.bzl"

// written is where the hand-written parts of views are.
const written = "merge/std"

func main() {
	var dirs []string
	cmd := &cobra.Command{
		Use:           "stdtable",
		Short:         "Write " + file,
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(*cobra.Command, []string) error {
			// Where `bazel run` was called.
			top := os.Getenv("BUILD_WORKSPACE_DIRECTORY")
			out, err := generate(dirs, filepath.Join(top, written))
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(top, file), out, 0o666)
		},
	}
	cmd.Flags().StringArrayVar(&dirs, "sdk", nil, "folder of a Go SDK; once for each version, the oldest first")
	if err := cmd.Execute(); err != nil {
		fmt.Fprintln(os.Stderr, "stdtable:", err)
		os.Exit(1)
	}
}

// generate returns the text of the table for the SDKs in some folders, those of
// the test environment if there are none.
func generate(dirs []string, written string) ([]byte, error) {
	if len(dirs) == 0 {
		var err error
		if dirs, err = gosdk.Roots(); err != nil {
			return nil, err
		}
	}
	if len(dirs) == 0 {
		return nil, errors.New("no SDKs: give their folders as --sdk DIR, or use bazel run")
	}
	sdks, err := gosdk.Open(dirs)
	if err != nil {
		return nil, err
	}
	types, err := closure.ReadWritten(written)
	if err != nil {
		return nil, err
	}
	t, err := compute(sdks, types)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.write(&b)
	return b.Bytes(), err
}
