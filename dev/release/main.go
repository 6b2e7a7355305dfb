// Release writes the archive that users get:
//
//	bazel run //dev/release -- [-tag TAG] [-notes NOTES] ARCHIVE
//
// The archive of a commit is the same on every machine. With a tag, such as
// v1.2.3, it first checks that the work tree is ready to be released under it,
// and NOTES gets the release's notes.
package main

import (
	"bytes"
	"errors"
	"flag"
	"log"
	"os"
	"path/filepath"

	"github.com/gomerge/rules_go_merge/dev/lint"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("release: ")
	tag := flag.String("tag", "", "the tag to release under, such as v1.2.3")
	notes := flag.String("notes", "", "the file for the release's notes")
	flag.Parse()
	root := os.Getenv("BUILD_WORKSPACE_DIRECTORY")
	if root == "" || flag.NArg() != 1 {
		log.Fatal("give the name of the archive: bazel run //dev/release -- [-tag TAG] [-notes NOTES] ARCHIVE")
	}
	if err := release(root, *tag, absolute(*notes), absolute(flag.Arg(0))); err != nil {
		log.Fatal(err)
	}
}

// absolute returns the path that the user means by a name.
func absolute(name string) string {
	if name == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(os.Getenv("BUILD_WORKING_DIRECTORY"), name)
}

// release writes the archive of the work tree below root, and with a tag its
// notes, unless their path is empty.
func release(root, tag, notesPath, archivePath string) error {
	if tag == "" && notesPath != "" {
		return errors.New("-notes: notes are of a release; give its -tag")
	}
	if tag != "" {
		if err := check(root, tag); err != nil {
			return err
		}
	}
	files, err := lint.Files(root, isReleased)
	if err != nil {
		return err
	}
	var archive bytes.Buffer
	if err := writeArchive(&archive, root, files); err != nil {
		return err
	}
	if notesPath != "" {
		text, err := notes(root, tag, archive.Bytes())
		if err != nil {
			return err
		}
		if err := os.WriteFile(notesPath, text, 0o666); err != nil {
			return err
		}
	}
	return os.WriteFile(archivePath, archive.Bytes(), 0o666)
}
