package main

import (
	_ "embed"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/template"
)

//go:embed std_packages.bzl.tmpl
var page string

// write writes the table as a .bzl file that buildifier leaves as it is.
func (t *table) write(w io.Writer) error {
	p, err := template.New("").Funcs(template.FuncMap{"list": list, "dict": dict}).Parse(page)
	if err != nil {
		return err
	}
	return p.Execute(w, struct {
		Versions, Originals []string
		Entries             []entry
	}{t.versions, t.originals, t.entries})
}

// Why says in a sentence why services have their own.
func (e entry) Why() string { return e.why }

// Arguments returns what the function that makes the package's struct is called with.
func (e entry) Arguments() string {
	args := []string{fmt.Sprintf("%q", e.Path)}
	if len(e.Imports) > 0 {
		args = append(args, "imports = "+list(8, e.Imports))
	}
	if e.folder {
		args = append(args, "folder = True")
	}
	if len(e.rename) > 0 {
		args = append(args, "rename = "+dict(8, e.rename))
	}
	if len(e.vendored) > 0 {
		args = append(args, "vendored = "+list(8, e.vendored))
	}
	if len(args) == 1 {
		return args[0]
	}
	return "\n        " + strings.Join(args, ",\n        ") + ",\n    "
}

func list(indent int, items []string) string {
	if len(items) == 1 {
		return fmt.Sprintf("[%q]", items[0])
	}
	var b strings.Builder
	for _, item := range items {
		fmt.Fprintf(&b, "%*s%q,\n", indent+4, "", item)
	}
	return fmt.Sprintf("[\n%s%*s]", b.String(), indent, "")
}

func dict(indent int, items map[string]string) string {
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(items)) {
		fmt.Fprintf(&b, "%*s%q: %q,\n", indent+4, "", key, items[key])
	}
	return fmt.Sprintf("{\n%s%*s}", b.String(), indent, "")
}
