package answers

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

const (
	// maxDifferences is how many fields are told of one answer.
	maxDifferences = 8
	// maxShown is how much is kept of a value or a path, in bytes.
	maxShown = 200
	redacted = "(redacted)"
)

// secrets are parts of names whose values are never kept, without case and underscores.
var secrets = []string{"password", "passwd", "passphrase", "secret", "token", "authorization", "cookie", "credential", "apikey", "privatekey"}

// Comparison says how answers are compared. Fields are named by a name, or by a dotted
// path or its end: price.updated_at is also that of items.price.updated_at.
type Comparison struct {
	// Ignored fields are not compared.
	Ignored []string
	// The values of Redacted fields are not kept. Neither are those of fields whose names
	// say that they are secret, such as password or access_token.
	Redacted []string
	// Matched is set to true for those of both that an answer has had. It is nil if nobody
	// wants to know.
	Matched map[string]bool
}

// Differences returns where two answers differ, of many the first ones. It is empty if
// they do not.
func (c *Comparison) Differences(rpc, inline Value) []reports.DifferingField {
	w := walk{Comparison: c}
	rpcError, rpcFailed := rpc.failed()
	inlineError, inlineFailed := inline.failed()
	if rpcFailed != inlineFailed { // then the rest of the answer says nothing
		if !rpcFailed {
			rpcError = Value{}
		}
		w.differ(place{failure, failure, false}, rpcError, inlineError)
		return w.found
	}
	w.value(place{}, rpc, inline)
	return w.found
}

// walk is a comparison that goes on.
type walk struct {
	*Comparison
	found []reports.DifferingField
}

// place is where a value stands in an answer.
type place struct {
	path   string // with indexes and keys
	dotted string // the names of fields alone
	secret bool
}

// matches reports whether a place is among fields.
func (w *walk) matches(p place, fields []string) (found bool) {
	for _, field := range fields {
		if p.dotted == field || strings.HasSuffix(p.dotted, "."+field) {
			found = true
			if w.Matched != nil {
				w.Matched[field] = true
			}
		}
	}
	return found
}

func isSecret(name string) bool {
	name = strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(name))
	for _, secret := range secrets {
		if strings.Contains(name, secret) {
			return true
		}
	}
	return false
}

// field returns the place of a field.
func (w *walk) field(p place, name string) place {
	if p.path != "" {
		p.path, p.dotted = p.path+"."+name, p.dotted+"."+name
	} else {
		p.path, p.dotted = name, name
	}
	redacted := w.matches(p, w.Redacted)
	p.secret = redacted || p.secret || isSecret(name)
	return p
}

// entry returns the place of an entry of a map.
func entry(p place, key string) place {
	if p.secret {
		key = redacted
	}
	p.path += "[" + key + "]"
	p.secret = p.secret || isSecret(key)
	return p
}

func (w *walk) full() bool { return len(w.found) >= maxDifferences }

// value compares what stands at one place.
func (w *walk) value(p place, rpc, inline Value) {
	switch {
	case w.full() || p.dotted != "" && w.matches(p, w.Ignored):
	case rpc.kind != inline.kind || rpc.text != inline.text:
		w.differ(p, rpc, inline)
	case rpc.kind == list:
		w.list(p, rpc.parts, inline.parts)
	case rpc.kind == set:
		w.named(p, texts(rpc.parts), texts(inline.parts), rpc, inline, func(p place, _ string) place { p.path += "{}"; return p })
	case rpc.kind == fields:
		w.fields(p, rpc, inline)
	case rpc.kind == entries:
		w.named(p, rpc.names, inline.names, rpc, inline, entry)
	}
}

func (w *walk) list(p place, rpc, inline []Value) {
	if len(rpc) != len(inline) {
		at := p
		at.path += "(length)"
		w.found = append(w.found, reports.DifferingField{Path: cut(at.path), RPC: fmt.Sprint(len(rpc)), Inline: fmt.Sprint(len(inline))})
	}
	for i := range min(len(rpc), len(inline)) {
		at := p
		at.path += fmt.Sprintf("[%d]", i)
		w.value(at, rpc[i], inline[i])
	}
}

// fields compares structs. Fields that only one has are null in the other.
func (w *walk) fields(p place, rpc, inline Value) {
	others := make(map[string]Value, len(inline.names))
	for i, name := range inline.names {
		others[name] = inline.parts[i]
	}
	for i, name := range rpc.names {
		w.value(w.field(p, name), rpc.parts[i], others[name])
		delete(others, name)
	}
	for i, name := range inline.names {
		if _, left := others[name]; left {
			w.value(w.field(p, name), Value{}, inline.parts[i])
		}
	}
}

// named compares what is sorted by names. What only one has is null in the other.
func (w *walk) named(p place, rpcNames, inlineNames []string, rpc, inline Value, at func(place, string) place) {
	i, j := 0, 0
	for !w.full() && (i < len(rpcNames) || j < len(inlineNames)) {
		switch {
		case j == len(inlineNames) || i < len(rpcNames) && rpcNames[i] < inlineNames[j]:
			w.value(at(p, rpcNames[i]), rpc.parts[i], Value{})
			i++
		case i == len(rpcNames) || rpcNames[i] > inlineNames[j]:
			w.value(at(p, inlineNames[j]), Value{}, inline.parts[j])
			j++
		default:
			w.value(at(p, rpcNames[i]), rpc.parts[i], inline.parts[j])
			i, j = i+1, j+1
		}
	}
}

func texts(values []Value) []string {
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = v.String()
	}
	return all
}

func (w *walk) differ(p place, rpc, inline Value) {
	w.found = append(w.found, reports.DifferingField{Path: cut(p.path), RPC: w.show(p, rpc), Inline: w.show(p, inline)})
}

// show returns what is kept of a value.
func (w *walk) show(p place, v Value) string {
	if p.secret && v.kind != null {
		return redacted
	}
	var b strings.Builder
	v.write(&b, w.hides, maxShown)
	return cut(b.String())
}

// hides reports whether the value of a field, or an entry, within one that is shown is
// redacted. Its path is not known, so the last name of one that is to be redacted counts.
func (w *walk) hides(name string) bool {
	for _, field := range w.Redacted {
		if field == name || strings.HasSuffix(field, "."+name) {
			return true
		}
	}
	return isSecret(name)
}

// cut shortens what is shown.
func cut(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if len(text) <= maxShown {
		return text
	}
	end := maxShown
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "..."
}
