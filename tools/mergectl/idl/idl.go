// Package idl reads from generated Go code which fields the structs of an IDL have.
package idl

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Structs are the structs of IDLs, by the folder of their Go package and their name.
type Structs map[Struct]Fields

// Struct names a struct.
type Struct struct{ Folder, Name string }

// Fields are the names of fields by their numbers, which say what is the same field.
type Fields map[int]string

// Add adds the structs of a file of Go code in a folder. Structs that no IDL tool has
// made are left out.
func (s Structs) Add(folder, file string, src []byte) error {
	if !bytes.Contains(src, []byte(`thrift:"`)) && !bytes.Contains(src, []byte(`protobuf:"`)) {
		return nil
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, src, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	for _, decl := range parsed.Decls {
		types, ok := decl.(*ast.GenDecl)
		if !ok || types.Tok != token.TYPE {
			continue
		}
		for _, spec := range types.Specs {
			t := spec.(*ast.TypeSpec)
			if of, ok := t.Type.(*ast.StructType); ok {
				if fields := fieldsOf(of); fields != nil {
					s[Struct{folder, t.Name.Name}] = fields
				}
			}
		}
	}
	return nil
}

// fieldsOf returns the fields of a struct that have tags of an IDL tool, nil if none
// has.
func fieldsOf(of *ast.StructType) Fields {
	var fields Fields
	for _, f := range of.Fields.List {
		if f.Tag == nil {
			continue
		}
		text, err := strconv.Unquote(f.Tag.Value)
		if err != nil {
			continue // the parser has checked it
		}
		if number, name, ok := fieldOf(reflect.StructTag(text)); ok {
			if fields == nil {
				fields = make(Fields)
			}
			fields[number] = name
		}
	}
	return fields
}

// fieldOf reads a tag such as thrift:"turnover,12,optional" or
// protobuf:"bytes,1,opt,name=turnover,proto3".
func fieldOf(tag reflect.StructTag) (number int, name string, ok bool) {
	parts := strings.Split(tag.Get("thrift"), ",")
	if len(parts) < 2 {
		parts = strings.Split(tag.Get("protobuf"), ",")
		if len(parts) < 2 {
			return 0, "", false
		}
		for _, part := range parts[2:] {
			if n, ok := strings.CutPrefix(part, "name="); ok {
				name = n
			}
		}
	} else {
		name = parts[0]
	}
	number, err := strconv.Atoi(parts[1])
	return number, name, err == nil && name != ""
}

// Difference is a struct of which one side has fields that the other does not.
type Difference struct {
	Struct Struct
	// Lacks are the names of fields that the first side does not have, and More of those
	// that only it has, in the order of their numbers.
	Lacks, More []string
}

// Compare returns the structs that both sides have, and in which a field of one side is
// not in the other, sorted.
func Compare(first, second Structs) []Difference {
	var all []Difference
	for s, fields := range first {
		others, ok := second[s]
		if !ok {
			continue
		}
		if d := (Difference{s, missing(fields, others), missing(others, fields)}); d.Lacks != nil || d.More != nil {
			all = append(all, d)
		}
	}
	slices.SortFunc(all, func(a, b Difference) int {
		return strings.Compare(a.Struct.Folder+"\x00"+a.Struct.Name, b.Struct.Folder+"\x00"+b.Struct.Name)
	})
	return all
}

// missing returns the names of fields that are not among some.
func missing(some, fields Fields) []string {
	var names []string
	for _, number := range slices.Sorted(maps.Keys(fields)) {
		if _, ok := some[number]; !ok {
			names = append(names, fields[number])
		}
	}
	return names
}
