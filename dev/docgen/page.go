package main

import (
	_ "embed"
	"fmt"
	"io"
	"strings"
	"text/template"

	"github.com/gomerge/rules_go_merge/dev/docgen/moduleinfo"
)

//go:embed page.md.tmpl
var pageText string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"cell":     cell,
	"default":  defaultOf,
	"provides": provides,
	"typeOf":   typeOf,
}).Parse(pageText))

// entry is a .bzl file.
type entry struct {
	Label string // names the file for users, such as //merge:defs.bzl
	moduleinfo.Module
}

// write writes the reference of some .bzl files, or fails where something that
// they export is not documented.
func write(out io.Writer, modules []entry) error {
	return pageTemplate.Execute(out, modules)
}

// cell writes a docstring on one line, as a table's cell has to be.
func cell(owner, name, doc string) (string, error) {
	var text strings.Builder
	gap := ""
	for line := range strings.Lines(strings.TrimSpace(doc)) {
		line = strings.TrimSpace(line)
		switch {
		case line == "":
			gap = "<br><br>"
			continue
		case strings.HasPrefix(line, "- ") && gap == " ":
			gap = "<br>"
		}
		text.WriteString(gap + strings.ReplaceAll(line, "|", `\|`))
		gap = " "
	}
	if text.Len() == 0 {
		return "", fmt.Errorf("%s of %s has no documentation", name, owner)
	}
	return text.String(), nil
}

func defaultOf(mandatory bool, value string) string {
	switch {
	case mandatory:
		return "required"
	case value == "":
		return ""
	default:
		return "`" + value + "`"
	}
}

// typeOf names the type of an attribute, and what targets it takes.
func typeOf(a moduleinfo.Attribute) string {
	if len(a.Providers) == 0 {
		return a.Type
	}
	var groups []string
	for _, group := range a.Providers {
		groups = append(groups, strings.Join(group, " and "))
	}
	return a.Type + " with " + strings.Join(groups, " or ")
}

func provides(r moduleinfo.Rule) string {
	var is []string
	switch {
	case r.Test:
		is = append(is, "A test.")
	case r.Executable:
		is = append(is, "Executable.")
	}
	if len(r.Provides) > 0 {
		is = append(is, "Provides "+strings.Join(r.Provides, ", ")+".")
	}
	return strings.Join(is, " ")
}
