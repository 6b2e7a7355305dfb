// Docgen writes the reference of .bzl files as Markdown:
//
//	docgen -o reference.md LABEL=FILE...
//
// A LABEL names what users load, and FILE is what Bazel's rule
// starlark_doc_extract makes of it.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/gomerge/rules_go_merge/dev/docgen/moduleinfo"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("docgen: ")
	out := flag.String("o", "", "file to write")
	flag.Parse()
	if err := run(*out, flag.Args()); err != nil {
		log.Fatal(err)
	}
}

func run(out string, args []string) error {
	var modules []entry
	for _, arg := range args {
		label, file, ok := strings.Cut(arg, "=")
		if !ok {
			return fmt.Errorf("%s: give LABEL=FILE", arg)
		}
		message, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		module, err := moduleinfo.Decode(message)
		if err != nil {
			return fmt.Errorf("%s: %v", file, err)
		}
		modules = append(modules, entry{Label: label, Module: module})
	}
	var page bytes.Buffer
	if err := write(&page, modules); err != nil {
		return err
	}
	// bazel run says where the work tree is.
	return os.WriteFile(filepath.Join(os.Getenv("BUILD_WORKSPACE_DIRECTORY"), out), page.Bytes(), 0o666)
}
