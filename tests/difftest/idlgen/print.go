package idlgen

import (
	"fmt"
	"math/rand"
	"strings"
)

// The files of an IDL. The first one includes the second.
const (
	MainFile   = "main.thrift"
	sharedFile = "shared.thrift"
)

func (s *schema) files() map[string]string {
	return map[string]string{
		MainFile:   "namespace go api\ninclude \"shared.thrift\"\n" + s.declarations(false) + s.serviceText(),
		sharedFile: "namespace go shared\n" + s.declarations(true),
	}
}

func (s *schema) declarations(shared bool) string {
	var b strings.Builder
	for _, d := range s.decls {
		if d.shared != shared {
			continue
		}
		switch d.kind {
		case typedefKind:
			fmt.Fprintf(&b, "\ntypedef %s %s\n", s.typeText(d.target, shared), d.name)
		case enumKind:
			fmt.Fprintf(&b, "\nenum %s {\n", d.name)
			for _, v := range d.values {
				fmt.Fprintf(&b, "  %s = %d,\n", v.name, v.value)
			}
			b.WriteString("}\n")
		default:
			fmt.Fprintf(&b, "\n%s %s {\n", d.kind, d.name)
			for _, f := range d.fields {
				fmt.Fprintf(&b, "  %s,\n", s.fieldText(f, shared, d.kind))
			}
			b.WriteString("}\n")
		}
	}
	return b.String()
}

func (s *schema) serviceText() string {
	var b strings.Builder
	for _, sv := range s.services {
		fmt.Fprintf(&b, "\nservice %s ", sv.name)
		if sv.extends != "" {
			fmt.Fprintf(&b, "extends %s ", sv.extends)
		}
		b.WriteString("{\n")
		for _, m := range sv.methods {
			returns := "void"
			if m.oneway {
				returns = "oneway void"
			} else if m.returns != nil {
				returns = s.typeText(m.returns, false)
			}
			fmt.Fprintf(&b, "  %s %s(%s)", returns, m.name, s.list(m.args))
			if len(m.throws) > 0 {
				fmt.Fprintf(&b, " throws (%s)", s.list(m.throws))
			}
			b.WriteString(",\n")
		}
		b.WriteString("}\n")
	}
	return b.String()
}

func (s *schema) list(fields []*field) string {
	var list []string
	for _, f := range fields {
		list = append(list, s.fieldText(f, false, ""))
	}
	return strings.Join(list, ", ")
}

// fieldText writes a field of a kind of declaration, or an argument if that is
// empty. A union's fields have no more than a type and a name.
func (s *schema) fieldText(f *field, shared bool, in kind) string {
	text := s.typeText(f.typ, shared) + " " + f.name
	if in != unionKind && f.requirement != "" {
		text = f.requirement + " " + text
	}
	if in != unionKind && f.literal != 0 {
		if value := s.literal(f.typ, rand.New(rand.NewSource(f.literal)), shared, in == ""); value != "" {
			text += " = " + value
		}
	}
	return fmt.Sprintf("%d: %s", f.id, text)
}

func (s *schema) typeText(t *typ, shared bool) string {
	switch t.base {
	case "":
		return s.qualified(s.decls[t.ref], shared)
	case "map":
		return "map<" + s.typeText(t.key, shared) + "," + s.typeText(t.elem, shared) + ">"
	case "list", "set":
		return t.base + "<" + s.typeText(t.elem, shared) + ">"
	}
	return t.base
}

func (s *schema) qualified(d *decl, shared bool) string {
	if d.shared && !shared {
		return "shared." + d.name
	}
	return d.name
}
