package merger

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"slices"
)

// Package is what go list tells of a package.
type Package struct {
	ImportPath, Dir, Export   string
	GoFiles, SFiles, HFiles   []string
	CgoFiles, SysoFiles       []string
	EmbedPatterns, EmbedFiles []string
	Imports                   []string
	Standard                  bool
	Module                    *struct{ Path, Version string }
}

// sources returns all files that the package is compiled from.
func (p *Package) sources() []string {
	var files []string
	for _, f := range slices.Concat(p.GoFiles, p.SFiles, p.HFiles) {
		files = append(files, filepath.Join(p.Dir, f))
	}
	return files
}

// embedded tells the compiler which files the package embeds, "" for none.
func (p *Package) embedded() (string, error) {
	if len(p.EmbedPatterns) == 0 {
		return "", nil
	}
	config := struct {
		Patterns map[string][]string
		Files    map[string]string
	}{make(map[string][]string), make(map[string]string)}
	for _, pattern := range p.EmbedPatterns {
		for _, f := range p.EmbedFiles {
			if match, err := path.Match(pattern, f); err != nil || !match {
				continue
			}
			config.Patterns[pattern] = append(config.Patterns[pattern], f)
			config.Files[f] = filepath.Join(p.Dir, f)
		}
		if len(config.Patterns[pattern]) == 0 {
			return "", fmt.Errorf("package %s embeds %s, and only files are known here", p.ImportPath, pattern)
		}
	}
	data, err := json.Marshal(config)
	return string(data), err
}

// List returns packages and all that they import, dependencies first.
func (tc *Toolchain) List(dir string, args ...string) ([]*Package, error) {
	flags := []string{"list", "-trimpath", "-deps", "-json"}
	if tc.Race {
		flags = append(flags, "-race")
	}
	out, err := tc.Run(dir, "go", append(flags, args...)...)
	if err != nil {
		return nil, err
	}
	var all []*Package
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		p := new(Package)
		err := decoder.Decode(p)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
}
