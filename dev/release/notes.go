package main

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"fmt"
	"strings"
	"text/template"
)

// archiveURL is where the release workflow puts the archive of a tag. The
// template of the registry's entry in .bcr has it, too.
const archiveURL = "https://github.com/gomerge/rules_go_merge/releases/download/%s/rules_go_merge.tar.gz"

//go:embed notes.md.tmpl
var notesText string

var notesTemplate = template.Must(template.New("notes").Parse(notesText))

// notes returns the notes of the release with a tag: how to use its archive, and
// what has changed.
func notes(root, tag string, archive []byte) ([]byte, error) {
	version := strings.TrimPrefix(tag, "v")
	changes, err := changesOf(root, version)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = notesTemplate.Execute(&out, map[string]string{
		"Version": version,
		"URL":     fmt.Sprintf(archiveURL, tag),
		"SHA256":  fmt.Sprintf("%x", sha256.Sum256(archive)),
		"Changes": changes,
	})
	return out.Bytes(), err
}
