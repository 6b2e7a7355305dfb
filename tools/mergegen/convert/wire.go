package convert

import (
	"fmt"
	"strconv"
	"strings"
)

// wire is a type of the thrift binary protocol. A decoder skips a field whose
// wire type is not the one it expects.
type wire int

const (
	wireBool wire = iota
	wireByte
	wireI16
	wireI32 // enums too
	wireI64
	wireDouble
	wireString // binary too
	wireStruct // unions and exceptions too
	wireList
	wireSet
	wireMap
)

var wireNames = [...]string{"bool", "byte", "i16", "i32", "i64", "double", "string", "struct", "list", "set", "map"}

func (w wire) String() string { return wireNames[w] }

// fixed reports whether values have one length on the wire. FastCodec writes
// such fields first.
func (w wire) fixed() bool { return w <= wireDouble }

type requiredness int

const (
	defaultRequired requiredness = iota
	required
	optional
)

// tag is what thriftgo's struct tags tell about a field.
type tag struct {
	id          int16
	name        string
	requirement requiredness
	// thrift is nil if there is no frugal tag.
	thrift *tagType
}

// tagType is a type as written in a frugal tag: map<string:list<base.Point>>.
type tagType struct {
	name string
	args []*tagType
}

// parseTag reads the thrift tag "name,id[,requiredness]" and the frugal tag
// "id,requiredness,type[,option]".
func parseTag(thriftTag, frugalTag string) (*tag, error) {
	parts := strings.Split(thriftTag, ",")
	if len(parts) < 2 {
		return nil, fmt.Errorf("unknown form of thrift tag %q", thriftTag)
	}
	id, err := strconv.ParseInt(parts[1], 10, 16)
	if err != nil {
		return nil, fmt.Errorf("unknown form of thrift tag %q", thriftTag)
	}
	t := &tag{id: int16(id), name: parts[0]}
	if len(parts) > 2 {
		switch parts[2] {
		case "required":
			t.requirement = required
		case "optional":
			t.requirement = optional
		case "", "default":
		default:
			return nil, fmt.Errorf("unknown form of thrift tag %q", thriftTag)
		}
	}
	if frugalTag == "" {
		return t, nil
	}
	parts = strings.Split(frugalTag, ",")
	if len(parts) < 3 {
		return nil, fmt.Errorf("unknown form of frugal tag %q", frugalTag)
	}
	typ, rest := parseTagType(parts[2])
	if typ == nil || rest != "" {
		return nil, fmt.Errorf("unknown form of frugal tag %q", frugalTag)
	}
	t.thrift = typ
	return t, nil
}

// parseTagType reads a type from the start of s and returns what follows it.
// The type is nil if s does not start with one.
func parseTagType(s string) (t *tagType, rest string) {
	end := strings.IndexAny(s, "<>:")
	if end < 0 {
		end = len(s)
	}
	if end == 0 {
		return nil, s
	}
	t = &tagType{name: s[:end]}
	rest = s[end:]
	if !strings.HasPrefix(rest, "<") {
		return t, rest
	}
	for {
		arg, after := parseTagType(rest[1:])
		if arg == nil || after == "" {
			return nil, s
		}
		t.args = append(t.args, arg)
		rest = after
		switch rest[0] {
		case '>':
			return t, rest[1:]
		case ':':
		default:
			return nil, s
		}
	}
}
