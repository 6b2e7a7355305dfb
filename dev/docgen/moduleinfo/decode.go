package moduleinfo

import (
	"errors"
	"fmt"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// Decode decodes a message ModuleInfo of Bazel's stardoc_output.proto, which
// has the numbers of the fields that are named here. Fields that it does not
// know are left out.
func Decode(message []byte) (Module, error) {
	var m Module
	err := decode(message, fields{
		1: func(v value) error { return appendMessage(&m.Rules, v, decodeRule) },
		2: func(v value) error { return appendMessage(&m.Providers, v, decodeProvider) },
		3: func(v value) error { return appendMessage(&m.Functions, v, decodeFunction) },
		5: text(&m.Doc),
		7: func(v value) error { return appendMessage(&m.Extensions, v, decodeExtension) },
		8: func(v value) error { return appendMessage(&m.RepositoryRules, v, decodeRepositoryRule) },
	})
	return m, err
}

func decodeRule(message []byte) (Rule, error) {
	call, err := decodeCall(message)
	if err != nil {
		return Rule{}, err
	}
	r := Rule{Call: call}
	err = decode(message, fields{
		5: func(v value) (err error) { r.Provides, err = decodeProviderNames(v.bytes); return err },
		6: boolean(&r.Test),
		7: boolean(&r.Executable),
	})
	return r, err
}

// decodeCall decodes the fields that rules, repository rules and tag classes
// have in common.
func decodeCall(message []byte) (Call, error) {
	var c Call
	err := decode(message, fields{
		1: text(&c.Name),
		2: text(&c.Doc),
		3: func(v value) error { return appendMessage(&c.Attributes, v, decodeAttribute) },
	})
	return c, err
}

func decodeRepositoryRule(message []byte) (Call, error) {
	c, err := decodeCall(message)
	// Bazel gives this attribute to every repository rule.
	c.Attributes = slices.DeleteFunc(c.Attributes, func(a Attribute) bool { return a.Name == "repo_mapping" })
	return c, err
}

func decodeAttribute(message []byte) (Attribute, error) {
	a := Attribute{Type: attributeTypes[0]}
	err := decode(message, fields{
		1: text(&a.Name),
		2: text(&a.Doc),
		3: func(v value) error {
			if v.number >= uint64(len(attributeTypes)) {
				return fmt.Errorf("attribute %s has type %d, which is not known", a.Name, v.number)
			}
			a.Type = attributeTypes[v.number]
			return nil
		},
		4: boolean(&a.Mandatory),
		5: func(v value) error { return appendMessage(&a.Providers, v, decodeProviderNames) },
		6: text(&a.Default),
	})
	return a, err
}

func decodeProviderNames(message []byte) ([]string, error) {
	var names []string
	err := decode(message, fields{
		1: func(v value) error { names = append(names, string(v.bytes)); return nil },
	})
	return names, err
}

func decodeProvider(message []byte) (Provider, error) {
	var p Provider
	err := decode(message, fields{
		1: text(&p.Name),
		2: text(&p.Doc),
		3: func(v value) error { return appendMessage(&p.Fields, v, decodeField) },
	})
	return p, err
}

func decodeField(message []byte) (Field, error) {
	var f Field
	err := decode(message, fields{1: text(&f.Name), 2: text(&f.Doc)})
	return f, err
}

func decodeFunction(message []byte) (Function, error) {
	var f Function
	err := decode(message, fields{
		1: text(&f.Name),
		2: func(v value) error { return appendMessage(&f.Parameters, v, decodeParameter) },
		3: text(&f.Doc),
		4: func(v value) error { return decode(v.bytes, fields{1: text(&f.Returns)}) },
	})
	return f, err
}

func decodeParameter(message []byte) (Parameter, error) {
	var p Parameter
	err := decode(message, fields{
		1: text(&p.Name),
		2: text(&p.Doc),
		3: text(&p.Default),
		4: boolean(&p.Mandatory),
	})
	return p, err
}

func decodeExtension(message []byte) (Extension, error) {
	var e Extension
	err := decode(message, fields{
		1: text(&e.Name),
		2: text(&e.Doc),
		3: func(v value) error { return appendMessage(&e.Tags, v, decodeCall) },
	})
	return e, err
}

// value is the value of a field: bytes of a string or message, or a number.
type value struct {
	bytes  []byte
	number uint64
}

// fields says what becomes of a message's fields, by their numbers.
type fields map[protowire.Number]func(value) error

var errMalformed = errors.New("not a message of stardoc_output.proto")

func decode(message []byte, fields fields) error {
	for len(message) > 0 {
		number, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return errMalformed
		}
		message = message[n:]
		var v value
		switch kind {
		case protowire.BytesType:
			v.bytes, n = protowire.ConsumeBytes(message)
		case protowire.VarintType:
			v.number, n = protowire.ConsumeVarint(message)
		default:
			n = protowire.ConsumeFieldValue(number, kind, message)
		}
		if n < 0 {
			return errMalformed
		}
		message = message[n:]
		if set := fields[number]; set != nil {
			if err := set(v); err != nil {
				return err
			}
		}
	}
	return nil
}

func text(s *string) func(value) error {
	return func(v value) error { *s = string(v.bytes); return nil }
}

func boolean(b *bool) func(value) error {
	return func(v value) error { *b = v.number != 0; return nil }
}

func appendMessage[T any](list *[]T, v value, decode func([]byte) (T, error)) error {
	message, err := decode(v.bytes)
	*list = append(*list, message)
	return err
}
