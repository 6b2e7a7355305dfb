// Package digest identifies what a service was compiled to.
package digest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
	"slices"
	"strings"
)

// Inputs is what a service consists of when it is linked.
type Inputs struct {
	// Packages are IMPORTMAP=FILE: the archives of its packages.
	Packages []string
	// Libraries are the C libraries that it is linked with, each as its label, a tab
	// and the file. Labels and files of Bazel may hold any other sign.
	Libraries []string
	// Definitions are variables that the linker sets, as text, with what is to be
	// stamped in braces.
	Definitions string
	// Linker is what else the service asks of the linker, as text, "" for nothing.
	Linker string
}

// Of returns the SHA-256 of the inputs in hexadecimal digits. Where they are and
// in which order they are listed does not count.
func Of(in Inputs) (string, error) {
	sum := sha256.New()
	for _, part := range []struct {
		what, sign string
		values     []string
	}{{"package", "=", in.Packages}, {"library", "\t", in.Libraries}} {
		for _, value := range slices.Sorted(slices.Values(part.values)) {
			// File names of Bazel may hold an equals sign, and import paths may not.
			name, file, ok := strings.Cut(value, part.sign)
			if !ok {
				return "", fmt.Errorf("digest: %s %q is not of the form NAME%sFILE", part.what, value, part.sign)
			}
			if err := addFile(sum, part.what, name, file); err != nil {
				return "", fmt.Errorf("digest: %s %s: %w", part.what, name, err)
			}
		}
	}
	fmt.Fprintf(sum, "definitions %q\n", in.Definitions)
	if in.Linker != "" {
		fmt.Fprintf(sum, "linker %q\n", in.Linker)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// addFile adds a line with the name and the content's own hash.
func addFile(sum hash.Hash, what, name, file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	content := sha256.New()
	if _, err := io.Copy(content, f); err != nil {
		return err
	}
	_, err = fmt.Fprintf(sum, "%s %q %x\n", what, name, content.Sum(nil))
	return err
}
