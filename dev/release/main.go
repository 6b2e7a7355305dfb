// Release writes the archive that users get:
//
//	bazel run //dev/release -- rules_go_merge.tar.gz
//
// The archive of a commit is the same on every machine.
package main

import (
	"bytes"
	"log"
	"os"
	"path/filepath"

	"github.com/gomerge/rules_go_merge/dev/lint"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("release: ")
	root := os.Getenv("BUILD_WORKSPACE_DIRECTORY")
	if root == "" || len(os.Args) != 2 {
		log.Fatal("give the name of the archive: bazel run //dev/release -- FILE")
	}
	out := os.Args[1]
	if !filepath.IsAbs(out) {
		out = filepath.Join(os.Getenv("BUILD_WORKING_DIRECTORY"), out)
	}
	if err := release(out, root); err != nil {
		log.Fatal(err)
	}
}

func release(out, root string) error {
	files, err := lint.Files(root, isReleased)
	if err != nil {
		return err
	}
	var archive bytes.Buffer
	if err := writeArchive(&archive, root, files); err != nil {
		return err
	}
	return os.WriteFile(out, archive.Bytes(), 0o666)
}
