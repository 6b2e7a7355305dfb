package answers

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Value is an answer or a part of one. It has no memory in common with what it was made
// from, but for that of strings. The zero Value is null.
type Value struct {
	kind  kind
	text  string   // of a scalar
	names []string // of fields, or the keys of a map as text
	parts []Value  // of all but scalars
}

type kind uint8

const (
	null kind = iota
	plain
	quoted // text of the service's, which is shown in quotes
	list
	set // sorted
	fields
	entries // sorted by key
)

// Bounds of one answer.
const (
	maxParts = 100_000
	maxBytes = 1 << 20 // of text
	maxDepth = 100
)

// ErrTooLarge is the error of an answer with more parts, text or depth than are compared.
var ErrTooLarge = errors.New("the answer is too large to be compared")

// Builder makes the values of one answer. After an error, what it makes has no use.
type Builder struct {
	parts, bytes int
	err          error
}

// Err returns [ErrTooLarge] if the answer has become that, and nil before.
func (b *Builder) Err() error { return b.err }

func (b *Builder) count(parts, bytes int) {
	if b.parts, b.bytes = b.parts+parts, b.bytes+bytes; b.parts > maxParts || b.bytes > maxBytes {
		b.err = ErrTooLarge
	}
}

// Descend reports whether there may be a value at a depth, below so many others.
func (b *Builder) Descend(depth int) bool {
	if depth > maxDepth {
		b.err = ErrTooLarge
	}
	b.count(1, 0)
	return b.err == nil
}

// Scalar returns a number or the like by its text.
func (b *Builder) Scalar(text string) Value {
	b.count(1, len(text))
	return Value{kind: plain, text: text}
}

// Text returns a string.
func (b *Builder) Text(text string) Value {
	b.count(1, len(text))
	return Value{kind: quoted, text: text}
}

// Bytes returns a copy of bytes, which is not made if they are too large.
func (b *Builder) Bytes(data []byte) Value {
	if b.count(1, len(data)); b.err != nil {
		return Value{}
	}
	return Value{kind: quoted, text: string(data)}
}

// Float returns a number of as many bits. NaN equals NaN.
func (b *Builder) Float(number float64, bits int) Value {
	return b.Scalar(strconv.FormatFloat(number, 'g', -1, bits))
}

// List returns values in an order that counts.
func (b *Builder) List(items []Value) Value { return Value{kind: list, parts: items} }

// Set returns values in an order that does not count.
func (b *Builder) Set(items []Value) Value {
	sorted := b.Map(items, items)
	return Value{kind: set, parts: sorted.parts}
}

// Struct returns a value with named fields. Those that are absent are left out or null.
func (b *Builder) Struct(names []string, values []Value) Value {
	return Value{kind: fields, names: names, parts: values}
}

// Map returns a value with entries, whose order does not count.
func (b *Builder) Map(keys, values []Value) Value {
	order := make([]int, len(keys))
	names := make([]string, len(keys))
	for i, key := range keys {
		order[i], names[i] = i, key.String()
	}
	slices.SortFunc(order, func(x, y int) int { return strings.Compare(names[x], names[y]) })
	m := Value{kind: entries, names: make([]string, len(keys)), parts: make([]Value, len(keys))}
	for at, i := range order {
		m.names[at], m.parts[at] = names[i], values[i]
	}
	return m
}

// failure is the field of an answer that is an error.
const failure = "error"

// Failed returns the answer of a call that ended with an error. kind says who made it, code
// is the framework's, and message its text.
func Failed(kind string, code int64, message string) Value {
	var b Builder
	return b.Struct([]string{failure}, []Value{b.Struct(
		[]string{"kind", "code", "message"},
		[]Value{b.Scalar(kind), b.Scalar(strconv.FormatInt(code, 10)), b.Text(message)},
	)})
}

// failed returns the error of an answer, false if it is none.
func (v *Value) failed() (Value, bool) {
	if v.kind == fields && len(v.names) == 1 && v.names[0] == failure {
		return v.parts[0], true
	}
	return Value{}, false
}

// String returns the whole value as text. Different values have different texts.
func (v Value) String() string {
	var b strings.Builder
	v.write(&b, func(string) bool { return false }, math.MaxInt)
	return b.String()
}

// write writes the value until there are limit bytes. Fields and entries that hidden
// reports are written without their values.
func (v *Value) write(b *strings.Builder, hidden func(name string) bool, limit int) {
	if b.Len() > limit {
		return
	}
	switch v.kind {
	case null:
		b.WriteString("null")
	case plain:
		b.WriteString(v.text)
	case quoted:
		text := v.text
		if len(text) > limit {
			text = text[:limit] // the rest would be cut off
		}
		b.WriteString(strconv.Quote(text))
	default:
		brackets := map[kind]string{list: "[]", set: "{}", fields: "{}", entries: "{}"}[v.kind]
		b.WriteByte(brackets[0])
		for i := range v.parts {
			if b.Len() > limit {
				break
			}
			if i > 0 {
				b.WriteString(", ")
			}
			if v.names != nil {
				b.WriteString(v.names[i] + ": ")
				if hidden(v.names[i]) {
					b.WriteString(redacted)
					continue
				}
			}
			v.parts[i].write(b, hidden, limit)
		}
		b.WriteByte(brackets[1])
	}
}
