// Package wholefile replaces files at once: whoever opens one finds all of what it held, or
// all of what it is to hold.
package wholefile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// File is what a file is to hold.
type File struct {
	Name string
	Data []byte
	// Mode is that of the file. If Keep is set, one that is there keeps its own.
	Mode fs.FileMode
	Keep bool
	// Sync has the content on disk before the file has the name. What is lost in a crash of
	// the machine is then the change, and never the file.
	Sync bool
}

// Write replaces the file, or leaves what there is. Errors name it.
func (f File) Write() error {
	temporary, err := f.Beside()
	if err != nil {
		return err
	}
	if err := os.Rename(temporary, f.Name); err != nil {
		return errors.Join(err, os.Remove(temporary))
	}
	return nil
}

// Beside writes the content to a new file in the same folder, for whoever renames several
// files together. It returns the name of that file.
func (f File) Beside() (temporary string, err error) {
	mode := f.Mode
	if info, err := os.Stat(f.Name); f.Keep && err == nil {
		mode = info.Mode().Perm()
	}
	out, err := os.CreateTemp(filepath.Dir(f.Name), "."+filepath.Base(f.Name)+".*")
	if err != nil {
		return "", fmt.Errorf("%s: %w", f.Name, err)
	}
	_, err = out.Write(f.Data)
	err = errors.Join(err, out.Chmod(mode))
	if f.Sync {
		err = errors.Join(err, out.Sync())
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return "", errors.Join(fmt.Errorf("%s: %w", f.Name, err), os.Remove(out.Name()))
	}
	return out.Name(), nil
}
