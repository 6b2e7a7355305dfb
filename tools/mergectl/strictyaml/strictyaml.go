// Package strictyaml reads settings that people write as YAML. There is one document, all
// fields are known, and what is wrong is said with its line.
package strictyaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"gopkg.in/yaml.v3"
)

// Options are what files of a kind may not have, either.
type Options struct {
	// Literal refuses aliases, << and keys without a value. Whoever asks a [File] what it
	// has, to set defaults, would not find what these stand for.
	Literal bool
}

// File knows on which line of a file each value is. Values have paths such as
// services.stock.version and steps.0.calls.
type File struct {
	// Name is that of the file.
	Name  string
	lines map[string]int
}

// Parse reads the content of a file into a value. An empty file leaves it as it is.
func Parse(name string, data []byte, into any, o Options) (*File, error) {
	f := &File{Name: name, lines: make(map[string]int)}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %s", name, strings.TrimPrefix(strings.ReplaceAll(err.Error(), "\n", ""), "yaml: "))
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: there is a second document; write one", name)
	}
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for _, document := range root.Content {
		if document.ShortTag() == "!!null" {
			continue // nothing but comments
		}
		if err := f.find("", document, o); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// find notes on which line each value is.
func (f *File) find(path string, node *yaml.Node, o Options) error {
	switch {
	case node.Kind == yaml.AliasNode && o.Literal:
		return fmt.Errorf("%s:%d: *%s is an alias; write out what it stands for", f.Name, node.Line, node.Value)
	case node.Kind == yaml.ScalarNode && node.ShortTag() == "!!null" && o.Literal:
		return fmt.Errorf("%s:%d: %s has no value; write one, or leave it out", f.Name, node.Line, path)
	case node.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			name, value := node.Content[i], node.Content[i+1]
			switch {
			case name.Kind == yaml.AliasNode && o.Literal:
				return f.find(path, name, o)
			case name.ShortTag() == "!!merge" && o.Literal:
				return fmt.Errorf("%s:%d: << is not supported; write out what it stands for", f.Name, name.Line)
			}
			if err := f.add(strings.TrimPrefix(path+"."+name.Value, "."), name.Line, value, o); err != nil {
				return err
			}
		}
	case node.Kind == yaml.SequenceNode:
		for i, item := range node.Content {
			if err := f.add(fmt.Sprintf("%s.%d", path, i), item.Line, item, o); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *File) add(path string, line int, value *yaml.Node, o Options) error {
	f.lines[path] = line
	return f.find(path, value, o)
}

// Line returns the line of a value, 0 if the file does not have it.
func (f *File) Line(path string) int { return f.lines[path] }

// At returns file:line of the first of some values that the file has, and the file alone if
// it has none.
func (f *File) At(paths ...string) string {
	for _, path := range paths {
		if line := f.lines[path]; line > 0 {
			return fmt.Sprintf("%s:%d", f.Name, line)
		}
	}
	return f.Name
}

// Errorf returns an error about a value, at its line or that of what it is in.
func (f *File) Errorf(path, format string, args ...any) error {
	var paths []string
	for p := path; p != ""; p = p[:max(0, strings.LastIndexByte(p, '.'))] {
		paths = append(paths, p)
	}
	return fmt.Errorf("%s: %s: %s", f.At(paths...), path, fmt.Sprintf(format, args...))
}
