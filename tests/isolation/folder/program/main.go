// Command program uses files by relative paths, in all ways that package os and
// others have, and prints what comes of it. All of its copies use the same paths.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// way is one way to use files. It returns what it has found.
type way struct {
	name string
	run  func() (any, error)
}

var (
	service = os.Getenv("SERVICE")
	// start is known before main runs, as other packages may ask for it.
	start, _ = os.Getwd()
)

func main() {
	for _, ways := range [][]way{files, links, packages, programs, sockets, system, platform, folders} {
		for _, w := range ways {
			found, err := w.run()
			line := fmt.Sprintf("%s %s: %v", service, w.name, found)
			if err != nil {
				line += "; error " + err.Error()
			}
			os.Stdout.WriteString(strings.ReplaceAll(line, start, "$START") + "\n")
		}
	}
}

// no returns a result without a value.
func no(err error) (any, error) { return "done", err }

// read returns a file's content.
func read(name string) (any, error) {
	data, err := os.ReadFile(name)
	return string(data), err
}

// written writes a file that says whose it is.
func written(name string) error { return os.WriteFile(name, []byte("of "+service), 0o666) }

// names returns the names of a folder's files.
func names(dir string) (any, error) {
	entries, err := os.ReadDir(dir)
	var all []string
	for _, e := range entries {
		info, err := e.Info() // which looks again
		if err != nil {
			return all, err
		}
		all = append(all, fmt.Sprint(e.Name(), " ", info.IsDir()))
	}
	return all, err
}

// base returns a path that begins in the folder.
func base(path string, err error) (any, error) { return filepath.Base(path), err }
