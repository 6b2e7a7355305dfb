// Command pack writes a tar archive of the files that it is given as NAME=FILE,
// after the name of the archive.
package main

import (
	"archive/tar"
	"log"
	"os"
	"strings"
)

func main() {
	out, err := os.Create(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	archive := tar.NewWriter(out)
	for _, arg := range os.Args[2:] {
		name, file, _ := strings.Cut(arg, "=")
		content, err := os.ReadFile(file)
		if err != nil {
			log.Fatal(err)
		}
		if err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(content))}); err != nil {
			log.Fatal(err)
		}
		if _, err := archive.Write(content); err != nil {
			log.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		log.Fatal(err)
	}
	if err := out.Close(); err != nil {
		log.Fatal(err)
	}
}
