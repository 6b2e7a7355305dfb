package symbols

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

const (
	arMagic      = "!<arch>\n"
	thinMagic    = "!<thin>\n"
	arHeaderSize = 60
)

// member is a file in an archive.
type member struct {
	name string
	data []byte
}

// members reads an archive in any of the dialects that Go, GNU ar and BSD ar
// write. Symbol tables and name tables are left out.
func members(data []byte) ([]member, error) {
	rest, ok := bytes.CutPrefix(data, []byte(arMagic))
	if !ok {
		if bytes.HasPrefix(data, []byte(thinMagic)) {
			return nil, errors.New("it is a thin archive, which holds no objects itself: make a full one (ar without T)")
		}
		return nil, errors.New("it is not an ar archive")
	}
	var out []member
	var longNames []byte // GNU's table of names of more than 15 bytes
	for len(bytes.TrimSpace(rest)) > 0 {
		if len(rest) < arHeaderSize || string(rest[58:60]) != "`\n" {
			return nil, fmt.Errorf("it is damaged at byte %d: no member header", len(data)-len(rest))
		}
		name := strings.TrimRight(string(rest[:16]), " ")
		size, err := strconv.Atoi(strings.TrimSpace(string(rest[48:58])))
		if err != nil || size < 0 || size > len(rest)-arHeaderSize {
			return nil, fmt.Errorf("it is damaged at byte %d: member %s has no valid size", len(data)-len(rest), name)
		}
		body := rest[arHeaderSize : arHeaderSize+size]
		rest = rest[arHeaderSize+size:]
		if size%2 == 1 && len(rest) > 0 {
			rest = rest[1:]
		}
		switch {
		case name == "/" || name == "/SYM64/" || strings.HasPrefix(name, "__.SYMDEF"):
			continue
		case name == "//":
			longNames = body
			continue
		case strings.HasPrefix(name, "#1/"): // BSD: the name precedes the data
			n, err := strconv.Atoi(name[3:])
			if err != nil || n < 0 || n > len(body) {
				return nil, fmt.Errorf("it is damaged: member name %s has no valid length", name)
			}
			name, body = strings.TrimRight(string(body[:n]), "\x00"), body[n:]
			if strings.HasPrefix(name, "__.SYMDEF") {
				continue
			}
		case len(name) > 1 && name[0] == '/':
			at, err := strconv.Atoi(name[1:])
			if err != nil || at < 0 || at > len(longNames) {
				return nil, fmt.Errorf("it is damaged: member name %s is not in the name table", name)
			}
			long, _, _ := bytes.Cut(longNames[at:], []byte("\n"))
			name = strings.TrimSuffix(string(long), "/")
		default:
			name = strings.TrimSuffix(name, "/")
		}
		out = append(out, member{name, body})
	}
	return out, nil
}
