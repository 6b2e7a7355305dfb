package main

import (
	"archive/tar"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// writeArchive writes files below root, which are slash-separated paths, as a
// compressed tar archive. Nothing but their names, content and run bits counts.
func writeArchive(out io.Writer, root string, files []string) error {
	compressed := gzip.NewWriter(out)
	archive := tar.NewWriter(compressed)
	for _, file := range files {
		if err := addFile(archive, root, file); err != nil {
			return fmt.Errorf("%s: %v", file, err)
		}
	}
	if err := archive.Close(); err != nil {
		return err
	}
	return compressed.Close()
}

func addFile(archive *tar.Writer, root, file string) error {
	path := filepath.Join(root, filepath.FromSlash(file))
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	mode := int64(0o644)
	if info.Mode()&0o100 != 0 {
		mode = 0o755
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	header := &tar.Header{Name: file, Mode: mode, Size: int64(len(content)), Format: tar.FormatUSTAR}
	if err := archive.WriteHeader(header); err != nil {
		return err
	}
	_, err = archive.Write(content)
	return err
}
