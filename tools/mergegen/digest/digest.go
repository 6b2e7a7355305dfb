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
	// Libraries are LABEL=FILE: the C libraries that it is linked with.
	Libraries []string
	// Definitions are variables that the linker sets, as text, with what is to be
	// stamped in braces.
	Definitions string
}

// Of returns the SHA-256 of the inputs in hexadecimal digits. Where they are and
// in which order they are listed does not count.
func Of(in Inputs) (string, error) {
	sum := sha256.New()
	for _, part := range []struct {
		what   string
		values []string
	}{{"package", in.Packages}, {"library", in.Libraries}} {
		for _, value := range slices.Sorted(slices.Values(part.values)) {
			// File names of Bazel may hold the sign, and import paths may not.
			name, file, ok := strings.Cut(value, "=")
			if !ok {
				return "", fmt.Errorf("digest: %s %q is not of the form NAME=FILE", part.what, value)
			}
			if err := addFile(sum, part.what, name, file); err != nil {
				return "", fmt.Errorf("digest: %s %s: %w", part.what, name, err)
			}
		}
	}
	fmt.Fprintf(sum, "definitions %q\n", in.Definitions)
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
