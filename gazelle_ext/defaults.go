package merge

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/label"
	"github.com/bazelbuild/bazel-gazelle/rule"
	"github.com/bazelbuild/buildtools/build"
)

// attrType is what an attribute's value has to be.
type attrType string

const (
	boolAttr   attrType = "True or False"
	intAttr    attrType = "a number"
	stringAttr attrType = "a string"
	labelAttr  attrType = "a label"
	listAttr   attrType = "a list of strings"
	labelsAttr attrType = "a list of labels"
	dictAttr   attrType = "a dict of strings"
)

var commonAttrs = map[string]attrType{
	"deprecation":            stringAttr,
	"exec_compatible_with":   labelsAttr,
	"tags":                   listAttr,
	"target_compatible_with": labelsAttr,
	"testonly":               boolAttr,
	"visibility":             labelsAttr,
}

// attrs are the attributes that can have a default, in addition to the common ones.
var attrs = map[string]map[string]attrType{
	serviceKind: {
		"args":              listAttr,
		"cpu_limit":         stringAttr,
		"data":              labelsAttr,
		"env":               dictAttr,
		"env_inherit":       listAttr,
		"listen":            boolAttr,
		"log_name":          boolAttr,
		"max_inflight":      intAttr,
		"on_exit":           stringAttr,
		"on_panic":          stringAttr,
		"restart":           stringAttr,
		"revision":          stringAttr,
		"shared":            labelAttr,
		"version":           stringAttr,
		"working_directory": stringAttr,
	},
	binaryKind: {
		"data":         labelsAttr,
		"deadlines":    dictAttr,
		"env":          dictAttr,
		"gc_linkopts":  listAttr,
		"pure":         stringAttr,
		"race":         stringAttr,
		"share_memory": listAttr,
		"start_order":  stringAttr,
	},
}

// attrDefault is a default of an attribute.
type attrDefault struct {
	kind, attr, value string
	// rel is the package that labels in value are relative to.
	rel string
}

// setDefault reads the value of a merge_default directive: a kind, which may be
// left out for go_merge_service, an attribute, and its value.
func (mc *mergeConfig) setDefault(text string) error {
	kind := serviceKind
	word, rest, _ := strings.Cut(text, " ")
	if attrs[word] != nil {
		kind = word
		word, rest, _ = strings.Cut(strings.TrimSpace(rest), " ")
	}
	if word == "" {
		return errors.New("want an attribute and its value, such as listen False")
	}
	typ, ok := attrs[kind][word]
	if !ok {
		typ, ok = commonAttrs[word]
	}
	if !ok {
		return fmt.Errorf("no default can be set for attribute %q of %s; want one of %s", word, kind, list(attributes(kind)))
	}
	d := attrDefault{kind: kind, attr: word, value: strings.TrimSpace(rest), rel: mc.rel}
	// The parent's list is the parent's.
	mc.defaults = slices.DeleteFunc(slices.Clone(mc.defaults), func(o attrDefault) bool { return o.kind == kind && o.attr == word })
	if d.value == "" {
		return nil
	}
	if _, err := d.expr(typ); err != nil {
		return err
	}
	mc.defaults = append(mc.defaults, d)
	return nil
}

func attributes(kind string) []string {
	names := slices.Collect(maps.Keys(attrs[kind]))
	names = slices.AppendSeq(names, maps.Keys(commonAttrs))
	slices.Sort(names)
	return names
}

// addDefaults sets the attributes of a new rule that it does not have.
func (mc *mergeConfig) addDefaults(r *rule.Rule) {
	for _, d := range mc.defaults {
		if d.kind != r.Kind() || r.Attr(d.attr) != nil {
			continue
		}
		typ, ok := attrs[d.kind][d.attr]
		if !ok {
			typ = commonAttrs[d.attr]
		}
		if value, err := d.expr(typ); err == nil { // setDefault has tried
			r.SetAttr(d.attr, value)
		}
	}
}

// expr returns the value, which is written in Starlark; a string may do without
// quotes. Labels become absolute.
func (d attrDefault) expr(typ attrType) (build.Expr, error) {
	var value build.Expr
	if file, err := build.ParseBuild("", []byte(d.value)); err == nil && len(file.Stmt) == 1 {
		value = file.Stmt[0]
	}
	switch typ {
	case boolAttr:
		if id, ok := value.(*build.Ident); ok && (id.Name == "True" || id.Name == "False") {
			return value, nil
		}
	case intAttr:
		if number, ok := value.(*build.LiteralExpr); ok {
			return number, nil
		}
	case stringAttr, labelAttr:
		text, ok := value.(*build.StringExpr)
		if !ok && !strings.ContainsAny(d.value, `"' `) {
			text, ok = &build.StringExpr{Value: d.value}, true
		}
		if ok {
			return text, d.absolute(typ, text)
		}
	case listAttr, labelsAttr:
		items, ok := value.(*build.ListExpr)
		if !ok {
			break
		}
		for _, item := range items.List {
			text, ok := item.(*build.StringExpr)
			if !ok {
				return nil, d.mismatch(typ)
			}
			if err := d.absolute(typ, text); err != nil {
				return nil, err
			}
		}
		return items, nil
	case dictAttr:
		if entries, ok := value.(*build.DictExpr); ok {
			return entries, nil
		}
	}
	return nil, d.mismatch(typ)
}

func (d attrDefault) mismatch(typ attrType) error {
	return fmt.Errorf("attribute %s of %s is %s, not %s", d.attr, d.kind, typ, d.value)
}

// absolute makes a label absolute.
func (d attrDefault) absolute(typ attrType, text *build.StringExpr) error {
	if typ != labelAttr && typ != labelsAttr {
		return nil
	}
	l, err := label.Parse(text.Value)
	if err != nil {
		return d.mismatch(typ)
	}
	if l.Relative {
		text.Value = l.Abs("", d.rel).String()
	}
	return nil
}
